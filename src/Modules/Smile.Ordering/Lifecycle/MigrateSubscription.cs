using Microsoft.EntityFrameworkCore;
using Smile.Billing;
using Smile.Billing.Plans;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.DueWork;
using Smile.Customers.DueWork.Storage;
using Smile.Customers.PurchaseOrders.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Receivables.InvoiceGroupings.Storage;
using Smile.Session;

namespace Smile.Ordering.Lifecycle;

/// <summary>migrateSubscription(): moves a subscription and its children to another account (guide, line 8304).</summary>
[UseCase]
public sealed class MigrateSubscription(StageSession session)
{
    public async Task ExecuteAsync(string usn, string toAccountUsn, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var key = new Usn(usn);
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation);
        if (owner is not { } fromUsn || !session.Caller.MayReach(fromUsn))
        {
            throw StageSession.NoSuchSubscription(usn);
        }

        var target = new Usn(toAccountUsn);
        if (target == fromUsn)
        {
            throw Refuse.Invalid("toAccountUsn", toAccountUsn, "The subscription belongs to this account already.");
        }

        // Both accounts are locked at once, so that two migrations cannot wait for each other.
        var accounts = await session.Database.LockAccountsAsync([fromUsn, target], cancellation);
        var from = accounts.First(account => account.Usn == fromUsn);
        var to = accounts.FirstOrDefault(account => account.Usn == target);
        if (to is null || !session.Caller.MayReach(target))
        {
            throw StageSession.NoSuchAccount(toAccountUsn);
        }

        if (from.Currency != to.Currency)
        {
            throw Refuse.Invalid(
                "toAccountUsn",
                toAccountUsn,
                $"The accounts have different currencies, {from.Currency} and {to.Currency}."
            );
        }

        AccountStates.RequireOpen(to, "toAccountUsn", Fault.InvalidRequestException);
        if (from.CompanyId != to.CompanyId)
        {
            throw Refuse.Invalid("toAccountUsn", toAccountUsn, "The account belongs to another company.");
        }

        var tree = await session.Database.LoadSubscriptions.Where(candidate => candidate.AccountUsn == fromUsn).ToListAsync(cancellation);
        var subscription = tree.FirstOrDefault(candidate => candidate.Usn == key) ?? throw StageSession.NoSuchSubscription(usn);
        if (subscription.IsClosed)
        {
            throw Refuse.Invalid("usn", usn, "The subscription is closed.");
        }

