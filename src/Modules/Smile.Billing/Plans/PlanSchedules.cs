using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Smile.Billing.Contracts;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing.Plans;

/// <summary>A change of a plan schedule that may be made.</summary>
/// <param name="Item">The new item.</param>
/// <param name="Replaced">The items that it takes the place of: those of its type that would begin with it or later, closings
/// aside.</param>
/// <param name="After">The whole schedule as it then is.</param>
/// <param name="Day">From which on charges change, in the account's time zone.</param>
/// <param name="Rebound">The contracts that bind to a plan that is replaced and allow that: they bind to the new one.</param>
public sealed record PlannedChange(
    PlanScheduleItem Item,
    IReadOnlyList<PlanScheduleItem> Replaced,
    IReadOnlyList<PlanScheduleItem> After,
    DateOnly Day,
    IReadOnlyList<SubscriptionContract> Rebound
);

/// <summary>A plan to change to.</summary>
/// <param name="Start">From when on it is used.</param>
internal sealed record WantedPlan(Plan Plan, FieldValues Options, DateTimeOffset Start)
{
    public ChargeOverrides ChargeOverrides { get; init; } = ChargeOverrides.None;

    /// <summary>As JSON; null for none.</summary>
    public string? TariffOverrides { get; init; }

    /// <summary>As JSON; null for none.</summary>
    public string? ChargingRuleOverrides { get; init; }

    /// <summary>Null where it is not taken by a managed plan group.</summary>
    public ManagedChange? Managed { get; init; }
}

/// <summary>A change by a managed plan group, which contracts may allow.</summary>
/// <param name="Direction">Null for a change to another group.</param>
internal sealed record ManagedChange(int ChoiceId, PlanChangeDirectionType? Direction);

