using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Receivables.Ports;

/// <summary>What other modules do in the transaction in which the ledger closes one.</summary>
[Port]
public interface ILedgerListener
{
    /// <param name="account">Locked, with the transaction on its balance.</param>
    /// <param name="paysAutomatically">Whether an invoice schedules its automatic payment at once; else who closed it does so
    /// later.</param>
    Task OnClosedAsync(Account account, FinancialTransaction closed, bool paysAutomatically, CancellationToken cancellation);
}
