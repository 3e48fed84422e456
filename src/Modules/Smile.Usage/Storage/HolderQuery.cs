using System.Data.Common;
using System.Numerics;
using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Session;
using Smile.Usage.Binding;

namespace Smile.Usage.Storage;

/// <summary>Asks the stage's database who had identifiers: one statement for all of a batch.</summary>
internal static class HolderQuery
{
    private const string Columns = "s.usn, s.service_id, s.company_id, s.account_usn";

    /// <summary>By usernames, usernames of subservices and identifying fields, whatever the case of their letters.</summary>
    /// <param name="lower">In lower case.</param>
    public static Task<ILookup<string, UsageHolder>> ByTextAsync(IStageDatabase database, string[] lower, CancellationToken cancellation) =>
        ReadAsync(
            database,
            $"""
            SELECT lower(i.value), i.value, i.field, {Columns}, i.start,
                least(s.closed, (SELECT min(n.start) FROM subscription_identifier AS n
                    WHERE n.subscription_usn = i.subscription_usn AND n.field = i.field AND (n.start, n.id) > (i.start, i.id))),
                s.activated, s.closed
            FROM subscription_identifier AS i JOIN subscription AS s ON s.usn = i.subscription_usn
            WHERE lower(i.value) = ANY($1)
            UNION ALL
            SELECT lower(n.username), n.username, '', {Columns}, n.start, least(s.closed, n."end"), s.activated, s.closed
            FROM subservice_name AS n JOIN subservice AS v ON v.id = n.subservice_id JOIN subscription AS s ON s.usn = v.subscription_usn
            WHERE lower(n.username) = ANY($1)
            """,
            [new NpgsqlParameter<string[]> { TypedValue = lower }],
            cancellation
        );

    public static Task<ILookup<string, UsageHolder>> ByUsnAsync(IStageDatabase database, string[] usns, CancellationToken cancellation) =>
        ReadAsync(
            database,
            $"SELECT s.usn, s.usn, '', {Columns}, s.created, s.closed, s.activated, s.closed FROM subscription AS s WHERE s.usn = ANY($1)",
            [new NpgsqlParameter<string[]> { TypedValue = usns }],
            cancellation
        );

    /// <param name="addresses">As the source writes them, with their version and position.</param>
    public static Task<ILookup<string, UsageHolder>> ByAddressAsync(
        IStageDatabase database,
        IReadOnlyList<(string Text, int Version, BigInteger Position)> addresses,
        CancellationToken cancellation
    ) =>
        ReadAsync(
            database,
            $"""
            SELECT a.text, a.text, '', {Columns}, r.start, least(s.closed, r."end"), s.activated, s.closed
            FROM unnest($1::text[], $2::integer[], $3::numeric[]) AS a (text, version, position)
            JOIN subscription_ip_range AS r ON pool_span(r.version, r.first, r.last)
                @> (a.version * 340282366920938463463374607431768211456 + a.position)
            JOIN subscription AS s ON s.usn = r.subscription_usn
            """,
            [
                new NpgsqlParameter<string[]> { TypedValue = [.. addresses.Select(address => address.Text)] },
                new NpgsqlParameter<int[]> { TypedValue = [.. addresses.Select(address => address.Version)] },
                new NpgsqlParameter
                {
                    Value = addresses.Select(address => address.Position).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Numeric,
                },
            ],
            cancellation
        );

    /// <summary>The identifiers of subscriptions that have got one, or were activated, since an instant. In lower case.</summary>
    public static async Task<IReadOnlyList<string>> ChangedSinceAsync(
        IStageDatabase database,
        DateTimeOffset since,
        CancellationToken cancellation
    )
    {
        await using var command = ((NpgsqlDataSource)database.Source).CreateCommand(
            """
            SELECT lower(value) FROM subscription_identifier WHERE start >= $1 AND value <> ''
            UNION SELECT lower(username) FROM subservice_name WHERE start >= $1
            UNION SELECT lower(i.value) FROM subscription AS s JOIN subscription_identifier AS i ON i.subscription_usn = s.usn
                WHERE s.activated >= $1 AND i.value <> ''
            UNION SELECT lower(n.username) FROM subscription AS s JOIN subservice AS v ON v.subscription_usn = s.usn
                JOIN subservice_name AS n ON n.subservice_id = v.id WHERE s.activated >= $1
            UNION SELECT lower(usn) FROM subscription WHERE activated >= $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = since.ToUniversalTime() });
        var changed = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            changed.Add(reader.GetString(0));
        }

        return changed;
    }

    private static async Task<ILookup<string, UsageHolder>> ReadAsync(
        IStageDatabase database,
        string sql,
        NpgsqlParameter[] parameters,
        CancellationToken cancellation
    )
    {
        await using var command = ((NpgsqlDataSource)database.Source).CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        var holders = new List<(string Key, UsageHolder Holder)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            holders.Add((reader.GetString(0), Holder(reader)));
        }

        return holders.ToLookup(pair => pair.Key, pair => pair.Holder, StringComparer.Ordinal);
    }

    private static UsageHolder Holder(NpgsqlDataReader reader) =>
        new(
            reader.GetString(1),
            reader.GetString(2),
            new Usn(reader.GetString(3)),
            reader.GetInt32(4),
            reader.GetInt32(5),
            new Usn(reader.GetString(6)),
            reader.GetFieldValue<DateTimeOffset>(7),
            Instant(reader, 8),
            Instant(reader, 9),
            Instant(reader, 10)
        );

    private static DateTimeOffset? Instant(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
