using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Spend;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>A prepaid block and what is left of it.</summary>
/// <param name="Item">The catalogue's.</param>
/// <param name="Remaining">Units; null for any number while it can be used.</param>
public sealed record PrepaidBlockState(PurchasedBlock Block, PrepaidBlockItem? Item, decimal? Remaining);

/// <summary>getPrepaidState(): all prepaid blocks that a subscription ever had (guide, line 14757).</summary>
[UseCase]
public sealed class PrepaidStates(StageSession session, PrepaidUse use)
{
    /// <exception cref="SmileException">There is no such subscription.</exception>
    public async Task<SubscriptionPrepaidStateType> DocumentAsync(string usn, CancellationToken cancellation)
    {
        var found = await session.ReadSubscriptionAsync(usn, cancellation);
        var histories = await HistoriesAsync(found.Subscription.Usn, cancellation);
        var used = await UsedAsync(histories, cancellation);
        return PrepaidDocuments.State(session, found.Account, found.Subscription, histories.Select(history => Of(history, used)));
    }

    /// <summary>The state of one block.</summary>
    internal async Task<PrepaidBlockState> OfAsync(BlockHistory history, CancellationToken cancellation) =>
        Of(history, await UsedAsync([history], cancellation));

    /// <summary>The state of a block that has just been given.</summary>
    internal Task<PrepaidBlockState> OfAsync(PurchasedBlock block, CancellationToken cancellation) =>
        OfAsync(new BlockHistory(block, []), cancellation);

    /// <summary>What was used of the rows of some blocks of one subscription, by their numbers.</summary>
    internal async Task<IReadOnlyDictionary<long, decimal>> UsedAsync(
        IReadOnlyCollection<BlockHistory> histories,
        CancellationToken cancellation
    ) =>
        histories.Count == 0
            ? new Dictionary<long, decimal>()
            : await use.OfAsync(
                [.. histories.Select(history => history.Block.SubscriptionUsn).Distinct()],
                DateOnly.FromDateTime(histories.Min(history => history.Rows.Min(row => row.Start)).UtcDateTime).AddDays(-1),
                cancellation
            );

    /// <summary>All blocks of a subscription, not to be changed.</summary>
    private async Task<IReadOnlyList<BlockHistory>> HistoriesAsync(Usn usn, CancellationToken cancellation) =>
        BlockHistory.Of(
            await session.Database.PurchasedBlocks.AsNoTracking().Where(row => row.SubscriptionUsn == usn).ToListAsync(cancellation)
        );

    /// <param name="used">What was used of the block's rows.</param>
    internal PrepaidBlockState Of(BlockHistory history, IReadOnlyDictionary<long, decimal> used) =>
        new(
            history.Block,
            session.Catalogue.Content.PrepaidBlocks.FirstOrDefault(item => item.Code == history.Block.Code),
            history.Remaining(used)
        );
}
