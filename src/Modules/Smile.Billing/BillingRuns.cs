using Microsoft.EntityFrameworkCore;
using Smile.Billing.Storage;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing;

/// <summary>Begins and ends billing runs, and decides on what they made.</summary>
[UseCase]
public sealed class BillingRuns(StageSession session, BillAccounts billAccounts, TransactionLifecycle transactions)
{
    /// <summary>The run through a day: the one that was begun and not finished, or a new one. Several servers share a run by it.</summary>
    /// <param name="isShared">False for a run of its own, which tries again what failed in others.</param>
    public async Task<BillingRun> BeginAsync(DateOnly through, BillApproval approval, bool isShared, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var run = !isShared
            ? null
            : await session
                .Database.BillingRuns.Where(candidate =>
                    candidate.Through == through && candidate.Approval == approval && candidate.Finished == null
                )
                .OrderByDescending(candidate => candidate.Id)
                .FirstOrDefaultAsync(cancellation);
        if (run is null)
        {
            run = new BillingRun
            {
                Through = through,
                Approval = approval,
                Started = session.Now,
            };
            session.Database.BillingRuns.Add(run);
        }

        await session.CommitAsync(cancellation);
        return run;
    }

    public async Task FinishAsync(int id, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var run = await session.Database.BillingRuns.FirstAsync(candidate => candidate.Id == id, cancellation);
        run.Finished ??= session.Now;
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Gives accounts that have none the day on which their first bill is due: the end of the first period that ends after they or their
    /// first subscription began.
    /// </summary>
    /// <returns>How many accounts were looked at; 0 where none is left.</returns>
    public async Task<int> PlanAsync(int limit, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var accounts = await session.Database.LockUnplannedAccountsAsync(limit, cancellation);
        var keys = accounts.Select(account => account.Usn).ToArray();
        var subscriptions = (
            await session.Database.ReadSubscriptions.Where(subscription => keys.Contains(subscription.AccountUsn)).ToListAsync(cancellation)
        ).ToLookup(subscription => subscription.AccountUsn);
        foreach (var account in accounts)
        {
            BillingBeginning.PlanBill(
                session.Catalogue,
                account,
                subscriptions[account.Usn],
                session.ZoneOf(account).DateOf(account.Created)
            );
        }

        await session.CommitAsync(cancellation);
        return accounts.Count;
    }

    /// <summary>Takes an account's period out of automatic billing, or puts it back.</summary>
    public async Task HoldAsync(string usn, bool hold, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        if (account.NextBill is not { } end)
        {
            throw Refuse.Invalid("usn", usn, "The account has no period to bill.");
        }

        var bill = await session.Database.Bills.FirstOrDefaultAsync(
            candidate => candidate.AccountUsn == account.Usn && candidate.PeriodEnd == end,
            cancellation
        );
        switch (bill, hold)
        {
            case (null, true):
                session.Database.Bills.Add(
                    new Bill
                    {
                        AccountUsn = account.Usn,
                        PeriodEnd = end,
                        Status = BillStatus.Holding,
                        TransactionNumbers = [],
                        Amount = 0m,
                        Billed = session.Now,
                    }
                );
                break;
            case ({ }, true):
                bill.Status = BillStatus.Holding;
                break;
            case ({ Status: BillStatus.Holding }, false):
                await session.Database.SaveAsync(cancellation);
                session.Database.Bills.Remove(bill);
                break;
            default:
                throw Refuse.Invalid("usn", usn, "The account's period is not held.");
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>Puts the invoices of a bill on the balance.</summary>
    /// <returns>False where it does not wait for approval, or no longer.</returns>
    public async Task<bool> ApproveAsync(long billId, CancellationToken cancellation)
    {
        if (await BeginAsync(billId, cancellation) is not var (account, bill))
        {
            return false;
        }

        var invoices = await InvoicesAsync(bill, cancellation);
        foreach (var invoice in invoices.Where(invoice => invoice.State == TransactionState.Open))
        {
            await billAccounts.ApproveAsync(account, invoice, cancellation);
        }

        bill.Status = BillStatus.Closed;
        await session.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Deletes the invoices of a bill that waits for approval; the period is held, and what was on them is due again.</summary>
    public async Task<bool> RejectAsync(long billId, CancellationToken cancellation)
    {
        if (await BeginAsync(billId, cancellation) is not var (account, bill))
        {
            return false;
        }

        foreach (var invoice in (await InvoicesAsync(bill, cancellation)).Where(invoice => invoice.State == TransactionState.Open))
        {
            await transactions.DeleteOpenAsync(account, invoice, cancellation);
        }

        account.NextBill = bill.PeriodEnd < account.NextBill ? bill.PeriodEnd : account.NextBill;
        (bill.Status, bill.TransactionNumbers, bill.Amount) = (BillStatus.Holding, [], 0m);
        await session.CommitAsync(cancellation);
        return true;
    }

    private async Task<(Account Account, Bill Bill)?> BeginAsync(long billId, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var owner = await session
            .Database.Bills.AsNoTracking()
            .Where(bill => bill.Id == billId)
            .Select(bill => (Usn?)bill.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        if (owner is not { } usn || await session.LockAccountAsync(usn, cancellation) is not { } account)
        {
            return null;
        }

        var found = await session.Database.Bills.FirstAsync(bill => bill.Id == billId, cancellation);
        return found.Status == BillStatus.Approving ? (account, found) : null;
    }

    private Task<List<FinancialTransaction>> InvoicesAsync(Bill bill, CancellationToken cancellation) =>
        session
            .Database.LoadTransactions.Include(transaction => transaction.Items.OrderBy(item => item.LineNumber))
            .Where(transaction => bill.TransactionNumbers.Contains(transaction.Number))
            .OrderBy(transaction => transaction.Number)
            .ToListAsync(cancellation);
}
