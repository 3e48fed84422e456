using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Spend;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>A prepaid block of a subscription, and what is left of it.</summary>
/// <param name="Id">By which updatePrepaid() asks for it.</param>
/// <param name="Name">The catalogue's.</param>
/// <param name="End">The first instant at which it cannot be used; null for none.</param>
/// <param name="Purchased">Units; null for any number while it can be used.</param>
/// <param name="Remaining">The same.</param>
/// <param name="Zone">In which its account is shown times.</param>
/// <param name="Language">In which its account is shown quantities.</param>
public sealed record PrepaidBlockState(
    int Id,
    string Code,
    string Name,
    PrepaidTypeOfBlock? Type,
    UsageChargeType ChargeType,
    DateTimeOffset Start,
    DateTimeOffset? End,
    decimal? Purchased,
    decimal? Remaining,
    BillingTimeZone Zone,
    Language Language
)
{
    /// <summary>The number of the voucher that was redeemed for it; null for none (guide, line 14807).</summary>
    public string? Voucher { get; init; }
}

/// <summary>getPrepaidState(): all prepaid blocks that a subscription ever had (guide, line 14757).</summary>
[UseCase]
public sealed class PrepaidStates(StageSession session, PrepaidUse use)
{
    /// <returns>In the order in which they begin.</returns>
    /// <exception cref="SmileException">There is no such subscription.</exception>
    public async Task<(Subscription Subscription, IReadOnlyList<PrepaidBlockState> States)> ListAsync(
        string usn,
        CancellationToken cancellation
    )
    {
        var (subscription, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        var key = subscription.Usn;
        var histories = BlockHistory.Of(
            await session.Database.PurchasedBlocks.AsNoTracking().Where(row => row.SubscriptionUsn == key).ToListAsync(cancellation)
        );
        var used = await UsedAsync(histories, cancellation);
        return (subscription, [.. histories.Select(history => Of(account, subscription, history, used))]);
    }

    /// <summary>The state of one block.</summary>
    internal async Task<PrepaidBlockState> OfAsync(
        Account account,
        Subscription subscription,
        BlockHistory history,
        CancellationToken cancellation
    ) => Of(account, subscription, history, await UsedAsync([history], cancellation));

    /// <summary>The state of a block that has just been given.</summary>
    internal Task<PrepaidBlockState> OfAsync(
        Account account,
        Subscription subscription,
        PurchasedBlock block,
        CancellationToken cancellation
    ) => OfAsync(account, subscription, new BlockHistory(block, []), cancellation);

    /// <summary>What was used of the rows of some blocks, by their numbers.</summary>
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

    /// <param name="used">What was used of the block's rows.</param>
    internal PrepaidBlockState Of(Account account, Subscription subscription, BlockHistory history, IReadOnlyDictionary<long, decimal> used)
    {
        var block = history.Block;
        var item = session.Catalogue.Content.PrepaidBlocks.FirstOrDefault(each => each.Code == block.Code);
        var types = session.Catalogue.Service(subscription.ServiceId)?.UsageChargeTypes ?? [];
        return new PrepaidBlockState(
            block.Id,
            block.Code,
            item?.Name ?? block.Code,
            item?.Type,
            types.FirstOrDefault(type => type.Id == block.ChargeType) ?? new UsageChargeType(block.ChargeType, "", UsageMeasure.Flagfall),
            block.Start,
            block.End,
            block.Purchased,
            history.Remaining(used),
            session.ZoneOf(account),
            session.Catalogue.Language(account.CompanyId, account.Properties)
        )
        {
            Voucher = block.Voucher,
        };
    }
}
