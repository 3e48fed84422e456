using Microsoft.EntityFrameworkCore;
using Smile.Billing.Contracts;
using Smile.Billing.Plans;
using Smile.Billing.Storage;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.PurchaseOrders;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Receivables.InvoiceGroupings;
using Smile.Session;

namespace Smile.Billing;

/// <summary>A subscription with everything that its charges depend on.</summary>
/// <param name="Contracts">The days on which it is under contract.</param>
/// <param name="Own">Recurring charges that are put on it directly.</param>
/// <param name="Raised">What was raised for the days that are looked at.</param>
public sealed record SubscriptionRecord(
    Subscription Subscription,
    ChargeCycles Cycles,
    IReadOnlyList<PlanScheduleItem> PlanItems,
    IReadOnlyList<SubscriptionEvent> Events,
    IReadOnlyList<DayRange> Contracts,
    IReadOnlyList<RecurringCharge> Own,
    IReadOnlyList<RaisedCharge> Raised,
    PurchaseOrder? PurchaseOrder
);

/// <summary>An account with everything that its bills depend on.</summary>
/// <param name="Deferred">Charges that wait for the next invoice.</param>
public sealed record AccountRecord(
    Account Account,
    ChargeCycles Cycles,
    IReadOnlyList<SubscriptionRecord> Subscriptions,
    IReadOnlyList<RecurringCharge> Own,
    IReadOnlyList<RaisedCharge> Raised,
    IReadOnlyList<TransactionItem> Deferred,
    IReadOnlyList<InvoiceGrouping> Groupings,
    IReadOnlyList<PurchaseOrder> PurchaseOrders,
    IReadOnlyList<AssignedDiscount> Discounts
);

