using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Correspondence.Documents;

/// <summary>Statements of accounts.</summary>
[UseCase]
public sealed class LedgerStatements(StageSession session)
{
    /// <inheritdoc cref="IDocumentSource.FindStatementAsync"/>
    public async Task<CustomerDocument?> FindAsync(Usn accountUsn, DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        if (await session.FindAccountAsync(accountUsn.Value, cancellation) is not { } account)
        {
            return null;
        }

        var transactions = await session
            .Database.ReadTransactions.Where(transaction =>
                transaction.AccountUsn == account.Usn && transaction.State == TransactionState.Closed && transaction.TransactionDate <= to
            )
            .OrderBy(transaction => transaction.Effective)
            .ThenBy(transaction => transaction.Number)
            .ToListAsync(cancellation);
        var end = session.ZoneOf(account).StartOf(to.AddDays(1));
        var allocations = await session
            .Database.ReadAllocations.Where(allocation =>
                allocation.AccountUsn == account.Usn
                && allocation.Allocated < end
                && (allocation.Deallocated == null || allocation.Deallocated >= end)
            )
            .ToListAsync(cancellation);
        var addressee = await Invoicees.AddresseeAsync(session, account, cancellation);
        return new StatementDocument(session.Catalogue, account, addressee, from, to, transactions, allocations).ToDocument();
    }
}
