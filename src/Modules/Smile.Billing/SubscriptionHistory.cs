using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Billing;

/// <summary>A plan that a subscription uses for some days.</summary>
/// <param name="Options">What is chosen with it, by the codes of its options.</param>
/// <param name="Overrides">What the plan schedule item changes of the plan's recurring charges.</param>
internal sealed record PlanUse(int PlanScheduleType, string PlanCode, FieldValues Options, ChargeOverrides Overrides, DayRange Days)
{
    /// <summary>Whether it came with the order: then what the plan charges once is charged.</summary>
    public bool IsOrdered { get; init; }
}

/// <summary>
/// What billing reads from a subscription's plan schedule and event log. Charges are by the day, in the time zone of the account that the
/// subscription then was on.
/// </summary>
internal static class SubscriptionHistory
{
    /// <summary>
    /// Which plans are used on which days. A plan has the whole day on which it begins; a subscription that is closed in the course of a
    /// day had its plan on that day.
    /// </summary>
    /// <param name="items">All items of a subscription, in any order.</param>
    public static IReadOnlyList<PlanUse> Plans(IEnumerable<PlanScheduleItem> items, ZoneHistory zone)
    {
        var uses = new List<PlanUse>();
        foreach (var schedule in items.GroupBy(item => item.PlanScheduleType).OrderBy(schedule => schedule.Key))
        {
            var ordered = schedule.OrderBy(item => item.Start).ThenBy(item => item.Id <= 0).ThenBy(item => item.Id).ToList();
            for (var index = 0; index < ordered.Count; index++)
            {
                if (ordered[index].PlanCode is not { } plan)
                {
                    continue;
                }

                var from = zone.DateOf(ordered[index].Start);
                var to = index + 1 == ordered.Count ? DateOnly.MaxValue : FirstDayOf(ordered[index + 1], zone).AddDays(-1);
                if (from <= to)
                {
                    uses.Add(
                        new PlanUse(schedule.Key, plan, ordered[index].Options, ordered[index].ChargeOverrides, new DayRange(from, to))
                        {
                            IsOrdered = ordered[index].IsOrdered,
                        }
                    );
                }
            }
        }

        return uses;
    }

    /// <summary>
    /// The days without charges because the subscription was suspended all day (guide, line 7918). Days of a contract are charged all the
    /// same; as many are free of charge when the contract is over.
    /// </summary>
    /// <param name="contracts">The days under contract.</param>
    public static IReadOnlyList<DayRange> SuspendedDays(
        IEnumerable<SubscriptionEvent> events,
        IReadOnlyList<DayRange> contracts,
        ZoneHistory zone
    )
    {
        var suspended = new List<DayRange>();
        DateOnly? since = null;
        foreach (
            var entry in events
                .Where(entry => entry.Kind is SubscriptionEvent.Suspended or SubscriptionEvent.Resumed)
                .OrderBy(entry => entry.At)
                .ThenBy(entry => entry.Id <= 0)
                .ThenBy(entry => entry.Id)
        )
        {
            if (entry.Kind == SubscriptionEvent.Suspended)
            {
                since ??= zone.FirstWholeDay(entry.At);
            }
            else if (since is { } first)
            {
                Add(first, zone.DateOf(entry.At).AddDays(-1));
                since = null;
            }
        }

        if (since is { } open)
        {
            Add(open, DateOnly.MaxValue);
        }

        return contracts.Count == 0 ? DayRanges.Union(suspended) : AfterContracts(DayRanges.Union(suspended), DayRanges.Union(contracts));

        void Add(DateOnly from, DateOnly to)
        {
            if (from <= to)
            {
                suspended.Add(new DayRange(from, to));
            }
        }
    }

    /// <summary>Defers suspension credit earned during a contract term until after it, and after the contracts that follow.</summary>
    private static IReadOnlyList<DayRange> AfterContracts(IReadOnlyList<DayRange> suspended, IReadOnlyList<DayRange> contracts)
    {
        var free = suspended.Without(contracts).ToList();
        foreach (var contract in contracts)
        {
            var owed = suspended.Within(contract).Sum(days => days.Days);
            for (var begin = contract.To.AddDays(1); owed > 0; )
            {
                if (free.Any(days => days.To == DateOnly.MaxValue && days.From <= begin))
                {
                    // Suspended for good: nothing is charged any more in any case.
                    break;
                }

                var wanted = new DayRange(begin, begin.AddDays(owed - 1));
                var open = new List<DayRange> { wanted }.Without(contracts.Concat(free));
                free.AddRange(open);
                owed -= open.Sum(days => days.Days);
                begin = wanted.To.AddDays(1);
            }
        }

        return DayRanges.Union(free);
    }

    /// <summary>A plan begins with the day, a closing with the next one unless it is at midnight.</summary>
    private static DateOnly FirstDayOf(PlanScheduleItem item, ZoneHistory zone) =>
        item.PlanCode is null ? zone.FirstWholeDay(item.Start) : zone.DateOf(item.Start);

    /// <summary>
    /// The days from a beginning to a closing, which is on the day before where it is at midnight; open where it is null.
    /// </summary>
    public static DayRange Life(DateTimeOffset created, DateTimeOffset? closed, ZoneHistory zone) =>
        new(zone.DateOf(created), closed is { } end ? zone.FirstWholeDay(end).AddDays(-1) : DateOnly.MaxValue);
}
