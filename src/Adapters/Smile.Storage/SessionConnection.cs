using Npgsql;

namespace Smile.Storage;

/// <summary>
/// A connection that is not pooled, for what its session keeps: locks, and the channels that it listens to. They end with it.
/// </summary>
internal static class SessionConnection
{
    /// <summary>Seconds after which a connection that is quiet is asked whether it is still there.</summary>
    private const int KeepAlive = 10;

    /// <param name="applicationName">What the database's list of sessions shows.</param>
    /// <param name="maxAutoPrepare">Statements that are prepared by themselves; none for what runs a few.</param>
    public static async Task<NpgsqlConnection> OpenAsync(
        string connectionString,
        string applicationName,
        CancellationToken cancellation,
        int maxAutoPrepare = 0
    )
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            ApplicationName = applicationName,
            KeepAlive = KeepAlive,
            MaxAutoPrepare = maxAutoPrepare,
            Timezone = "UTC",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
