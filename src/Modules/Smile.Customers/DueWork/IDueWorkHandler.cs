using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Customers.DueWork;

/// <summary>Carries out due work of some kinds. The module whose work it is implements it.</summary>
[Port]
public interface IDueWorkHandler
{
    IReadOnlyList<DueWorkKind> Kinds { get; }

    /// <summary>Does the work within the transaction that also marks it as done.</summary>
    /// <param name="account">The account that it is about; locked.</param>
    /// <returns>What is to be done after the commit, when nothing waits for it with a lock; null for nothing.</returns>
    Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation);
}
