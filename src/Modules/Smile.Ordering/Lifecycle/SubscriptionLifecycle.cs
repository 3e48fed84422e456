using Microsoft.EntityFrameworkCore;
using Smile.Billing.Contracts;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Contracts.Messages;
using Smile.Customers;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Ordering.Provisioning;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Ordering.Lifecycle;

/// <summary>cancel(), suspend() and resume(), now or at a date (guide, lines 7848 to 8054).</summary>
[UseCase]
public sealed class SubscriptionLifecycle(
    StageSession session,
    Fulfilment fulfilment,
    SubscriptionAnnouncements announcements,
    DueWorkSchedule schedule,
    ContractRules contracts,
    IEnumerable<IClosingListener> listeners
) : IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } =
    [DueWorkKind.CancelSubscription, DueWorkKind.SuspendSubscription, DueWorkKind.ResumeSubscription];

    private const Fault SuspendFault = Fault.SuspendException;
    private const Fault CancelFault = Fault.CancelException;
    private const int MaxCommentLength = 1_000;

    /// <summary>Closes a subscription at a time; at once where it is past or not given.</summary>
    public async Task CancelAsync(string usn, XmlTimestamp from, CancellationToken cancellation)
    {
        var (account, subscription) = await BeginAsync(usn, cancellation);
        await CancelAsync(account, subscription, Time(account, from, "fromTimestamp", CancelFault) ?? session.Now, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// The same within a transaction that has the account locked. That the caller may change the subscription has been asked, as for the
    /// others of this kind.
    /// </summary>
    public async Task CancelAsync(Account account, Subscription subscription, DateTimeOffset at, CancellationToken cancellation)
    {
        if (subscription.IsClosed)
        {
            throw Refuse.With(CancelFault, "usn", subscription.Usn, "The subscription is already closed.");
        }

        await RequireOwnPlansAsync(subscription.Usn.Value, CancelFault, cancellation);
        var closing = session.ZoneOf(account).DateOf(at > session.Now ? at : session.Now);
        await contracts.RequireNoneAsync(subscription, closing, CancelFault, cancellation);
        await AddClosingPlanItemsAsync(subscription, at > session.Now ? at : session.Now, cancellation);
        subscription.RebillFromDay(DayOf(account, at > session.Now ? at : session.Now));
        session.ChangeRating(subscription, at > session.Now ? at : session.Now);
        if (at > session.Now)
        {
            await schedule.ReplaceAsync(DueWorkKind.CancelSubscription, account, subscription.Usn.Value, at, null, cancellation);
        }
        else
        {
            await CloseAsync(account, subscription, cancellation);
        }
    }

    /// <summary>Suspends a subscription's access; cancels its future plan changes (guide, line 7925).</summary>
    public async Task SuspendAsync(string usn, XmlTimestamp? from, string? comment, CancellationToken cancellation)
    {
        RequireShort(comment);
        var (account, subscription) = await BeginActiveAsync(usn, cancellation);
        await RequireOwnPlansAsync(usn, SuspendFault, cancellation);
        var at = Time(account, from, "fromTimestamp", SuspendFault);
        if (at > session.Now)
        {
            await schedule.ReplaceAsync(DueWorkKind.SuspendSubscription, account, usn, at.Value, comment, cancellation);
        }
        else
        {
            await SuspendOnceAsync(account, subscription, comment, cancellation);
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>Suspends a subscription at once, within a transaction that has the account locked.</summary>
    public async Task SuspendAsync(Account account, Subscription subscription, string comment, CancellationToken cancellation)
    {
        RequireActive(subscription);
        await RequireOwnPlansAsync(subscription.Usn.Value, SuspendFault, cancellation);
        await SuspendOnceAsync(account, subscription, comment, cancellation);
    }

    /// <summary>Reinstates a suspended subscription at once, within a transaction that has the account locked.</summary>
    public async Task ResumeAsync(Account account, Subscription subscription, string comment, CancellationToken cancellation)
    {
        RequireActive(subscription);
        await RequireOwnPlansAsync(subscription.Usn.Value, SuspendFault, cancellation);
        await RequireOwnSuspensionAsync(subscription, cancellation);
        if (subscription.SuspendStatus != SuspendStatus.Suspended)
        {
            throw Refuse.With(SuspendFault, "usn", subscription.Usn, "The subscription is not suspended.");
        }

        await ResumeNowAsync(account, subscription, comment, session.Now, cancellation);
    }

    /// <summary>Reinstates a suspended subscription.</summary>
    public async Task ResumeAsync(string usn, XmlTimestamp? from, string? comment, CancellationToken cancellation)
    {
        RequireShort(comment);
        var (account, subscription) = await BeginActiveAsync(usn, cancellation);
        var at = Time(account, from, "fromTimestamp", SuspendFault);
        await RequireOwnPlansAsync(usn, SuspendFault, cancellation);
        await RequireOwnSuspensionAsync(subscription, cancellation);
        var isSuspendedThen =
            subscription.SuspendStatus == SuspendStatus.Suspended
            || (at > session.Now && await schedule.IsScheduledAsync(DueWorkKind.SuspendSubscription, usn, at.Value, cancellation));
        if (!isSuspendedThen)
        {
            throw Refuse.With(SuspendFault, "usn", usn, "The subscription is not suspended.");
        }

        if (at > session.Now)
        {
            await schedule.ReplaceAsync(DueWorkKind.ResumeSubscription, account, usn, at.Value, comment, cancellation);
        }
        else
        {
            await ResumeNowAsync(account, subscription, comment, session.Now, cancellation);
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>Carries out what fell due. Does nothing where it no longer applies.</summary>
    public async Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation)
    {
        if (await session.LoadSubscriptionAsync(new Usn(work.Subject), cancellation) is { } subscription)
        {
            await CarryOutAsync(work, account, subscription, cancellation);
        }

        return null;
    }

    private async Task CarryOutAsync(DueWorkItem work, Account account, Subscription subscription, CancellationToken cancellation)
    {
        switch (work.Kind)
        {
            case DueWorkKind.CancelSubscription when !subscription.IsClosed:
                await CloseAsync(account, subscription, cancellation);
                break;
            case DueWorkKind.SuspendSubscription when subscription is { IsActive: true, SuspendStatus: SuspendStatus.Active }:
                await SuspendNowAsync(account, subscription, work.Comment, work.Due, cancellation);
                break;
            case DueWorkKind.SuspendSubscription when subscription is { IsActive: true, SuspendedByCreditControl: true }:
                // From now on a person wants it suspended, too.
                subscription.SuspendedByCreditControl = false;
                break;
            case DueWorkKind.ResumeSubscription when subscription is { IsActive: true, SuspendStatus: SuspendStatus.Suspended }:
                await ResumeNowAsync(account, subscription, work.Comment, work.Due, cancellation);
                break;
        }
    }

    /// <summary>Suspends a subscription of a locked account for credit control, unless it is suspended already.</summary>
    public async Task SuspendForCreditControlAsync(
        Account account,
        Subscription subscription,
        string comment,
        CancellationToken cancellation
    )
    {
        if (subscription is { IsActive: true, SuspendStatus: SuspendStatus.Active })
        {
            await SuspendNowAsync(account, subscription, comment, session.Now, cancellation);
            subscription.SuspendedByCreditControl = true;
        }
    }

    /// <summary>Resumes a subscription of a locked account, if it is still credit control that has it suspended.</summary>
    public async Task ResumeForCreditControlAsync(
        Account account,
        Subscription subscription,
        string comment,
        CancellationToken cancellation
    )
    {
        if (subscription is { IsActive: true, SuspendStatus: SuspendStatus.Suspended, SuspendedByCreditControl: true })
        {
            await ResumeNowAsync(account, subscription, comment, session.Now, cancellation);
        }
    }

    private static void RequireShort(string? comment)
    {
        if (comment?.Length > MaxCommentLength)
        {
            throw Refuse.Invalid("comment", comment, $"A comment has at most {MaxCommentLength} characters.");
        }
    }

    /// <summary>What the company has planned for a subscription, its customer does not put off: the latest word would count.</summary>
    private async Task RequireOwnPlansAsync(string usn, Fault fault, CancellationToken cancellation)
    {
        if (session.Caller.IsStaff)
        {
            return;
        }

        DueWorkKind[] kinds = [DueWorkKind.CancelSubscription, DueWorkKind.SuspendSubscription, DueWorkKind.ResumeSubscription];
        var planners = await session
            .Database.ReadDueWork.Where(work => work.Subject == usn && work.Done == null && kinds.Contains(work.Kind))
            .Select(work => work.RequestedBy)
            .Distinct()
            .ToListAsync(cancellation);
        foreach (var planner in planners)
        {
            if (!await session.IsOfCallersAccountAsync(planner, cancellation))
            {
                throw Refuse.With(
                    fault,
                    "usn",
                    usn,
                    "The company has planned a change of its state. You need the permission 'staff' to change it too."
                );
            }
        }
    }

    /// <summary>
    /// A suspension is lifted by who made it: a customer's by the customer, the company's and credit control's by its staff.
    /// </summary>
    private async Task RequireOwnSuspensionAsync(Subscription subscription, CancellationToken cancellation)
    {
        if (session.Caller.IsStaff || subscription.SuspendStatus != SuspendStatus.Suspended)
        {
            return;
        }

        var who = await session
            .Database.ReadSubscriptionEvents.Where(entry =>
                entry.SubscriptionUsn == subscription.Usn && entry.Kind == SubscriptionEvent.Suspended
            )
            .OrderByDescending(entry => entry.At)
            .ThenByDescending(entry => entry.Id)
            .Select(entry => (Usn?)entry.ChangedBy)
            .FirstOrDefaultAsync(cancellation);
        if (
            subscription.SuspendedByCreditControl
            || who is not { } suspender
            || !await session.IsOfCallersAccountAsync(suspender, cancellation)
        )
        {
            throw Refuse.With(
                SuspendFault,
                "usn",
                subscription.Usn,
                "The company has suspended it. You need the permission 'staff' to resume it."
            );
        }
    }

    private async Task<(Account Account, Subscription Subscription)> BeginAsync(string usn, CancellationToken cancellation) =>
        await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);

    private async Task<(Account Account, Subscription Subscription)> BeginActiveAsync(string usn, CancellationToken cancellation)
    {
        if (await session.BeginOnSubscriptionAsync(usn, cancellation) is not { } found)
        {
            var isAccount = await session.FindAccountAsync(usn, cancellation) is not null;
            throw isAccount
                ? Refuse.Invalid("usn", usn, "The USN is an account's: only subscriptions can be suspended and resumed.")
                : StageSession.NoSuchSubscription(usn);
        }

        RequireActive(found.Subscription);
        return found;
    }

    private static void RequireActive(Subscription subscription)
    {
        if (!subscription.IsActive)
        {
            throw Refuse.NotFound(
                "usn",
                subscription.Usn,
                "The subscription is not active: it must be provisioned and not closed.",
                Missing.ActiveSubscription
            );
        }
    }

    private async Task SuspendOnceAsync(Account account, Subscription subscription, string? comment, CancellationToken cancellation)
    {
        if (subscription.SuspendStatus == SuspendStatus.Suspended)
        {
            throw Refuse.With(SuspendFault, "usn", subscription.Usn, "The subscription is already suspended.");
        }

        await SuspendNowAsync(account, subscription, comment, session.Now, cancellation);
    }

    /// <summary>The time from which something is to hold; null for at once.</summary>
    private DateTimeOffset? Time(Account account, XmlTimestamp? from, string what, Fault fault) =>
        from switch
        {
            null or { IsOpenStart: true } => null,
            { IsOpenEnd: true } => throw Refuse.With(fault, what, from, "This is a time that never comes: leave it to be done."),
            { } stated => session.ZoneOf(account).Instant(stated),
        };

    /// <summary>
    /// Closing adds an item without a plan to each plan schedule, so that billing can work out termination fees and credits (guide, line
    /// 7855).
    /// </summary>
    private async Task AddClosingPlanItemsAsync(Subscription subscription, DateTimeOffset at, CancellationToken cancellation)
    {
        var items = await session
            .Database.LoadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn)
            .ToListAsync(cancellation);
        session.Database.RemovePlanScheduleItems(items.Where(item => item.PlanCode is null || item.Start >= at));
        foreach (var type in items.Where(item => item.PlanCode is not null).Select(item => item.PlanScheduleType).Distinct())
        {
            session.Database.AddPlanScheduleItem(
                new PlanScheduleItem
                {
                    SubscriptionUsn = subscription.Usn,
                    PlanScheduleType = type,
                    PlanCode = null,
                    Start = at,
                }
            );
        }
    }

    private async Task CloseAsync(Account account, Subscription subscription, CancellationToken cancellation)
    {
        var service = session.Catalogue.Service(subscription.ServiceId);
        if (service?.Provisioning == ProvisioningMode.External && subscription.ProvisionStatus != ProvisionStatus.NotProvisioned)
        {
            await announcements.AnnounceAsync(
                (sid, usn) => BusMessages.SubscriptionProvisionCommand(sid, usn, "deprovision", 0),
                account,
                subscription,
                cancellation
            );
        }

        await schedule.CancelAsync(subscription.Usn.Value, cancellation);
        var closed = subscription.Close(session.Now);
        subscription.RebillFromDay(DayOf(account, session.Now));
        Log(subscription, SubscriptionEvent.Closed, null, session.Now);

        // Listeners lock the user out by the name that was theirs (guide, line 22590).
        session.Announce(SubscriptionMessages.SubscriptionClosed(session.Catalogue, closed));
        foreach (var listener in listeners)
        {
            await listener.OnClosedAsync([closed], cancellation);
        }

        await fulfilment.EndAsync(account, subscription, cancellation);
    }

    /// <param name="at">The time from which it counts: where it was to be done earlier and could not, that time.</param>
    private async Task SuspendNowAsync(
        Account account,
        Subscription subscription,
        string? comment,
        DateTimeOffset at,
        CancellationToken cancellation
    )
    {
        subscription.SuspendStatus = SuspendStatus.Suspended;
        var future = await session
            .Database.LoadPlanScheduleItems.Where(item =>
                item.SubscriptionUsn == subscription.Usn && item.Start > session.Now && item.PlanCode != null
            )
            .ToListAsync(cancellation);
        session.Database.RemovePlanScheduleItems(future);
        subscription.RebillFromDay(DayOf(account, at));
        Log(subscription, SubscriptionEvent.Suspended, comment, at);
        await announcements.AnnounceAsync(BusMessages.SubscriptionSuspended, account, subscription, cancellation);
        session.ChangeRating(subscription, at);
    }

    private async Task ResumeNowAsync(
        Account account,
        Subscription subscription,
        string? comment,
        DateTimeOffset at,
        CancellationToken cancellation
    )
    {
        subscription.SuspendStatus = SuspendStatus.Active;
        subscription.SuspendedByCreditControl = false;
        subscription.RebillFromDay(DayOf(account, at));
        Log(subscription, SubscriptionEvent.Resumed, comment, at);
        await announcements.AnnounceAsync(BusMessages.SubscriptionResumed, account, subscription, cancellation);
        session.ChangeRating(subscription, at);
    }

    private DateOnly DayOf(Account account, DateTimeOffset instant) => session.ZoneOf(account).DateOf(instant);

    private void Log(Subscription subscription, string kind, string? comment, DateTimeOffset at) =>
        session.Database.AddSubscriptionEvent(
            new SubscriptionEvent
            {
                SubscriptionUsn = subscription.Usn,
                At = at,
                Kind = kind,
                Comment = comment,
            }
        );
}
