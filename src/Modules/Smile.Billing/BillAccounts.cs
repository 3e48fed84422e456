using Microsoft.EntityFrameworkCore;
using Smile.Billing.Storage;
using Smile.Billing.Usage;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Payments;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing;

/// <summary>What a bill came to.</summary>
/// <param name="Amount">With GST, in the account's currency.</param>
public sealed record BilledAccount(Usn Usn, DateOnly PeriodEnd, string Currency, decimal Amount, int Invoices, int Lines)
{
    /// <summary>Why it was not billed; null where it was.</summary>
    public string? Error { get; init; }
}

/// <summary>Bills accounts for the earliest of their invoicing periods that have ended: some of them in one transaction.</summary>
[UseCase]
public sealed class BillAccounts(
    StageSession session,
    BillingRecords records,
    RaiseInvoice invoices,
    Ledger ledger,
    AutomaticPayments automaticPayments,
    IUsageCharges usageCharges
)
{
    /// <summary>Bills the next unlocked accounts.</summary>
    /// <param name="ended">The last day that has ended, by the number of the time zone; bills are for periods that ended by then.</param>
    /// <returns>Empty where nothing is left, or everything that is left is in others' hands.</returns>
    public async Task<IReadOnlyList<BilledAccount>> BillNextAsync(
        BillingRun run,
        IReadOnlyDictionary<int, DateOnly> ended,
        DateOnly periodEnd,
        int limit,
        CancellationToken cancellation
    )
    {
        await session.Database.BeginAsync(cancellation);
        var accounts = await session.Database.LockAccountsToBillAsync(run.Id, periodEnd, ended, limit, cancellation);
        return await BillAsync(run, accounts, cancellation);
    }

    /// <summary>Bills one account for a period, unless that was done meanwhile.</summary>
    public async Task<IReadOnlyList<BilledAccount>> BillOneAsync(
        BillingRun run,
        Usn usn,
        DateOnly periodEnd,
        CancellationToken cancellation
    )
    {
        await session.Database.BeginAsync(cancellation);
        var accounts = await session.Database.LockAccountsAsync([usn], cancellation);
        return await BillAsync(run, [.. accounts.Where(account => account.NextBill == periodEnd)], cancellation);
    }

    /// <summary>Notes why an account could not be billed. The run goes on with the others; the next one tries again.</summary>
    /// <returns>False where there is nothing to note: it was billed meanwhile, or another worker of the run has noted it.</returns>
    public async Task<bool> RecordErrorAsync(BillingRun run, Usn usn, DateOnly periodEnd, string error, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        if (await session.Database.LockAccountsAsync([usn], cancellation) is not [{ } account] || account.NextBill != periodEnd)
        {
            return false;
        }

        var stored = await session.Database.Bills.FirstOrDefaultAsync(
            bill => bill.AccountUsn == usn && bill.PeriodEnd == periodEnd,
            cancellation
        );
        if (stored is { Status: BillStatus.Error } && stored.BillingRunId == run.Id)
        {
            return false;
        }

        Record(run, stored, account, periodEnd, BillStatus.Error, [], 0m, Shortened(error));
        await session.CommitAsync(cancellation);
        return true;
    }

    private async Task<IReadOnlyList<BilledAccount>> BillAsync(
        BillingRun run,
        IReadOnlyList<Account> accounts,
        CancellationToken cancellation
    )
    {
        if (accounts.Count == 0)
        {
            return [];
        }

        var read = await records.ReadAsync(accounts, forChange: true, cancellation);
        var usage = await usageCharges.CloseAsync(
            [.. read.Select(record => BillComputation.UsageOn(session.Catalogue, record, EndOf(record.Account)))],
            cancellation
        );
        IReadOnlyList<BilledAccount> billed;
        try
        {
            billed = await EnterAsync(run, read, usage, cancellation);
        }
        catch
        {
            await usageCharges.GivenUpAsync(usage, CancellationToken.None);
            throw;
        }

        await session.CommitAsync(cancellation);
        await usageCharges.CommittedAsync(usage, cancellation);
        return billed;
    }

    private async Task<IReadOnlyList<BilledAccount>> EnterAsync(
        BillingRun run,
        IReadOnlyList<AccountRecord> read,
        UsageToBill usage,
        CancellationToken cancellation
    )
    {
        var keys = read.Select(record => record.Account.Usn).ToArray();
        var closedThrough = await session.Database.ReadDebtorCloseDates.ToDictionaryAsync(
            closed => closed.CompanyId,
            closed => closed.ClosedThrough,
            cancellation
        );
        var end = EndOf(read[0].Account);
        var stored = await session
            .Database.Bills.Where(bill => keys.Contains(bill.AccountUsn) && bill.PeriodEnd == end)
            .ToDictionaryAsync(bill => bill.AccountUsn, cancellation);
        var withCredits = (
            await session
                .Database.ReadTransactions.Where(transaction =>
                    keys.Contains(transaction.AccountUsn)
                    && transaction.State == TransactionState.Closed
                    && transaction.UnallocatedAmount < 0m
                )
                .Select(transaction => transaction.AccountUsn)
                .Distinct()
                .ToListAsync(cancellation)
        ).ToHashSet();
        await automaticPayments.LookUpAsync(keys, cancellation);

        var failed = read.Where(record => usage.Errors.ContainsKey(record.Account.Usn)).ToList();
        var computed = read.Except(failed).Select(record => Compute(record, usage.Of(record.Account).ToList(), closedThrough)).ToList();
        await session.KeepTransactionNumbersAsync(computed.Sum(bill => bill.Invoices.Count), cancellation);

        var billed = new List<BilledAccount>(read.Count);
        foreach (var bill in computed)
        {
            var usn = bill.Record.Account.Usn;
            billed.Add(await BillAsync(run, bill, stored.GetValueOrDefault(usn), withCredits.Contains(usn), cancellation));
        }

        foreach (var account in failed.Select(record => record.Account))
        {
            var error = usage.Errors[account.Usn];
            Record(run, stored.GetValueOrDefault(account.Usn), account, end, BillStatus.Error, [], 0m, Shortened(error));
            billed.Add(new BilledAccount(account.Usn, end, account.Currency, 0m, 0, 0) { Error = error });
        }

        return billed;
    }

    private static DateOnly EndOf(Account account) =>
        account.NextBill ?? throw new InvalidOperationException($"Account {account.Usn} has no period to bill.");

    private static string Shortened(string error) => error[..Math.Min(error.Length, Bill.MaxErrorLength)];

    /// <summary>What a bill has, before anything is entered.</summary>
    private ComputedBill Compute(AccountRecord record, IReadOnlyList<UsagePeriod> periods, Dictionary<int, DateOnly> closedThrough)
    {
        var account = record.Account;
        var end = EndOf(account);

        // Dated the day on which the period is over, so that a bill is the same whenever the run gets to it; in closed books, the first
        // open day.
        var day = end.AddDays(1);
        if (closedThrough.TryGetValue(account.CompanyId, out var closed) && day <= closed)
        {
            day = closed.AddDays(1);
        }

        var used = BillComputation.Usage(session.Catalogue, record, periods, day, session.Now);
        var lines = BillComputation.Lines(
            session.Catalogue,
            record,
            used.Select(pair => pair.Line),
            new CountedUsage(periods),
            end,
            day,
            session.Now
        );
        return new ComputedBill(record, end, day, [.. BillComputation.Invoices(record, lines)], periods, used);
    }

    private async Task<BilledAccount> BillAsync(
        BillingRun run,
        ComputedBill bill,
        Bill? stored,
        bool hasCredits,
        CancellationToken cancellation
    )
    {
        var (record, end, day, invoicesOfBill) = (bill.Record, bill.End, bill.Day, bill.Invoices);
        var account = record.Account;
        var effective = session.ZoneOf(account).StartOf(day);
        var due = invoices.DueDate(account, day);
        var raised = new List<FinancialTransaction>();
        foreach (var charges in invoicesOfBill)
        {
            var invoice = await invoices.OpenAsync(
                account,
                charges,
                effective,
                due,
                TransactionSources.Bulk,
                suppressAutoPayment: false,
                cancellation,
                groupings: record.Groupings
            );
            raised.Add(invoice);
            if (run.Approval == BillApproval.Automatic)
            {
                await CloseAsync(account, invoice, hasCredits, cancellation);
            }
        }

        foreach (var period in bill.Periods)
        {
            usageCharges.Billed(period, bill.InvoiceOf(period) is { } place ? raised[place].Number : null);
        }

        foreach (var subscription in BillComputation.Ending(record, end))
        {
            subscription.MarkBilledThrough(end);
            if (subscription.Closed is { } closing && session.ZoneOf(account).DateOf(closing) is var last && last > end)
            {
                // Late runs bill it to its end.
                subscription.RebillFromDay(last);
            }
        }

        if (BillingPeriods.EndsOn(record.Cycles.Invoicing, end))
        {
            account.MarkBilledThrough(end);
        }

        account.NextBill = BillComputation.NextBill(record, end);
        var amount = raised.Sum(invoice => invoice.Amount);
        var isWaiting = run.Approval == BillApproval.Manual && raised.Count > 0;

        // A period that was billed is billed again where the one before it was rejected: what it has already it keeps.
        var had = stored is { Status: BillStatus.Approving or BillStatus.Closed } ? stored : null;
        Record(
            run,
            stored,
            account,
            end,
            isWaiting || had?.Status == BillStatus.Approving ? BillStatus.Approving : BillStatus.Closed,
            [.. had?.TransactionNumbers ?? [], .. raised.Select(invoice => invoice.Number)],
            (had?.Amount ?? 0m) + amount,
            null
        );
        return new BilledAccount(account.Usn, end, account.Currency, amount, raised.Count, raised.Sum(invoice => invoice.Items.Count));
    }

    /// <summary>Puts an invoice on the balance that has waited for approval.</summary>
    internal Task ApproveAsync(Account account, FinancialTransaction invoice, CancellationToken cancellation)
    {
        ledger.DueFromToday(account, invoice);
        return CloseAsync(account, invoice, hasCredits: true, cancellation);
    }

    /// <summary>
    /// Puts an invoice on the balance: settles it with what the customer has to their credit, and pays the rest automatically.
    /// </summary>
    private async Task CloseAsync(Account account, FinancialTransaction invoice, bool hasCredits, CancellationToken cancellation)
    {
        await ledger.CloseAsync(account, invoice, cancellation, paysAutomatically: false);
        if (hasCredits || invoice.Amount < 0m)
        {
            await ledger.AllocateAutomaticallyAsync(account, null, cancellation);
        }

        await automaticPayments.OnInvoiceClosedAsync(account, invoice, cancellation);
    }

    private void Record(
        BillingRun run,
        Bill? stored,
        Account account,
        DateOnly end,
        BillStatus status,
        string[] numbers,
        decimal amount,
        string? error
    )
    {
        if (stored is null)
        {
            session.Database.Bills.Add(
                new Bill
                {
                    AccountUsn = account.Usn,
                    PeriodEnd = end,
                    Status = status,
                    BillingRunId = run.Id,
                    TransactionNumbers = numbers,
                    Amount = amount,
                    Error = error,
                    Billed = session.Now,
                }
            );
            return;
        }

        (stored.Status, stored.BillingRunId, stored.TransactionNumbers, stored.Amount, stored.Error, stored.Billed) = (
            status,
            run.Id,
            numbers,
            amount,
            error,
            session.Now
        );
    }

    /// <param name="End">Last day of the period.</param>
    /// <param name="Day">The day that the invoices are of.</param>
    /// <param name="Invoices">Their charges.</param>
    /// <param name="Periods">The rating periods on it.</param>
    /// <param name="Used">Their lines.</param>
    private sealed record ComputedBill(
        AccountRecord Record,
        DateOnly End,
        DateOnly Day,
        IReadOnlyList<IReadOnlyList<TransactionItem>> Invoices,
        IReadOnlyList<UsagePeriod> Periods,
        IReadOnlyList<(UsagePeriod Period, TransactionItem Line)> Used
    )
    {
        /// <summary>The place of the invoice that has a rating period's lines; the first one where it has none.</summary>
        public int? InvoiceOf(UsagePeriod period)
        {
            var lines = Used.Where(pair => pair.Period == period).Select(pair => pair.Line).ToHashSet();
            var place = Invoices.TakeWhile(invoice => !invoice.Any(lines.Contains)).Count();
            return place < Invoices.Count ? place
                : Invoices.Count > 0 ? 0
                : null;
        }
    }
}
