using Microsoft.EntityFrameworkCore;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Runs;

/// <summary>
/// Has usage rated again whose charges have changed (guide, line 22457): what operations left in the stage's database comes into the queue
/// of usage, before what is only new. Where it is done twice nothing more is charged.
/// </summary>
[UseCase]
public sealed class TakeRatingChanges(StageSession session, UsageDatabase database)
{
    private const int Together = 500;
    private const short Priority = 1;

    /// <returns>Whether there may be more.</returns>
    public async Task<bool> ExecuteAsync(CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var changes = await session
            .Database.LoadRatingChanges.AsNoTracking()
            .OrderBy(change => change.Id)
            .Take(Together)
            .ToListAsync(cancellation);
        if (changes.Count == 0)
        {
            return false;
        }

        await UsageQueue.AddChangeAsync(
            database,
            [.. changes.Select(change => change.SubscriptionUsn).Distinct()],
            changes.Min(change => change.Since),
            Priority,
            session.Now,
            cancellation
        );
        var done = changes.Select(change => change.Id).ToArray();
        await session.Database.LoadRatingChanges.Where(change => done.Contains(change.Id)).ExecuteDeleteAsync(cancellation);
        return changes.Count == Together;
    }

    /// <summary>Has usage of subscriptions rated again from a time on.</summary>
    /// <exception cref="SmileException">There is no such subscription, or none with usage.</exception>
    public async Task AddAsync(IReadOnlyCollection<string> usns, DateTimeOffset since, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        foreach (var usn in usns)
        {
            session.RateAgain((await session.ReadSubscriptionAsync(usn, cancellation)).Subscription, since);
        }

        await session.Database.BeginAsync(cancellation);
        await session.CommitAsync(cancellation);
    }
}
