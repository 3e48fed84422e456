using Npgsql;
using Smile.Testing;

namespace Smile.Conformance.Running;

/// <summary>A message as the outbox has it.</summary>
internal sealed record AnnouncedMessage(string AccountUsn, long Sequence, string Id, string Topic, string Type);

/// <summary>A database, a broker and a server, each a process of its own that a test may kill.</summary>
internal sealed class SmileSystem : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings;
    private readonly NpgsqlDataSource _database;
    private readonly List<SmileProcess> _servers = [];
    private readonly bool _ownsBroker;

    private SmileSystem(string connectionString, PrivateBroker broker, bool ownsBroker, bool serverKnowsBroker)
    {
        (Broker, _ownsBroker) = (broker, ownsBroker);
        _database = NpgsqlDataSource.Create(connectionString + ";Maximum Pool Size=5");
        _settings = PreparedDatabases.Settings(connectionString);
        if (serverKnowsBroker)
        {
            UseBroker();
        }
    }

    /// <summary>One for all tests that leave it running.</summary>
    public static Shared<SmileSystem> Common { get; } = new(() => StartAsync());

    public PrivateBroker Broker { get; }

    /// <summary>The first server.</summary>
    public SmileProcess Server => _servers[0];

    /// <param name="serverKnowsBroker">False: the server has no broker until <see cref="UseBroker"/> and a restart.</param>
    /// <param name="shared">Another system's broker; null for one of its own.</param>
    public static async Task<SmileSystem> StartAsync(bool serverKnowsBroker = true, PrivateBroker? shared = null)
    {
        var databases = await PreparedDatabases.All.AcquireAsync();
        var broker = shared is null ? PrivateBroker.StartNewAsync() : Task.FromResult(shared);
        var system = new SmileSystem(await databases.CopyAsync(), await broker, shared is null, serverKnowsBroker);
        try
        {
            await system.AddServerAsync();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts another server on the same database and broker.</summary>
    public async Task<SmileProcess> AddServerAsync()
    {
        var server = await SmileProcess.StartNewAsync(_settings);
        _servers.Add(server);
        return server;
    }

    /// <summary>For servers that start from now on.</summary>
    public void UseBroker()
    {
        _settings["Smile__Stages__live__Broker"] = Broker.Address.ToString();
        _settings["Smile__Stages__live__BrokerUser"] = PrivateBroker.UserName;
        _settings["Smile__Stages__live__BrokerPassword"] = PrivateBroker.Password;
    }

    /// <summary>For servers that start from now on, and for commands.</summary>
    public void Use(string setting, string value) => _settings[setting] = value;

    /// <summary>Runs the server's command line with the servers' settings.</summary>
    public Task<string> CommandAsync(params string[] arguments) => SmileProcess.CommandAsync(_settings, arguments);

    /// <summary>All messages that were announced, in the order of their commits.</summary>
    public async Task<IReadOnlyList<AnnouncedMessage>> AnnouncedAsync()
    {
        await using var command = _database.CreateCommand(
            "SELECT aggregate, sequence, message_id, topic, message_type FROM outbox_message ORDER BY id"
        );
        await using var reader = await command.ExecuteReaderAsync();
        var messages = new List<AnnouncedMessage>();
        while (await reader.ReadAsync())
        {
            messages.Add(
                new AnnouncedMessage(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    reader.GetGuid(2).ToString(),
                    reader.GetString(3),
                    reader.GetString(4)
                )
            );
        }

        return messages;
    }

    /// <summary>How many messages wait to be published.</summary>
    public Task<long> WaitingAsync() => QueryAsync<long>("SELECT count(*) FROM outbox_message WHERE published IS NULL");

    public async Task<T> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = _database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The text columns of all rows.</summary>
    public async Task<IReadOnlyList<string[]>> RowsAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        await _database.DisposeAsync();
        if (_ownsBroker)
        {
            await Broker.DisposeAsync();
        }

        await PreparedDatabases.All.ReleaseAsync();
    }
}
