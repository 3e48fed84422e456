namespace Smile.Crm.Appointments;

/// <summary>A time from an instant up to another, which is none of it.</summary>
internal readonly record struct Period(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To - From;

    public bool Contains(Period other) => From <= other.From && other.To <= To;

    /// <summary>What both have; empty or turned around where they have nothing.</summary>
    public Period And(Period other) => new(From > other.From ? From : other.From, To < other.To ? To : other.To);

    /// <summary>In order, those that touch or overlap as one.</summary>
    public static IReadOnlyList<Period> Merged(IEnumerable<Period> periods)
    {
        var merged = new List<Period>();
        foreach (var period in periods.Where(period => period.From < period.To).OrderBy(period => period.From))
        {
            if (merged.Count > 0 && merged[^1].To >= period.From)
            {
                merged[^1] = merged[^1] with { To = merged[^1].To > period.To ? merged[^1].To : period.To };
            }
            else
            {
                merged.Add(period);
            }
        }

        return merged;
    }

    /// <summary>What is left of some times without others.</summary>
    /// <param name="times">In order, without overlaps, as <paramref name="taken"/>.</param>
    public static IReadOnlyList<Period> Without(IReadOnlyList<Period> times, IReadOnlyList<Period> taken)
    {
        var left = new List<Period>();
        var next = 0;
        foreach (var time in times)
        {
            var from = time.From;
            while (next > 0 && taken[next - 1].To > from)
            {
                next--;
            }

            for (; next < taken.Count && taken[next].From < time.To; next++)
            {
                if (taken[next].From > from)
                {
                    left.Add(new Period(from, taken[next].From));
                }

                from = taken[next].To > from ? taken[next].To : from;
            }

            if (from < time.To)
            {
                left.Add(time with { From = from });
            }
        }

        return left;
    }
}
