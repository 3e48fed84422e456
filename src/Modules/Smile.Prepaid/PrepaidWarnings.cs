using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Customers.Subscriptions;
using Smile.Rating.Notices;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>
/// Tells that prepaid blocks are about to expire, as many hours before as the catalogue says, and that a part of them is used
/// (guide, line 22393). Each threshold of a block is told once.
/// </summary>
[UseCase]
public sealed class PrepaidWarnings(StageSession session, DueWorkSchedule schedule, PrepaidStates states, PrepaidMessages messages)
    : IPrepaidWarnings,
        IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } = [DueWorkKind.WarnOfPrepaidExpiry];

    /// <summary>Puts the warnings of a block on the calendar, where their time is still to come.</summary>
    /// <param name="account">Locked.</param>
    internal async Task ScheduleAsync(Account account, PurchasedBlock block, CancellationToken cancellation)
    {
        var comment = CommentOf(block);
        var subject = block.SubscriptionUsn.Value;
        await schedule.RemoveAsync(DueWorkKind.WarnOfPrepaidExpiry, subject, comment, cancellation);
        var item = session.Catalogue.Content.PrepaidBlocks.FirstOrDefault(each => each.Code == block.Code);
        foreach (var hours in block.End is null ? [] : item?.ExpiryWarnings ?? [])
        {
            if (block.End!.Value.AddHours(-hours) is var due && due > session.Now && due > block.Start)
            {
                // The subject is the subscription: what is on its calendar moves with it, and ends with it.
                schedule.Add(
                    DueWorkKind.WarnOfPrepaidExpiry,
                    account,
                    subject,
                    due,
                    comment + hours.ToString(CultureInfo.InvariantCulture)
                );
            }
        }
    }

    public async Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation)
    {
        var words = work.Comment!.Split(' ');
        var (id, hours) = (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
        if (
            await HistoryAsync(id, cancellation) is { } history
            && history.Block.End > session.Now
            && await session.LoadSubscriptionAsync(history.Block.SubscriptionUsn, cancellation) is { IsClosed: false } subscription
        )
        {
            await TellAsync(account, subscription, history, PrepaidWarningReason.Expiry, hours, cancellation);
        }

        return null;
    }

    public async Task TellAsync(
        Account account,
        Subscription subscription,
        IReadOnlyList<PrepaidCrossing> crossings,
        CancellationToken cancellation
    )
    {
        foreach (var crossing in crossings)
        {
            if (await HistoryAsync((int)crossing.Block, cancellation) is { } history)
            {
                await TellAsync(account, subscription, history, PrepaidWarningReason.Use, crossing.Threshold, cancellation);
            }
        }
    }

    /// <summary>Forgets what was told of a block that has been changed: what holds then is told anew.</summary>
    internal async Task ForgetAsync(PurchasedBlock block, PrepaidWarningReason reason, CancellationToken cancellation) =>
        session.Database.PrepaidWarnings.RemoveRange(
            await session
                .Database.PrepaidWarnings.Where(warning => warning.BlockId == block.Id && warning.Reason == reason)
                .ToListAsync(cancellation)
        );

    private async Task TellAsync(
        Account account,
        Subscription subscription,
        BlockHistory history,
        PrepaidWarningReason reason,
        decimal threshold,
        CancellationToken cancellation
    )
    {
        var state = await states.OfAsync(account, subscription, history, cancellation);
        var told = await session
            .Database.PrepaidWarnings.Where(warning => warning.BlockId == history.Block.Id && warning.Reason == reason)
            .ToListAsync(cancellation);

        // Nobody is to be told that what he has used up expires, nor of a lower part after a higher one.
        var isKnown =
            reason == PrepaidWarningReason.Expiry
                ? state.Remaining == 0m || told.Exists(warning => warning.Threshold <= threshold)
                : told.Exists(warning => warning.Threshold >= threshold);
        if (isKnown)
        {
            return;
        }

        var warning = new PrepaidWarning
        {
            BlockId = history.Block.Id,
            Reason = reason,
            Threshold = threshold,
            Told = session.Now,
        };
        session.Database.PrepaidWarnings.Add(warning);
        await session.Database.SaveAsync(cancellation);
        messages.Warning(subscription, state, warning.Id);
    }

    /// <summary>The block that a row is of.</summary>
    private async Task<BlockHistory?> HistoryAsync(int id, CancellationToken cancellation)
    {
        var rows = session.Database.PurchasedBlocks.AsNoTracking();
        var first = await rows.Where(row => row.Id == id).Select(row => (int?)(row.Continues ?? row.Id)).FirstOrDefaultAsync(cancellation);
        return first is { } block
            ? BlockHistory
                .Of(await rows.Where(row => row.Id == block || row.Continues == block).ToListAsync(cancellation))
                .SingleOrDefault()
            : null;
    }

    private static string CommentOf(PurchasedBlock block) => string.Create(CultureInfo.InvariantCulture, $"{block.Id} ");
}
