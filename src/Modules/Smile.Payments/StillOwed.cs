using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// What may still be taken of an account, in its currency and without surcharges: nothing twice. What gateways were asked for and have not
/// answered is as good as taken, and what a payment plan has is paid by its instalments.
/// </summary>
internal static class StillOwed
{
    /// <summary>By an automatic payment of the balance.</summary>
    /// <param name="but">The payment that is asked for, where there is one.</param>
    public static async Task<decimal> OfBalanceAsync(StageSession session, Account account, Payment? but, CancellationToken cancellation)
    {
        var underWay = await UnderWayAsync(session, account, but, cancellation);
        var planned = await PlannedInvoices(session, account).SumAsync(invoice => invoice.UnallocatedAmount, cancellation);
        return Math.Min(account.Balance - planned - underWay.Others, account.Balance - underWay.Others - underWay.Plans);
    }

    /// <summary>By the automatic payment of an invoice: no more than the account owes besides what it has in credit.</summary>
    public static async Task<decimal> OfInvoiceAsync(StageSession session, Account account, Payment payment, CancellationToken cancellation)
    {
        if (await PlannedInvoices(session, account).AnyAsync(invoice => invoice.Number == payment.InvoiceNumber, cancellation))
        {
            return 0m;
        }

        var unpaid = await session
            .Database.ReadTransactions.Where(invoice =>
                invoice.Number == payment.InvoiceNumber && invoice.State == TransactionState.Closed && invoice.ReversedBy == null
            )
            .SumAsync(invoice => invoice.UnallocatedAmount, cancellation);
        return Math.Min(unpaid, await OfAllAsync(session, account, payment, cancellation));
    }

    /// <summary>By an instalment of a payment plan.</summary>
    public static async Task<decimal> OfPlanAsync(StageSession session, Account account, Payment payment, CancellationToken cancellation)
    {
        var plan = await session
            .Database.PaymentPlans.AsNoTracking()
            .Include(plan => plan.Instalments)
            .FirstOrDefaultAsync(plan => plan.Number == payment.PaymentPlanNumber && plan.State == PaymentPlanState.Active, cancellation);
        if (plan is null)
        {
            return 0m;
        }

        // Who reschedules a payment moves its instalment to the new one: a payment without an instalment is not the plan's any more.
        var open = (await OpenInstalmentsAsync(session, account, plan, cancellation))
            .Where(each => each.Instalment.PaymentNumber == payment.Number)
            .Sum(each => each.Open);
        return Math.Min(open, await OfAllAsync(session, account, payment, cancellation));
    }

    /// <summary>
    /// What is open of each instalment: what was paid of the plan's invoices is taken off the first ones, whoever paid it.
    /// </summary>
    public static async Task<IReadOnlyList<(PaymentPlanInstalment Instalment, decimal Open)>> OpenInstalmentsAsync(
        StageSession session,
        Account account,
        PaymentPlan plan,
        CancellationToken cancellation
    )
    {
        var unpaid = await PlannedInvoices(session, account, plan.Number).SumAsync(invoice => invoice.UnallocatedAmount, cancellation);
        var paid = plan.Instalments.Sum(instalment => instalment.Amount) - unpaid;
        var open = new List<(PaymentPlanInstalment, decimal)>();
        foreach (var instalment in plan.Instalments.OrderBy(instalment => instalment.Position))
        {
            var covered = Math.Clamp(paid, 0m, instalment.Amount);
            paid -= covered;
            open.Add((instalment, instalment.Amount - covered));
        }

        return open;
    }

    private static async Task<decimal> OfAllAsync(StageSession session, Account account, Payment but, CancellationToken cancellation)
    {
        var underWay = await UnderWayAsync(session, account, but, cancellation);
        return account.Balance - underWay.Others - underWay.Plans;
    }

    /// <summary>What gateways were asked for and have not answered: by instalments of plans, and by other payments.</summary>
    private static async Task<(decimal Plans, decimal Others)> UnderWayAsync(
        StageSession session,
        Account account,
        Payment? but,
        CancellationToken cancellation
    )
    {
        var number = but?.Number ?? "";
        var amounts = await session
            .Database.Payments.AsNoTracking()
            .Where(payment =>
                payment.AccountUsn == account.Usn
                && payment.Status == PaymentStatus.Waiting
                && payment.Number != number
                && payment.Attempts.Any(attempt => attempt.Outcome == null)
            )
            .Select(payment => new { payment.Origin, Net = payment.Amount - payment.SurchargeAmount })
            .ToListAsync(cancellation);
        return (
            amounts.Where(each => each.Origin == PaymentOrigin.Plan).Sum(each => each.Net),
            amounts.Where(each => each.Origin != PaymentOrigin.Plan).Sum(each => each.Net)
        );
    }

    /// <param name="plan">The number of the plan; null for all.</param>
    private static IQueryable<FinancialTransaction> PlannedInvoices(StageSession session, Account account, string? plan = null)
    {
        var planned = PaymentPlans.InvoicesOf(session, account.Usn, plan);
        return session.Database.LoadTransactions.Where(invoice =>
            invoice.AccountUsn == account.Usn
            && invoice.State == TransactionState.Closed
            && invoice.ReversedBy == null
            && planned.Contains(invoice.Number)
        );
    }
}
