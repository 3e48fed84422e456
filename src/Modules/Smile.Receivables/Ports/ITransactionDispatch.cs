using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Receivables.Ports;

/// <summary>Sends customers the documents of transactions.</summary>
[Port]
public interface ITransactionDispatch
{
    /// <summary>Queues the document of a debit or credit note, where the account's terms say that documents are sent.</summary>
    /// <param name="account">Locked.</param>
    void SendNote(Account account, FinancialTransaction transaction);
}
