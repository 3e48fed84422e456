using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Domain.Receivables;

namespace Smile.Domain.Documents;

/// <summary>Documents of the ledger.</summary>
public sealed class LedgerDocuments(StageSession session) : IDocumentSource
{
    public async Task<CustomerDocument?> FindTransactionAsync(string transactionNumber, CancellationToken cancellation)
    {
        if (await TransactionQueries.FindAsync(session, transactionNumber, cancellation).ConfigureAwait(false) is not var (account, transaction))
        {
            return null;
        }

        return new TransactionDocument(
            session.Catalogue,
            account,
            transaction,
            await ServicesAsync(transaction, cancellation).ConfigureAwait(false),
            await AllocatedAsync(transaction.Number, cancellation).ConfigureAwait(false)).ToDocument();
    }

    public async Task<CustomerDocument?> FindStatementAsync(Usn accountUsn, DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        if (await session.FindAccountAsync(accountUsn.Value, cancellation).ConfigureAwait(false) is not { } account)
        {
            return null;
        }

        var transactions = await session.Database.Transactions.AsNoTracking()
            .Where(transaction => transaction.AccountUsn == account.Usn && transaction.State == TransactionState.Closed && transaction.TransactionDate <= to)
            .OrderBy(transaction => transaction.Effective).ThenBy(transaction => transaction.Number)
            .ToListAsync(cancellation).ConfigureAwait(false);
        var end = session.Catalogue.Zone(account.TimeZoneId).StartOf(to.AddDays(1));
        var allocations = await session.Database.Allocations.AsNoTracking()
            .Where(allocation => allocation.AccountUsn == account.Usn && allocation.Allocated < end && (allocation.Deallocated == null || allocation.Deallocated >= end))
            .ToListAsync(cancellation).ConfigureAwait(false);
        return new StatementDocument(session.Catalogue, account, from, to, transactions, allocations).ToDocument();
    }

    private async Task<IReadOnlyDictionary<Usn, string>> ServicesAsync(FinancialTransaction transaction, CancellationToken cancellation)
    {
        var usns = transaction.Items.Select(item => item.Usn).Where(usn => usn != transaction.AccountUsn).Distinct().ToArray();
        return usns.Length == 0
            ? new Dictionary<Usn, string>()
            : await session.Database.Subscriptions.AsNoTracking().Where(subscription => usns.Contains(subscription.Usn))
                .ToDictionaryAsync(subscription => subscription.Usn, subscription => session.Catalogue.Service(subscription.ServiceId)?.Name ?? "", cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<AllocatedTransaction>> AllocatedAsync(string number, CancellationToken cancellation)
    {
        var rows = await (from allocation in session.Database.Allocations.AsNoTracking()
                          where allocation.Deallocated == null && (allocation.DebitNumber == number || allocation.CreditNumber == number)
                          join other in session.Database.Transactions.AsNoTracking() on allocation.DebitNumber == number ? allocation.CreditNumber : allocation.DebitNumber equals other.Number
                          orderby other.TransactionDate, other.Number
                          select new { other.TransactionDate, other.Type, other.Number, allocation.Amount }).ToListAsync(cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new AllocatedTransaction(row.TransactionDate, row.Type, row.Number, row.Amount))];
    }
}
