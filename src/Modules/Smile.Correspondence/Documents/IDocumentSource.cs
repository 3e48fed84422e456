using Smile.Kernel;

namespace Smile.Correspondence.Documents;

/// <summary>Where the content of documents comes from. Each call looks at what the caller may see now.</summary>
public interface IDocumentSource
{
    /// <returns>Null where there is no such transaction for this caller.</returns>
    Task<CustomerDocument?> FindTransactionAsync(string transactionNumber, CancellationToken cancellation);

    /// <returns>Those of the account's transactions that are there for this caller, in no order.</returns>
    Task<IReadOnlyList<CustomerDocument>> FindTransactionsAsync(
        Usn accountUsn,
        IReadOnlyCollection<string> transactionNumbers,
        CancellationToken cancellation
    );

    /// <param name="from">First day, in the account's time zone.</param>
    /// <param name="to">Last day.</param>
    /// <returns>Null where there is no such account for this caller.</returns>
    Task<CustomerDocument?> FindStatementAsync(Usn accountUsn, DateOnly from, DateOnly to, CancellationToken cancellation);
}
