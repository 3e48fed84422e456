using System.Diagnostics.Metrics;

namespace Smile.Server.Background;

/// <summary>What the relay has published (meter <c>Smile.Relay</c>).</summary>
internal sealed class RelayMetrics
{
    public const string MeterName = "Smile.Relay";

    private readonly Counter<long> _published;
    private readonly Counter<long> _interruptions;

    public RelayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _published = meter.CreateCounter<long>("smile.relay.published", "{message}", "Messages that the broker confirmed");
        _interruptions = meter.CreateCounter<long>("smile.relay.interruptions", "{interruption}", "Times that publishing was interrupted");
    }

    public void Published(string stage, int count) => _published.Add(count, new KeyValuePair<string, object?>("stage", stage));

    public void Failed(string stage) => _interruptions.Add(1, new KeyValuePair<string, object?>("stage", stage));
}
