using Smile.Rating.Engine;
using Smile.Usage.Storage;

namespace Smile.Rating.Runs;

/// <summary>
/// Rates the same rating period of subscriptions that share value pools: their records come in one order, whoever they are of, and each
/// subscription is charged its own.
/// </summary>
internal sealed class SharedRun(IReadOnlyList<PeriodRun> members)
{
    /// <summary>Whether rating can go on with new records: they come behind all that were rated of any of them.</summary>
    /// <param name="added">Of the members, in their order.</param>
    public bool CanGoOn(IReadOnlyList<IReadOnlyList<UsageRecord>> added)
    {
        var last = members.Max(member => member.Before.Last);
        return members.All(member => member.HasMeters) && added.All(records => PeriodRun.AreBehind(records, last));
    }

    /// <summary>Goes on with records that come behind all that were rated.</summary>
    public IReadOnlyList<RatedOutcome> GoOn(IReadOnlyList<IReadOnlyList<UsageRecord>> added)
    {
        var shared = new SharedPools();
        var passes = members.Select(member => member.Continue(shared)).ToList();
        Rate(passes, added);
        return Told(members.Select((member, index) => member.Continued(passes[index])));
    }

    /// <summary>Rates all records anew.</summary>
    /// <param name="booked">The sums of what is booked of the members so far.</param>
    public IReadOnlyList<RatedOutcome> Replay(
        IReadOnlyList<IReadOnlyList<UsageRecord>> all,
        IReadOnlyList<IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)>> booked
    )
    {
        var shared = new SharedPools();
        var passes = members.Select(member => member.Anew(shared)).ToList();
        Rate(passes, all);
        return Told(members.Select((member, index) => member.Replayed(passes[index], booked[index])));
    }

    private static void Rate(List<PeriodPass> passes, IReadOnlyList<IReadOnlyList<UsageRecord>> records)
    {
        var inOrder = records
            .SelectMany((ofMember, index) => ofMember.Select(record => (record, index)))
            .OrderBy(pair => pair.record.Start)
            .ThenBy(pair => pair.record.Id);
        foreach (var (record, index) in inOrder)
        {
            passes[index].Rate(record);
        }
    }

    /// <summary>A threshold of what is shared is told once: of the plan that came first.</summary>
    private List<RatedOutcome> Told(IEnumerable<RatedOutcome> outcomes)
    {
        var first = members
            .SelectMany(member => member.Subject.StintsOfPeriod)
            .SelectMany(stint =>
                stint.Plan.ValuePools.Where(pool => pool.SharedAs is not null).Select(pool => (pool.SharedAs, stint.Start, stint.Id, pool))
            )
            .GroupBy(each => each.SharedAs!)
            .ToDictionary(
                each => each.Key,
                each => each.OrderBy(one => one.Start).ThenBy(one => one.Id).Select(one => (one.Id, one.pool.Id)).First()
            );
        var all = outcomes.Select(outcome => outcome.Sharing(pool => first[pool.Sharing!] == (pool.PlanScheduleItem, pool.Id))).ToList();

        // Who has used nothing shows what the others have.
        var hasUsage = all.Exists(outcome => outcome.HasUsage);
        return all.ConvertAll(outcome => outcome with { IsBesideUsage = hasUsage });
    }
}
