using Smile.Kernel;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Subjects;

/// <summary>Says which rating periods usage of many subscriptions belongs to.</summary>
[UseCase]
public sealed class RatingPeriodsOf(StageSession session, UsageDatabase database)
{
    /// <summary>
    /// The clocks of subscriptions that there are: rating periods by the subscription's own rating cycle or its account's (guide, line
    /// 10356), in the zone of its account. Any number costs two queries.
    /// </summary>
    /// <param name="since">The earliest day that they are asked for.</param>
    public async Task<IReadOnlyDictionary<Usn, RatingClock>> ClocksAsync(
        IReadOnlyCollection<Usn> usns,
        DateOnly since,
        CancellationToken cancellation
    ) => await ClocksAsync(await RatedSubscription.ReadAsync(session.Database, [.. usns], cancellation), since, cancellation);

    /// <summary>The same of subscriptions that are read.</summary>
    internal async Task<IReadOnlyDictionary<Usn, RatingClock>> ClocksAsync(
        IReadOnlyDictionary<Usn, RatedSubscription> rated,
        DateOnly since,
        CancellationToken cancellation
    )
    {
        var known = await KnownPeriodRows.ReadAsync(database, rated.Keys, since, cancellation);
        return rated.ToDictionary(
            pair => pair.Key,
            pair => RatingClock.Of(session.Catalogue, pair.Value.Account, pair.Value.Subscription, [.. known[pair.Key]])
        );
    }

    /// <summary>The same by their cycles alone, whatever was billed by earlier ones: without the database of usage.</summary>
    public async Task<IReadOnlyDictionary<Usn, RatingClock>> ByCycleAsync(Usn[] usns, CancellationToken cancellation) =>
        (await RatedSubscription.ReadAsync(session.Database, usns, cancellation)).ToDictionary(
            pair => pair.Key,
            pair => RatingClock.Of(session.Catalogue, pair.Value.Account, pair.Value.Subscription, [])
        );

    /// <summary>The clocks of subscriptions as of now.</summary>
    public Task<IReadOnlyDictionary<Usn, RatingClock>> ClocksAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation) =>
        ClocksAsync(usns, DateOnly.FromDateTime(session.Now.UtcDateTime), cancellation);
}
