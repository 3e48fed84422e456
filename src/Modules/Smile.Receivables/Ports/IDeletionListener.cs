using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Receivables.Ports;

/// <summary>What other modules do in the transaction in which one of the ledger is deleted: what was on it is due again.</summary>
[Port]
public interface IDeletionListener
{
    /// <param name="account">Locked.</param>
    Task OnDeletedAsync(Account account, FinancialTransaction deleted, CancellationToken cancellation);
}
