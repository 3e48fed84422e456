using Microsoft.Extensions.Diagnostics.HealthChecks;
using Smile.Hosting.Stages;
using Smile.Server.Background;
using Smile.Storage;

namespace Smile.Server.Observability;

/// <summary>Whether the databases answer and the stages have a catalogue.</summary>
internal sealed class DatabaseHealth(StageRegistry stages) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var quiet = new List<string>();
        foreach (var stage in stages.All)
        {
            try
            {
                if (await Migrator.LackingAsync(stage.Store.Source, cancellationToken) is { } lacking)
                {
                    return HealthCheckResult.Unhealthy($"Stage {stage.Name}: {lacking}");
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy($"The database of stage {stage.Name} does not answer.", exception);
            }

            if (!stage.HasCatalogue)
            {
                return HealthCheckResult.Unhealthy($"Stage {stage.Name} has no catalogue. Apply one: smile catalogue apply FILES");
            }

            if (!stage.Gate.IsOpen)
            {
                quiet.Add(stage.WhyQuiet);
            }
        }

        return quiet.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", quiet));
    }
}

/// <summary>
/// Whether the brokers are connected, and the outbox backlog. A broker that is down delays messages and nothing else: degraded,
/// not unhealthy.
/// </summary>
internal sealed class BusHealth(StageRegistry stages, BrokerConnections brokers) : IHealthCheck
{
    private static readonly TimeSpan OldBacklog = TimeSpan.FromMinutes(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>();
        var degraded = new List<string>();
        foreach (var stage in stages.All)
        {
            var broker = brokers.For(stage);
            var backlog = await OutboxAdministration.BacklogAsync(stage.Store.Source, cancellationToken);
            data[$"{stage.Name}.broker"] =
                broker is null ? "none"
                : broker.Relay.Health.IsConnected ? "connected"
                : "disconnected";
            data[$"{stage.Name}.waiting"] = backlog.Waiting;
            data[$"{stage.Name}.oldestSeconds"] = backlog.OldestAge?.TotalSeconds ?? 0;
            if (broker is { Relay.Health.IsConnected: false })
            {
                degraded.Add($"the broker of stage {stage.Name} is not connected");
            }

            if (broker?.ListenerTrouble is { } trouble)
            {
                degraded.Add($"provisioning responses of stage {stage.Name} are not heard: {trouble}");
            }

            if (broker is not null && backlog.OldestAge > OldBacklog)
            {
                degraded.Add($"messages of stage {stage.Name} wait for {backlog.OldestAge:hh\\:mm\\:ss}");
            }
        }

        return degraded.Count == 0
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Degraded(string.Join("; ", degraded), data: data);
    }
}
