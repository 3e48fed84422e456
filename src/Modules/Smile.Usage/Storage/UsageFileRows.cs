using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Smile.Usage.Import;
using static Smile.Usage.Storage.Parameters;

namespace Smile.Usage.Storage;

/// <summary>Files of usage that came, and how far they are read.</summary>
internal static class UsageFileRows
{
    private const string Columns =
        "id, source, name, bytes, status, arrived, finished, read, bound, suspended, duplicates, conflicts, ignored, headers, trailers, "
        + "seconds, charge, sequence, message, file_key, file_version, superseded_by, taken_back";

    /// <summary>The same content is taken once; what was refused or has a later version may come again.</summary>
    private const string IsTaken = "status NOT IN ('Refused', 'Superseded')";

    /// <summary>Enters a file. One of the same content that was brought before is that one.</summary>
    /// <returns>The file, and whether it is new.</returns>
    public static async Task<(UsageFile File, bool IsNew)> EnterAsync(
        UsageDatabase database,
        UsageFile file,
        byte[] hash,
        string broughtBy,
        CancellationToken cancellation
    )
    {
        await using var insert = database.Source.CreateCommand(
            $"""
            INSERT INTO usage_file (id, source, name, hash, bytes, status, arrived, brought_by, sequence, file_key, file_version)
            VALUES ($1, $2, $3, $4, $5, 'Reading', $6, $7, $8, $9, $10)
            ON CONFLICT (source, hash) WHERE {IsTaken} DO NOTHING RETURNING {Columns}
            """
        );
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file.Id });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = file.Source });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = file.Name });
        insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file.Bytes });
        insert.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = file.Arrived.ToUniversalTime() });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = broughtBy });
        insert.Parameters.Add(Nullable(file.Sequence, NpgsqlDbType.Bigint));
        insert.Parameters.Add(Nullable(file.Version?.Key, NpgsqlDbType.Text));
        insert.Parameters.Add(Nullable(file.Version?.Number, NpgsqlDbType.Integer));
        if (await ReadAsync(insert, cancellation) is [var added])
        {
            return (added, true);
        }

        await using var select = database.Source.CreateCommand(
            $"SELECT {Columns} FROM usage_file WHERE source = $1 AND hash = $2 AND {IsTaken}"
        );
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = file.Source });
        select.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
        return ((await ReadAsync(select, cancellation)).Single(), false);
    }

    /// <summary>Adds what became of the lines of a batch.</summary>
    /// <exception cref="UsageFileTakenException">The file is not where the batch begins any more.</exception>
    public static async Task CountAsync(
        NpgsqlConnection connection,
        long id,
        int before,
        UsageCounts counts,
        IReadOnlyDictionary<string, int> ignored,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        var update = new NpgsqlBatchCommand(
            """
            UPDATE usage_file SET read = read + $3, bound = bound + $4, suspended = suspended + $5, duplicates = duplicates + $6,
                conflicts = conflicts + $7, ignored = ignored + $8, headers = headers + $9, trailers = trailers + $10,
                seconds = seconds + $11, charge = charge + $12
            WHERE id = $1 AND read = $2 AND status = 'Reading'
            """
        );
        update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        foreach (
            var number in new[]
            {
                before,
                counts.Read,
                counts.Bound,
                counts.Suspended,
                counts.Duplicates,
                counts.Conflicts,
                counts.Ignored,
                counts.Headers,
                counts.Trailers,
            }
        )
        {
            update.Parameters.Add(new NpgsqlParameter<int> { TypedValue = number });
        }

        update.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = counts.Seconds });
        update.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = counts.Charge });
        batch.BatchCommands.Add(update);
        if (ignored.Count > 0)
        {
            var reasons = new NpgsqlBatchCommand(
                """
                INSERT INTO usage_ignored (file_id, reason, lines)
                SELECT $1, reason, lines FROM unnest($2::text[], $3::integer[]) AS item (reason, lines)
                ON CONFLICT (file_id, reason) DO UPDATE SET lines = usage_ignored.lines + EXCLUDED.lines
                """
            );
            reasons.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            reasons.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ignored.Keys] });
            reasons.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. ignored.Values] });
            batch.BatchCommands.Add(reasons);
        }

        await batch.ExecuteNonQueryAsync(cancellation);
        if (update.RecordsAffected == 0)
        {
            throw new UsageFileTakenException();
        }
    }

    public static async Task FinishAsync(
        UsageDatabase database,
        long id,
        UsageFileStatus status,
        string? message,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            "UPDATE usage_file SET status = $2, message = $3, finished = $4 WHERE id = $1 AND status = 'Reading'"
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{status}" });
        command.Parameters.Add(Nullable(message, NpgsqlDbType.Text));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The latest files, of one source or of all.</summary>
    public static async Task<IReadOnlyList<UsageFile>> ListAsync(
        UsageDatabase database,
        string? source,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"SELECT {Columns} FROM usage_file WHERE $1::text IS NULL OR source = $1 ORDER BY arrived DESC, id DESC LIMIT $2"
        );
        command.Parameters.Add(Nullable(source, NpgsqlDbType.Text));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>A file with why its lines were ignored and which files are missing before it; null where there is none.</summary>
    public static async Task<UsageFile?> FindAsync(UsageDatabase database, long id, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand($"SELECT {Columns} FROM usage_file WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        if (await ReadAsync(command, cancellation) is not [var file])
        {
            return null;
        }

        var ignored = new Dictionary<string, int>();
        await using var reasons = database.Source.CreateCommand(
            "SELECT reason, lines FROM usage_ignored WHERE file_id = $1 ORDER BY lines DESC, reason"
        );
        reasons.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await using (var reader = await reasons.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                ignored.Add(reader.GetString(0), reader.GetInt32(1));
            }
        }

        return file with
        {
            IgnoredFor = ignored,
            Supersedes = file.Version is null ? [] : await SupersededAsync(database, id, cancellation),
            MissingBefore = file.Sequence is { } sequence ? await MissingBeforeAsync(database, file.Source, sequence, cancellation) : [],
        };
    }

    private static async Task<IReadOnlyList<NamedUsageFile>> SupersededAsync(
        UsageDatabase database,
        long id,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            SELECT earlier.id, earlier.name FROM usage_file AS later
            JOIN usage_file AS earlier ON earlier.source = later.source AND earlier.file_key = later.file_key
            WHERE later.id = $1 AND earlier.superseded_by = $1 ORDER BY earlier.id LIMIT 100
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        var files = new List<NamedUsageFile>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            files.Add(new NamedUsageFile(reader.GetInt64(0), reader.GetString(1)));
        }

        return files;
    }

    /// <summary>The numbers between a file and the one that came before it, which nobody has brought; the first hundred.</summary>
    public static async Task<IReadOnlyList<long>> MissingBeforeAsync(
        UsageDatabase database,
        string source,
        long sequence,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            SELECT number FROM (
                SELECT max(sequence) AS before FROM usage_file WHERE source = $1 AND sequence < $2 AND status <> 'Refused') AS last,
                generate_series(greatest(before + 1, $2 - 1000), $2 - 1) AS number
            WHERE before IS NOT NULL ORDER BY number LIMIT 100
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
        var missing = new List<long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            missing.Add(reader.GetInt64(0));
        }

        return missing;
    }

    private static async Task<IReadOnlyList<UsageFile>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var files = new List<UsageFile>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            files.Add(Read(reader));
        }

        return files;
    }

    private static UsageFile Read(DbDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetInt64(3),
            Enum.Parse<UsageFileStatus>(reader.GetString(4)),
            reader.GetFieldValue<DateTimeOffset>(5),
            reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
            new UsageCounts(
                reader.GetInt32(7),
                reader.GetInt32(8),
                reader.GetInt32(9),
                reader.GetInt32(10),
                reader.GetInt32(11),
                reader.GetInt32(12),
                reader.GetInt32(13),
                reader.GetInt32(14),
                reader.GetDecimal(15),
                reader.GetDecimal(16)
            ),
            reader.IsDBNull(17) ? null : reader.GetInt64(17),
            reader.IsDBNull(18) ? null : reader.GetString(18)
        )
        {
            Version = reader.IsDBNull(19) ? null : new UsageFileVersion(reader.GetString(19), reader.GetInt32(20)),
            SupersededBy = reader.IsDBNull(21) ? null : reader.GetInt64(21),
            TakenBack = reader.GetInt32(22),
        };
}
