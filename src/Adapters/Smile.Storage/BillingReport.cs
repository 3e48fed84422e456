using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Smile.Storage;

/// <summary>What a billing run made, for those who approve it.</summary>
public static class BillingReport
{
    private const int MostListed = 20;

    /// <summary>
    /// A run's totals by status and currency, the accounts that failed, and the bills that differ most from those before.
    /// </summary>
    /// <param name="run">Null for the latest.</param>
    public static async Task<IReadOnlyList<string>> LinesAsync(NpgsqlDataSource source, int? run, CancellationToken cancellation)
    {
        var lines = new List<string>();
        var id = 0;
        await ReadAsync(
            source,
            "SELECT id, through, approval, started, finished FROM billing_run WHERE $1::int IS NULL OR id = $1 ORDER BY id DESC LIMIT 1",
            run,
            row =>
            {
                id = row.GetInt32(0);
                lines.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Run {id} through {row.GetFieldValue<DateOnly>(1):yyyy-MM-dd}, approval {row.GetString(2)}, begun "
                            + $"{row.GetDateTime(3):yyyy-MM-dd HH:mm:ss}Z, "
                            + $"{(row.IsDBNull(4) ? "not finished" : Finished(row.GetDateTime(4)))}"
                    )
                );
            },
            cancellation
        );
        if (lines.Count == 0)
        {
            return ["There is no such billing run."];
        }

        await ReadAsync(
            source,
            """
            SELECT bill.status, account.currency, count(*), sum(bill.amount) FROM bill
            JOIN account ON account.usn = bill.account_usn WHERE bill.billing_run_id = $1 GROUP BY 1, 2 ORDER BY 1, 2
            """,
            id,
            row =>
                lines.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {row.GetString(0), -10} {row.GetInt64(2), 9} bills {row.GetDecimal(3), 18:#,##0.00} {row.GetString(1)}"
                    )
                ),
            cancellation
        );
        await ListAsync(
            "Not billed:",
            "SELECT account_usn, period_end, error FROM bill WHERE billing_run_id = $1 AND status = 'Error' ORDER BY account_usn LIMIT "
                + MostListed,
            row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {row.GetString(0)} {row.GetFieldValue<DateOnly>(1):yyyy-MM-dd} {row.GetString(2)}"
                )
        );
        await ListAsync(
            "Unlike the bill before:",
            $"""
            SELECT bill.account_usn, bill.period_end, bill.amount, previous.amount FROM bill
            JOIN LATERAL (SELECT amount FROM bill earlier WHERE earlier.account_usn = bill.account_usn
                AND earlier.period_end < bill.period_end ORDER BY earlier.period_end DESC LIMIT 1) previous ON true
            WHERE bill.billing_run_id = $1 AND bill.status IN ('Approving', 'Closed')
                AND (bill.amount < 0 OR abs(bill.amount - previous.amount) > greatest(abs(previous.amount) / 2, 1))
            ORDER BY abs(bill.amount - previous.amount) DESC, bill.account_usn LIMIT {MostListed}
            """,
            row =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {row.GetString(0)} {row.GetFieldValue<DateOnly>(1):yyyy-MM-dd} {row.GetDecimal(2):#,##0.00}, before "
                        + $"{row.GetDecimal(3):#,##0.00}"
                )
        );
        return lines;

        async Task ListAsync(string title, string sql, Func<NpgsqlDataReader, string> text)
        {
            var listed = new List<string>();
            await ReadAsync(source, sql, id, row => listed.Add(text(row)), cancellation);
            lines.AddRange(listed.Count == 0 ? [] : listed.Prepend(title));
        }
    }

    /// <summary>Bills that wait for approval, oldest first.</summary>
    public static async Task<IReadOnlyList<long>> WaitingAsync(
        NpgsqlDataSource source,
        int? run,
        string? account,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            """
            SELECT id FROM bill WHERE status = 'Approving' AND ($1::int IS NULL OR billing_run_id = $1)
                AND ($2::text IS NULL OR account_usn = $2) ORDER BY period_end, id
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)run ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)account ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var bills = new List<long>();
        while (await reader.ReadAsync(cancellation))
        {
            bills.Add(reader.GetInt64(0));
        }

        return bills;
    }

    private static async Task ReadAsync(
        NpgsqlDataSource source,
        string sql,
        int? run,
        Action<NpgsqlDataReader> read,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)run ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            read(reader);
        }
    }

    private static string Finished(DateTime at) => string.Create(CultureInfo.InvariantCulture, $"finished {at:yyyy-MM-dd HH:mm:ss}Z");
}
