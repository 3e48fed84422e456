using Smile.Billing.Contracts;
using Smile.Billing.Plans;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Receivables.InvoiceGroupings;
using Smile.Session;

namespace Smile.Billing.ManagedPlans;

/// <summary>A subscription whose managed plan may be changed.</summary>
/// <param name="Record">With this subscription alone.</param>
/// <param name="Uses">The managed plan in use first.</param>
/// <param name="Bound">Its contracts.</param>
internal sealed record ManagedSubscription(AccountRecord Record, IReadOnlyList<ManagedUse> Uses, IReadOnlyList<SubscriptionContract> Bound)
{
    public Account Account => Record.Account;

    public Subscription Subscription => Record.Subscriptions[0].Subscription;
}

/// <summary>A change of managed plan with what it charges.</summary>
/// <param name="Lines">Without rounding and GST lines.</param>
internal sealed record ManagedOffer(
    ManagedPlanGroup Group,
    ManagedPlanChoice Choice,
    PlanChangeDirectionType Direction,
    PlannedChange Change,
    IReadOnlyList<TransactionItem> Lines
);

/// <summary>
/// Works out what changes of managed plans cost: the group's charge for the direction, and what the change charges and takes back of what
/// was billed. getManagedPlanChoices() quotes it (guide, line 11502), changePlan() raises it: the one place where both get their lines.
/// </summary>
[UseCase]
public sealed class ManagedPlanOffers(
    StageSession session,
    PlanSchedules schedules,
    ContractRules contracts,
    BillingRecords records,
    Charges pricing,
    RaiseInvoice invoices,
    Ledger ledger
)
{
    /// <summary>The choices that a subscription may change to, its own among them, each with a quote that is not stored.</summary>
    public async Task<ManagedPlanQuoteListType> ListAsync(string usn, CancellationToken cancellation)
    {
        var (_, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        var managed = await ReadAsync(account, new Usn(usn.Trim()), forChange: false, cancellation);
        var group = RequireManaged(managed);
        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);
        var planned = Possible(
            managed,
            group.Choices.Where(choice => choice.IsValidOn(today) && ManagedPlanQueries.IsFor(session.Catalogue, choice, account))
        );
        var offers = await PriceAsync(managed, planned, cancellation);
        var groupings = await invoices.GroupingsAsync(account, cancellation);
        var numbers = new Queue<string>(await session.NextTransactionNumbersAsync(Math.Max(1, offers.Count), cancellation));
        var quotes = new List<ManagedPlanQuoteType>(offers.Count);
        foreach (var offer in offers)
        {
            var lines = Shown(account, groupings, offer, today);
            quotes.Add(
                new ManagedPlanQuoteType
                {
                    ManagedPlan = ManagedPlanDocuments.Choice(offer.Group, offer.Choice),
                    EffectiveDate = zone.ToXml(offer.Change.Day),
                    Direction = offer.Direction,
                    Quote = lines.Count == 0 ? null : await ledger.QuoteAsync(account, lines, cancellation, numbers.Dequeue()),
                }
            );
        }

        return new ManagedPlanQuoteListType { ManagedPlanQuote = quotes };
    }

    /// <summary>Reads a subscription with all that a change of its managed plan depends on.</summary>
    /// <param name="forChange">Whether it will be changed, and its account is locked.</param>
    internal async Task<ManagedSubscription> ReadAsync(Account account, Usn usn, bool forChange, CancellationToken cancellation)
    {
        var record = (await records.ReadAsync([account], forChange, cancellation, usn))[0];
        var subscription = record.Subscriptions[0];
        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);

        // However far back a change goes: quotes of changes with other timings look at the same.
        var seen = await records.SeenSinceAsync(subscription, BillingPeriods.At(subscription.Cycles.Rating, today).From, cancellation);
        return new ManagedSubscription(
            record with
            {
                Subscriptions = [seen],
            },
            ManagedPlanMembership.Uses(session.Catalogue, subscription.Subscription.ServiceId, subscription.PlanItems, session.Now, today),
            await contracts.OfAsync(subscription.Subscription, cancellation)
        );
    }

    /// <summary>The group that a subscription is in and may change plans in.</summary>
    internal ManagedPlanGroup RequireManaged(ManagedSubscription managed)
    {
        var group = managed.Uses is [{ Group: { } found }, ..]
            ? found
            : throw ManagedPlanQueries.NotManaged(managed.Subscription.Usn.Value);
        return group.IsValidOn(session.DayOf(managed.Account))
            ? group
            : throw Refuse.With(
                ManagedPlanQueries.Unavailable,
                "usn",
                managed.Subscription.Usn,
                $"Plans of the subscription's group, {group.Id}, cannot be changed today. Use changeManagedPlanGroup() to put it into "
                    + $"another."
            );
    }

    /// <summary>A change within the subscription's group, with its charges.</summary>
    /// <param name="options">In place of the choice's own.</param>
    internal async Task<ManagedOffer> OfferAsync(
        ManagedSubscription managed,
        ManagedPlanChoice choice,
        FieldValues options,
        CancellationToken cancellation
    ) => (await PriceAsync(managed, [Plan(managed, choice, options)], cancellation))[0];

    /// <summary>A change to a choice at a time that a timing gives, without charges.</summary>
    /// <param name="direction">Null for a change to another group.</param>
    /// <param name="fault">The operation's own.</param>
    internal PlannedChange Plan(
        ManagedSubscription managed,
        ManagedPlanChoice choice,
        FieldValues options,
        ManagedPlanChangeTimingType timing,
        PlanChangeDirectionType? direction,
        Fault fault
    )
    {
        var plan = session.Catalogue.Plan(choice.Plan)!;
        var chosen = new FieldValues(choice.Options).With(options);

        // What the caller chose is the caller's mistake, whatever else would be in the way.
        PlanOptionRules.Require(plan, chosen, Fault.InvalidRequestException);
        var record = managed.Record.Subscriptions[0];
        return schedules.Plan(
            managed.Account,
            managed.Subscription,
            record.PlanItems,
            managed.Bound,
            new WantedPlan(plan, chosen, Start(managed, plan, timing)) { Managed = new ManagedChange(choice.Id, direction) },
            fault
        );
    }

    /// <summary>The lines that an offer's invoice shows.</summary>
    internal IReadOnlyList<TransactionItem> Shown(
        Account account,
        IReadOnlyList<InvoiceGrouping> groupings,
        ManagedOffer offer,
        DateOnly today
    ) => offer.Lines.Count == 0 ? [] : invoices.Shown(account, groupings, offer.Lines, today);

    private (ManagedPlanChoice Choice, PlannedChange Change) Plan(
        ManagedSubscription managed,
        ManagedPlanChoice choice,
        FieldValues options
    )
    {
        var (group, direction) = (managed.Uses[0].Group!, managed.Uses[0].Choice!.DirectionTo(choice));
        return (choice, Plan(managed, choice, options, group.Change(direction).Timing, direction, ManagedPlanQueries.Unavailable));
    }

    /// <summary>The changes that nothing forbids.</summary>
    /// <exception cref="SmileException">All of them are forbidden.</exception>
    private List<(ManagedPlanChoice Choice, PlannedChange Change)> Possible(
        ManagedSubscription managed,
        IEnumerable<ManagedPlanChoice> choices
    )
    {
        var possible = new List<(ManagedPlanChoice Choice, PlannedChange Change)>();
        SmileException? refusal = null;
        foreach (var choice in choices)
        {
            try
            {
                possible.Add(Plan(managed, choice, FieldValues.None));
            }
            catch (SmileException exception)
            {
                // A contract may allow upgrades only, and a closing ahead be before the next period: then the others are offered.
                refusal = exception;
            }
        }

        return possible.Count > 0 || refusal is null ? possible : throw refusal;
    }

    /// <summary>What changes charge, priced together.</summary>
    private async Task<IReadOnlyList<ManagedOffer>> PriceAsync(
        ManagedSubscription managed,
        IReadOnlyList<(ManagedPlanChoice Choice, PlannedChange Change)> planned,
        CancellationToken cancellation
    )
    {
        var account = managed.Account;
        var today = session.DayOf(account);
        var (group, current) = (managed.Uses[0].Group!, managed.Uses[0].Choice!);
        var fees = new Queue<TransactionItem>(
            await pricing.PriceAsync(
                account,
                [
                    .. planned
                        .Select(each => Fee(managed, group.Change(current.DirectionTo(each.Choice)).Charge, today))
                        .OfType<ChargeRequestType>(),
                ],
                today,
                taxedUnlessSaid: true,
                cancellation
            )
        );
        var offers = new List<ManagedOffer>(planned.Count);
        foreach (var (choice, change) in planned)
        {
            var direction = current.DirectionTo(choice);
            var charges = PlanChangeCharges.Of(session.Catalogue, managed.Record, change, today, session.Now, basis: null);
            offers.Add(
                new ManagedOffer(
                    group,
                    choice,
                    direction,
                    change,
                    Fee(managed, group.Change(direction).Charge, today) is null ? charges : [fees.Dequeue(), .. charges]
                )
            );
        }

        return offers;
    }

    /// <summary>The group's charge for a change, as a charge of today; null for none.</summary>
    private ChargeRequestType? Fee(ManagedSubscription managed, PlanChangeCharge? charge, DateOnly today)
    {
        if (charge is null or { Rate: 0m })
        {
            return null;
        }

        var currency = session.Catalogue.Company(managed.Account.CompanyId).Currency;
        if (managed.Account.Currency != currency)
        {
            throw Refuse.With(
                ManagedPlanQueries.Failed,
                "usn",
                managed.Subscription.Usn,
                $"The charges for plan changes are in {currency}, the account is kept in {managed.Account.Currency}. The managed plan "
                    + $"group must be configured without charges."
            );
        }

        var day = today.Iso();
        var purchaseOrder = managed.Record.Subscriptions[0].PurchaseOrder;
        return new ChargeRequestType
        {
            USN = managed.Subscription.Usn.Value,
            ItemCode = charge.ItemCode,
            StartDate = day,
            EndDate = day,
            Amount = charge.Rate,
            PurchaseOrderNumber = purchaseOrder is null || purchaseOrder.Expires < today ? null : purchaseOrder.Number,
        };
    }

    /// <summary>
    /// When a change takes effect. Periods are those by which plans are rated; a change goes back no further than the subscription's first
    /// plan.
    /// </summary>
    private DateTimeOffset Start(ManagedSubscription managed, Plan plan, ManagedPlanChangeTimingType timing)
    {
        var record = managed.Record.Subscriptions[0];
        var zone = session.ZoneOf(managed.Account);
        var period = BillingPeriods.At(record.Cycles.Rating, zone.DateOf(session.Now));
        if (timing == ManagedPlanChangeTimingType.NextPeriod)
        {
            return zone.StartOf(period.To.AddDays(1));
        }

        if (timing == ManagedPlanChangeTimingType.Immediately)
        {
            return session.Now;
        }

        var first = record
            .PlanItems.Where(item => item.PlanScheduleType == plan.PlanScheduleType)
            .Select(item => (DateOnly?)zone.DateOf(item.Start))
            .Min();
        return zone.StartOf(first > period.From && first <= zone.DateOf(session.Now) ? first.Value : period.From);
    }
}
