namespace Smile.Rating.Engine;

/// <summary>A prepaid block that a subscription has, which pays for usage that would otherwise be charged (guide, line 14545).</summary>
/// <param name="Code">Which of the catalogue's it is.</param>
/// <param name="ChargeType">The component of usage that it pays for.</param>
/// <param name="Quantity">Units that were bought; null for any number of them.</param>
/// <param name="Used">What was used of it before the rating period.</param>
/// <param name="Start">From when on it can be used.</param>
/// <param name="End">Until when, which no longer belongs to it.</param>
public sealed record PrepaidBlock(
    long Id,
    string Code,
    int ChargeType,
    decimal? Quantity,
    decimal Used,
    DateTimeOffset Start,
    DateTimeOffset End
)
{
    /// <summary>The codes of the plans by whose charges it can be used; empty for all.</summary>
    public IReadOnlyList<string> Plans { get; init; } = [];

    /// <summary>The charging rules that it pays for, such as those of a band; empty for all of its charge type.</summary>
    public IReadOnlyList<int> ChargingRules { get; init; } = [];

    /// <summary>Per cent of what was bought, of which it is told when they are used.</summary>
    public IReadOnlyList<decimal> Thresholds { get; init; } = [];
}

/// <summary>How much is used of a prepaid block at the end of a rating period.</summary>
/// <param name="Quantity">Units that were bought; null for any number of them.</param>
/// <param name="UsedBefore">What was used of it before the rating period.</param>
/// <param name="Used">In all, also in earlier rating periods.</param>
/// <param name="Threshold">The highest threshold that is reached, in per cent; 0 for none.</param>
public sealed record PrepaidState(long Id, decimal? Quantity, decimal UsedBefore, decimal Used, decimal Threshold);
