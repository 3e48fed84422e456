using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Correspondence.Dispatch;
using Smile.Customers.Access;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.ForgottenPasswords;

/// <summary>
/// triggerCatForgotPasswordEmail(): mails a CAT user the password, or a link to choose a new one, to their stored address (guide, line
/// 18021).
/// </summary>
[UseCase]
public sealed class ForgotPassword(
    StageSession session,
    IPasswordVault vault,
    IMailSender mail,
    PasswordLinks links,
    IPasswordLinkAddresses addresses
)
{
    private const Fault Fault = Fault.CatException;
    private const string PasswordTemplate = "cat-forgot-password";
    private const string LinkTemplate = "cat-password-link";

    /// <summary>
    /// So old that its owner has heard of the change: who has taken over an account for a moment does not get the password, too.
    /// </summary>
    private static readonly TimeSpan AddressMustBe = TimeSpan.FromDays(1);

    public async Task ExecuteAsync(string catUsername, CancellationToken cancellation)
    {
        var services = session.Catalogue.Content.Services.Where(service => service.IsCatAccess).Select(service => service.Id).ToArray();
        var login = (
            await session.Database.ReadSubscriptions.NamedAsync(session.Catalogue, services, catUsername, cancellation)
        ).FirstOrDefault();
        if (login?.Password is not { } password)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, "There is no such CAT username.");
        }

        if (await session.IsProtectedAsync(login.Usn, cancellation))
        {
            throw Refuse.With(
                Fault,
                "catUsername",
                catUsername,
                "The password of a login to the API is protected: an operator gives it a new one."
            );
        }

        var account = await session.Database.ReadAccounts.FirstAsync(candidate => candidate.Usn == login.AccountUsn, cancellation);
        var (found, changed) = PasswordHelp.AddressOf(login, account);
        var address = found ?? throw Refuse.With(Fault, "catUsername", catUsername, "The CAT user has no email address.");
        if (changed + AddressMustBe > session.Now)
        {
            throw Refuse.With(
                Fault,
                "catUsername",
                catUsername,
                "The CAT user's email address was changed less than a day ago. Wait until it is a day old, or use setClearPassword()."
            );
        }

        var name = login.Properties["contactGiven"] ?? account.Properties["contactGiven"] ?? account.Properties["name"] ?? catUsername;
        var values = new Dictionary<string, string> { ["name"] = name, ["username"] = login.Username };
        var language = session.Catalogue.Language(account.CompanyId, account.Properties).Code;
        try
        {
            if (addresses.AreMailed)
            {
                await MailLinkAsync(login, new Mail(LinkTemplate, address, values) { Language = language }, cancellation);
            }
            else
            {
                values["password"] = vault.Decrypt(password);
                await mail.SendAsync(new Mail(PasswordTemplate, address, values) { Language = language }, cancellation);
            }
        }
        catch (MailFailedException exception)
        {
            throw Refuse.With(Fault, "catUsername", catUsername, exception.Message);
        }
    }

    private async Task MailLinkAsync(Subscription login, Mail letter, CancellationToken cancellation)
    {
        // Committed before the mail goes: who is quick must find the link, and no lock waits for a mail server.
        var link = await links.CreateAsync(
            login.Usn,
            letter.Address,
            () =>
                Refuse.With(
                    Fault,
                    "catUsername",
                    login.Username,
                    "The CAT user was mailed several links within an hour. Wait an hour, or use setClearPassword()."
                ),
            cancellation
        );
        var values = new Dictionary<string, string>(letter.Values)
        {
            ["link"] = addresses.AddressOf(link.Token),
            ["minutes"] = PasswordLinks.Validity.TotalMinutes.ToString(CultureInfo.InvariantCulture),
        };
        try
        {
            await mail.SendAsync(letter with { Values = values }, cancellation);
        }
        catch (MailFailedException)
        {
            await links.WithdrawAsync(link, cancellation);
            throw;
        }
    }
}
