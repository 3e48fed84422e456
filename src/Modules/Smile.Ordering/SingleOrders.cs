using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Ordering.Storage;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>orderAccount(), orderSubscription(), getOrder(): orders that stand alone.</summary>
[UseCase]
public sealed class SingleOrders(
    StageSession session,
    OrderEntry entry,
    PlaceOrder place,
    OrderLookup lookup,
    InitialInvoices initialInvoices
)
{
    /// <summary>Orders a package that contains an account (guide, line 1390).</summary>
    public async Task<OrderDetailsType> OrderAccountAsync(OrderType document, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var order = await entry.ReadAsync(document, null, OrderStatus.Approved, cancellation);
        return await PlaceAsync(order, null, cancellation);
    }

    /// <summary>Orders a package of subscriptions for an existing account (guide, line 1504).</summary>
    public async Task<OrderDetailsType> OrderSubscriptionAsync(string usn, OrderType document, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        AccountStates.RequireOpen(account, "usn", Fault.OrderException);
        var order = await entry.ReadAsync(document, account.Usn, OrderStatus.Approved, cancellation);
        return await PlaceAsync(order, account, cancellation);
    }

    /// <summary>An order with what it ordered, in any stage but cancelled: a cancelled order would look alive (guide, line 1761).</summary>
    public async Task<OrderDetailsType> GetAsync(string orderNumber, CancellationToken cancellation)
    {
        var order = await lookup.FindAsync(orderNumber, forChange: false, cancellation);
        return await lookup.DetailsAsync(order, cancellation);
    }

    private async Task<OrderDetailsType> PlaceAsync(CustomerOrder order, Account? account, CancellationToken cancellation)
    {
        await entry.ClaimAsync([order], cancellation);
        session.Database.Orders.Add(order);
        var placed = await place.ExecuteAsync(order, account, cancellation);
        await initialInvoices.RaiseAsync([order], placed.Account, placed.Subscriptions, placed.PlanItems, cancellation);
        await OrderCommit.CommitAsync(session, cancellation);
        return OrderDocuments.Details(order, placed.Account, placed.Subscriptions);
    }
}

/// <summary>Commits orders and says which username is taken where one is.</summary>
internal static class OrderCommit
{
    public static Task CommitAsync(StageSession session, CancellationToken cancellation) =>
        ExplainAsync(session, () => session.CommitAsync(cancellation));

    public static Task SaveAsync(StageSession session, CancellationToken cancellation) =>
        ExplainAsync(session, () => session.Database.SaveAsync(cancellation));

    private static async Task ExplainAsync(StageSession session, Func<Task> save)
    {
        try
        {
            await save();
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_subscription_username")
        {
            var usernames = string.Join(
                ", ",
                session.Database.TrackedSubscriptions.Select(subscription => subscription.Username).Distinct()
            );
            throw Refuse.With(Fault.OrderException, "username", usernames, Usernames.Taken);
        }
    }
}

/// <summary>Finds orders that the caller may see: of an account within reach, or entered by themselves.</summary>
[UseCase]
public sealed class OrderLookup(StageSession session)
{
    /// <param name="forChange">
    /// Begins the transaction and locks before reading: the order's group, since its account may not exist yet, and then the account. The
    /// same order as where a group is placed, so that the two cannot wait for each other.
    /// </param>
    public async Task<CustomerOrder> FindAsync(string orderNumber, bool forChange, CancellationToken cancellation)
    {
        if (forChange)
        {
            await session.Database.BeginAsync(cancellation);
            var owner = await session
                .Database.Orders.AsNoTracking()
                .Where(order => order.Number == orderNumber)
                .Select(order => new { order.AccountUsn, order.GroupNumber })
                .FirstOrDefaultAsync(cancellation);
            if (owner?.GroupNumber is { } groupNumber)
            {
                await session.Database.FindOrderGroupAsync(groupNumber, forChange: true, cancellation);
            }

            if (owner is not null)
            {
                await session.Database.LockAccountsAsync([owner.AccountUsn], cancellation);
            }
        }

        var found = await session
            .Database.Orders.Include(order => order.Components)
            .FirstOrDefaultAsync(order => order.Number == orderNumber, cancellation);
        return found is not null && MaySee(found) && (forChange || found.Status != OrderStatus.Cancelled)
            ? found
            : throw Refuse.NotFound("orderNumber", orderNumber, "There is no such order, or you may not access it.", Missing.Order);
    }

    public bool MaySee(CustomerOrder order) => session.Caller.MayReach(order.AccountUsn) || order.EnteredBy == session.Caller.Usn;

    public async Task<OrderDetailsType> DetailsAsync(CustomerOrder order, CancellationToken cancellation)
    {
        var account = order.OrdersAccount
            ? await session.Database.LoadAccounts.FirstOrDefaultAsync(candidate => candidate.Usn == order.AccountUsn, cancellation)
            : null;
        return OrderDocuments.Details(order, account, await SubscriptionsAsync([order], cancellation));
    }

    public async Task<IReadOnlyList<Subscription>> SubscriptionsAsync(IEnumerable<CustomerOrder> orders, CancellationToken cancellation)
    {
        var usns = orders.SelectMany(order => order.Components).Select(component => component.Usn).ToArray();
        return await session.Database.LoadSubscriptions.Where(subscription => usns.Contains(subscription.Usn)).ToListAsync(cancellation);
    }
}
