using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Storage;

/// <summary>The database of one stage: its connection pool, its pooled contexts, its numbers.</summary>
public sealed class StageStore : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly PooledDbContextFactory<StageDbContext> _contexts;
    private readonly NumberAllocator _numbers;
    private readonly OutboxSignal _signal;
    private readonly SearchPages _pages = new();
    private readonly StageMemory _memory = new();

    public StageStore(string connectionString, OutboxSignal signal, ILoggerFactory logging)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ContainsKey("Max Auto Prepare") || settings.MaxAutoPrepare == 0)
        {
            // Unprepared statements cost two to four times as much.
            settings.MaxAutoPrepare = 200;
        }

        // No pooled connection keeps anything of its session: those that hold locks or listen are not pooled. Cleaning up behind each use
        // would cost the database seven statements, which is more than most calls ask of it.
        settings.NoResetOnClose = true;
        settings.Timezone = "UTC";
        _connectionString = settings.ConnectionString;
        var builder = new NpgsqlDataSourceBuilder(_connectionString);
        builder.UseLoggerFactory(logging);
        Source = builder.Build();
        var options = new DbContextOptionsBuilder<StageDbContext>().UseNpgsql(Source).EnableThreadSafetyChecks(false).Options;
        _contexts = new PooledDbContextFactory<StageDbContext>(options, poolSize: 256);
        _numbers = new NumberAllocator(Source);
        _signal = signal;
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>A unit of work of its own.</summary>
    public IStageDatabase CreateDatabase() => new StageDatabase(_contexts.CreateDbContext, Source, _numbers, _pages, _memory, _signal.Set);

    /// <summary>A connection that is not pooled, for what its session keeps, such as the channels that it listens to.</summary>
    public Task<NpgsqlConnection> OpenSessionAsync(string applicationName, CancellationToken cancellation) =>
        SessionConnection.OpenAsync(_connectionString, applicationName, cancellation);

    internal StageDbContext CreateContext() => _contexts.CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        _numbers.Dispose();
        _pages.Dispose();
        await Source.DisposeAsync();
    }
}

/// <summary>Wakes the relay of this process when messages were committed. Relays of other servers look for themselves.</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _waiting = new(0, 1);

    /// <summary>There are new messages.</summary>
    public void Set()
    {
        try
        {
            if (_waiting.CurrentCount == 0)
            {
                _waiting.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Someone else has just set it.
        }
    }

    /// <summary>Waits for new messages, or for the time to look anyway.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellation) => _waiting.WaitAsync(atMost, cancellation);

    public void Dispose() => _waiting.Dispose();
}
