using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables.GeneralLedger;

/// <summary>What a journal entry was written for.</summary>
internal static class LedgerEvents
{
    public const string Closed = "Closed";
    public const string Reopened = "Reopened";
    public const string Deleted = "Deleted";
    public const string Allocated = "Allocated";
    public const string Deallocated = "Deallocated";
}

/// <summary>
/// Writes the general ledger's journal. Debits of customers stand under debtors, their credits under unallocated credits until an
/// allocation moves them to debtors, so that both together are always the sum of the customers' balances.
/// </summary>
[UseCase]
public sealed class Journal(StageSession session)
{
    /// <summary>Posts a transaction that entered the balance.</summary>
    public void PostClosed(Account account, FinancialTransaction transaction) =>
        Post(account, transaction, LedgerEvents.Closed, [Control(account, transaction), .. Contra(account, transaction)]);

    /// <summary>
    /// Posts a reversal: what the original posted, the other way round. Income that was still to come is taken back on its own day.
    /// </summary>
    public async Task PostReversalAsync(
        Account account,
        FinancialTransaction reversal,
        FinancialTransaction original,
        CancellationToken cancellation
    )
    {
        var ledger = Chart(account);
        var lines = await NetAsync(original, cancellation);
        var contra = lines
            .Where(line => line.LedgerAccount != ledger.Debtors && line.LedgerAccount != ledger.UnallocatedCredits)
            .Select(line => new JournalLine(
                line.Date < reversal.TransactionDate ? reversal.TransactionDate : line.Date,
                line.LedgerAccount,
                -line.Amount
            ));
        Post(account, reversal, LedgerEvents.Closed, [Control(account, reversal), .. contra]);
    }

    /// <summary>Takes back what a transaction posted, on the same days: it leaves the balance as if it had never been there.</summary>
    public async Task TakeBackAsync(Account account, FinancialTransaction transaction, string occasion, CancellationToken cancellation)
    {
        var lines = await NetAsync(transaction, cancellation);
        Post(account, transaction, occasion, [.. lines.Select(line => line with { Amount = -line.Amount })]);
    }

    /// <summary>Moves what a credit settles from the unallocated credits to the debtors, or back.</summary>
    /// <param name="amount">Positive for an allocation, negative for its end.</param>
    public void PostAllocation(Account account, FinancialTransaction debit, FinancialTransaction credit, decimal amount)
    {
        var ledger = Chart(account);

        // Today, and not before both sides are on the books: the balances of a day are then the debtors and credits of that day, too.
        var today = session.DayOf(account);
        var day = new[] { today, debit.TransactionDate, credit.TransactionDate }.Max();
        Post(
            account,
            credit,
            amount > 0m ? LedgerEvents.Allocated : LedgerEvents.Deallocated,
            [new(day, ledger.UnallocatedCredits, amount), new(day, ledger.Debtors, -amount)]
        );
    }

    private LedgerAccounts Chart(Account account) => session.Catalogue.Company(account.CompanyId).Ledger;

    private JournalLine Control(Account account, FinancialTransaction transaction)
    {
        var ledger = Chart(account);
        return new(transaction.TransactionDate, transaction.IsDebit ? ledger.Debtors : ledger.UnallocatedCredits, transaction.Amount);
    }

    /// <summary>Where a transaction's amount comes from or goes to, without the customer's side.</summary>
    private IEnumerable<JournalLine> Contra(Account account, FinancialTransaction transaction)
    {
        var ledger = Chart(account);
        var day = transaction.TransactionDate;
        var untaxed = transaction.Amount - transaction.GstAmount;
        return transaction.Type switch
        {
            TransactionType.Receipt or TransactionType.Reimbursement => [new(day, transaction.GlCode ?? ledger.Bank, -transaction.Amount)],
            TransactionType.Surcharge =>
            [
                new(day, transaction.GlCode ?? ledger.Surcharges, -untaxed),
                new(day, ledger.Gst, -transaction.GstAmount),
            ],
            TransactionType.CreditNote or TransactionType.DebitNote =>
            [
                new(day, transaction.GlCode ?? ledger.Adjustments, -untaxed),
                new(day, ledger.Gst, -transaction.GstAmount),
            ],
            TransactionType.Bond or TransactionType.BondRelease => [new(day, ledger.BondsHeld, -transaction.Amount)],
            TransactionType.TransferredCredit
            or TransactionType.TransferredDebit
            or TransactionType.CreditTransferCredit
            or TransactionType.CreditTransferDebit => [new(day, ledger.Transfers, -transaction.Amount)],
            _ => transaction.Items.SelectMany(item => Income(ledger, account, transaction, item)),
        };
    }

