using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Smile.Server.Tests.Fixture;

/// <summary>Writes down everything that any meter or trace of the process says: names, tags and values.</summary>
internal sealed class TelemetryRecorder : IDisposable
{
    private readonly StringBuilder _said = new();
    private readonly Lock _gate = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _traces;

    public TelemetryRecorder()
    {
        _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<byte>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.SetMeasurementEventCallback<decimal>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meters.Start();
        _traces = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Traced,
        };
        ActivitySource.AddActivityListener(_traces);
    }

    /// <summary>How many measurements and spans there were, so that a test knows that it heard something.</summary>
    public int Count { get; private set; }

    public string Said
    {
        get
        {
            _meters.RecordObservableInstruments();
            lock (_gate)
            {
                return _said.ToString();
            }
        }
    }

    public void Dispose()
    {
        _meters.Dispose();
        _traces.Dispose();
    }

    private void Measured<TValue>(Instrument instrument, TValue value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            Count++;
            _said.Append(CultureInfo.InvariantCulture, $"{instrument.Meter.Name} {instrument.Name} {value}");
            foreach (var tag in tags)
            {
                _said.Append(CultureInfo.InvariantCulture, $" {tag.Key}={tag.Value}");
            }

            _said.AppendLine();
        }
    }

    private void Traced(Activity activity)
    {
        lock (_gate)
        {
            Count++;
            _said.Append(
                CultureInfo.InvariantCulture,
                $"{activity.Source.Name} {activity.OperationName} {activity.DisplayName} {activity.StatusDescription}"
            );
            foreach (var tag in activity.TagObjects.Concat(activity.Events.SelectMany(happened => happened.Tags)))
            {
                _said.Append(CultureInfo.InvariantCulture, $" {tag.Key}={tag.Value}");
            }

            _said.AppendLine();
        }
    }
}