/// <summary>Changes plan schedules: the one place that decides whether a plan may be changed, and changes it.</summary>
[UseCase]
public sealed class PlanSchedules(StageSession session, ContractRules contracts, DueWorkSchedule schedule, IUsageOverrides usage)
    : IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } = [DueWorkKind.BeginPlan];

    private const int MostDaysAhead = 10 * 366;

    /// <summary>
    /// changePlan(): charges follow with the next bill (guide, line 8765). Says now that ratings change, and when a later plan begins, that
    /// it does.
    /// </summary>
    public async Task ChangeAsync(string usn, PlanScheduleItemType document, CancellationToken cancellation)
    {
        const Fault fault = Fault.ChangePlanException;
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation)
            ?? throw Refuse.With(fault, "usn", usn, "There is no such subscription, or you may not access it.");
        var items = await session
            .Database.LoadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn)
            .ToListAsync(cancellation);
        var planned = await PlanAsync(account, subscription, items, document, fault, cancellation);
        Apply(account, subscription, planned);
        session.ChangeRating(subscription, planned.Item.Start);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Works out a change without making it.</summary>
    /// <param name="items">The present schedule.</param>
    /// <param name="fault">The operation's own.</param>
    /// <exception cref="SmileException">The plan cannot be changed so.</exception>
    public async Task<PlannedChange> PlanAsync(
        Account account,
        Subscription subscription,
        IReadOnlyList<PlanScheduleItem> items,
        PlanScheduleItemType document,
        Fault fault,
        CancellationToken cancellation
    )
    {
        if (document.PlanCode is not { Length: > 0 } code)
        {
            throw Refuse.With(fault, "PlanCode", "", "Name the plan to change to.");
        }

        var plan = session.Catalogue.Plan(code);
        if (
            plan is null
            || plan.Service != subscription.ServiceId
            || (plan.Company ?? account.CompanyId) != account.CompanyId
            || !plan.IsFor(account.Usn)
        )
        {
            const string hint = "The subscription's service has no such plan.";
            throw fault == Fault.InvalidRequestException
                ? Refuse.NotFound("PlanCode", code, hint, Missing.Plan)
                : Refuse.With(fault, "PlanCode", code, hint);
        }

        if (document.PlanScheduleType is { } type && type != plan.PlanScheduleType)
        {
            throw Refuse.With(fault, "PlanScheduleType", type, $"The plan {code} is for plan schedules of type {plan.PlanScheduleType}.");
        }

        if (document.Start is not { } start)
        {
            throw Refuse.With(fault, "Start", "", "Say from when on the plan is used.");
        }

        if (
            (document.TariffOverrides ?? (object?)document.ChargingRuleOverrides ?? document.PlanScheduleItemOverrides) is not null
            && !session.Caller.MayChooseAmounts
        )
        {
            throw Refuse.Forbidden("Prices that differ from the catalogue's need the permission 'money'.");
        }

        // A change that begins in the past takes back what was invoiced.
        var zone = session.ZoneOf(account);
        if (!session.Caller.MayChooseAmounts && zone.DateOf(zone.Instant(start)) < zone.DateOf(session.Now))
        {
            throw Refuse.Forbidden("A change of plan that begins before today needs the permission 'money'.");
        }

        var wanted = new WantedPlan(plan, FieldValues.From(document.Options?.Object, zone), zone.Instant(start))
        {
            ChargeOverrides = document.PlanScheduleItemOverrides is { } overrides
                ? ChargeOverrideDocuments.Read(overrides, plan, account, fault)
                : ChargeOverrides.None,
            TariffOverrides = Json(document.TariffOverrides),
            ChargingRuleOverrides = Json(document.ChargingRuleOverrides),
        };
        await usage.RequireAsync(plan, wanted.TariffOverrides, wanted.ChargingRuleOverrides, fault, cancellation);
        return Plan(account, subscription, items, await contracts.OfAsync(subscription, cancellation), wanted, fault);
    }

    /// <summary>Works out a change without making it.</summary>
    /// <param name="items">The present schedule.</param>
    /// <param name="bound">The subscription's contracts.</param>
    /// <param name="fault">The operation's own.</param>
    /// <exception cref="SmileException">The plan cannot be changed so.</exception>
    internal PlannedChange Plan(
        Account account,
        Subscription subscription,
        IReadOnlyList<PlanScheduleItem> items,
        IReadOnlyList<SubscriptionContract> bound,
        WantedPlan wanted,
        Fault fault
    )
    {
        var (plan, start) = (wanted.Plan, wanted.Start);
        if (
            subscription.IsClosed
            || subscription.SuspendStatus == SuspendStatus.Suspended
            || subscription.ActivateStatus == ActivateStatus.NotActivated
        )
        {
            throw Refuse.With(
                fault,
                "usn",
                subscription.Usn,
                "The plan of a subscription that is closed, suspended or not activated yet cannot be changed."
            );
        }

        var zone = session.ZoneOf(account);
        var day = EffectiveDates.Checked(session, account, zone.DateOf(start), "Start", fault, MostDaysAhead);
        var same = items.Where(item => item.PlanScheduleType == plan.PlanScheduleType).OrderBy(item => item.Start).ToList();
        var from = new DateTimeOffset(start.UtcTicks - (start.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        if (same.Count > 0 && from < same[0].Start && day < zone.DateOf(same[0].Start))
        {
            throw Refuse.With(fault, "Start", start, $"The subscription has plans from {zone.DateOf(same[0].Start):yyyy-MM-dd} on.");
        }

        if (same.FirstOrDefault(item => item.PlanCode is null) is { } closing && closing.Start <= from)
        {
            throw Refuse.With(fault, "Start", start, $"The subscription is closed on {zone.DateOf(closing.Start):yyyy-MM-dd}.");
        }

        PlanOptionRules.Require(plan, wanted.Options, fault);

        // A change that is back-dated must be allowed by what binds today, too.
        var today = zone.DateOf(session.Now);
        var days = new DayRange(day, today > day ? today : day);
        if (wanted.Managed is { } managed)
        {
            contracts.RequireAllowed(bound, subscription, days, managed.Direction, fault);
        }
        else
        {
            ContractRules.RequireNone(bound, subscription, day, fault);
        }

        // Other scheduled changes give way, closings do not (guide, line 8780).
        var replaced = same.Where(item => item.PlanCode is not null && item.Start >= from).ToList();
        var lost = bound.Where(contract => replaced.Any(item => item.Id == contract.ContractedPlanScheduleItemId)).ToList();
        if (lost.Exists(contract => wanted.Managed is null || !ContractRules.Binds(contract, days)))
        {
            throw Refuse.With(fault, "Start", start, "A contract of the subscription binds it to a plan that would be replaced.");
        }

        var added = new PlanScheduleItem
        {
            SubscriptionUsn = subscription.Usn,
            PlanScheduleType = plan.PlanScheduleType,
            PlanCode = plan.Code,
            Start = from,
            Options = wanted.Options,
            ChargeOverrides = wanted.ChargeOverrides,
            TariffOverrides = wanted.TariffOverrides,
            ChargingRuleOverrides = wanted.ChargingRuleOverrides,
            ManagedPlanChoiceId = wanted.Managed?.ChoiceId,
        };
        return new PlannedChange(added, replaced, [.. items.Except(replaced), added], day, lost);
    }

    /// <summary>Makes a change; the next bill works out what it means for the charges.</summary>
    public void Apply(Account account, Subscription subscription, PlannedChange change)
    {
        session.Database.RemovePlanScheduleItems(change.Replaced);
        session.Database.AddPlanScheduleItem(change.Item);
        subscription.RebillFromDay(change.Day);
        if (change.Item.Start > session.Now)
        {
            schedule.Add(DueWorkKind.BeginPlan, account, subscription.Usn.Value, change.Item.Start);
        }
    }

    /// <summary>Announces plans whose time has come (guide, line 22958).</summary>
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
        if (subscription.IsClosed)
        {
            return;
        }

        var begun = await session
            .Database.ReadPlanScheduleItems.Where(item =>
                item.SubscriptionUsn == subscription.Usn && item.Start == work.Due && item.PlanCode != null
            )
            .ToListAsync(cancellation);
        foreach (var item in begun)
        {
            Announce(account, subscription, item);
        }
    }

    /// <summary>Announces that a plan is in use from now on.</summary>
    internal void Announce(Account account, Subscription subscription, PlanScheduleItem item) =>
        session.Announce(SubscriptionMessages.SubscriptionPlanChanged(session.Catalogue, session.ZoneOf(account), subscription, item));

    private static string? Json<TDocument>(TDocument? document)
        where TDocument : class => document is null ? null : JsonSerializer.Serialize(document);
}
