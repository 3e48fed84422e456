using Microsoft.EntityFrameworkCore;
using Smile.Domain.Access;
using Smile.Domain.CustomFields;
using Smile.Domain.Dispatch;
using Smile.Domain.Foundation;

namespace Smile.Domain.Cat;

/// <summary>triggerCatForgotPasswordEmail(): mails a CAT user the password to their stored address (guide, line 18021).</summary>
[UseCase]
public sealed class ForgotPassword(StageSession session, IPasswordVault vault, IMailSender mail)
{
    private const string Fault = "CatException";

    public async Task ExecuteAsync(string catUsername, CancellationToken cancellation)
    {
        if (!session.Caller.AllAccounts)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, "You may not call this method: it needs the permission 'Allow SOAP access to all accounts'.");
        }

        var services = session.Catalogue.Content.Services.Where(service => service.IsCatAccess).Select(service => service.Id).ToArray();
        var login = await session.Database.Subscriptions.AsNoTracking()
            .FirstOrDefaultAsync(subscription => services.Contains(subscription.ServiceId) && subscription.Username == catUsername && subscription.Closed == null, cancellation).ConfigureAwait(false);
        if (login?.Password is not { } password)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, "There is no such CAT username.");
        }

        var account = await session.Database.Accounts.AsNoTracking().FirstAsync(candidate => candidate.Usn == login.AccountUsn, cancellation).ConfigureAwait(false);
        var address = login.Properties["emailAddress"] ?? account.Properties["emailAddress"]
            ?? throw Refuse.With(Fault, "catUsername", catUsername, "The CAT user has no email address.");
        var name = login.Properties["contactGiven"] ?? account.Properties["contactGiven"] ?? account.Properties["name"] ?? catUsername;
        try
        {
            var values = new Dictionary<string, string> { ["name"] = name, ["username"] = catUsername, ["password"] = vault.Decrypt(password) };
            await mail.SendAsync(new Mail("cat-forgot-password", address, values), cancellation).ConfigureAwait(false);
        }
        catch (MailFailedException exception)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, exception.Message);
        }
    }
}
