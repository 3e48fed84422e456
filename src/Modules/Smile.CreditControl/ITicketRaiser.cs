using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.CreditControl;

/// <summary>Raises tickets about accounts, so that somebody of the company sees to what credit control cannot.</summary>
[Port]
public interface ITicketRaiser
{
    /// <summary>Raises one within the transaction that has the account locked.</summary>
    /// <param name="template">Number of the template ticket.</param>
    /// <param name="reason">What it is raised for, as its text where the template has none.</param>
    Task RaiseAsync(Account account, int template, string reason, CancellationToken cancellation);
}
