using System.Globalization;

namespace Smile.Testing;

/// <summary>
/// A PostgreSQL server of its own for a test run: a process where Debian's package is there, otherwise a container where a Docker engine
/// answers.
/// </summary>
public sealed class PrivateDatabase : IAsyncDisposable
{
    private readonly IAsyncDisposable _server;
    private readonly string _host;
    private readonly int _port;

    private PrivateDatabase(IAsyncDisposable server, string host, int port) => (_server, _host, _port) = (server, host, port);

    /// <exception cref="InvalidOperationException">There is neither the package nor a Docker engine.</exception>
    public static Task<PrivateDatabase> StartNewAsync(CancellationToken cancellationToken = default) =>
        PostgresProcess.Programs() is { } programs
            ? StartProcessAsync(programs, cancellationToken)
            : StartContainerAsync(cancellationToken);

    /// <summary>Connection string of a database on this server.</summary>
    public string ConnectionString(string database) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Host={_host};Port={_port};Username={PostgresContainer.User};Database={database};Maximum Pool Size=60"
        );

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <exception cref="InvalidOperationException">No Docker engine answers.</exception>
    public static async Task<PrivateDatabase> StartContainerAsync(CancellationToken cancellationToken)
    {
        var container = await PostgresContainer.StartNewAsync(cancellationToken);
        return new PrivateDatabase(container, container.Hostname, container.Port);
    }

    private static async Task<PrivateDatabase> StartProcessAsync(string programs, CancellationToken cancellationToken)
    {
        var process = await PostgresProcess.StartNewAsync(programs, cancellationToken);
        return new PrivateDatabase(process, "127.0.0.1", process.Port);
    }
}
