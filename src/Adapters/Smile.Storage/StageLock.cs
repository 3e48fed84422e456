using Npgsql;

namespace Smile.Storage;

/// <summary>
/// Lets one server of several do a thing: holds a session advisory lock on a connection of its own. A server that dies loses the
/// connection, and the lock goes to the next that asks.
/// </summary>
public sealed class StageLock : IAsyncDisposable
{
    /// <summary>Listening to provision responses on the bus: one durable subscription, so one listener.</summary>
    public const long ProvisionResponses = 0x536d696c6502;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly NpgsqlConnection _connection;

    private StageLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Waits until the lock is free and takes it.</summary>
    /// <exception cref="NpgsqlException">The database was lost.</exception>
    public static async Task<StageLock> AcquireAsync(string connectionString, long key, CancellationToken cancellation)
    {
        var connection = await SessionConnection.OpenAsync(connectionString, "smile lock", cancellation);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection)
            {
                Parameters = { new() { Value = key } },
            };
            while (!(bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                await Task.Delay(Interval, cancellation);
            }

            return new StageLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
