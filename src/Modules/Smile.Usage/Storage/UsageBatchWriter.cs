using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using Smile.Soap.Xml;
using Smile.Usage.Binding;
using Smile.Usage.Errors;
using Smile.Usage.Files;
using Smile.Usage.Import;

namespace Smile.Usage.Storage;

/// <summary>Another server has gone on with the file.</summary>
internal sealed class UsageFileTakenException() : Exception("Another server reads the file.");

/// <summary>A record that was there when the batch began was taken back meanwhile.</summary>
internal sealed class UsageKeyGoneException() : Exception("A record was taken back meanwhile.");

/// <summary>
/// Brings a batch of lines to the database in one transaction: keys, records, what waits, the counts of the file, and the work of rating.
/// It takes no lock of any account, so that importing waits for nobody. Keys are written in their order, which is that of the database: two
/// files with the same records do not wait for each other in a circle.
/// </summary>
internal static class UsageBatchWriter
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Each time something else was taken back.</summary>
    private const int MostAttempts = 10;

    /// <summary>Writes the batch.</summary>
    /// <returns>What became of its lines.</returns>
    /// <exception cref="UsageFileTakenException">The file is not where the batch begins any more.</exception>
    /// <exception cref="UsageFileOvertakenException">A later version of the file has come.</exception>
    public static async Task<UsageCounts> WriteAsync(UsageDatabase database, UsageBatch batch, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(database, batch, cancellation);
            }
            catch (UsageKeyGoneException) when (attempt < MostAttempts)
            {
                // Then it is new.
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < MostAttempts)
            {
                // Where usage is distributed, another file's keys may come in another order: all of the batch or none was written.
            }
        }
    }

    private static async Task<UsageCounts> WriteOnceAsync(UsageDatabase database, UsageBatch batch, CancellationToken cancellation)
    {
        var bound = batch.Items.Where(item => item.Binding.Usn is not null).ToList();
        await database.EnsureMonthsAsync(bound.Select(item => item.Entry!.Start), cancellation);
        var id = await database.NextNumberAsync(cancellation);
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        batch = batch with { Items = ArchiveLimit.Taken(batch.Items, await ArchiveLimit.HoldAsync(connection, cancellation)) };
        var earlier = batch.Version is { } version
            ? await VersionRows.EarlierAsync(connection, batch.Source, version, batch.FileId, cancellation)
            : [];
        var first = batch.Items.DistinctBy(item => item.Fingerprint.Key).OrderBy(item => item.Fingerprint.Key).ToList();
        var added = await AddKeysAsync(connection, first, id, cancellation);
        var owned = batch.HasVersions
            ? await VersionedRecords.LockAsync(
                connection,
                first.Select(item => item.Fingerprint.Key).Where(key => !added.Contains(key)),
                cancellation
            )
            : [];
        var replaced = first.Where(item => IsReplaced(item, owned, earlier)).ToList();
        var taken = first.Where(item => added.Contains(item.Fingerprint.Key)).Concat(replaced).ToList();
        var isTaken = taken.ToHashSet<UsageItem>(ReferenceEqualityComparer.Instance);
        var again = batch.Items.Where(item => !isTaken.Contains(item)).ToList();
        var (duplicates, conflicts) = await JudgeAsync(connection, again, taken, cancellation);
        await VersionRows.ReplaceAsync(
            connection,
            batch,
            replaced,
            [.. replaced.Select(item => owned[item.Fingerprint.Key])],
            id,
            cancellation
        );
        if (batch.HasVersions)
        {
            var known = duplicates.Where(item => owned.ContainsKey(item.Fingerprint.Key)).ToList();
            var others = known.Select(item => owned[item.Fingerprint.Key].FileId).Concat(earlier).Distinct().ToArray();
            await VersionedRecords.MoveWaitingAsync(connection, batch.FileId, others, [.. known, .. conflicts], cancellation);
            await VersionedRecords.OwnAsync(
                connection,
                batch.Version is null ? null : batch.FileId,
                taken,
                [.. known.Select(item => item.Fingerprint.Key)],
                cancellation
            );
        }

        var records = taken.Where(item => item.Binding.Usn is not null).ToList();
        await CopyRecordsAsync(connection, records, id, cancellation);
        var waiting = taken.Where(item => item.Binding.Usn is null).ToList();
        await AddSuspenseAsync(connection, batch, [.. waiting, .. conflicts.Select(Conflicting)], id, cancellation);
        if (records.Count > 0)
        {
            await QueueAsync(connection, batch.FileId, batch.Now, records, id, cancellation);
        }

        var counts =
            batch.Passed
            + UsageCounts.None with
            {
                Read = batch.Items.Count,
                Bound = records.Count,
                Suspended = waiting.Count,
                Duplicates = duplicates.Count,
                Conflicts = conflicts.Count,
                Seconds = taken.Sum(item => item.Entry?.Seconds ?? 0m),
                Charge = taken.Sum(item => item.Entry?.WholesaleCharge ?? 0m),
            };
        await UsageFileRows.CountAsync(connection, batch.FileId, batch.Before, counts, batch.Ignored, cancellation);
        await transaction.CommitAsync(cancellation);
        return counts;
    }

    /// <summary>Moves usage that waited to the records of subscriptions, in one transaction.</summary>
    public static async Task MoveAsync(
        UsageDatabase database,
        IReadOnlyList<(SuspendedUsage Row, BoundUsage Binding)> bound,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await database.EnsureMonthsAsync(bound.Select(pair => pair.Row.Entry!.Start), cancellation);
        var id = await database.NextNumberAsync(cancellation);
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await ArchiveLimit.HoldAsync(connection, cancellation) is { } takenFrom)
        {
            bound = [.. bound.Where(pair => pair.Row.Entry!.Start >= takenFrom)];
        }

        await VersionedRecords.LockAsync(connection, bound.Select(pair => pair.Row.Key), cancellation);
        var removed = await SuspenseRows.RemoveAsync(connection, [.. bound.Select(pair => pair.Row)], cancellation);
        var records = bound
            .Where(pair => removed.Contains((pair.Row.Key, pair.Row.Content)))
            .Select(pair => new UsageItem(
                new UsageLine(pair.Row.Line, pair.Row.Raw, UsageLineKind.Usage, pair.Row.Entry, null),
                pair.Row.Entry,
                new UsageFingerprint(pair.Row.Key, pair.Row.Content),
                pair.Binding
            ))
            .ToList();
        await CopyRecordsAsync(connection, records, id, cancellation);
        if (records.Count > 0)
        {
            await VersionedRecords.MovedAsync(connection, records, cancellation);
            await QueueAsync(connection, null, now, records, id, cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static async Task<HashSet<Guid>> AddKeysAsync(
        NpgsqlConnection connection,
        List<UsageItem> items,
        long batch,
        CancellationToken cancellation
    )
    {
        var added = new HashSet<Guid>();
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_key (key_hash, content_hash, batch_id)
            SELECT key, content, $3 FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS item (key, content, place) ORDER BY place
            ON CONFLICT (key_hash) DO NOTHING RETURNING key_hash
            """,
            connection
        )
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Key)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Content)] },
                new NpgsqlParameter<long> { TypedValue = batch },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            added.Add(reader.GetGuid(0));
        }

        return added;
    }

    /// <summary>Which of the lines whose keys are known are the same again, and which say something else.</summary>
    private static async Task<(List<UsageItem> Duplicates, List<UsageItem> Conflicts)> JudgeAsync(
        NpgsqlConnection connection,
        List<UsageItem> again,
        List<UsageItem> taken,
        CancellationToken cancellation
    )
    {
        if (again.Count == 0)
        {
            return ([], []);
        }

        var contents = taken.ToDictionary(item => item.Fingerprint.Key, item => item.Fingerprint.Content);
        var unknown = again.Select(item => item.Fingerprint.Key).Where(key => !contents.ContainsKey(key)).Distinct().ToArray();
        await using var command = new NpgsqlCommand("SELECT key_hash, content_hash FROM usage_key WHERE key_hash = ANY($1)", connection)
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = unknown } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            contents[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        if (unknown.Any(key => !contents.ContainsKey(key)))
        {
            throw new UsageKeyGoneException();
        }

        var same = again.ToLookup(item => contents[item.Fingerprint.Key] == item.Fingerprint.Content);
        return ([.. same[true]], [.. same[false]]);
    }

    /// <summary>Whether an earlier version of the file has it, and says something else.</summary>
    private static bool IsReplaced(UsageItem item, Dictionary<Guid, VersionedRecord> owned, long[] earlier) =>
        owned.TryGetValue(item.Fingerprint.Key, out var before)
        && before.Content != item.Fingerprint.Content
        && earlier.Contains(before.FileId);

    private static UsageItem Conflicting(UsageItem item) =>
        item with
        {
            Binding = BoundUsage.Waits(SuspenseReason.Conflict, "A record with its id was taken before, and said something else."),
        };

    private static async Task CopyRecordsAsync(
        NpgsqlConnection connection,
        List<UsageItem> items,
        long batch,
        CancellationToken cancellation
    )
    {
        if (items.Count == 0)
        {
            return;
        }

        await using var writer = await connection.BeginBinaryImportAsync(
            $"COPY usage_record ({UsageRecordRows.Columns}) FROM STDIN (FORMAT BINARY)",
            cancellation
        );
        foreach (var item in items)
        {
            await UsageRecordRows.WriteAsync(writer, item, batch, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    /// <summary>What came under a key with other content more than once is kept once.</summary>
    private static async Task AddSuspenseAsync(
        NpgsqlConnection connection,
        UsageBatch batch,
        IReadOnlyList<UsageItem> items,
        long id,
        CancellationToken cancellation
    )
    {
        if (items.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_suspense (key_hash, content_hash, batch_id, file_id, line, source, status, reason, detail, identifier, start,
                seconds, entry, raw, first_seen, last_tried, attempts)
            SELECT key, content, $8, $9, line, $10, 'Waiting', reason, detail, identifier, (entry ->> 'start')::timestamptz,
                (entry ->> 'seconds')::numeric, entry, raw, $11, $11, 1
            FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $12::text[])
                AS item (key, content, line, reason, detail, entry, raw, identifier)
            ORDER BY key, content
            ON CONFLICT (key_hash, content_hash) DO NOTHING
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Key)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Content)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. items.Select(item => item.Line.Number)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. items.Select(item => $"{item.Binding.Reason}")] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. items.Select(item => Storable(item.Binding.Detail))] });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = items.Select(item => item.Entry is { } entry ? JsonSerializer.Serialize(entry, Json) : null).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
            }
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. items.Select(item => Storable(item.Line.Raw))] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = batch.FileId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch.Source });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = batch.Now.ToUniversalTime() });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = items.Select(item => item.Entry is { } entry ? UsageNumbers.SoughtBy(batch.Numbers, entry) : null).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            }
        );
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static Task QueueAsync(
        NpgsqlConnection connection,
        long? file,
        DateTimeOffset now,
        List<UsageItem> records,
        long id,
        CancellationToken cancellation
    ) =>
        UsageQueue.AddRecordsAsync(
            connection,
            new UsageWork(
                id,
                [.. records.Select(item => item.Binding.Usn!.Value).Distinct()],
                records.Min(item => item.Entry!.Start),
                records.Max(item => item.Entry!.Start)
            ),
            file,
            now,
            cancellation
        );

    /// <summary>A database text has no NUL, and no half of a character.</summary>
    private static string Storable(string text) =>
        XmlText.IsValid(text)
            ? text
            : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? Rune.ReplacementChar.ToString() : rune.ToString()));
}
