using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Domain.Accounts;
using Smile.Domain.Catalogue;
using Smile.Domain.Foundation;

namespace Smile.Domain.Receivables;

// Stands in until the ledger is merged.
public sealed record NewTransaction(TransactionTypeType Type, Money Amount, decimal GstAmount, DateTimeOffset Effective, string Source)
{
    public string? Number { get; init; }
    public string? SalesReportCategory { get; init; }
    public string? GlCode { get; init; }
    public string? Description { get; init; }
}

[UseCase]
public sealed class Ledger(StageSession session)
{
    public async Task<FinancialTransaction> RaiseAsync(Account account, NewTransaction what, CancellationToken ct)
    {
        var day = session.Catalogue.Zone(account.TimeZoneId).DateOf(what.Effective);
        var t = new FinancialTransaction
        {
            Number = what.Number ?? Luhn.Append((await session.Database.NextNumbersAsync(NumberSequence.Transaction, 1, ct).ConfigureAwait(false))[0]),
            AccountUsn = account.Usn, Type = what.Type, State = TransactionState.Closed, CompanyId = account.CompanyId, AccountTypeId = account.AccountTypeId, Currency = account.Currency,
            Amount = what.Amount.Amount, GstAmount = what.GstAmount, UnallocatedAmount = what.Amount.Amount, Effective = what.Effective, Logged = session.Now, SalesReportCategory = what.SalesReportCategory,
            GlCode = what.GlCode, Description = what.Description, EnteredBy = session.Caller.Usn, TransactionDate = day, OpenDate = day, CloseDate = day, Source = what.Source, ChangedBy = session.Caller.Usn,
        };
        session.Database.Transactions.Add(t);
        account.Balance += t.Amount;
        return t;
    }

    public Task AllocateAsync(Account account, FinancialTransaction from, FinancialTransaction to, decimal amount, CancellationToken ct)
    {
        var (debit, credit) = from.IsDebit ? (from, to) : (to, from);
        debit.UnallocatedAmount -= amount;
        credit.UnallocatedAmount += amount;
        session.Database.Allocations.Add(new Allocation { AccountUsn = account.Usn, DebitNumber = debit.Number, CreditNumber = credit.Number, Amount = amount, Allocated = session.Now, ChangedBy = session.Caller.Usn });
        return Task.CompletedTask;
    }

    public async Task AllocateAutomaticallyAsync(Account account, FinancialTransaction? from, CancellationToken ct)
    {
        foreach (var debit in await session.Database.Transactions.Where(t => t.AccountUsn == account.Usn && t.Amount > 0 && t.UnallocatedAmount > 0).OrderBy(t => t.Effective).ToListAsync(ct).ConfigureAwait(false))
        {
            var amount = Math.Min(debit.UnallocatedAmount, -from!.UnallocatedAmount);
            if (amount > 0) { await AllocateAsync(account, from, debit, amount, ct).ConfigureAwait(false); }
        }
    }

    public Task DemandNotLockedAsync(Account account, DateOnly day, CancellationToken ct) => session.Database.DebtorCloseDates.AnyAsync(ct);
}

internal static class TransactionDocuments
{
    public static TransactionDetailType Detail(CatalogueSnapshot catalogue, Account account, FinancialTransaction t)
    {
        var zone = catalogue.Zone(account.TimeZoneId);
        var currency = catalogue.Currency(t.Currency);
        return new TransactionDetailType
        {
            Version = "2.0", TransactionType = t.Type, Company = t.CompanyId, Usn = t.AccountUsn.Value, TransactionNumber = t.Number, Currency = t.Currency, Amount = t.Amount, AccountType = t.AccountTypeId,
            GstAmount = t.GstAmount, EntryTimestamp = zone.At(t.Effective), SalesReportCategory = t.SalesReportCategory, FormattedAmount = new Money(t.Amount, currency).ToDocument(), FormattedGstAmount = new Money(t.GstAmount, currency).ToDocument(),
            UnallocatedAmount = t.UnallocatedAmount, EnteredByUsn = t.EnteredBy.Value, LogTimestamp = zone.At(t.Logged!.Value), GlCode = t.GlCode, Description = t.Description, FormattedUnallocatedAmount = new Money(t.UnallocatedAmount, currency).ToDocument(),
        };
    }
}
