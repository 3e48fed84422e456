namespace Smile.Rating.Engine;

/// <summary>What is counted over a rating period, such as the units of a rule or the money of a value pool.</summary>
/// <param name="limit">What there is of it; null where it is only counted.</param>
/// <param name="shared">What it is a share of; null where it is by itself.</param>
internal sealed class Meter(decimal? limit, SharedPool? shared = null)
{
    /// <summary>Of a share, all that there is to be shared.</summary>
    public decimal? Limit => shared?.Limit ?? limit;

    /// <summary>What is used through this meter.</summary>
    public decimal Used { get; private set; }

    /// <summary>What is used in all: of a share, by all that share.</summary>
    public decimal UsedInAll => shared?.Used ?? Used;

    /// <summary>What is left; never below zero.</summary>
    public decimal Left =>
        shared is not null ? shared.Left
        : limit is { } most ? Math.Max(0m, most - Used)
        : decimal.MaxValue;

    public void Add(decimal quantity, MeterLog log)
    {
        log.Note(this, Used);
        Reset(Used + quantity);
    }

    /// <summary>Notes the highest of what is counted.</summary>
    public void RaiseTo(decimal value, MeterLog log) => Add(Math.Max(0m, value - Used), log);

    public void Reset(decimal used)
    {
        if (shared is not null)
        {
            shared.Used += used - Used;
        }

        Used = used;
    }
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
