using Microsoft.EntityFrameworkCore;
using Smile.Receivables.Ports;
using Smile.Session;

namespace Smile.Payments;

/// <summary>What others must know of payments that are still to come.</summary>
[UseCase]
public sealed class PendingPayments(StageSession session) : IPendingPayments
{
    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> DebitsWithPaymentAsync(IReadOnlyCollection<string> debits, CancellationToken cancellation) =>
        await Debits(debits, payment => payment.Status == PaymentStatus.Waiting).ToHashSetAsync(cancellation);

    /// <inheritdoc/>
    public Task<string?> PlanOfAsync(string debit, CancellationToken cancellation) =>
        session
            .Database.PaymentPlans.Where(plan =>
                plan.State == PaymentPlanState.Active && plan.Invoices.Any(invoice => invoice.TransactionNumber == debit)
            )
            .Select(plan => plan.Number)
            .FirstOrDefaultAsync(cancellation);

    /// <summary>Those of some debits whose payment is at its gateway now, so that its outcome is not known.</summary>
    public async Task<IReadOnlySet<string>> DebitsInFlightAsync(IReadOnlyCollection<string> debits, CancellationToken cancellation) =>
        await Debits(debits, payment => payment.Status == PaymentStatus.Waiting && payment.Attempts.Any(attempt => attempt.Outcome == null))
            .ToHashSetAsync(cancellation);

    private IQueryable<string> Debits(IReadOnlyCollection<string> debits, System.Linq.Expressions.Expression<Func<Payment, bool>> which)
    {
        var numbers = debits.ToArray();
        return session
            .Database.Payments.Where(which)
            .SelectMany(payment => payment.RequestedAllocations)
            .Where(wanted => numbers.Contains(wanted.TransactionNumber))
            .Select(wanted => wanted.TransactionNumber);
    }
}
