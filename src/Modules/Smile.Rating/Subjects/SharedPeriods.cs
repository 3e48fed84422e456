using Microsoft.EntityFrameworkCore;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Runs;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Subjects;

/// <summary>The same rating period of subscriptions of an account whose value pools are one.</summary>
/// <param name="Members">In the order of their USNs.</param>
internal sealed record SharingGroup(Usn Account, IReadOnlyList<RatedPeriod> Members);

/// <summary>What is read of subscriptions because others share value pools with them.</summary>
internal sealed record SharedSubjects(
    IReadOnlyList<SharingGroup> Groups,
    IReadOnlyDictionary<Usn, RatingClock> Clocks,
    IReadOnlyDictionary<RatedPeriod, RatingSubject> Subjects,
    IReadOnlyCollection<StoredPeriod> Stored
)
{
    public static SharedSubjects None { get; } =
        new([], new Dictionary<Usn, RatingClock>(), new Dictionary<RatedPeriod, RatingSubject>(), []);
}

/// <summary>
/// Says which subscriptions share value pools in a rating period: those of one account now, and of what is on a bill those that were then.
/// </summary>
[UseCase]
public sealed class SharedPeriods(StageSession session, UsageDatabase database, RatingSubjects subjects, RatingPeriodsOf periods)
{
    /// <summary>Whether any plan shares: nothing is read where none does.</summary>
    internal bool AreThere => Services().Count > 0;

    /// <summary>Those who share with some periods; what is known of those already is given again.</summary>
    /// <param name="known">Periods that are rated, with what they are rated by.</param>
    /// <param name="stored">As they are in the database.</param>
    internal async Task<SharedSubjects> ReadAsync(
        IReadOnlyDictionary<RatedPeriod, RatingSubject> known,
        IReadOnlyDictionary<Usn, Usn> accounts,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        IReadOnlyCollection<StoredPeriod> stored,
        CancellationToken cancellation
    )
    {
        var storedOf = stored.ToDictionary(period => (period.Subscription, period.Days.From));
        var keys = known
            .SelectMany(pair =>
                AccountsOf(
                        accounts[pair.Key.Subscription],
                        storedOf.GetValueOrDefault((pair.Key.Subscription, pair.Key.Days.From)),
                        pair.Value.Shares
                    )
                    .Select(account => (Account: account, pair.Key.Days))
            )
            .ToHashSet();
        if (keys.Count == 0)
        {
            return SharedSubjects.None;
        }

        while (true)
        {
            var read = await ReadAsync(keys, known, clocks, stored, cancellation);
            if (read.Left.All(keys.Contains))
            {
                return read.Shared;
            }

            // Who was rated with them and has gone to another account since is rated with those of that one.
            keys.UnionWith(read.Left);
        }
    }

    /// <returns>With the accounts that those who were rated with them are of now.</returns>
    private async Task<(SharedSubjects Shared, IReadOnlyCollection<(Usn Account, DayRange Days)> Left)> ReadAsync(
        HashSet<(Usn Account, DayRange Days)> keys,
        IReadOnlyDictionary<RatedPeriod, RatingSubject> known,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        IReadOnlyCollection<StoredPeriod> stored,
        CancellationToken cancellation
    )
    {
        var (ownerOf, found) = await FindAsync(keys, cancellation);
        var others = found.Select(period => period.Subscription).Where(usn => !clocks.ContainsKey(usn)).Distinct().ToList();
        var rated = await RatedSubscription.ReadAsync(session.Database, [.. others], cancellation);
        var allClocks = (await periods.ClocksAsync(rated, keys.Min(key => key.Days.From), cancellation)).Concat(clocks).ToDictionary();

        // Whose periods have other days by now is rated by those.
        var candidates = found
            .Where(period => allClocks.TryGetValue(period.Subscription, out var clock) && clock.PeriodOn(period.Days.From) == period.Days)
            .ToList();
        var unknown = candidates.Where(period => !known.ContainsKey(period)).ToList();
        var subjectOf = (await subjects.OfAsync(unknown, allClocks, cancellation)).Concat(known).ToDictionary();
        var allStored = (await RatingRows.PeriodsAsync(database, unknown, cancellation)).Concat(stored).ToList();
        var storedOf = allStored.ToDictionary(period => (period.Subscription, period.Days.From));
        var sharing = candidates.Where(period => subjectOf.TryGetValue(period, out var subject) && subject.Shares).ToList();
        var groups = sharing
            .GroupBy(period => (Account: OwnerOf(period), period.Days))
            .Where(group => keys.Contains(group.Key))
            .Select(group => new SharingGroup(
                group.Key.Account,
                [.. group.OrderBy(period => period.Subscription.Value, StringComparer.Ordinal)]
            ))
            .ToList();
        var members = groups.SelectMany(group => group.Members).ToHashSet();
        var shared = new SharedSubjects(
            groups,
            allClocks,
            subjectOf.Where(pair => members.Contains(pair.Key)).ToDictionary(),
            [.. allStored.Where(period => members.Contains(new RatedPeriod(period.Subscription, period.Days)))]
        );
        return (shared, [.. sharing.Where(WasRated).Select(period => (OwnerOf(period), period.Days))]);

        bool WasRated(RatedPeriod period) =>
            storedOf.GetValueOrDefault((period.Subscription, period.Days.From)) is { Sharing: { } then }
            && keys.Contains((then, period.Days));

        Usn OwnerOf(RatedPeriod period) =>
            Owner(ownerOf[period.Subscription], storedOf.GetValueOrDefault((period.Subscription, period.Days.From)));
    }

