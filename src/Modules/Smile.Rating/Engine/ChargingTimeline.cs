using Smile.Catalogue;
using Smile.Kernel;
using static Smile.Rating.Engine.Instants;

namespace Smile.Rating.Engine;

/// <summary>The segments of a rating period for one plan schedule type. Those of a day are made when usage of the day comes.</summary>
internal sealed class ChargingTimeline
{
    private readonly RatingSubject _subject;
    private readonly SharedPools _shared;
    private readonly Dictionary<DateOnly, ChargingSegment[]> _days = [];
    private ChargingSegment? _last;

    public ChargingTimeline(RatingSubject subject, SharedPools shared, IEnumerable<PlanStint> stints)
    {
        _subject = subject;
        _shared = shared;
        Start = subject.Begins;
        End = subject.Ends;
        Stints = [.. Chargings(stints.Where(stint => stint.Start < End && stint.End > Start).OrderBy(stint => stint.Start).ToList())];
    }

    /// <summary>The first instant of the rating period.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The first instant after it.</summary>
    public DateTimeOffset End { get; }

    public IReadOnlyList<StintCharging> Stints { get; }

    /// <summary>Whether the service charges for that there was usage at all.</summary>
    public bool HasFlagfall => _subject.ChargeTypes.Any(type => type.Measure == UsageMeasure.Flagfall);

    /// <summary>The segment that an instant is in; null where there is no plan, and outside the rating period.</summary>
    public ChargingSegment? At(DateTimeOffset instant)
    {
        if (_last is { } last && last.Contains(instant))
        {
            return last;
        }

        if (instant < Start || instant >= End)
        {
            return null;
        }

        var day = _subject.Zone.DateOf(instant);
        if (!_days.TryGetValue(day, out var segments))
        {
            segments = [.. SegmentsOf(day)];
            _days.Add(day, segments);
        }

        foreach (var segment in segments)
        {
            if (segment.Contains(instant))
            {
                return _last = segment;
            }
        }

        return null;
    }

    private IEnumerable<StintCharging> Chargings(List<PlanStint> stints)
    {
        for (var index = 0; index < stints.Count; index++)
        {
            var from = Later(_subject.Zone.DateOf(Later(stints[index].Start, Start)), _subject.Period.From);
            var last = Earlier(_subject.Zone.DateOf(Earlier(stints[index].End, End).AddTicks(-1)), _subject.Period.To);
            var next = index + 1 < stints.Count ? _subject.Zone.DateOf(stints[index + 1].Start) : (DateOnly?)null;
            var to = next <= last ? next.Value.AddDays(-1) : last;

            // A plan that is changed again on the same day has no day: it includes nothing.
            yield return new StintCharging(_subject, _shared, stints[index], new DayRange(from, to < from ? from.AddDays(-1) : to));
        }
    }

    private IEnumerable<ChargingSegment> SegmentsOf(DateOnly day)
    {
        foreach (var charging in Stints)
        {
            foreach (var span in charging.PlanDays.Of(day))
            {
                var (starts, ends) = (Later(span.From, charging.Stint.Start), Earlier(span.To, charging.Stint.End));
                if (starts < ends)
                {
                    yield return new ChargingSegment(_subject, charging, starts, ends, day, span);
                }
            }
        }
    }
}