/// <summary>Reads what bills depend on, for many accounts with as few queries as for one.</summary>
[UseCase]
public sealed class BillingRecords(StageSession session, ContractSpans contracts, Retractions retractions)
{
    /// <param name="forChange">Whether subscriptions and deferred charges will be changed, else they are only looked at.</param>
    /// <param name="only">A subscription whose records alone are wanted; null for all that may have something to bill.</param>
    public async Task<IReadOnlyList<AccountRecord>> ReadAsync(
        IReadOnlyCollection<Account> accounts,
        bool forChange,
        CancellationToken cancellation,
        Usn? only = null
    )
    {
        var database = session.Database;
        var keys = accounts.Select(account => account.Usn).ToArray();

        // What is not activated yet is not billed, nor what was cancelled before it and never invoiced; a closed subscription that was
        // billed to its end has nothing more to bill.
        var subscriptions = await Followed(
                database.LoadSubscriptions.Where(subscription =>
                    keys.Contains(subscription.AccountUsn)
                    && (
                        only == null
                            ? (subscription.Closed == null && subscription.Activated != null)
                                || (
                                    subscription.Closed != null
                                    && (
                                        subscription.RebillFrom != null
                                        || (subscription.BilledThrough == null && subscription.Activated != null)
                                    )
                                )
                            : subscription.Usn == only
                    )
                )
            )
            .OrderBy(subscription => subscription.AccountUsn)
            .ThenBy(subscription => subscription.Created)
            .ThenBy(subscription => subscription.Usn)
            .ToListAsync(cancellation);
        var usns = subscriptions.Select(subscription => subscription.Usn).ToArray();
        var planItems = await database.ReadPlanScheduleItems.Where(item => usns.Contains(item.SubscriptionUsn)).ToListAsync(cancellation);
        var events = await database
            .ReadSubscriptionEvents.Where(entry =>
                usns.Contains(entry.SubscriptionUsn)
                && (entry.Kind == SubscriptionEvent.Suspended || entry.Kind == SubscriptionEvent.Resumed || entry.TimeZoneId != null)
            )
            .ToListAsync(cancellation);
        var contractsOf = await contracts.OfAsync(usns, cancellation);
        var own = await database
            .RecurringCharges.AsNoTracking()
            .Where(charge => keys.Contains(charge.AccountUsn))
            .ToListAsync(cancellation);
        var (itemsOf, ownOf) = (planItems.ToLookup(item => item.SubscriptionUsn), own.ToLookup(charge => charge.Usn));
        var cyclesOf = accounts.ToDictionary(account => account.Usn, account => ChargeCycles.Of(session.Catalogue, account));
        var seenOf = accounts.ToDictionary(
            account => account.Usn,
            account =>
                SeenFrom(session.Catalogue, cyclesOf[account.Usn], From(account.BilledThrough, account.RebillFrom), [], ownOf[account.Usn])
        );
        var earliest = new Dictionary<Usn, DateOnly>(seenOf);
        foreach (var subscription in subscriptions)
        {
            var cycles = ChargeCycles.Of(session.Catalogue, cyclesOf[subscription.AccountUsn], subscription.OwnCycles);
            var seen = SeenFrom(
                session.Catalogue,
                cycles,
                From(subscription.BilledThrough, subscription.RebillFrom),
                [.. itemsOf[subscription.Usn]],
                ownOf[subscription.Usn],
                subscription.Created
            );
            cyclesOf.Add(subscription.Usn, cycles);
            seenOf.Add(subscription.Usn, seen);

            // What was raised for a subscription may have been charged to its account.
            earliest[subscription.AccountUsn] = seen < earliest[subscription.AccountUsn] ? seen : earliest[subscription.AccountUsn];
        }

        var lines = await database.RaisedChargeLinesAsync(
            [
                .. subscriptions.Select(subscription => (subscription.Usn, seenOf[subscription.Usn])),
                .. earliest.Select(account => (account.Key, account.Value)),
            ],
            cancellation
        );
        var credited = await CreditedAsync(lines, cancellation);
        var raised = lines.Where(line => seenOf.TryGetValue(line.CoveredUsn, out var day) && line.PeriodTo >= day);
        var deferred = await Followed(
                database.LoadTransactionItems.Where(item =>
                    keys.Contains(item.AccountUsn) && item.TransactionNumber == null && item.Withdrawn == null
                )
            )
            .OrderBy(item => item.Id)
            .ToListAsync(cancellation);
        var groupings = await database
            .ReadInvoiceGroupings.Include(grouping => grouping.Subscriptions)
            .Where(grouping => keys.Contains(grouping.AccountUsn) && grouping.Deleted == null)
            .OrderBy(grouping => grouping.Created)
            .ThenBy(grouping => grouping.Id)
            .ToListAsync(cancellation);
        var purchaseOrders = await database
            .ReadPurchaseOrders.Include(order => order.Subscriptions)
            .Where(order => keys.Contains(order.AccountUsn) && !order.Deprecated)
            .OrderBy(order => order.Created)
            .ThenBy(order => order.Id)
            .ToListAsync(cancellation);
        var discounts =
            session.Catalogue.Content.Discounts.Count == 0
                ? []
                : await database.ReadAssignedDiscounts.Where(assigned => keys.Contains(assigned.AccountUsn)).ToListAsync(cancellation);

        var (eventsOf, raisedOf) = (events.ToLookup(entry => entry.SubscriptionUsn), raised.ToLookup(line => line.CoveredUsn));
        var (subscriptionsOf, deferredOf, groupingsOf) = (
            subscriptions.ToLookup(subscription => subscription.AccountUsn),
            deferred.ToLookup(item => item.AccountUsn),
            groupings.ToLookup(grouping => grouping.AccountUsn)
        );
        var (ordersOf, discountsOf) = (
            purchaseOrders.ToLookup(order => order.AccountUsn),
            discounts.ToLookup(discount => discount.AccountUsn)
        );
        return
        [
            .. accounts.Select(account => new AccountRecord(
                account,
                cyclesOf[account.Usn],
                [
                    .. subscriptionsOf[account.Usn]
                        .Select(subscription => new SubscriptionRecord(
                            subscription,
                            cyclesOf[subscription.Usn],
                            [.. itemsOf[subscription.Usn]],
                            [.. eventsOf[subscription.Usn]],
                            [.. contractsOf[subscription.Usn]],
                            [.. ownOf[subscription.Usn]],
                            RaisedCharge.From(raisedOf[subscription.Usn], credited),
                            ordersOf[account.Usn]
                                .FirstOrDefault(order => order.Subscriptions.Any(covered => covered.SubscriptionUsn == subscription.Usn))
                        )),
                ],
                [.. ownOf[account.Usn]],
                RaisedCharge.From(raisedOf[account.Usn], credited),
                [.. deferredOf[account.Usn]],
                [.. groupingsOf[account.Usn]],
                [.. ordersOf[account.Usn]],
                [.. discountsOf[account.Usn]]
            )),
        ];

        IQueryable<TEntity> Followed<TEntity>(IQueryable<TEntity> query)
            where TEntity : class => forChange ? query : query.AsNoTracking();
    }

