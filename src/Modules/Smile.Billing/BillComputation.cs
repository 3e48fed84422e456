using Smile.Billing.Usage;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing;

/// <summary>Turns what was read of accounts and subscriptions into the units that bills are made of. Pure.</summary>
internal static class BillComputation
{
    /// <summary>A subscription as bills see it.</summary>
    /// <param name="planItems">Another plan schedule than the stored one, to ask what it would charge; null for the stored one.</param>
    public static BilledUnit Unit(
        CatalogueSnapshot catalogue,
        Account account,
        SubscriptionRecord record,
        IEnumerable<PlanScheduleItem>? planItems = null,
        DateOnly? changedFrom = null
    )
    {
        var zone = Zones(catalogue, account, record.Events);
        var subscription = record.Subscription;
        var suspended = SubscriptionHistory.SuspendedDays(record.Events, record.Contracts, zone);
        var life = SubscriptionHistory.Life(subscription.Activated ?? subscription.Created, subscription.Closed, zone);

        // Never bill a subscription that is cancelled before activation; credit its initial invoice.
        IReadOnlyList<ChargeSource> sources = subscription is { IsClosed: true, Activated: null }
            ? []
            :
            [
                .. ChargeSources.OfPlans(catalogue, SubscriptionHistory.Plans(planItems ?? record.PlanItems, zone), suspended),
                .. ChargeSources.OfOwn(record.Own, life, suspended),
            ];
        var from = BillingRecords.From(subscription.BilledThrough, subscription.RebillFrom);
        return new BilledUnit(subscription.Usn, record.Cycles, sources, record.Raised, changedFrom < from ? changedFrom.Value : from)
        {
            CostCentreId = subscription.CostCentreId,
            PurchaseOrderNumber = record.PurchaseOrder?.Number,
        };
    }

    /// <summary>The zones by which a subscription's days are read.</summary>
    private static ZoneHistory Zones(CatalogueSnapshot catalogue, Account account, IEnumerable<SubscriptionEvent> events) =>
        new(
            catalogue.Zone(account.TimeZoneId),
            [
                .. events
                    .Where(entry => entry.TimeZoneId is not null)
                    .OrderBy(entry => entry.At)
                    .Select(entry => (entry.At, catalogue.Zone(entry.TimeZoneId!.Value))),
            ]
        );

    /// <summary>The account itself, with the recurring charges that are put on it.</summary>
    public static BilledUnit Unit(CatalogueSnapshot catalogue, AccountRecord record)
    {
        var zone = catalogue.Zone(record.Account.TimeZoneId);
        var life = SubscriptionHistory.Life(record.Account.Created, record.Account.Closed, zone);
        return new BilledUnit(
            record.Account.Usn,
            record.Cycles,
            [.. ChargeSources.OfOwn(record.Own, life, [])],
            record.Raised,
            BillingRecords.From(record.Account.BilledThrough, record.Account.RebillFrom)
        );
    }

    /// <summary>The discounts of an account and its subscriptions.</summary>
    public static ApplicableDiscounts Discounts(CatalogueSnapshot catalogue, AccountRecord record)
    {
        var content = catalogue.Content.Discounts;
        return content.Count == 0
            ? ApplicableDiscounts.None
            : ApplicableDiscounts.From(
                catalogue,
                record.Account,
                record.Discounts,
                record.Subscriptions.Select(subscription => (subscription.Subscription.Usn, subscription.Subscription.ServiceId))
            );
    }

    /// <summary>
    /// The charges of the bill for the invoicing periods that end on a day: what is due of every subscription and of the account, what was
    /// used, and what was deferred.
    /// </summary>
    /// <param name="used">The lines of rating periods.</param>
    /// <param name="counted">What of it counts towards minimum charges.</param>
    /// <param name="day">The invoice's day.</param>
    public static IReadOnlyList<TransactionItem> Lines(
        CatalogueSnapshot catalogue,
        AccountRecord record,
        IEnumerable<TransactionItem> used,
        CountedUsage counted,
        DateOnly end,
        DateOnly day,
        DateTimeOffset now
    )
    {
        var deferred = Deferred(catalogue, record.Account, record.Deferred, end, day);
        var due = Due(catalogue, record, Units(catalogue, record, end), end, day, now, counted).SelectMany(due => due.Lines);
        return [.. due, .. used, .. deferred];
    }

    /// <summary>Asks for the usage on the bill for the invoicing periods that end on a day.</summary>
    public static UsageQuestion UsageOn(CatalogueSnapshot catalogue, AccountRecord record, DateOnly end) =>
        UsageOf(catalogue, record, Ending(record, end), end, BillingPeriods.EndsOn(record.Cycles.Invoicing, end));

    /// <summary>Asks for the usage on all bills up to a day.</summary>
    public static UsageQuestion UsageThrough(CatalogueSnapshot catalogue, AccountRecord record, DateOnly day) =>
        UsageOf(catalogue, record, record.Subscriptions.Select(subscription => subscription.Subscription), day, withClosed: true);