    /// <summary>A charge that is shown within another line is posted itself, the line that shows it is not.</summary>
    private IEnumerable<JournalLine> Income(LedgerAccounts ledger, Account account, FinancialTransaction transaction, TransactionItem item)
    {
        var day = transaction.TransactionDate;
        if (item.IsGst)
        {
            return [new(day, ledger.Gst, -item.Amount)];
        }

        if (item.ItemCode == InvoiceLines.RoundingItem)
        {
            return [new(day, item.GlCode ?? ledger.Rounding, -item.Amount)];
        }

        if (transaction.Items.Any(other => other.RolledUpInto == item.LineNumber && other != item))
        {
            return [];
        }

        var income = item.GlCode ?? ledger.Revenue;
        return ledger.DefersIncome
            ? DeferredIncome
                .Spread(item.Amount, item.ChargeFrom, item.ChargeTo, day, session.CurrencyOf(account))
                .SelectMany(share =>
                    share.Day == day
                        ? new[] { new JournalLine(day, income, -share.Amount) }
                        :
                        [
                            new(day, ledger.DeferredIncome, -share.Amount),
                            new(share.Day, ledger.DeferredIncome, share.Amount),
                            new(share.Day, income, -share.Amount),
                        ]
                )
            : [new(day, income, -item.Amount)];
    }

    /// <summary>What a transaction has posted so far by itself, allocations aside.</summary>
    private async Task<IReadOnlyList<JournalLine>> NetAsync(FinancialTransaction transaction, CancellationToken cancellation)
    {
        var stored = await session
            .Database.LedgerEntries.AsNoTracking()
            .Where(entry =>
                entry.TransactionNumber == transaction.Number
                && entry.Event != LedgerEvents.Allocated
                && entry.Event != LedgerEvents.Deallocated
            )
            .ToListAsync(cancellation);
        var unsaved = session.Database.LedgerEntries.Local.Where(entry =>
            entry.Id <= 0
            && entry.TransactionNumber == transaction.Number
            && entry.Event is not (LedgerEvents.Allocated or LedgerEvents.Deallocated)
        );
        return [.. Net(stored.Concat(unsaved).Select(entry => new JournalLine(entry.PostingDate, entry.LedgerAccount, entry.Amount)))];
    }

    private static IEnumerable<JournalLine> Net(IEnumerable<JournalLine> lines) =>
        lines
            .GroupBy(line => (line.Date, line.LedgerAccount))
            .Select(group => new JournalLine(group.Key.Date, group.Key.LedgerAccount, group.Sum(line => line.Amount)))
            .Where(line => line.Amount != 0m);

    private void Post(Account account, FinancialTransaction transaction, string occasion, IReadOnlyList<JournalLine> lines)
    {
        var posting = Guid.CreateVersion7(session.Now);
        var net = Net(lines).ToList();
        if (net.GroupBy(line => line.Date).Any(day => day.Sum(line => line.Amount) != 0m))
        {
            throw new InvalidOperationException($"The posting of transaction {transaction.Number} does not balance.");
        }

        session.Database.LedgerEntries.AddRange(
            net.Select(line => new LedgerEntry
            {
                PostingId = posting,
                PostingDate = line.Date,
                CompanyId = account.CompanyId,
                LedgerAccount = line.LedgerAccount,
                Currency = transaction.Currency,
                Amount = line.Amount,
                AccountUsn = account.Usn,
                TransactionNumber = transaction.Number,
                Event = occasion,
                Entered = session.Now,
            })
        );
    }

    private readonly record struct JournalLine(DateOnly Date, string LedgerAccount, decimal Amount);
}
