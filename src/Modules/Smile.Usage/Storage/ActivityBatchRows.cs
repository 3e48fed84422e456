using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Usage.Exports;
using static Smile.Usage.Storage.Parameters;

namespace Smile.Usage.Storage;

/// <summary>Files of activity statements in the database.</summary>
internal static class ActivityBatchRows
{
    private const string Columns = "id, kind, usn, caller_usn, made, expires, spans::text, first_start, last_start";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task AddAsync(UsageDatabase database, ActivityBatch batch, byte[] tokenHash, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(
            """
            INSERT INTO usage_activity_batch (id, kind, usn, caller_usn, made, expires, spans, first_start, last_start, token_hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = batch.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{batch.Kind}" });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.Usn.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.CallerUsn.Value });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = batch.Made.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = batch.Expires.ToUniversalTime() });
        command.Parameters.Add(Nullable(batch.Spans, NpgsqlDbType.Jsonb));
        command.Parameters.Add(Nullable(batch.FirstStart?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Nullable(batch.LastStart?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = tokenHash });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static Task<ActivityBatch?> FindAsync(UsageDatabase database, long id, CancellationToken cancellation) =>
        FindAsync(database, "id", new NpgsqlParameter<long> { TypedValue = id }, cancellation);

    public static Task<ActivityBatch?> FindAsync(UsageDatabase database, byte[] tokenHash, CancellationToken cancellation) =>
        FindAsync(database, "token_hash", new NpgsqlParameter<byte[]> { TypedValue = tokenHash }, cancellation);

    private static async Task<ActivityBatch?> FindAsync(
        UsageDatabase database,
        string column,
        NpgsqlParameter value,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand($"SELECT {Columns} FROM usage_activity_batch WHERE {column} = $1");
        command.Parameters.Add(value);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new ActivityBatch(
                reader.GetInt64(0),
                Enum.Parse<ActivityKind>(reader.GetString(1)),
                new Usn(reader.GetString(2)),
                new Usn(reader.GetString(3)),
                reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetString(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
                reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8)
            )
            : null;
    }
}
