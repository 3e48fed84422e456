using System.Collections.Concurrent;
using Npgsql;

namespace Smile.Usage;

/// <summary>
/// Where a stage's usage is kept: its own database or another one, which may be a cluster. Nothing is asked of it and of the stage's
/// database in one statement or one transaction.
/// </summary>
/// <param name="source">Its connections.</param>
/// <param name="owned">Whether nobody else closes them.</param>
/// <param name="openSession">Opens a connection that is not pooled, for what its session keeps.</param>
public sealed class UsageDatabase(NpgsqlDataSource source, bool owned, Func<CancellationToken, Task<NpgsqlConnection>> openSession)
{
    private readonly ConcurrentDictionary<DateOnly, bool> _months = [];

    internal NpgsqlDataSource Source { get; } = source;

    /// <summary>Until when this process has looked for subscriptions that usage waits for; null where it has not.</summary>
    public DateTimeOffset? RecycledUntil { get; set; }

    /// <summary>For the <c>Storage</c> folders of modules alone.</summary>
    public NpgsqlDataSource Connections => Source;

    /// <summary>A data source of its own, with the settings that usage is written with.</summary>
    public static UsageDatabase Open(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Timezone = "UTC" };
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 50;
        }

        var sessions = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Pooling = false,
            KeepAlive = 10,
            MaxAutoPrepare = 0,
        };
        return new UsageDatabase(
            NpgsqlDataSource.Create(settings.ConnectionString),
            owned: true,
            async cancellation =>
            {
                var connection = new NpgsqlConnection(sessions.ConnectionString);
                await connection.OpenAsync(cancellation);
                return connection;
            }
        );
    }

    /// <summary>Makes the partitions of the months of some instants, where this process has not seen them.</summary>
    internal Task EnsureMonthsAsync(IEnumerable<DateTimeOffset> instants, CancellationToken cancellation) =>
        EnsureRatingMonthsAsync(instants.Select(instant => DateOnly.FromDateTime(instant.UtcDateTime)), cancellation);

    /// <summary>The same of days.</summary>
    public async Task EnsureRatingMonthsAsync(IEnumerable<DateOnly> days, CancellationToken cancellation)
    {
        foreach (
            var month in days.Select(day => new DateOnly(day.Year, day.Month, 1))
                .Distinct()
                .Where(month => !_months.ContainsKey(month))
                .Order()
        )
        {
            await using var command = Source.CreateCommand("SELECT ensure_usage_partitions($1, $1)");
            command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = month });
            await command.ExecuteNonQueryAsync(cancellation);
            _months.TryAdd(month, true);
        }
    }

    /// <summary>A connection that is not pooled: locks of its session end with it.</summary>
    public Task<NpgsqlConnection> OpenSessionAsync(CancellationToken cancellation) => openSession(cancellation);

    /// <summary>Has them looked for again: some were dropped.</summary>
    public void ForgetMonths() => _months.Clear();

    internal async Task<long> NextNumberAsync(CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand("SELECT nextval('usage_number')");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Closes its connections. Not what a scope does at its end, which shares it with all others of the stage.</summary>
    public ValueTask CloseAsync() => owned ? Source.DisposeAsync() : ValueTask.CompletedTask;
}
