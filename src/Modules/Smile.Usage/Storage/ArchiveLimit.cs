using Npgsql;
using Smile.Usage.Binding;
using Smile.Usage.Import;

namespace Smile.Usage.Storage;

/// <summary>
/// From when on usage is taken, where months were archived: earlier usage could be of rating periods that are never rated again. What it
/// says only goes up.
/// </summary>
public static class ArchiveLimit
{
    private const string Lock = "hashtextextended('usage_archive_limit', 0)";

    private const string Select = "SELECT taken_from FROM usage_archive_limit";

    /// <summary>Null where nothing was archived.</summary>
    public static async Task<DateTimeOffset?> ReadAsync(UsageDatabase database, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(Select);
        return Instant(await command.ExecuteScalarAsync(cancellation));
    }

    /// <summary>Keeps it where it is until the transaction ends.</summary>
    internal static async Task<DateTimeOffset?> HoldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // The second statement sees what was committed while the first one waited.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand($"SELECT pg_advisory_xact_lock_shared({Lock})"), new NpgsqlBatchCommand(Select) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    /// <summary>Moves it on. Whoever was writing records has ended, and who writes later knows.</summary>
    /// <param name="month">Months before this one are archived.</param>
    public static async Task MoveAsync(
        NpgsqlConnection connection,
        DateOnly month,
        DateTimeOffset takenFrom,
        CancellationToken cancellation
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Lock})", connection))
        {
            await hold.ExecuteNonQueryAsync(cancellation);
        }

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_archive_limit AS known (month, taken_from) VALUES ($1, $2)
            ON CONFLICT (one) DO UPDATE SET month = greatest(known.month, EXCLUDED.month),
                taken_from = greatest(known.taken_from, EXCLUDED.taken_from)
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = month });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = takenFrom.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The same with what began before the limit waiting: it was bound before the limit moved.</summary>
    internal static IReadOnlyList<UsageItem> Taken(IReadOnlyList<UsageItem> items, DateTimeOffset? takenFrom) =>
        takenFrom is not { } from || items.All(item => item.Binding.Usn is null || item.Entry!.Start >= from)
            ? items
            :
            [
                .. items.Select(item =>
                    item.Binding.Usn is not null && item.Entry!.Start < from ? item with { Binding = Waits(from) } : item
                ),
            ];

    /// <summary>Why usage that began before the limit waits.</summary>
    internal static BoundUsage Waits(DateTimeOffset takenFrom) =>
        BoundUsage.Waits(
            SuspenseReason.TooOld,
            FormattableString.Invariant(
                $"It began before {takenFrom.UtcDateTime:yyyy-MM-dd}: the rating periods that it could be of are archived. Write it off."
            )
        );

    private static DateTimeOffset? Instant(object? value) =>
        value is DateTime instant ? new DateTimeOffset(DateTime.SpecifyKind(instant, DateTimeKind.Utc)) : null;
}
