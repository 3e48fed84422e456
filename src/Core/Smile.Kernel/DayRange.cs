namespace Smile.Kernel;

/// <summary>Days from a first to a last one, both included, in the time zone of the account.</summary>
public readonly record struct DayRange(DateOnly From, DateOnly To)
{
    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The days that are in both; null for none.</summary>
    public DayRange? Intersect(DayRange other)
    {
        var from = From > other.From ? From : other.From;
        var to = To < other.To ? To : other.To;
        return from <= to ? new DayRange(from, to) : null;
    }
}
