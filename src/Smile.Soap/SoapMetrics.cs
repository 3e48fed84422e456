using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Smile.Soap;

/// <summary>Counts and times calls by endpoint, operation and outcome (meter <c>Smile.Soap</c>).</summary>
public sealed class SoapMetrics
{
    public const string MeterName = "Smile.Soap";

    private readonly Histogram<double> _duration;

    public SoapMetrics(IMeterFactory meters)
    {
        _duration = meters
            .Create(MeterName)
            .CreateHistogram<double>("smile.soap.duration", "ms", "Time from the request's start to its answer");
    }

    internal void Record(string endpoint, string? operation, string outcome, long started)
    {
        if (_duration.Enabled)
        {
            _duration.Record(
                Stopwatch.GetElapsedTime(started).TotalMilliseconds,
                new KeyValuePair<string, object?>("endpoint", endpoint),
                new KeyValuePair<string, object?>("operation", operation),
                new KeyValuePair<string, object?>("outcome", outcome)
            );
        }
    }
}
