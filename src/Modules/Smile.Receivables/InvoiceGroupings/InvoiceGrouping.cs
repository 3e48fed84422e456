using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables.InvoiceGroupings;

/// <summary>Charges of some subscriptions that are rolled up into one invoice line (guide, line 5552).</summary>
public sealed class InvoiceGrouping : IChangedRow
{
    public required Guid Id { get; init; }

    public required Usn AccountUsn { get; init; }

    /// <summary>The catalogue's invoice grouping that says how.</summary>
    public required Guid ConfigurationId { get; set; }

    /// <summary>The subscription whose line it becomes, or the account; null for the account.</summary>
    public Usn? RollupToUsn { get; set; }

    /// <summary>First day whose charges are rolled up; null for no beginning. Days are the account's.</summary>
    public DateOnly? ActiveFrom { get; set; }

    /// <summary>Last day whose charges are rolled up; null for no end.</summary>
    public DateOnly? ActiveTo { get; set; }

    /// <summary>Text of the line instead of the configuration's, or null.</summary>
    public string? RollupDescription { get; set; }

    /// <summary>The kinds of charge instead of the configuration's, or null.</summary>
    public int[]? ChargeTypes { get; set; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Deleted { get; set; }

    public Usn ChangedBy { get; set; }

    public List<GroupedSubscription> Subscriptions { get; init; } = [];

    /// <summary>Whether a day is in both the grouping's active period and another one.</summary>
    public bool Overlaps(DateOnly? from, DateOnly? to) => !(ActiveTo < from) && !(to < ActiveFrom);
}

/// <summary>A subscription whose charges a grouping rolls up.</summary>
public sealed class GroupedSubscription : IChangedRow
{
    public required Guid InvoiceGroupingId { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public Usn ChangedBy { get; set; }
}
