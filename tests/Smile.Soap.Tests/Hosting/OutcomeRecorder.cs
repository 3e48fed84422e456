using System.Diagnostics.Metrics;

namespace Smile.Soap.Tests.Hosting;

/// <summary>Listens to the metrics until a call of one endpoint and operation ends in one of the awaited ways.</summary>
internal sealed class OutcomeRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly TaskCompletionSource _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutcomeRecorder(string call, params string[] awaited)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SoapMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>(
            (_, _, tags, _) =>
            {
                var byName = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
                if ($"{byName["endpoint"]} {byName["operation"]}" == call && awaited.Contains(byName["outcome"]))
                {
                    _found.TrySetResult();
                }
            }
        );
        _listener.Start();
    }

    /// <summary>Fails where no such call ends in time.</summary>
    public Task SeenAsync() => _found.Task.WaitAsync(TimeSpan.FromMinutes(2));

    public void Dispose() => _listener.Dispose();
}
