using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Ordering.Storage;
using Smile.Payments;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>Order groups: orders that are placed all or none (guide, "Managing order groups", line 1926).</summary>
[UseCase]
public sealed class OrderGroups(
    StageSession session,
    OrderEntry entry,
    PlaceOrder place,
    OrderLookup lookup,
    InitialInvoices initialInvoices,
    ProcessPayment processPayment,
    Ledger ledger
)
{
    private const Fault Fault = Fault.OrderException;
    private const int MaxOrders = 100;

    /// <summary>Begins a group with its first order; that one may create the account (guide, line 1939).</summary>
    public async Task<OrderGroupType> CreateAsync(OrderType document, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var account = document.AccountUSN is { Length: > 0 } usn
            ? await session.LockAccountAsync(new Usn(usn), cancellation) ?? throw StageSession.NoSuchAccount(usn)
            : null;
        if (account is not null)
        {
            AccountStates.RequireOpen(account, "AccountUSN", Fault);
        }

        var order = await entry.ReadAsync(document, account?.Usn, OrderStatus.Draft, cancellation);
        await entry.ClaimAsync([order], cancellation);
        var group = new OrderGroup
        {
            Number = order.Number,
            AccountUsn = order.AccountUsn,
            Status = OrderGroupStatus.Open,
        };
        order.GroupNumber = group.Number;
        session.Database.OrderGroups.Add(group);
        session.Database.Orders.Add(order);
        await session.CommitAsync(cancellation);
        return Document(group, [order], null, []);
    }

    public async Task<OrderGroupType> AddAsync(string groupNumber, OrderType document, CancellationToken cancellation)
    {
        var (group, orders) = await FindAsync(groupNumber, forChange: true, cancellation);
        if (group.Status != OrderGroupStatus.Open)
        {
            throw Refuse.Invalid("orderGroupId", groupNumber, "The order group has already been placed or cancelled.");
        }

        if (orders.Count >= MaxOrders)
        {
            throw Refuse.Invalid("orderGroupId", groupNumber, $"An order group holds at most {MaxOrders} orders.");
        }

        var order = await entry.ReadAsync(document, group.AccountUsn, OrderStatus.Draft, cancellation);
        await entry.ClaimAsync([.. orders, order], cancellation);
        order.GroupNumber = group.Number;
        session.Database.Orders.Add(order);
        await session.CommitAsync(cancellation);
        return await DocumentAsync(group, [.. orders, order], cancellation);
    }

    public async Task<OrderGroupType> GetAsync(string groupNumber, CancellationToken cancellation)
    {
        var (group, orders) = await FindAsync(groupNumber, forChange: false, cancellation);
        return await DocumentAsync(group, orders, cancellation);
    }

    /// <summary>
    /// Places all the orders of a group, or none, and pays their initial invoice (guide, line 2153). Orders stay placed where the payment
    /// is declined, as print shows it (line 2290).
    /// </summary>
    /// <param name="payment">What to pay the initial invoice with; its amount is the invoice's, surcharges aside.</param>
    public async Task<OrderPlacementResponseType> PlaceAsync(
        string groupNumber,
        PaymentRequestType? payment,
        CancellationToken cancellation
    )
    {
        var (group, orders) = await FindAsync(groupNumber, forChange: true, cancellation);
        if (group.Status != OrderGroupStatus.Open || orders.Count == 0)
        {
            throw Refuse.Invalid("orderGroupId", groupNumber, "The order group has already been placed or cancelled, or holds no orders.");
        }

        var (account, subscriptions, invoice) = await PlaceOrdersAsync(group, orders, cancellation);
        group.Status = OrderGroupStatus.Placed;
        if (payment is null)
        {
            await OrderCommit.CommitAsync(session, cancellation);
            return new OrderPlacementResponseType { OrderGroup = Document(group, orders, account, subscriptions) };
        }

        if (invoice is null)
        {
            throw Refuse.Invalid("paymentDetails", "", "Nothing is to be paid: placing these orders raises no initial invoice.");
        }

        await OrderCommit.SaveAsync(session, cancellation);
        var paid = await processPayment.PayInvoiceAsync(account!, payment, invoice, "getOrderGroupQuote", cancellation);
        return new OrderPlacementResponseType { OrderGroup = Document(group, orders, account, subscriptions), PaymentResponse = paid };
    }

    /// <summary>
    /// What the group would be invoiced if it were placed now (guide, line 2502): it is placed, and the transaction rolled back. Changes
    /// nothing.
    /// </summary>
    public async Task<ItemisedTransactionDetailType> QuoteAsync(string groupNumber, CancellationToken cancellation)
    {
        var (group, orders) = await FindAsync(groupNumber, forChange: true, cancellation);
        if (group.Status != OrderGroupStatus.Open || orders.Count == 0)
        {
            throw Refuse.Invalid("orderGroupId", groupNumber, "The order group has already been placed or cancelled, or holds no orders.");
        }

        var (account, _, invoice) = await PlaceOrdersAsync(group, orders, cancellation);
        return await ledger.QuoteAsync(
            account,
            invoice is null ? [] : [.. invoice.Items.Where(line => line.RolledUpInto is null)],
            cancellation,
            invoice?.Number
        );
    }

    /// <summary>
    /// Places the orders of a group within the operation's transaction and raises their initial invoice. A quote does the same, and commits
    /// nothing.
    /// </summary>
    /// <returns>The invoice; null where nothing is due.</returns>
    private async Task<(Account Account, IReadOnlyList<Subscription> Subscriptions, FinancialTransaction? Invoice)> PlaceOrdersAsync(
        OrderGroup group,
        IReadOnlyList<CustomerOrder> orders,
        CancellationToken cancellation
    )
    {
        var account = session.Database.TrackedAccounts.FirstOrDefault(candidate => candidate.Usn == group.AccountUsn);
        if (account is not null)
        {
            AccountStates.RequireOpen(account, "orderGroupId", Fault);
        }

        await entry.ClaimAsync(orders, cancellation);
        var subscriptions = new List<Subscription>();
        var planItems = new List<PlanScheduleItem>();
        foreach (var order in orders)
        {
            entry.OrderablePackage(order.PackageId);
            var placed = await place.ExecuteAsync(order, account, cancellation);
            account = placed.Account;
            subscriptions.AddRange(placed.Subscriptions);
            planItems.AddRange(placed.PlanItems);
        }

        return (account!, subscriptions, await initialInvoices.RaiseAsync(orders, account!, subscriptions, planItems, cancellation));
    }

    /// <summary>Cancels all orders of a group for good (guide, line 2413).</summary>
    public async Task CancelAsync(string groupNumber, CancellationToken cancellation)
    {
        var (group, orders) = await FindAsync(groupNumber, forChange: true, cancellation);
        if (group.Status != OrderGroupStatus.Open)
        {
            throw Refuse.Invalid("orderGroupNumber", groupNumber, "The order group has already been placed or cancelled.");
        }

        await entry.ReleaseAsync(orders, cancellation);
        foreach (var order in orders)
        {
            order.Status = OrderStatus.Cancelled;
        }

        group.Status = OrderGroupStatus.Cancelled;
        await session.CommitAsync(cancellation);
    }

    /// <param name="forChange">Begins the transaction and locks the group and its account, where that exists.</param>
    private async Task<(OrderGroup Group, List<CustomerOrder> Orders)> FindAsync(
        string groupNumber,
        bool forChange,
        CancellationToken cancellation
    )
    {
        if (forChange)
        {
            await session.Database.BeginAsync(cancellation);
        }

        var group = await session.Database.FindOrderGroupAsync(groupNumber, forChange, cancellation);
        if (group is not null && forChange)
        {
            await session.Database.LockAccountsAsync([group.AccountUsn], cancellation);
        }

        var orders = group is null
            ? []
            : await session
                .Database.Orders.Include(order => order.Components)
                .Where(order => order.GroupNumber == groupNumber)
                .OrderBy(order => order.Number)
                .ToListAsync(cancellation);
        var maySee = group is not null && (session.Caller.MayReach(group.AccountUsn) || orders.Any(lookup.MaySee));
        return maySee
            ? (
                group!,
                [
                    .. orders
                        .OrderByDescending(order => order.OrdersAccount)
                        .ThenBy(order => order.Entered)
                        .ThenBy(order => order.Number, StringComparer.Ordinal),
                ]
            )
            : throw Refuse.NotFound(
                "orderGroupId",
                groupNumber,
                "There is no such order group, or you may not access it.",
                Missing.OrderGroup
            );
    }

    private async Task<OrderGroupType> DocumentAsync(OrderGroup group, List<CustomerOrder> orders, CancellationToken cancellation)
    {
        var account = await session.Database.LoadAccounts.FirstOrDefaultAsync(candidate => candidate.Usn == group.AccountUsn, cancellation);
        return Document(group, orders, account, await lookup.SubscriptionsAsync(orders, cancellation));
    }

    private static OrderGroupType Document(
        OrderGroup group,
        IEnumerable<CustomerOrder> orders,
        Account? account,
        IReadOnlyCollection<Subscription> subscriptions
    ) =>
        new()
        {
            OrderGroupNumber = group.Number,
            AccountUSN = group.AccountUsn.Value,
            Orders = new OrderGroupOrdersType
            {
                Order = [.. orders.Select(order => OrderDocuments.Details(order, account, subscriptions))],
            },
        };
}
