using Npgsql;
using Smile.Storage;
using Smile.Testing;

namespace Smile.Conformance.Running;

/// <summary>
/// Databases with the schema, the example catalogue and an API user, made once by the server's command line and copied for each test.
/// </summary>
internal sealed class PreparedDatabases : IAsyncDisposable
{
    public const string UserName = "conformance";
    public const string Password = "conformance-password-1";

    private const string Template = "prepared";

    private readonly PrivateDatabase _server;
    private int _copies;

    private PreparedDatabases(PrivateDatabase server) => _server = server;

    public static Shared<PreparedDatabases> All { get; } = new(StartAsync);

    /// <summary>A server's settings, as environment variables.</summary>
    public static Dictionary<string, string> Settings(string connectionString) =>
        new()
        {
            ["Smile__Stages__live__Database"] = connectionString,
            ["Smile__Stages__live__AllowSandbox"] = "true",
            ["Smile__PasswordKeys__1"] = Convert.ToBase64String(new byte[32]),
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_NOLOGO"] = "1",
        };

    /// <returns>Connection string of a new copy.</returns>
    public async Task<string> CopyAsync()
    {
        var name = $"copy{Interlocked.Increment(ref _copies)}";
        await using var connection = new NpgsqlConnection(_server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {Template}", connection);
        await command.ExecuteNonQueryAsync();

        // A copy is quiet until it is opened, as an operator does who wants another installation.
        await using var copy = NpgsqlDataSource.Create(_server.ConnectionString(name) + ";Pooling=false");
        await Installation.OpenAsync(copy, isNew: true, "tests", CancellationToken.None);
        return _server.ConnectionString(name);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task<PreparedDatabases> StartAsync()
    {
        var databases = new PreparedDatabases(await PrivateDatabase.StartNewAsync());
        var settings = Settings(databases._server.ConnectionString(Template));
        settings["SMILE_PASSWORD"] = Password;
        await SmileProcess.CommandAsync(settings, "migrate");
        await SmileProcess.CommandAsync(settings, "catalogue", "apply", Path.Combine(AppContext.BaseDirectory, "catalogue"));
        await SmileProcess.CommandAsync(settings, "user", "add", UserName, "--all-accounts", "--view-password", "--all-packages");
        return databases;
    }
}
