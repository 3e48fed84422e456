using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;

namespace Smile.Storage;

/// <summary>
/// What is left to bill: accounts whose earliest unbilled period has ended, that are not held and have not failed in the run.
/// </summary>
public static class BillingWork
{
    private const string Due = """
        FROM account
        JOIN unnest($2::int[], $3::date[]) AS zone (id, ended) ON zone.id = account.time_zone_id AND account.next_bill <= zone.ended
        WHERE account.next_bill <= $4 AND ($5::text IS NULL OR account.usn = $5) AND NOT EXISTS (
            SELECT 1 FROM bill WHERE bill.account_usn = account.usn AND bill.period_end = account.next_bill
                AND (bill.status = 'Holding' OR (bill.status = 'Error' AND bill.billing_run_id = $1)))
        """;

    /// <param name="ended">The last day that has ended, by the number of the time zone.</param>
    /// <param name="account">Null for all.</param>
    public static async Task<long> CountAsync(
        NpgsqlDataSource source,
        int run,
        DateOnly through,
        IReadOnlyDictionary<int, DateOnly> ended,
        Usn? account,
        CancellationToken cancellation
    )
    {
        await using var command = Command(source, $"SELECT count(*) {Due}", run, through, ended, account);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The end of the earliest period that is left; null where nothing is.</summary>
    public static async Task<DateOnly?> NextPeriodAsync(
        NpgsqlDataSource source,
        int run,
        DateOnly through,
        IReadOnlyDictionary<int, DateOnly> ended,
        Usn? account,
        CancellationToken cancellation
    )
    {
        await using var command = Command(
            source,
            $"SELECT account.next_bill {Due} ORDER BY account.next_bill LIMIT 1",
            run,
            through,
            ended,
            account
        );
        return await command.ExecuteScalarAsync(cancellation) is DateOnly day ? day : null;
    }

    /// <summary>The next accounts of a period, without locking them.</summary>
    public static async Task<IReadOnlyList<Usn>> NextAccountsAsync(
        NpgsqlDataSource source,
        int run,
        DateOnly periodEnd,
        IReadOnlyDictionary<int, DateOnly> ended,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = Command(
            source,
            $"SELECT account.usn {Due} AND account.next_bill = $4 ORDER BY account.usn LIMIT $6",
            run,
            periodEnd,
            ended,
            null
        );
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        return await UsnsAsync(command, cancellation);
    }

    /// <summary>Accounts that are due by a day, in the order of their USNs.</summary>
    public static async Task<IReadOnlyList<Usn>> DueAfterAsync(
        NpgsqlDataSource source,
        DateOnly through,
        IReadOnlyDictionary<int, DateOnly> ended,
        Usn? account,
        string after,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = Command(
            source,
            $"SELECT account.usn {Due} AND account.usn > $6 ORDER BY account.usn LIMIT $7",
            0,
            through,
            ended,
            account
        );
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        return await UsnsAsync(command, cancellation);
    }

    /// <summary>The number of the latest run through a day; 0 for none.</summary>
    public static async Task<int> LatestRunAsync(NpgsqlDataSource source, DateOnly through, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT coalesce(max(id), 0) FROM billing_run WHERE through = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = through });
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<IReadOnlyList<Usn>> UsnsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var accounts = new List<Usn>();
        while (await reader.ReadAsync(cancellation))
        {
            accounts.Add(new Usn(reader.GetString(0)));
        }

        return accounts;
    }

    private static NpgsqlCommand Command(
        NpgsqlDataSource source,
        string sql,
        int run,
        DateOnly through,
        IReadOnlyDictionary<int, DateOnly> ended,
        Usn? account
    )
    {
        var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = run });
        command.Parameters.Add(new NpgsqlParameter { Value = ended.Keys.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = ended.Values.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = through });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)account?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }
}
