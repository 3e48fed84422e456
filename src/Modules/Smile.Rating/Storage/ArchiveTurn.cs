using Npgsql;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>One archives at a time: who does holds a lock of the session of its connection.</summary>
internal sealed class ArchiveTurn : IAsyncDisposable
{
    private const string Lock = "hashtextextended('usage_archive', 0)";

    private ArchiveTurn(NpgsqlConnection connection) => Connection = connection;

    /// <summary>Everything is done on it: where it is lost, so is the turn.</summary>
    public NpgsqlConnection Connection { get; }

    /// <returns>Null where another one is at it.</returns>
    public static async Task<ArchiveTurn?> TakeAsync(UsageDatabase database, CancellationToken cancellation)
    {
        var connection = await database.OpenSessionAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({Lock})", connection);
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                return new ArchiveTurn(connection);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