        await session.RequireMayChangeAsync([subscription], cancellation);
        await RequireCompleteOrdersAsync(subscription, tree, cancellation);
        subscription.ParentUsn = target;
        await MoveAsync(subscription, tree, from, to, cancellation);
        await session.CommitAsync(cancellation);
    }

    private async Task MoveAsync(
        Subscription subscription,
        List<Subscription> tree,
        Account from,
        Account to,
        CancellationToken cancellation
    )
    {
        var target = to.Usn;
        ChangeBillingCycle.RequirePeriods(session, subscription, to, "toAccountUsn", target);
        await session.Database.LeavePurchaseOrdersAsync(subscription.Usn, session.Caller.Usn, cancellation);
        await session.Database.LeaveGroupingsAsync(subscription.Usn, session.Caller.Usn, cancellation);
        subscription.AccountUsn = target;
        subscription.CostCentreId = null;
        session.Database.AddSubscriptionEvent(
            new SubscriptionEvent
            {
                SubscriptionUsn = subscription.Usn,
                At = session.Now,
                Kind = "Migrated",
                Comment = $"To account {target}",
                TimeZoneId = from.TimeZoneId == to.TimeZoneId ? null : from.TimeZoneId,
            }
        );
        await BringChargesAsync(subscription, from, to, cancellation);
        await KeepDaysAsync(subscription, from, to, cancellation);

        // Its cycle, its zone and its tax may be others.
        session.RateAgain(subscription, session.Now);
        if (to.NextBill is not null && subscription.OwnCycles is not null)
        {
            BillingBeginning.PlanBill(session.Catalogue, to, [subscription], session.DayOf(to));
        }

        await session.Database.MoveDueWorkAsync(subscription.Usn, target, cancellation);
        foreach (var child in tree.Where(candidate => candidate.ParentUsn == subscription.Usn))
        {
            await MoveAsync(child, tree, from, to, cancellation);
        }
    }

    /// <summary>The recurring charges and discounts of the subscription itself go with it.</summary>
    private async Task BringChargesAsync(Subscription subscription, Account from, Account to, CancellationToken cancellation)
    {
        var own = await session.Database.LoadRecurringCharges.Where(charge => charge.Usn == subscription.Usn).ToListAsync(cancellation);
        foreach (var charge in own)
        {
            charge.AccountUsn = to.Usn;
        }

        foreach (
            var discount in await session
                .Database.LoadAssignedDiscounts.Where(discount => discount.Usn == subscription.Usn)
                .ToListAsync(cancellation)
        )
        {
            discount.AccountUsn = to.Usn;
        }

        if (
            subscription is { OwnCycles: null, BilledThrough: not null }
            && (from.InvoicingCycle != to.InvoicingCycle || from.RatingCycle != to.RatingCycle)
        )
        {
            var items = await session
                .Database.ReadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn)
                .ToListAsync(cancellation);
            ChangeBillingCycle.LookBack(session, subscription, to, ChargeCycles.Of(session.Catalogue, from), items, own);
        }
    }

    /// <summary>
    /// What is planned for a day is on that day in the new account's time zone, too. What has happened stays on the days of the account
    /// before.
    /// </summary>
    private async Task KeepDaysAsync(Subscription subscription, Account from, Account to, CancellationToken cancellation)
    {
        if (from.TimeZoneId == to.TimeZoneId)
        {
            return;
        }

        var (left, joined) = (session.ZoneOf(from), session.ZoneOf(to));
        foreach (
            var item in await session
                .Database.LoadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn && item.Start > session.Now)
                .ToListAsync(cancellation)
        )
        {
            item.Start = joined.SameTime(left, item.Start);
        }

        DueWorkKind[] dated =
        [
            DueWorkKind.CancelSubscription,
            DueWorkKind.SuspendSubscription,
            DueWorkKind.ResumeSubscription,
            DueWorkKind.BeginPlan,
        ];
        foreach (
            var work in await session
                .Database.LoadDueWork.Where(work =>
                    work.Subject == subscription.Usn.Value && work.Done == null && dated.Contains(work.Kind)
                )
                .ToListAsync(cancellation)
        )
        {
            work.Due = joined.SameTime(left, work.Due);
        }
    }

    /// <summary>An order is approved and completed for its account, which its messages and the initial invoice are for.</summary>
    private async Task RequireCompleteOrdersAsync(Subscription subscription, List<Subscription> tree, CancellationToken cancellation)
    {
        var orders = await session
            .Database.Orders.AsNoTracking()
            .Where(order =>
                order.AccountUsn == subscription.AccountUsn
                && (order.Status == OrderStatus.RequiresApproval || order.Status == OrderStatus.Approved)
            )
            .Select(order => new
            {
                order.Number,
                order.Status,
                Usns = order.Components.Select(component => component.Usn).ToList(),
            })
            .ToListAsync(cancellation);
        foreach (var order in orders.Where(order => order.Usns.Exists(Moves)))
        {
            throw Refuse.Invalid(
                "usn",
                subscription.Usn,
                order.Status == OrderStatus.RequiresApproval
                    ? $"Its order {order.Number} waits for approval. Approve or cancel that first."
                    : $"Its order {order.Number} is not complete yet: a provider's answer is awaited. Migrate it then, or close what "
                        + $"will never be provisioned."
            );
        }

        bool Moves(Usn usn) =>
            usn == subscription.Usn
            || (tree.Find(candidate => candidate.Usn == usn) is { } child && child.ParentUsn != child.AccountUsn && Moves(child.ParentUsn));
    }
}
