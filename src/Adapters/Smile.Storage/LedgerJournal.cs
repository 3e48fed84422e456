using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace Smile.Storage;

/// <summary>A line of the journal as it is exported. One of debit and credit is zero.</summary>
/// <param name="InvoiceNumber">
/// What the transaction's document prints in place of its number; null where it prints that, or was never closed.
/// </param>
public sealed record JournalRow(
    DateOnly Date,
    Guid Posting,
    int Company,
    string LedgerAccount,
    string Currency,
    decimal Debit,
    decimal Credit,
    string AccountUsn,
    string Transaction,
    string TransactionType,
    string Event,
    DateTimeOffset Entered,
    string? InvoiceNumber
);

/// <summary>What an account of the chart has moved.</summary>
/// <param name="Debits">Positive.</param>
/// <param name="Credits">Positive.</param>
/// <param name="LatestDay">The last day that it has a posting of.</param>
public sealed record TrialBalanceRow(
    int Company,
    string Currency,
    string LedgerAccount,
    decimal Debits,
    decimal Credits,
    DateOnly LatestDay
);

/// <summary>Reads the general ledger's journal.</summary>
public static class LedgerJournal
{
    /// <summary>
    /// The entries of some days, day by day in the order in which they were posted; streamed, so that a year fits into little memory.
    /// </summary>
    /// <param name="company">Null for all.</param>
    public static async IAsyncEnumerable<JournalRow> ReadAsync(
        NpgsqlDataSource source,
        DateOnly from,
        DateOnly to,
        int? company,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            """
            SELECT entry.posting_date, entry.posting_id, entry.company_id, entry.ledger_account, entry.currency, greatest(entry.amount, 0),
                greatest(-entry.amount, 0),
                   entry.account_usn, entry.transaction_number, financial_transaction.type, entry.event, entry.entered,
                   financial_transaction.invoice_number
            FROM ledger_entry entry JOIN financial_transaction ON number = entry.transaction_number
            WHERE entry.posting_date BETWEEN $1 AND $2 AND ($3::integer IS NULL OR entry.company_id = $3)
            ORDER BY entry.posting_date, entry.id
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = from });
        command.Parameters.Add(new NpgsqlParameter { Value = to });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)company ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new JournalRow(
                reader.GetFieldValue<DateOnly>(0),
                reader.GetGuid(1),
                reader.GetInt32(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetDecimal(5),
                reader.GetDecimal(6),
                reader.GetString(7),
                reader.GetString(8),
                reader.GetString(9),
                reader.GetString(10),
                reader.GetFieldValue<DateTimeOffset>(11),
                reader.IsDBNull(12) ? null : reader.GetString(12)
            );
        }
    }

    /// <summary>What each account of the chart has moved through a day.</summary>
    public static async Task<IReadOnlyList<TrialBalanceRow>> TrialBalanceAsync(
        NpgsqlDataSource source,
        DateOnly through,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            """
            SELECT company_id, currency, ledger_account, max(posting_date),
                   coalesce(sum(amount) FILTER (WHERE amount > 0), 0), coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)
            FROM ledger_entry WHERE posting_date <= $1
            GROUP BY company_id, currency, ledger_account ORDER BY company_id, currency, ledger_account
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = through });
        var rows = new List<TrialBalanceRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(
                new TrialBalanceRow(
                    reader.GetInt32(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetDecimal(4),
                    reader.GetDecimal(5),
                    reader.GetFieldValue<DateOnly>(3)
                )
            );
        }

        return rows;
    }
}
