using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Contracts.Messages;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Customers.Subservices;
using Smile.Kernel;
using Smile.Ordering.Provisioning;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>approveOrder(), updateOrder() and cancelOrder().</summary>
[UseCase]
public sealed class OrderChanges(
    StageSession session,
    OrderLookup lookup,
    OrderEntry entry,
    Fulfilment fulfilment,
    InitialInvoices initialInvoices,
    FormNumbers numbers,
    SubserviceChanges subservices,
    IPooledNames pooled,
    IEnumerable<IClosingListener> listeners
)
{
    private const Fault Fault = Fault.OrderException;

    /// <summary>Approves an order that is pending approval (guide, line 1716).</summary>
    public async Task ApproveAsync(string orderNumber, CancellationToken cancellation)
    {
        var order = await lookup.FindAsync(orderNumber, forChange: true, cancellation);
        if (OrderStates.WhyNotApprove(order.Status) is { } reason)
        {
            throw Refuse.With(Fault, "orderNumber", orderNumber, reason);
        }

        var account = await session.Database.LoadAccounts.FirstAsync(candidate => candidate.Usn == order.AccountUsn, cancellation);
        if (!order.OrdersAccount)
        {
            AccountStates.RequireOpen(account, "orderNumber", Fault);
        }

        var subscriptions = await lookup.SubscriptionsAsync([order], cancellation);

        // What was cancelled while the order waited stays closed, and nothing of it is charged.
        var open = subscriptions.Where(subscription => !subscription.IsClosed).ToList();
        var usns = open.Select(subscription => subscription.Usn).ToArray();
        var planItems = await session
            .Database.LoadPlanScheduleItems.Where(item => usns.Contains(item.SubscriptionUsn))
            .ToListAsync(cancellation);
        var zone = session.ZoneOf(account);
        foreach (var item in planItems.Where(item => item.PlanCode is not null))
        {
            // Days before the approval are nobody's fault and nobody's charge.
            item.Start = zone.StartOf(zone.DateOf(session.Now));
        }

        order.Status = OrderStatus.Approved;
        session.Announce(OrderMessages.Of(BusMessages.OrderApproved, order));
        await fulfilment.ContinueOrderAsync(
            order,
            account,
            [
                .. order
                    .Components.OrderBy(component => component.Position)
                    .Select(component => subscriptions.First(subscription => subscription.Usn == component.Usn)),
            ],
            planItems,
            cancellation
        );
        await initialInvoices.RaiseAsync([order], account, open, planItems, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Changes an order that has not been approved (guide, line 1867).</summary>
    public async Task UpdateAsync(string orderNumber, OrderType document, CancellationToken cancellation)
    {
        var order = await lookup.FindAsync(orderNumber, forChange: true, cancellation);
        if (OrderStates.WhyNotUpdate(order.Status) is { } reason)
        {
            throw Refuse.With(Fault, "orderNumber", orderNumber, reason);
        }

        var before = order.Form;
        var (changes, setsPassword) = await entry.ChangeAsync(order, document, cancellation);
        if (order.Status == OrderStatus.RequiresApproval)
        {
            await ChangeComponentsAsync(order, before, changes, setsPassword, document.PackagePlan is not null, cancellation);
        }
        else
        {
            await numbers.HoldAsync([order], before, cancellation);
        }

        await OrderCommit.CommitAsync(session, cancellation);
    }

    /// <summary>Cancels an order that is in an unplaced group or waits for approval (guide, line 2458).</summary>
    public async Task CancelAsync(string orderNumber, CancellationToken cancellation)
    {
        var order = await lookup.FindAsync(orderNumber, forChange: true, cancellation);
        if (OrderStates.WhyNotCancel(order.Status) is { } reason)
        {
            throw Refuse.Invalid("orderNumber", orderNumber, reason);
        }

        switch (order)
        {
            case { Status: OrderStatus.Draft, OrdersAccount: true }
                when await session.Database.Orders.AnyAsync(
                    other => other.GroupNumber == order.GroupNumber && other.Number != order.Number && other.Status == OrderStatus.Draft,
                    cancellation
                ):
                throw Refuse.With(
                    Fault,
                    "orderNumber",
                    orderNumber,
                    "The other orders of the group are for the account that this order creates. Use cancelOrderGroup()."
                );
            case { Status: OrderStatus.Draft }:
                await entry.ReleaseAsync([order], cancellation);
                order.Status = OrderStatus.Cancelled;
                order.GroupNumber = null;
                break;
            default:
                await RequireNothingElseAsync(order, cancellation);
                await CloseComponentsAsync(order, cancellation);
                order.Status = OrderStatus.Cancelled;
                session.Announce(OrderMessages.Of(BusMessages.OrderCancelled, order));
                break;
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>What the request does not name may have been changed since in another way, and stays (guide, line 1867).</summary>
    private async Task ChangeComponentsAsync(
        CustomerOrder order,
        FieldValues before,
        FieldValues changes,
        bool setsPassword,
        bool setsPlan,
        CancellationToken cancellation
    )
    {
        var package = session.Catalogue.Package(order.PackageId)!;
        var account = await session.Database.LoadAccounts.FirstAsync(candidate => candidate.Usn == order.AccountUsn, cancellation);
        if (order.OrdersAccount)
        {
            account.Change(account.Properties.With(OrderedFields.ForAccount(session.Catalogue, changes)), session.Now);
            if (changes[PredefinedFields.InvoiceeUsn] is { } invoicee)
            {
                await Invoicees.ChooseAsync(session, account, invoicee, Fault, cancellation);
            }
        }

        var open = (await lookup.SubscriptionsAsync([order], cancellation)).Where(subscription => !subscription.IsClosed).ToList();
        await session.RequireMayChangeAsync(open, cancellation);
        var renamed =
            from subscription in open
            let template = package.Subscriptions[order.Components.First(candidate => candidate.Usn == subscription.Usn).Position]
            let name = changes[template.UsernameField]
            where name is not null && name != subscription.Username
            select (subscription.ServiceId, name, (Usn?)subscription.Usn);
        await Usernames.RequireFreeAsync(
            session,
            [.. renamed],
            name => Refuse.With(Fault, "username", name, Usernames.Taken),
            cancellation
        );
        var left = open.ConvertAll(subscription => (Subscription: subscription, subscription.Username));
        foreach (var subscription in open)
        {
            var component = order.Components.First(candidate => candidate.Usn == subscription.Usn);
            var template = package.Subscriptions[component.Position];
            var (username, properties) = (subscription.Username, subscription.Properties);
            subscription.Change(
                subscription.Properties.With(
                    OrderedFields.ForSubscription(session.Catalogue, session.Catalogue.Service(component.ServiceId)!, changes)
                ),
                session.Now
            );
            subscription.Username = changes[template.UsernameField] ?? subscription.Username;
            session.NoteIdentifiers(subscription, username, properties);
            if (setsPassword && template.PasswordField is not null && order.Password is { } chosen && subscription.Password is not null)
            {
                subscription.ChangePassword(chosen);
            }
        }

        List<OrderedSubservice> ordered =
        [
            .. from subscription in open
            from subservice in package.Subscriptions[order.Components.First(each => each.Usn == subscription.Usn).Position].Subservices
            select new OrderedSubservice(subscription, subservice, before[subservice.Field], order.Form[subservice.Field]),
        ];
        left.AddRange(await subservices.ChangeOrderedAsync(ordered, Fault, cancellation));
        await numbers.HoldAsync([order], before, cancellation, [.. open.Select(subscription => subscription.Usn)]);

        // What was renamed by itself since had a number that the form does not know of.
        var borne = open.Select(subscription => (subscription.Usn, Name: (string?)subscription.Username))
            .Concat(ordered.Select(each => (each.Subscription.Usn, Name: each.Now)))
            .ToHashSet();
        await pooled.GiveUpAsync([.. left.Where(each => !borne.Contains((each.Subscription.Usn, each.Username)))], cancellation);
        if (setsPlan)
        {
            await ChangePlansAsync(order, package, account.TimeZoneId, open, cancellation);
        }
    }

    private async Task ChangePlansAsync(
        CustomerOrder order,
        Package package,
        int timeZoneId,
        IReadOnlyList<Subscription> subscriptions,
        CancellationToken cancellation
    )
    {
        var usns = subscriptions.Select(subscription => subscription.Usn).ToArray();

        // A cancellation that is planned stays.
        var before = await session
            .Database.LoadPlanScheduleItems.Where(item => usns.Contains(item.SubscriptionUsn) && item.PlanCode != null)
            .ToListAsync(cancellation);
        var after = subscriptions
            .SelectMany(subscription => OrderedFields.PlanItems(session, order, package, subscription, session.Catalogue.Zone(timeZoneId)))
            .ToList();
        if (
            !before
                .Select(item => (item.SubscriptionUsn, item.PlanCode))
                .Order()
                .SequenceEqual(after.Select(item => (item.SubscriptionUsn, item.PlanCode)).Order())
        )
        {
            session.Database.RemovePlanScheduleItems(before);
            session.Database.AddPlanScheduleItems(after);
        }
    }

    /// <summary>
    /// The order of an account is not cancelled while something else is on the account: it would be billed to a closed one.
    /// </summary>
    private async Task RequireNothingElseAsync(CustomerOrder order, CancellationToken cancellation)
    {
        if (!order.OrdersAccount)
        {
            return;
        }

        var own = order.Components.Select(component => component.Usn).ToArray();
        var other = await session
            .Database.ReadSubscriptions.Where(subscription =>
                subscription.AccountUsn == order.AccountUsn && subscription.Closed == null && !own.Contains(subscription.Usn)
            )
            .Select(subscription => (Usn?)subscription.Usn)
            .FirstOrDefaultAsync(cancellation);
        if (other is { } usn)
        {
            throw Refuse.With(
                Fault,
                "orderNumber",
                order.Number,
                $"The account that it orders has the subscription {usn}. Cancel that and its order first."
            );
        }
    }

    private async Task CloseComponentsAsync(CustomerOrder order, CancellationToken cancellation)
    {
        var open = (await lookup.SubscriptionsAsync([order], cancellation)).Where(subscription => !subscription.IsClosed).ToList();
        await session.RequireMayChangeAsync(open, cancellation);
        var closed = open.ConvertAll(subscription => subscription.Close(session.Now));
        foreach (var listener in listeners)
        {
            await listener.OnClosedAsync(closed, cancellation);
        }

        if (order.OrdersAccount)
        {
            var account = await session.Database.LoadAccounts.FirstAsync(candidate => candidate.Usn == order.AccountUsn, cancellation);
            account.Closed = session.Now;
        }
    }
}
