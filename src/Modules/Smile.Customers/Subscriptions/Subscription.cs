using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>A single instance of a service that is provided to an account.</summary>
public sealed class Subscription : IChangedRow, INamedOfService
{
    private byte[]? _password;

    public required Usn Usn { get; init; }

    /// <summary>The account at the root of the tree.</summary>
    public required Usn AccountUsn { get; set; }

    /// <summary>The account, or the subscription that this one is a child of.</summary>
    public required Usn ParentUsn { get; set; }

    public required int ServiceId { get; init; }

    public required int CompanyId { get; init; }

    public required string Username { get; set; }

    /// <summary>Fields without the username, which has a column of its own.</summary>
    public required FieldValues Properties { get; set; }

    /// <summary>When the e-mail address was last changed: a new one is not trusted with a password at once.</summary>
    public DateTimeOffset? EmailChanged { get; set; }

    /// <summary>Changes fields, and leaves those that are not named.</summary>
    public void Change(FieldValues changes, DateTimeOffset now)
    {
        if (changes[PredefinedFields.EmailAddress] is { } address && address != Properties[PredefinedFields.EmailAddress])
        {
            EmailChanged = now;
        }

        Properties = Properties.With(changes);
    }

    /// <summary>
    /// Encrypted; readable again, because the guide demands that passwords can be mailed and retrieved (guide, lines 6990, 18021).
    /// </summary>
    public byte[]? Password
    {
        get => _password;
        init => _password = value;
    }

    /// <summary>Counts up with each new password, however it comes; encrypting the same one anew is none.</summary>
    public int PasswordVersion { get; private set; }

    public void ChangePassword(byte[]? encrypted) => (_password, PasswordVersion) = (encrypted, PasswordVersion + 1);

    public ProvisionStatus ProvisionStatus { get; set; }

    public SuspendStatus SuspendStatus { get; set; }

    /// <summary>Whether it was credit control that suspended it: what a person has suspended, only a person resumes.</summary>
    public bool SuspendedByCreditControl { get; set; }

    public ActivateStatus ActivateStatus { get; set; }

    public EnableStatus EnableStatus { get; set; }

    public int? CostCentreId { get; set; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Activated { get; set; }

    public DateTimeOffset? Closed { get; set; }

    /// <summary>The cycles of its own, where it does not follow its account's (guide, line 10365).</summary>
    public SubscriptionCycles? OwnCycles
    {
        get =>
            InvoicingCycleType is not { } invoicing || RatingCycleType is not { } rating
                ? null
                : new(
                    new CycleChoice(invoicing, InvoicingCycleDay, InvoicingCycleTable),
                    new CycleChoice(rating, RatingCycleDay, RatingCycleTable)
                );
        init
        {
            (InvoicingCycleType, InvoicingCycleDay, InvoicingCycleTable) = (
                value?.Invoicing.Type,
                value?.Invoicing.Day,
                value?.Invoicing.Table
            );
            (RatingCycleType, RatingCycleDay, RatingCycleTable) = (value?.Rating.Type, value?.Rating.Day, value?.Rating.Table);
        }
    }

    /// <summary>Last day of the last invoicing period that was billed for it; null before its first bill.</summary>
    public DateOnly? BilledThrough { get; set; }

    /// <summary>The first day for which something that charges depend on has changed since the last bill; null for none.</summary>
    public DateOnly? RebillFrom { get; private set; }

    public Usn ChangedBy { get; set; }

    /// <summary>Notes that charges from a day on may no longer be what was raised: the next bill looks at them again.</summary>
    public void RebillFromDay(DateOnly day) => RebillFrom = day < RebillFrom || RebillFrom is null ? day : RebillFrom;

    /// <summary>
    /// Marks charges as billed through the end of an invoicing period. Later changes go on the next bill.
    /// </summary>
    public void MarkBilledThrough(DateOnly through) =>
        (BilledThrough, RebillFrom) = (
            through > BilledThrough || BilledThrough is null ? through : BilledThrough,
            RebillFrom > through ? RebillFrom : null
        );

    // The cycles as columns, as an account has them.
    internal CycleType? InvoicingCycleType { get; private set; }

    internal int? InvoicingCycleDay { get; private set; }

    internal string? InvoicingCycleTable { get; private set; }

    internal CycleType? RatingCycleType { get; private set; }

    internal int? RatingCycleDay { get; private set; }

    internal string? RatingCycleTable { get; private set; }

    public bool IsClosed => Closed is not null;

    /// <summary>Active in the guide's sense: provisioned and not closed (guide, line 7956).</summary>
    public bool IsActive => ProvisionStatus == ProvisionStatus.Provisioned && !IsClosed;

    /// <summary>Closes it: deprovisioned, no longer billed, its username released and reset to the USN (guide, line 7858).</summary>
    public ClosedSubscription Close(DateTimeOffset at)
    {
        var closed = new ClosedSubscription(this, Username);
        Closed = at;
        ProvisionStatus = ProvisionStatus.Deprovisioned;
        ActivateStatus = ActivateStatus.NotActivated;
        Username = Usn.Value;
        ChangePassword(null);
        return closed;
    }
}

/// <summary>The cycles that a subscription has for itself.</summary>
public sealed record SubscriptionCycles(CycleChoice Invoicing, CycleChoice Rating);

/// <summary>Which plan a subscription uses from when on (guide, line 8366).</summary>
public sealed class PlanScheduleItem : IChangedRow
{
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required int PlanScheduleType { get; init; }

    /// <summary>Null for the item that closes the schedule: from its start the subscription has no plan.</summary>
    public string? PlanCode { get; init; }

    public required DateTimeOffset Start { get; set; }

    /// <summary>The choice of a managed plan group by which the plan was taken; null where it came about in another way.</summary>
    public int? ManagedPlanChoiceId { get; init; }

    /// <summary>What was chosen with the plan, by the codes of its options.</summary>
    public FieldValues Options { get; init; } = FieldValues.None;

    /// <summary>Whether it came with the order of the subscription.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>What it changes of the plan's recurring charges.</summary>
    public ChargeOverrides ChargeOverrides { get; set; } = ChargeOverrides.None;

    /// <summary>What it changes of tariffs, as it was sent, in JSON; for the rating of usage.</summary>
    public string? TariffOverrides { get; init; }

    /// <summary>What it changes of charging rules, as it was sent, in JSON; for the rating of usage.</summary>
    public string? ChargingRuleOverrides { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>A feature that is or will be applied to a subscription.</summary>
public sealed class SubscriptionFeature : IChangedRow
{
    public required Guid Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required int FeatureId { get; init; }

    public required DateTimeOffset Start { get; init; }

    /// <summary>Null for no end.</summary>
    public DateTimeOffset? End { get; set; }

    public Usn ChangedBy { get; set; }

    public bool IsActiveAt(DateTimeOffset instant) => Start <= instant && (End is not { } end || end > instant);
}

/// <summary>A line of a subscription's event log, such as why it was suspended (guide, line 7934).</summary>
public sealed class SubscriptionEvent : IChangedRow
{
    public const string Suspended = "Suspended";
    public const string Resumed = "Resumed";
    public const string Closed = "Closed";

    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Kind { get; init; }

    public string? Comment { get; init; }

    /// <summary>Of a migration, the time zone of the account that was left, where the new account has another.</summary>
    public int? TimeZoneId { get; init; }

    public Usn ChangedBy { get; set; }
}