    /// <summary>The state of a period in which nothing was used, also by those who share with it.</summary>
    /// <param name="account">The subscription's.</param>
    internal async Task<PeriodState> UnusedAsync(
        RatedPeriod period,
        RatingSubject subject,
        Usn account,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        if (!subject.Shares)
        {
            return new PeriodRater(subject).State();
        }

        var known = new Dictionary<RatedPeriod, RatingSubject> { [period] = subject };
        var accounts = new Dictionary<Usn, Usn> { [period.Subscription] = account };
        var read = await ReadAsync(known, accounts, clocks, [], cancellation);
        var shared = new SharedPools();
        var raters = read.Subjects.ToDictionary(pair => pair.Key, pair => new PeriodRater(pair.Value, shared, null, null));
        return (raters.GetValueOrDefault(period) ?? new PeriodRater(subject)).State();
    }

    /// <summary>What is on a bill stays with those that it was rated with.</summary>
    private static Usn Owner(Usn account, StoredPeriod? stored) =>
        stored is { Sharing: { } then, Status: PeriodStatus.Closing or PeriodStatus.Closed } ? then : account;

    /// <summary>The accounts whose subscriptions are rated with a period, and those that were and are to be rated without it.</summary>
    private static IEnumerable<Usn> AccountsOf(Usn account, StoredPeriod? stored, bool shares)
    {
        if (shares)
        {
            yield return Owner(account, stored);
        }

        if (stored?.Sharing is { } before)
        {
            yield return before;
        }
    }

    /// <summary>The periods that may be of groups, and the accounts that their subscriptions are of now.</summary>
    private async Task<(IReadOnlyDictionary<Usn, Usn> OwnerOf, IReadOnlyList<RatedPeriod> Periods)> FindAsync(
        IReadOnlyCollection<(Usn Account, DayRange Days)> keys,
        CancellationToken cancellation
    )
    {
        var accounts = keys.Select(key => key.Account).Distinct().ToArray();
        var services = Services();
        var ofAccounts = await session
            .Database.ReadSubscriptions.Where(each => accounts.Contains(each.AccountUsn) && services.Contains(each.ServiceId))
            .Select(each => new { each.Usn, each.AccountUsn })
            .ToListAsync(cancellation);
        var wereRated = await SharingRows.OfAsync(database, keys, cancellation);
        var left = wereRated.Select(period => period.Subscription).Except(ofAccounts.Select(each => each.Usn)).ToArray();
        var elsewhere = await session
            .Database.ReadSubscriptions.Where(each => left.Contains(each.Usn))
            .Select(each => new { each.Usn, each.AccountUsn })
            .ToListAsync(cancellation);
        var daysOf = keys.ToLookup(key => key.Account, key => key.Days);
        var owners = ofAccounts.Concat(elsewhere).ToDictionary(each => each.Usn, each => each.AccountUsn);
        return (
            owners,
            [
                .. ofAccounts
                    .SelectMany(each => daysOf[each.AccountUsn].Select(days => new RatedPeriod(each.Usn, days)))
                    .Union(wereRated.Where(period => owners.ContainsKey(period.Subscription))),
            ]
        );
    }

    /// <summary>Those with a plan that shares a value pool.</summary>
    private List<int> Services() => [.. session.Catalogue.Content.Plans.Where(plan => plan.Shares).Select(plan => plan.Service).Distinct()];
}
