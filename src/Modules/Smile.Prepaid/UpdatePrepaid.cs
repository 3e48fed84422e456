using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Prepaid;

/// <summary>What is to change of a prepaid block; what is null stays (guide, line 14939).</summary>
/// <param name="End">The last instant that is in it, as answers show it, or the first that is not.</param>
/// <param name="Purchased">Units; null for any number of them. Counts only where <paramref name="ChangesPurchased"/>.</param>
/// <param name="Remaining">Units that are left from now on.</param>
public sealed record PrepaidChange(
    int Id,
    XmlTimestamp? Start,
    XmlTimestamp? End,
    bool ChangesPurchased,
    decimal? Purchased,
    decimal? Remaining
);

/// <summary>updatePrepaid() (guide, line 14917).</summary>
[UseCase]
public sealed class UpdatePrepaid(StageSession session, PrepaidStates states, PrepaidWarnings warnings, PrepaidMessages messages)
{
    public async Task ExecuteAsync(string usn, PrepaidChange change, CancellationToken cancellation)
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var history = await HistoryAsync(subscription, change.Id, cancellation);
        GivePrepaid.RequireOpen(subscription);
        var used = await states.UsedAsync([history], cancellation);
        var zone = session.ZoneOf(account);
        var start = change.Start is { } first ? zone.Instant(first) : history.Block.Start;
        var end = change.End is { } last ? PrepaidDays.EndOf(zone, last) : history.Block.End;
        RequireDays(start, end);
        RequireQuantities(change, history, used);

        var since = Move(history, start, end);
        since = Earlier(since, change.ChangesPurchased ? Resize(history, change.Purchased, used) : null);
        since = Earlier(since, change.Remaining is { } left ? Leave(ref history, left) : null);
        if (change.ChangesPurchased || change.Remaining is not null)
        {
            await warnings.ForgetAsync(history.Block, PrepaidWarningReason.Use, cancellation);
        }

        if (change.Start is not null || change.End is not null)
        {
            await warnings.ForgetAsync(history.Block, PrepaidWarningReason.Expiry, cancellation);
            await warnings.ScheduleAsync(account, history.Block, cancellation);
        }

        if (since is { } from)
        {
            session.RateAgain(subscription, from);
        }

        messages.Updated(subscription, states.Of(account, subscription, history, used));
        await session.CommitAsync(cancellation);
    }

    private async Task<BlockHistory> HistoryAsync(Subscription subscription, int id, CancellationToken cancellation)
    {
        var usn = subscription.Usn;
        var rows = await session
            .Database.PurchasedBlocks.Where(row =>
                row.SubscriptionUsn == usn && ((row.Id == id && row.Continues == null) || row.Continues == id)
            )
            .ToListAsync(cancellation);
        return BlockHistory.Of(rows).SingleOrDefault()
            ?? throw Refuse.With(
                Fault.PrepaidException,
                "PrepaidId",
                id,
                "The subscription has no such prepaid block. getPrepaidState() shows those that it has."
            );
    }

    private void RequireDays(DateTimeOffset start, DateTimeOffset? end)
    {
        PrepaidDays.Require("StartDate", start, session.Now);
        PrepaidDays.Require("EndDate", end ?? session.Now, session.Now);
        if (end < start)
        {
            throw Refuse.With(Fault.PrepaidException, "EndDate", end, "A prepaid block must not end before its start.");
        }
    }

    /// <summary>Refuses quantities as the guide lists them (lines 14979 to 14983).</summary>
    private static void RequireQuantities(PrepaidChange change, BlockHistory history, IReadOnlyDictionary<long, decimal> used)
    {
        if (change is { ChangesPurchased: true, Purchased: null, End: null })
        {
            throw Refuse.With(
                Fault.PrepaidException,
                "EndDate",
                "",
                "An empty PurchasedQuantity makes the block unlimited: say when it ends, too."
            );
        }

        PrepaidQuantities.Require("PurchasedQuantity", change.Purchased ?? 0m);
        PrepaidQuantities.Require("RemainingQuantity", change.Remaining ?? 0m);
        var purchased = change.ChangesPurchased ? change.Purchased : history.Block.Purchased;
        if (change.Remaining is { } left)
        {
            if (purchased is null)
            {
                throw Refuse.With(
                    Fault.PrepaidException,
                    "RemainingQuantity",
                    left,
                    "The block is unlimited: there is nothing of which so much can be left. Give a PurchasedQuantity, too."
                );
            }

            if (left > purchased)
            {
                throw Refuse.With(
                    Fault.PrepaidException,
                    "RemainingQuantity",
                    left,
                    "It must not be more than the purchased quantity, which is " + PrepaidQuantities.Text(purchased.Value) + "."
                );
            }
        }
        else if (change.ChangesPurchased && purchased < history.Used(used))
        {
            throw Refuse.With(
                Fault.PrepaidException,
                "PurchasedQuantity",
                purchased,
                "It must not be less than what is used of it, which is " + PrepaidQuantities.Text(history.Used(used)) + "."
            );
        }
    }

    /// <summary>Moves the start and the end.</summary>
    /// <returns>Since when that can change what usage costs; null where nothing is moved.</returns>
    private static DateTimeOffset? Move(BlockHistory history, DateTimeOffset start, DateTimeOffset? end)
    {
        var (oldStart, oldEnd) = (history.Block.Start, history.Block.End);
        foreach (var row in history.Rows)
        {
            row.Start = row == history.Block || row.Start < start ? start : row.Start;
            row.End = end < row.Start ? row.Start : end;
        }

        return Earlier(start == oldStart ? null : Earlier(start, oldStart), end == oldEnd ? null : Earlier(end, oldEnd));
    }

    /// <summary>Changes what was purchased: there is so much more or less of it, whenever it was used.</summary>
    private static DateTimeOffset? Resize(BlockHistory history, decimal? purchased, IReadOnlyDictionary<long, decimal> used)
    {
        var (block, last) = (history.Block, history.Last);
        if (block.Purchased == purchased)
        {
            return null;
        }

        last.Units = purchased is null ? null : Math.Max(0m, purchased.Value - history.Used(used) + used.GetValueOrDefault(last.Id));
        block.Purchased = purchased;
        return last.Start;
    }

    /// <summary>Sets what is left from now on: what was used before stays as it is, also where some of it is rated again.</summary>
    private DateTimeOffset? Leave(ref BlockHistory history, decimal left)
    {
        var (block, last) = (history.Block, history.Last);
        var from = block.Start > session.Now ? block.Start : session.Now;
        if (last.Start >= from)
        {
            last.Units = left;
            return last.Start;
        }

        var row = new PurchasedBlock
        {
            SubscriptionUsn = block.SubscriptionUsn,
            Continues = block.Id,
            Code = block.Code,
            ChargeType = block.ChargeType,
            Units = left,
            Start = from,
            End = block.End < from ? from : block.End,
        };
        session.Database.PurchasedBlocks.Add(row);
        history = history with { Later = [.. history.Later, row] };
        return from;
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
