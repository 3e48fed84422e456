using System.Text.Json;
using Smile.Catalogue;
using Smile.Rating.Engine;
using Smile.Rating.RateCards;
using Smile.Rating.Tariffs;

namespace Smile.Rating.Overrides;

/// <summary>
/// What a plan schedule item overrides of the rating of usage: the one place that reads what is kept of it, which is the document of the
/// wire in JSON (guide, lines 8813 to 8846).
/// </summary>
internal static class PlanOverrides
{
    public static IReadOnlyList<KeptTariffOverride> Tariffs(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<KeptTariffOverrides>(json)?.TariffOverride ?? [];

    public static IReadOnlyList<KeptRuleOverride> Rules(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<KeptRuleOverrides>(json)?.ChargingRuleOverride ?? [];

    /// <summary>As rating takes them. What was kept before it was checked, and names nothing, overrides nothing.</summary>
    public static IReadOnlyList<TariffOverride> TariffOverrides(string? json) =>
        [.. Tariffs(json).Select(each => each.ToOverride()).OfType<TariffOverride>()];

    /// <inheritdoc cref="TariffOverrides"/>
    public static IReadOnlyList<ChargingRuleOverride> RuleOverrides(string? json) =>
        [.. Rules(json).Select(each => each.ToOverride()).OfType<ChargingRuleOverride>()];
}

/// <summary>A reference with its number.</summary>
internal sealed record KeptReference(int? Key);

internal sealed record KeptTariffOverrides(IReadOnlyList<KeptTariffOverride>? TariffOverride);

/// <summary>A <c>TariffOverride</c> as it was sent.</summary>
internal sealed record KeptTariffOverride
{
    public KeptReference? Destination { get; init; }

    public KeptReference? TariffType { get; init; }

    public decimal? Flagfall { get; init; }

    public decimal? Rate { get; init; }

    public decimal? Units { get; init; }

    public decimal? Increment { get; init; }

    public decimal? MinimumCharge { get; init; }

    public decimal? MaximumCharge { get; init; }

    public string? OverrideDescription { get; init; }

    public string? RoundingMode { get; init; }

    public int? DecimalPlaces { get; init; }

    public string? CallType { get; init; }

    /// <summary>Null where it is for all types of calls, or for one that there is not.</summary>
    public CallType? CallTypeOrNull => CallType is { } text ? CardCells.Word<CallType>(text) : null;

    public RateRounding? Rounding => RoundingMode is { } text ? CardCells.Word<RateRounding>(text) : null;

    public TariffOverride? ToOverride() =>
        Destination?.Key is not { } destination || (CallType is not null && CallTypeOrNull is null)
            ? null
            : new TariffOverride(destination, TariffType?.Key, CallTypeOrNull)
            {
                Flagfall = Flagfall,
                Rate = Rate,
                Units = Units is > 0m ? Units : null,
                Increment = Increment,
                MinimumCharge = MinimumCharge,
                MaximumCharge = MaximumCharge,
                Decimals = DecimalPlaces is >= 0 and <= UsageAmounts.Decimals ? DecimalPlaces : null,
                Rounding = Rounding,
            };
}

internal sealed record KeptRuleOverrides(IReadOnlyList<KeptRuleOverride>? ChargingRuleOverride);

/// <summary>A <c>ChargingRuleOverride</c> as it was sent.</summary>
internal sealed record KeptRuleOverride
{
    public KeptReference? ChargingRule { get; init; }

    public decimal? Rate { get; init; }

    public decimal? RetailMarkup { get; init; }

    public decimal? MaximumUnits { get; init; }

    public decimal? MaximumUnitsPerSession { get; init; }

    public string? Comment { get; init; }

    public ChargingRuleOverride? ToOverride() =>
        ChargingRule?.Key is not { } rule
            ? null
            : new ChargingRuleOverride(rule)
            {
                Rate = Rate,
                RetailMarkup = RetailMarkup,
                MaximumUnits = MaximumUnits,
                MaximumUnitsPerSession = MaximumUnitsPerSession,
            };
}
