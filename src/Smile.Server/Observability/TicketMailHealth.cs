using Microsoft.Extensions.Diagnostics.HealthChecks;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;

namespace Smile.Server.Observability;

/// <summary>
/// Whether customers' mail gets to tickets. A mailbox that cannot be read for some time delays answers and nothing else: degraded, not
/// unhealthy.
/// </summary>
internal sealed class TicketMailHealth(StageRegistry stages, TicketMailStates states, TimeProvider time) : IHealthCheck
{
    /// <summary>A mail server that is started anew is no trouble.</summary>
    private static readonly TimeSpan LongTrouble = TimeSpan.FromMinutes(5);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var trouble = stages
            .All.Select(stage => (stage.Name, states.Of(stage.Name).Trouble))
            .Where(stage => stage.Trouble is { } trouble && time.GetUtcNow() - trouble.Since >= LongTrouble)
            .Select(stage => $"the mailbox of tickets of stage {stage.Name} cannot be read: {stage.Trouble!.Value.Why}")
            .ToList();
        return Task.FromResult(trouble.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", trouble)));
    }
}
