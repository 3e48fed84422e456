using Smile.Contracts;
using Smile.Domain.CustomFields;
using Smile.Domain.Foundation;

namespace Smile.Domain.Subscriptions;

/// <summary>A single instance of a service that is provided to an account.</summary>
public sealed class Subscription
{
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

    /// <summary>Encrypted; readable again, because the guide demands that passwords can be mailed and retrieved (guide, lines 6990, 18021).</summary>
    public byte[]? Password { get; set; }

    public ProvisionStatusType ProvisionStatus { get; set; }

    public SuspendStatusType SuspendStatus { get; set; }

    /// <summary>Whether it was credit control that suspended it: what a person has suspended, only a person resumes.</summary>
    public bool SuspendedByCreditControl { get; set; }

    public ActivateStatusType ActivateStatus { get; set; }

    public EnableStatusType EnableStatus { get; set; }

    public int? CostCentreId { get; set; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Activated { get; set; }

    public DateTimeOffset? Closed { get; set; }

    public required Usn ChangedBy { get; set; }

    public bool IsClosed => Closed is not null;

    /// <summary>Active in the guide's sense: provisioned and not closed (guide, line 7956).</summary>
    public bool IsActive => ProvisionStatus == ProvisionStatusType.Provisioned && !IsClosed;

    /// <summary>Closes it: deprovisioned, no longer billed, its username released and reset to the USN (guide, line 7858).</summary>
    public void Close(DateTimeOffset at, Usn by)
    {
        Closed = at;
        ProvisionStatus = ProvisionStatusType.Deprovisioned;
        ActivateStatus = ActivateStatusType.NotActivated;
        Username = Usn.Value;
        Password = null;
        ChangedBy = by;
    }
}

/// <summary>Which plan a subscription uses from when on (guide, line 8366).</summary>
public sealed class PlanScheduleItem
{
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required int PlanScheduleType { get; init; }

    /// <summary>Null for the item that closes the schedule: from its start the subscription has no plan.</summary>
    public string? PlanCode { get; init; }

    public required DateTimeOffset Start { get; init; }

    /// <summary>What was chosen with the plan, by the codes of its options.</summary>
    public FieldValues Options { get; init; } = FieldValues.None;

    public required Usn ChangedBy { get; set; }
}

/// <summary>A feature that is or will be applied to a subscription.</summary>
public sealed class SubscriptionFeature
{
    public required Guid Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required int FeatureId { get; init; }

    public required DateTimeOffset Start { get; init; }

    /// <summary>Null for no end.</summary>
    public DateTimeOffset? End { get; set; }

    public required Usn ChangedBy { get; set; }

    public bool IsActiveAt(DateTimeOffset instant) => Start <= instant && (End is not { } end || end > instant);
}

/// <summary>A line of a subscription's event log, such as why it was suspended (guide, line 7934).</summary>
public sealed class SubscriptionEvent
{
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Kind { get; init; }

    public string? Comment { get; init; }

    public required Usn ChangedBy { get; init; }
}
