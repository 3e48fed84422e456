using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Rating.Engine;

/// <summary>
/// What clocks, calendars and hours say of the days of plans: the same for all subscriptions that have a plan, so that it is found out once
/// for all that are rated together. Not safe for several threads.
/// </summary>
public sealed class ChargingDays
{
    private readonly Dictionary<object, List<PlanDays>> _plans = new(ReferenceEqualityComparer.Instance);

    internal PlanDays Of(RatingSubject subject, Plan plan)
    {
        if (!_plans.TryGetValue(plan, out var known))
        {
            _plans.Add(plan, known = []);
        }

        foreach (var each in known)
        {
            if (ReferenceEquals(each.Zone, subject.Zone) && ReferenceEquals(each.Calendars, subject.Calendars))
            {
                return each;
            }
        }

        var days = new PlanDays(plan, subject.Zone, subject.Calendars);
        known.Add(days);
        return days;
    }
}

/// <summary>The charging rules of a plan that are in force at some time of a day, by their places in the plan.</summary>
internal sealed record RulesInForce(IReadOnlyList<bool> At);

/// <summary>A span of a day in which the clocks keep their offset and the same rules are in force.</summary>
/// <param name="Minute">Of the day, with which it begins.</param>
internal readonly record struct DaySpan(DateTimeOffset From, DateTimeOffset To, int Minute, RulesInForce Rules);

/// <summary>The days of one plan in one time zone.</summary>
internal sealed class PlanDays(Plan plan, BillingTimeZone zone, IReadOnlyList<TariffCalendar> calendars)
{
    private readonly Dictionary<DateOnly, DaySpan[]> _days = [];
    private readonly Dictionary<string, RulesInForce> _rules = new(StringComparer.Ordinal);

    public BillingTimeZone Zone => zone;

    public IReadOnlyList<TariffCalendar> Calendars => calendars;

    /// <summary>The spans of a day, in order.</summary>
    public IReadOnlyList<DaySpan> Of(DateOnly day)
    {
        if (!_days.TryGetValue(day, out var spans))
        {
            _days.Add(day, spans = [.. SpansOf(day)]);
        }

        return spans;
    }

    /// <summary>The band of a calendar at a minute of a day; empty where there is no such calendar.</summary>
    public static string BandOf(IReadOnlyList<TariffCalendar> calendars, string calendar, DateOnly day, int minute) =>
        calendars.FirstOrDefault(each => each.Code == calendar)?.BandAt(day, minute) ?? "";

    private IEnumerable<DaySpan> SpansOf(DateOnly day) =>
        from part in PartsOf(day)
        let edges = EdgesOf(day).Select(minute => new DateTimeOffset(day.ToDateTime(default), part.Offset).AddMinutes(minute))
        let inside = edges.Where(edge => edge > part.From && edge < part.To).Prepend(part.From).Distinct().Order().Append(part.To).ToList()
        from index in Enumerable.Range(0, inside.Count - 1)
        let minute = (int)inside[index].ToOffset(part.Offset).TimeOfDay.TotalMinutes
        select new DaySpan(inside[index], inside[index + 1], minute, RulesAt(day, minute));

    /// <summary>The same for the same rules: what depends on it is found out once.</summary>
    private RulesInForce RulesAt(DateOnly day, int minute)
    {
        var at = plan.ChargingRules.Select(rule => IsInForce(rule.Constraints, day, minute)).ToArray();
        var key = string.Concat(at.Select(isInForce => isInForce ? '1' : '0'));
        if (!_rules.TryGetValue(key, out var rules))
        {
            _rules.Add(key, rules = new RulesInForce(at));
        }

        return rules;
    }

    private bool IsInForce(RuleConstraints constraints, DateOnly day, int minute) =>
        (constraints.Weekdays.Count == 0 || constraints.Weekdays.Contains(day.DayOfWeek))
        && !(day < constraints.From)
        && !(day > constraints.To)
        && constraints.Hours.Contains(minute)
        && (constraints.Calendar is not { } calendar || BandOf(calendars, calendar, day, minute) == constraints.Band);

    /// <summary>The minutes of a day at which something may change, by the clocks.</summary>
    private SortedSet<int> EdgesOf(DateOnly day) =>
        [
            .. plan.ChargingRules.Select(rule => rule.Constraints.Hours).SelectMany(hours => new[] { hours.From, hours.To }),
            .. calendars.SelectMany(calendar => calendar.On(day)).SelectMany(entry => new[] { entry.Hours.From, entry.Hours.To }),
        ];

    /// <summary>A day in parts in which the clocks have one offset: two where they are changed on it.</summary>
    private IEnumerable<(DateTimeOffset From, DateTimeOffset To, TimeSpan Offset)> PartsOf(DateOnly day)
    {
        var (from, to) = (zone.StartOf(day), zone.StartOf(day.AddDays(1)));
        var (first, last) = (zone.At(from).Offset, zone.At(to.AddTicks(-1)).Offset);
        if (first == last)
        {
            return [(from, to, first)];
        }

        var (before, after) = (from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());
        while (after - before > 1)
        {
            var middle = before + ((after - before) / 2);
            var isBefore = zone.At(DateTimeOffset.FromUnixTimeSeconds(middle)).Offset == first;
            (before, after) = isBefore ? (middle, after) : (before, middle);
        }

        var change = DateTimeOffset.FromUnixTimeSeconds(after);
        return [(from, change, first), (change, to, last)];
    }
}