    private static UsageQuestion UsageOf(
        CatalogueSnapshot catalogue,
        AccountRecord record,
        IEnumerable<Subscription> subscriptions,
        DateOnly through,
        bool withClosed
    ) =>
        new(
            record.Account,
            through,
            [
                .. subscriptions
                    .Where(subscription => catalogue.Service(subscription.ServiceId)?.UsageChargeTypes is { Count: > 0 })
                    .Select(subscription => subscription.Usn),
            ],
            withClosed
        );

    /// <summary>The lines of rating periods on a bill, each with its period.</summary>
    /// <param name="day">The invoice's day.</param>
    public static IReadOnlyList<(UsagePeriod Period, TransactionItem Line)> Usage(
        CatalogueSnapshot catalogue,
        AccountRecord record,
        IEnumerable<UsagePeriod> periods,
        DateOnly day,
        DateTimeOffset now
    )
    {
        var pricing = new UsageLines(catalogue, record.Account, Discounts(catalogue, record), day, now);
        return
        [
            .. periods.SelectMany(period =>
                pricing
                    .Of(
                        period,
                        record.Subscriptions.FirstOrDefault(subscription => subscription.Subscription.Usn == period.SubscriptionUsn)
                    )
                    .Select(line => (period, line))
            ),
        ];
    }

    /// <summary>
    /// The deferred charges that are on the bill of a period: those whose first day is in it, or before (guide, lines 4922, 6241). What was
    /// credited, and what a change of plan left for later, does not wait for its days. The invoice's day says their tax, unless who
    /// deferred them did.
    /// </summary>
    /// <param name="day">The invoice's day.</param>
    internal static List<TransactionItem> Deferred(
        CatalogueSnapshot catalogue,
        Account account,
        IEnumerable<TransactionItem> waiting,
        DateOnly end,
        DateOnly day
    )
    {
        var deferred = waiting
            .Where(charge => charge.ChargeFrom <= end || charge.RetractsChargeId is not null || charge.ChargeSource is not null)
            .ToList();
        deferred.ForEach(charge => InvoiceLines.TaxOn(catalogue, account, charge, day));
        return deferred;
    }

    /// <summary>What is due of units through the invoicing periods that end on a day, priced for an invoice of another.</summary>
    internal static IEnumerable<(BilledUnit Unit, IReadOnlyList<TransactionItem> Lines)> Due(
        CatalogueSnapshot catalogue,
        AccountRecord record,
        IEnumerable<BilledUnit> units,
        DateOnly end,
        DateOnly day,
        DateTimeOffset now,
        CountedUsage? usage = null
    )
    {
        var discounts = Discounts(catalogue, record);
        var pricing = new BillLines(catalogue, record.Account, discounts, day, now, BillLines.NewIds(now), usage);
        return units.Select(unit => (unit, pricing.Of(unit, unit.Due(catalogue, BillingPeriods.At(unit.Cycles.Invoicing, end)))));
    }

    /// <summary>The subscriptions of which an invoicing period ends on a day.</summary>
    public static IEnumerable<Subscription> Ending(AccountRecord record, DateOnly end) =>
        record
            .Subscriptions.Where(subscription => BillingPeriods.EndsOn(subscription.Cycles.Invoicing, end))
            .Select(subscription => subscription.Subscription);

    /// <summary>The subscriptions, and the account, of which an invoicing period ends on a day.</summary>
    public static IEnumerable<BilledUnit> Units(CatalogueSnapshot catalogue, AccountRecord record, DateOnly end)
    {
        var subscriptions = record
            .Subscriptions.Where(subscription => BillingPeriods.EndsOn(subscription.Cycles.Invoicing, end))
            .Select(subscription => Unit(catalogue, record.Account, subscription));
        return BillingPeriods.EndsOn(record.Cycles.Invoicing, end) ? subscriptions.Append(Unit(catalogue, record)) : subscriptions;
    }

    /// <summary>The first day after the one that is the last of an invoicing period for the account or any of its subscriptions.</summary>
    public static DateOnly NextBill(AccountRecord record, DateOnly after) =>
        record
            .Subscriptions.Where(subscription => !subscription.Subscription.IsClosed || subscription.Subscription.RebillFrom is not null)
            .Select(subscription => subscription.Cycles.Invoicing)
            .Append(record.Cycles.Invoicing)
            .Distinct()
            .Min(cycle => BillingPeriods.NextEnd(cycle, after));

    /// <summary>Charges that a purchase order wants an invoice of its own for are set apart; the others are together.</summary>
    public static IReadOnlyList<IReadOnlyList<TransactionItem>> Invoices(AccountRecord record, IReadOnlyList<TransactionItem> lines)
    {
        var exclusive = record.PurchaseOrders.Where(order => order.ExclusiveInvoice).Select(order => order.Number).ToHashSet();
        return
        [
            .. lines
                .GroupBy(line => line.PurchaseOrderNumber is { } number && exclusive.Contains(number) ? number : "")
                .OrderBy(invoice => invoice.Key, StringComparer.Ordinal)
                .Select(invoice => invoice.ToList()),
        ];
    }
}
