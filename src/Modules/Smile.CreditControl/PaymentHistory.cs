using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Receivables.Storage;
using Smile.Session;

namespace Smile.CreditControl;

/// <summary>How an account has paid, and the account terms that its responsive terms say for that.</summary>
[UseCase]
public sealed class PaymentHistory(StageSession session)
{
    /// <summary>The terms that the account should be on. Those that it has where it is on no responsive terms, or in dispute.</summary>
    /// <param name="day">The day to look at, in the account's time zone; null for today.</param>
    internal async Task<int> TermsOfAsync(Account account, DateOnly? day, CancellationToken cancellation)
    {
        if (
            account.Closed is not null
            || session.Catalogue.ResponsiveTerms(account.AccountTypeId, account.ResponsiveTermsId) is not { } responsive
            || await session.Database.ReadOpenDisputes.AnyAsync(dispute => dispute.AccountUsn == account.Usn, cancellation)
        )
        {
            return account.AccountTermsId;
        }

        var zone = session.ZoneOf(account);
        var today = day ?? zone.DateOf(session.Now);
        var invoices = await InvoicesAsync(account, responsive, today, cancellation);
        return responsive.Rules.FirstOrDefault(rule => Holds(rule, invoices, today, zone, account.Currency))?.Then
            ?? responsive.DefaultTerms;
    }

    /// <summary>
    /// Whether enough invoices were still owed so many days after their due date. Counted is what was owed as that day began.
    /// </summary>
    internal static bool Holds(
        ResponsiveTermsRule rule,
        IReadOnlyList<PastInvoice> invoices,
        DateOnly today,
        BillingTimeZone zone,
        string currency
    ) =>
        invoices.Count(invoice =>
        {
            var missed = invoice.DueDate.AddDays(rule.OverdueDays);
            return missed <= today
                && missed > today.AddMonths(-rule.InMonths)
                && invoice.OwedAt(zone.StartOf(missed)) >= rule.OwingIn(currency);
        }) >= rule.AtLeast;

    /// <summary>
    /// Invoices that any rule may count. Those that were taken back, those that credit control leaves alone now and its own late fees count
    /// for nothing.
    /// </summary>
    private async Task<IReadOnlyList<PastInvoice>> InvoicesAsync(
        Account account,
        ResponsiveTermsItem responsive,
        DateOnly today,
        CancellationToken cancellation
    )
    {
        var earliest = responsive.Rules.Min(rule => today.AddMonths(-rule.InMonths).AddDays(-rule.OverdueDays));
        var found = await session
            .Database.ReadTransactions.Where(transaction =>
                transaction.AccountUsn == account.Usn
                && transaction.Type == TransactionType.Invoice
                && transaction.State == TransactionState.Closed
                && transaction.ReversedBy == null
                && transaction.Source != TransactionSources.CreditControl
                && transaction.DueDate >= earliest
                && transaction.DueDate < today
            )
            .Select(transaction => new
            {
                transaction.Number,
                transaction.Amount,
                transaction.UnallocatedAmount,
                transaction.DueDate,
                transaction.Logged,
            })
            .ToListAsync(cancellation);
        if (found.Count == 0)
        {
            return [];
        }

        var numbers = found.Select(invoice => invoice.Number).ToArray();
        var allocations = await session
            .Database.ReadAllocations.Where(allocation => numbers.Contains(allocation.DebitNumber))
            .ToListAsync(cancellation);
        var planGraceDays = session.Catalogue.AccountTerms(account.AccountTermsId).CreditControl.GraceDays;
        var overdue = (await session.Database.OverdueInvoicesAsync(account.Usn, today, 0, planGraceDays, 0m, cancellation))
            .Select(invoice => invoice.Number)
            .ToHashSet();
        var byInvoice = allocations.ToLookup(allocation => allocation.DebitNumber);
        return
        [
            .. found
                .Where(invoice => invoice.UnallocatedAmount == 0m || overdue.Contains(invoice.Number))
                .Select(invoice => new PastInvoice(
                    invoice.DueDate!.Value,
                    invoice.Logged!.Value,
                    invoice.Amount,
                    [.. byInvoice[invoice.Number]]
                )),
        ];
    }
}

/// <summary>An invoice with what has settled it.</summary>
/// <param name="Logged">When it was put on the balance.</param>
internal sealed record PastInvoice(DateOnly DueDate, DateTimeOffset Logged, decimal Amount, IReadOnlyList<Allocation> Allocations)
{
    /// <summary>What was owed of it at a time; nothing before it was on the balance.</summary>
    public decimal OwedAt(DateTimeOffset instant) =>
        Logged > instant
            ? 0m
            : Amount
                - Allocations
                    .Where(allocation =>
                        allocation.Allocated < instant && (allocation.Deallocated is null || allocation.Deallocated >= instant)
                    )
                    .Sum(allocation => allocation.Amount);
}
