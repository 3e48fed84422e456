using Smile.Session;

namespace Smile.Receivables.Ports;

/// <summary>What the ledger must know of payments that are still to come.</summary>
[Port]
public interface IPendingPayments
{
    /// <summary>
    /// Those of some debits that a waiting payment is to be allocated to: they cannot be allocated by hand meanwhile (guide, line 4503).
    /// </summary>
    Task<IReadOnlySet<string>> DebitsWithPaymentAsync(IReadOnlyCollection<string> debits, CancellationToken cancellation);

    /// <summary>Number of the active payment plan that pays a debit; null where none does.</summary>
    Task<string?> PlanOfAsync(string debit, CancellationToken cancellation);
}
