namespace Smile.Catalogue;

/// <summary>What the validity of a prepaid block is counted in (reference 32).</summary>
public enum PrepaidValidityUnit
{
    /// <summary>To the end of the rating period of the subscription in which it is bought, and of those behind it.</summary>
    RatingPeriods,

    /// <summary>To the end of a day.</summary>
    Months,

    /// <summary>To the end of a day: that on which it is bought is the first.</summary>
    Days,

    /// <summary>To the second.</summary>
    Hours,

    /// <summary>To the second.</summary>
    Minutes,
}

/// <summary>How long a prepaid block can be used from when it is bought.</summary>
public sealed record PrepaidValidity(PrepaidValidityUnit Unit, int Count);

/// <summary>A category of prepaid blocks, as answers show it (guide, line 14805).</summary>
public sealed record PrepaidTypeOfBlock(int Id, string Name);

/// <summary>That customers can buy a prepaid block by themselves (guide, line 15000).</summary>
/// <param name="ItemCode">The item that is invoiced.</param>
/// <param name="Rate">Without tax, in the company's currency, with up to five decimals.</param>
/// <param name="Tier">
/// From the second on it can be bought in a rating period in which one of the tier before was (reference 33).
/// </param>
public sealed record SelfServePrepaid(string ItemCode, decimal Rate, int Tier)
{
    /// <summary>Codes of the payment types that it can be paid with; empty for all.</summary>
    public IReadOnlyList<string> PaymentTypes { get; init; } = [];
}

/// <summary>A prepaid block that subscriptions can be given (guide, line 14545).</summary>
/// <param name="Code">By which it is asked for (guide, line 14850); it does not change.</param>
/// <param name="ChargeType">The component of usage of the service that it pays for.</param>
/// <param name="Quantity">Units of it; null for any number while it can be used.</param>
/// <param name="Validity">Null where it can be used until it is used up.</param>
public sealed record PrepaidBlockItem(string Code, string Name, int Service, int ChargeType, decimal? Quantity, PrepaidValidity? Validity)
{
    /// <summary>Codes of the plans by whose charges it can be used; empty for all of the service.</summary>
    public IReadOnlyList<string> Plans { get; init; } = [];

    /// <summary>The charging rules that it pays for, such as those of a band; empty for all of its charge type.</summary>
    public IReadOnlyList<int> ChargingRules { get; init; } = [];

    /// <summary>Percentages of use at which it is told, in ascending order.</summary>
    public IReadOnlyList<decimal> Thresholds { get; init; } = [];

    /// <summary>So many hours before it expires it is told.</summary>
    public IReadOnlyList<int> ExpiryWarnings { get; init; } = [];

    public PrepaidTypeOfBlock? Type { get; init; }

    /// <summary>How customers buy it by themselves; null where they cannot.</summary>
    public SelfServePrepaid? SelfServe { get; init; }
}