    /// <summary>The record with what was raised since a day: a change in the past looks further back than to the last bill.</summary>
    internal async Task<SubscriptionRecord> SeenSinceAsync(SubscriptionRecord record, DateOnly day, CancellationToken cancellation)
    {
        if (day >= From(record.Subscription.BilledThrough, record.Subscription.RebillFrom))
        {
            return record;
        }

        var seen = SeenFrom(session.Catalogue, record.Cycles, day, record.PlanItems, record.Own, record.Subscription.Created);
        var raised = await session.Database.RaisedChargeLinesAsync(
            [(record.Subscription.Usn, seen), (record.Subscription.AccountUsn, seen)],
            cancellation
        );
        var credited = await CreditedAsync(raised, cancellation);
        return record with { Raised = RaisedCharge.From(raised.Where(line => line.CoveredUsn == record.Subscription.Usn), credited) };
    }

    private Task<IReadOnlySet<Guid>> CreditedAsync(IEnumerable<TransactionItem> lines, CancellationToken cancellation) =>
        retractions.GivenBackAsync(
            [.. lines.Where(line => line.TakesBack is null).Select(line => line.ChargeId).OfType<Guid>()],
            cancellation
        );

    /// <summary>
    /// The first day of which raised charges are needed to bill from a day on: a period that goes on may have begun before, and what is
    /// charged of it may be of another period that is over, where a change has moved the day from which periods are counted. What is
    /// charged once may have been charged with the order, long before the activation that its plan now begins with.
    /// </summary>
    /// <param name="created">When what is billed was ordered; null where that makes no difference.</param>
    internal static DateOnly SeenFrom(
        CatalogueSnapshot catalogue,
        ChargeCycles cycles,
        DateOnly from,
        IReadOnlyCollection<PlanScheduleItem> items,
        IEnumerable<RecurringCharge> own,
        DateTimeOffset? created = null
    )
    {
        // By days in UTC: to see one more does no harm.
        if (
            created is { } ordered
            && UtcDay(ordered).AddDays(-1) is var first
            && first < from
            && items.Any(item =>
                item is { IsOrdered: true, PlanCode: { } code }
                && UtcDay(item.Start).AddDays(1) >= from
                && catalogue.Plan(code)?.SetupCharge is not null
            )
        )
        {
            from = first;
        }

        var ofPlans =
            from item in items
            let plan = item.PlanCode is { } code ? catalogue.Plan(code) : null
            where plan is not null
            from charge in plan.RecurringCharges.Concat(plan.Options.SelectMany(option => option.RecurringCharges))
            select item.ChargeOverrides.Apply(charge);
        var counted = ofPlans
            .Concat(own.Select(charge => charge.ToItem()))
            .Select(charge => RecurringChargeSchedule.CountedDays(charge, cycles));

        // A minimum charge is for rating periods.
        var longest = counted
            .Append(
                items.Any(item => item.PlanCode is { } code && catalogue.Plan(code)?.MinimumCharge is not null)
                    ? cycles.Rating.LongestPeriod
                    : 0
            )
            .Max();
        return from.DayNumber > longest ? from.AddDays(-longest) : DateOnly.MinValue;
    }

    private static DateOnly UtcDay(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);

    /// <summary>The first day that a bill looks at again.</summary>
    internal static DateOnly From(DateOnly? billedThrough, DateOnly? rebillFrom)
    {
        var next = billedThrough?.AddDays(1) ?? DateOnly.MinValue;
        return rebillFrom < next ? rebillFrom.Value : next;
    }
}
