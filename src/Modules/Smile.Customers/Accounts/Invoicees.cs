using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>
/// Accounts whose invoices go to another one, the invoicee (guide, line 2844). The debt stays where it arose: balance, ages and allocations
/// are the account's own, and the invoicee is who it is sent to.
/// </summary>
[UseCase]
public sealed class Invoicees(StageSession session, AccountQueries queries)
{
    /// <param name="invoicee">Null for none: the account gets its invoices itself.</param>
    public async Task SetAsync(string usn, string? invoicee, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        await ChooseAsync(session, account, invoicee, Fault.InvalidRequestException, cancellation);
        await queries.AnnounceUpdatedAsync(account, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <param name="account">Locked, or about to be added.</param>
    /// <param name="invoicee">Null or empty for none.</param>
    /// <param name="fault">The operation's own, for what is refused.</param>
    public static async Task ChooseAsync(
        StageSession session,
        Account account,
        string? invoicee,
        Fault fault,
        CancellationToken cancellation
    )
    {
        Usn? wanted = string.IsNullOrWhiteSpace(invoicee) ? null : new Usn(invoicee.Trim());
        if (wanted == account.InvoiceeUsn)
        {
            return;
        }

        // Who pays for whom is agreed between both and the company: a customer neither charges it to another nor takes it off him.
        if (!session.Caller.AllAccounts)
        {
            throw Refuse.With(fault, "InvoiceeUsn", invoicee, "Who gets an account's invoices is changed by the company's own staff.");
        }

        if (wanted is { } usn)
        {
            await RequirePossibleAsync(session, account, usn, fault, cancellation);
        }

        account.InvoiceeUsn = wanted;
    }

    /// <summary>Whom the account's documents are addressed to.</summary>
    public static async Task<Account> AddresseeAsync(StageSession session, Account account, CancellationToken cancellation) =>
        account.InvoiceeUsn is { } invoicee
            ? await session.Database.Accounts.AsNoTracking().FirstAsync(candidate => candidate.Usn == invoicee, cancellation)
            : account;

    private static async Task RequirePossibleAsync(
        StageSession session,
        Account account,
        Usn usn,
        Fault fault,
        CancellationToken cancellation
    )
    {
        var payer = await session.Database.Accounts.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Usn == usn, cancellation);
        var reason = payer switch
        {
            null => "There is no such account.",
            { Closed: not null } => "The account is closed.",
            _ when payer.Usn == account.Usn => "An account gets its own invoices anyway: leave the invoicee empty.",
            _ when payer.CompanyId != account.CompanyId || payer.Currency != account.Currency =>
                "Both accounts must be of one company and one currency.",
            { InvoiceeUsn: { } other } => $"Its own invoices go to {other}: name that account.",
            _ when await session.Database.Accounts.AnyAsync(candidate => candidate.InvoiceeUsn == account.Usn, cancellation) =>
                "The account gets the invoices of others itself.",
            _ => null,
        };
        if (reason is not null)
        {
            throw Refuse.With(fault, "InvoiceeUsn", usn, reason);
        }
    }
}
