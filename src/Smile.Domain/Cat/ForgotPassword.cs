using Microsoft.EntityFrameworkCore;
using Smile.Domain.Access;
using Smile.Domain.CustomFields;
using Smile.Domain.Dispatch;
using Smile.Domain.Foundation;
using Smile.Domain.Subscriptions;

namespace Smile.Domain.Cat;

/// <summary>triggerCatForgotPasswordEmail(): mails a CAT user the password to their stored address (guide, line 18021).</summary>
[UseCase]
public sealed class ForgotPassword(StageSession session, IPasswordVault vault, IMailSender mail)
{
    private const string Fault = "CatException";

    /// <summary>So old that its owner has heard of the change: who has taken over an account for a moment does not get the password, too.</summary>
    private static readonly TimeSpan AddressMustBe = TimeSpan.FromDays(1);

    public async Task ExecuteAsync(string catUsername, CancellationToken cancellation)
    {
        var services = session.Catalogue.Content.Services.Where(service => service.IsCatAccess).Select(service => service.Id).ToArray();
        var login = (await session.Database.Subscriptions.AsNoTracking().NamedAsync(session.Catalogue, services, catUsername, cancellation).ConfigureAwait(false)).FirstOrDefault();
        if (login?.Password is not { } password)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, "There is no such CAT username.");
        }

        if (await session.Database.ApiPermissions.AnyAsync(permission => permission.SubscriptionUsn == login.Usn && permission.SoapAccess, cancellation).ConfigureAwait(false))
        {
            throw Refuse.With(Fault, "catUsername", catUsername, "The password of a login to the API is protected: an operator gives it a new one.");
        }

        var account = await session.Database.Accounts.AsNoTracking().FirstAsync(candidate => candidate.Usn == login.AccountUsn, cancellation).ConfigureAwait(false);
        var (address, changed) = login.Properties[PredefinedFields.EmailAddress] is { Length: > 0 } own
            ? (own, login.EmailChanged)
            : account.Properties[PredefinedFields.EmailAddress] is { Length: > 0 } shared
                ? (shared, account.EmailChanged)
                : throw Refuse.With(Fault, "catUsername", catUsername, "The CAT user has no email address.");
        if (changed + AddressMustBe > session.Now)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, "The CAT user's email address was changed less than a day ago. Wait until it is a day old, or use setClearPassword().");
        }

        var name = login.Properties["contactGiven"] ?? account.Properties["contactGiven"] ?? account.Properties["name"] ?? catUsername;
        try
        {
            var values = new Dictionary<string, string> { ["name"] = name, ["username"] = login.Username, ["password"] = vault.Decrypt(password) };
            await mail.SendAsync(new Mail("cat-forgot-password", address, values) { Language = session.Catalogue.Language(account.CompanyId, account.Properties).Code }, cancellation).ConfigureAwait(false);
        }
        catch (MailFailedException exception)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, exception.Message);
        }
    }
}
