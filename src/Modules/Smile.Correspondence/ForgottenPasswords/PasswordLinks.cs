using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Wording;
using Smile.Customers.Access;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.ForgottenPasswords;

/// <summary>Whether links to new passwords are mailed, and where their pages are.</summary>
public interface IPasswordLinkAddresses
{
    /// <summary>Whether who has forgotten a password is mailed a link; else the password itself.</summary>
    bool AreMailed { get; }

    /// <summary>The absolute address of a link's page on the session's stage.</summary>
    string AddressOf(string token);
}

/// <summary>A link as it was made.</summary>
internal sealed record NewPasswordLink(long Id, string Token);

/// <summary>What the page of a link shows.</summary>
public sealed record OpenedPasswordLink(string Username, Language Language);

/// <summary>Links that work once, instead of a password in a mail (guide, line 18021, has only the password).</summary>
[UseCase]
public sealed class PasswordLinks(StageSession session, IPasswordVault vault)
{
    /// <summary>Long enough for a mail that is held up on its way, short enough for a mailbox that others come to read.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromHours(1);

    private const int TokenBytes = 32;
    private const int MostInPeriod = 3;
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <summary>Makes a link for a login; its older ones work no more.</summary>
    /// <param name="tooMany">What is answered where the login has had several just now.</param>
    /// <exception cref="SmileException">There is no such login any more, or it has had too many links.</exception>
    internal async Task<NewPasswordLink> CreateAsync(
        Usn login,
        string address,
        Func<SmileException> tooMany,
        CancellationToken cancellation
    )
    {
        var (_, subscription) =
            await session.BeginOnSubscriptionAsync(login.Value, cancellation) ?? throw StageSession.NoSuchSubscription(login.Value);
        var since = session.Now - Period;
        var recent = session.Database.PasswordLinks.Where(link => link.SubscriptionUsn == login && link.Created > since);
        if (await recent.CountAsync(cancellation) >= MostInPeriod)
        {
            throw tooMany();
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var made = new PasswordLink
        {
            TokenHash = HashOf(token),
            SubscriptionUsn = login,
            PasswordVersion = subscription.PasswordVersion,
            Address = address,
            Created = session.Now,
            Expires = session.Now + Validity,
        };
        session.Database.PasswordLinks.Add(made);
        await session.CommitAsync(cancellation);
        return new NewPasswordLink(made.Id, token);
    }

    /// <summary>Takes back a link that could not be mailed: it does not count, and the one before it works again.</summary>
    internal Task WithdrawAsync(NewPasswordLink link, CancellationToken cancellation) =>
        session.Database.PasswordLinks.Where(candidate => candidate.Id == link.Id).ExecuteDeleteAsync(cancellation);

    /// <summary>Looks a link up, and leaves it as it is: scanners of mail follow links too.</summary>
    /// <returns>Null where there is none that works, whatever the reason.</returns>
    public async Task<OpenedPasswordLink?> FindAsync(string token, CancellationToken cancellation)
    {
        if (await ReadAsync(session.Database.PasswordLinks.AsNoTracking(), token, cancellation) is not { } link)
        {
            return null;
        }

        var login = await session.Database.ReadSubscriptions.FirstAsync(candidate => candidate.Usn == link.SubscriptionUsn, cancellation);
        var account = await session.Database.ReadAccounts.FirstAsync(candidate => candidate.Usn == login.AccountUsn, cancellation);
        return await WorksAsync(link, login, account, cancellation)
            ? new OpenedPasswordLink(login.Username, session.Catalogue.Language(account.CompanyId, account.Properties))
            : null;
    }

    /// <summary>Sets the password of the link's login, and uses the link up.</summary>
    /// <returns>False where the link does not work; then nothing was changed.</returns>
    /// <exception cref="SmileException">There is no such password (<see cref="Passwords.IsAllowed"/>).</exception>
    public async Task<bool> UseAsync(string token, string password, CancellationToken cancellation)
    {
        if (!Passwords.IsAllowed(password))
        {
            var rule =
                $"A password has {Passwords.MinLength} to {Passwords.MaxLength} characters, not only blanks, and no control characters.";
            throw Refuse.Invalid("password", "", rule);
        }

        if (
            await ReadAsync(session.Database.PasswordLinks.AsNoTracking(), token, cancellation) is not { } known
            || await session.BeginOnSubscriptionAsync(known.SubscriptionUsn.Value, cancellation) is not var (account, login)
        )
        {
            return false;
        }

        // Once more under the lock: of two who use a link at the same time, one is too late.
        if (
            await ReadAsync(session.Database.PasswordLinks, token, cancellation) is not { } link
            || !await WorksAsync(link, login, account, cancellation)
        )
        {
            return false;
        }

        // Nobody has called: it is the customer who holds the link.
        session.Database.ChangedBy = login.Usn;
        login.ChangePassword(vault.Encrypt(password));
        link.Used = session.Now;
        await session.CommitAsync(cancellation);
        return true;
    }

    private async Task<bool> WorksAsync(PasswordLink link, Subscription login, Account account, CancellationToken cancellation) =>
        link.Used is null
        && session.Now < link.Expires
        && login.Password is not null
        && login.PasswordVersion == link.PasswordVersion
        && PasswordHelp.AddressOf(login, account).Address == link.Address
        && !await session.Database.PasswordLinks.AnyAsync(
            newer => newer.SubscriptionUsn == link.SubscriptionUsn && newer.Id > link.Id,
            cancellation
        )
        && !await session.IsProtectedAsync(login.Usn, cancellation);

    // The same work for every token that there is not, whatever it looks like.
    private static Task<PasswordLink?> ReadAsync(IQueryable<PasswordLink> links, string token, CancellationToken cancellation)
    {
        var hash = HashOf(token);
        return links.FirstOrDefaultAsync(link => link.TokenHash == hash, cancellation);
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
