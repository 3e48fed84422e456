using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Receivables;

/// <summary>getTransaction() and getTransactionList() (guide, lines 3560, 3750).</summary>
[UseCase]
public sealed class TransactionQueries(StageSession session, Ledger ledger)
{
    /// <summary>Rows that are read at once. Between pages no connection is held, however slowly the client reads.</summary>
    private const int PageSize = 500;

    public async Task<TransactionDetailType> GetAsync(string number, CancellationToken cancellation)
    {
        var (account, transaction) = await ReadAsync(number, cancellation);
        return (await ledger.DocumentsAsync(account, transaction.Items, cancellation)).Detail(transaction, TransactionView.Query);
    }

    /// <summary>The account's history within a time, oldest first, without lines; read while it is answered, for it may be long.</summary>
    /// <param name="start">The first moment.</param>
    /// <param name="end">The last moment.</param>
    public async Task<TransactionListType> ListAsync(string usn, XmlTimestamp start, XmlTimestamp end, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        var zone = session.ZoneOf(account);
        var (from, to) = (zone.Instant(start), zone.Instant(end));
        if (to <= from)
        {
            throw Refuse.Invalid("endTimestamp", end, "The end must be after the start.");
        }

        var documents = await ledger.DocumentsAsync(account, [], cancellation);
        return new TransactionListType
        {
            StreamedTransaction = ReadAsync(account.Usn, from, to, cancellation)
                .Select(transaction => documents.Detail(transaction, TransactionView.List)),
        };
    }

    /// <summary>Pages, each of which begins behind the last row of the one before.</summary>
    private async IAsyncEnumerable<FinancialTransaction> ReadAsync(
        Usn account,
        DateTimeOffset from,
        DateTimeOffset to,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var transactions = session
            .Database.Transactions.AsNoTracking()
            .Where(transaction =>
                transaction.AccountUsn == account && transaction.State == TransactionState.Closed && transaction.Effective <= to
            );
        FinancialTransaction? last = null;
        List<FinancialTransaction> page;
        do
        {
            var (effective, number) = (last?.Effective ?? from, last?.Number ?? "");
            page = await transactions
                .Where(transaction =>
                    transaction.Effective >= effective
                    && (transaction.Effective > effective || string.Compare(transaction.Number, number) > 0)
                )
                .OrderBy(transaction => transaction.Effective)
                .ThenBy(transaction => transaction.Number)
                .Take(PageSize)
                .ToListAsync(cancellation);
            foreach (var transaction in page)
            {
                yield return transaction;
            }

            last = page.LastOrDefault();
        } while (page.Count == PageSize);
    }

    /// <summary>A transaction with its lines and its account, not to be changed.</summary>
    /// <exception cref="SmileException">There is none for this caller.</exception>
    private async Task<(Account Account, FinancialTransaction Transaction)> ReadAsync(string number, CancellationToken cancellation) =>
        await FindAsync(session, number, cancellation) ?? throw Allocations.NoSuchTransaction("transactionNumber", number);

    /// <summary>A transaction with its lines and its account, not to be changed; null where there is none for this caller.</summary>
    public static async Task<(Account Account, FinancialTransaction Transaction)?> FindAsync(
        StageSession session,
        string number,
        CancellationToken cancellation
    )
    {
        var key = number.Trim();
        var transaction = await session
            .Database.Transactions.AsNoTracking()
            .Include(candidate => candidate.Items)
            .FirstOrDefaultAsync(candidate => candidate.Number == key && candidate.State != TransactionState.Deleted, cancellation);
        return transaction is not null && await session.FindAccountAsync(transaction.AccountUsn.Value, cancellation) is { } account
            ? (account, transaction)
            : null;
    }
}
