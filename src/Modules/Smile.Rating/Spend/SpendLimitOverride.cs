using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Spend;

/// <summary>What a subscription may spend instead of what its service says (guide, line 12751).</summary>
public sealed class SpendLimitOverride : IChangedRow
{
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required int SpendLimit { get; init; }

    /// <summary>Last day of the one rating period that it holds for; null for all.</summary>
    public DateOnly? RatingPeriodEnd { get; init; }

    /// <summary>Tax included; null for what the service says, for one rating period.</summary>
    public decimal? Amount { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>At which percentages of a spend limit a subscription is told (guide, line 12913).</summary>
public sealed class SpendLimitThresholds : IChangedRow
{
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required int SpendLimit { get; init; }

    /// <summary>In ascending order.</summary>
    public required int[] Thresholds { get; set; }

    public Usn ChangedBy { get; set; }
}
