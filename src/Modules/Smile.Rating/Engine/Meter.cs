namespace Smile.Rating.Engine;

/// <summary>What is counted over a rating period, such as the units of a rule or the money of a value pool.</summary>
/// <param name="limit">What there is of it; null where it is only counted.</param>
internal sealed class Meter(decimal? limit)
{
    public decimal? Limit { get; } = limit;

    public decimal Used { get; private set; }

    /// <summary>What is left; never below zero.</summary>
    public decimal Left => Limit is { } limit ? Math.Max(0m, limit - Used) : decimal.MaxValue;

    public void Add(decimal quantity, MeterLog log)
    {
        log.Note(this, Used);
        Used += quantity;
    }

    public void Reset(decimal used) => Used = used;
}

/// <summary>What meters showed before a record was rated: a record that turns out not to be rateable has used nothing.</summary>
internal sealed class MeterLog
{
    private readonly List<(Meter Meter, decimal Before)> _notes = [];

    public void Note(Meter meter, decimal before) => _notes.Add((meter, before));

    public void Clear() => _notes.Clear();

    /// <summary>Puts meters back to what they showed when the log was cleared.</summary>
    public void UndoAll()
    {
        for (var index = _notes.Count - 1; index >= 0; index--)
        {
            _notes[index].Meter.Reset(_notes[index].Before);
        }

        _notes.Clear();
    }
}
