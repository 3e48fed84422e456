using Npgsql;

namespace Smile.Storage;

/// <summary>What a stage's database knows of itself.</summary>
/// <param name="Id">Tells it from others of the same name, on a broker that they share.</param>
/// <param name="IsOpen">Whether it works here: it was opened in this database, and is no copy that was restored from its dump.</param>
/// <param name="IsCopy">Whether it was opened in another database.</param>
public sealed record InstallationState(string Id, bool IsOpen, bool IsCopy);

/// <summary>Reads and opens installations.</summary>
public static class Installation
{
    /// <summary>Channel that servers listen on to hear that the stage was opened or closed.</summary>
    public const string Channel = "smile_installation";

    public static async Task<InstallationState> ReadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT id::text, opened_in IS NOT DISTINCT FROM database_home(), opened_in IS NOT NULL
                AND opened_in <> database_home() FROM installation
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new InstallationState(reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2));
    }

    /// <param name="isNew">Whether it goes on as an installation of its own beside the one that it was copied from: with an id of its own
    /// on the broker.</param>
    public static Task OpenAsync(NpgsqlDataSource source, bool isNew, string changedBy, CancellationToken cancellation) =>
        ChangeAsync(
            source,
            $"opened_in = database_home(), opened_at = now(){(isNew ? ", id = gen_random_uuid()" : "")}",
            changedBy,
            cancellation
        );

    public static Task CloseAsync(NpgsqlDataSource source, string changedBy, CancellationToken cancellation) =>
        ChangeAsync(source, "opened_in = NULL", changedBy, cancellation);

    private static async Task ChangeAsync(NpgsqlDataSource source, string change, string changedBy, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"""
            WITH changed AS (UPDATE installation SET {change}, changed_by = $1 RETURNING 1) SELECT pg_notify('{Channel}', '')
            FROM changed
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = changedBy });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
