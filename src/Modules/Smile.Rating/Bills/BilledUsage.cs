using Smile.Kernel;

namespace Smile.Rating.Bills;

/// <summary>A rating period that was billed: it is closed.</summary>
public sealed class BilledUsage
{
    public required Usn SubscriptionUsn { get; init; }

    /// <summary>First day of the period.</summary>
    public required DateOnly PeriodFrom { get; init; }

    public required DateOnly PeriodTo { get; init; }

    /// <summary>Of the rating that was billed.</summary>
    public required int Version { get; init; }

    /// <summary>The invoice; null where the bill had none, because nothing was due.</summary>
    public string? TransactionNumber { get; init; }

    public required DateTimeOffset Billed { get; init; }
}
