using Smile.Catalogue;

namespace Smile.Rating.Tariffs;

/// <summary>Whose numbers a destination has, where not its prefixes say it.</summary>
public enum OnNet
{
    /// <summary>Somebody outside.</summary>
    None,

    /// <summary>Another subscription of the same company.</summary>
    Company,

    /// <summary>Another subscription of the same account.</summary>
    Account,
}

/// <summary>Where usage goes to (guide, line 19241).</summary>
/// <param name="Class">Such as Domestic or International.</param>
/// <param name="IsOverrideable">Whether plan schedule items may have tariffs of their own for it.</param>
public sealed record Destination(int Id, string Name, string Class, bool IsOverrideable)
{
    /// <summary>It is that of calls between subscriptions of a company or an account.</summary>
    public OnNet OnNet { get; init; }
}

/// <summary>The price of usage to a destination from a day on. Prices are without tax.</summary>
/// <param name="Rate">Of <paramref name="Units"/> units, which are seconds for calls.</param>
/// <param name="FirstIncrement">Units that are charged at least; 0 for what was used.</param>
/// <param name="NextIncrement">Units that are charged together after those; 0 for what was used.</param>
/// <param name="From">First day on which it is in force, from midnight on the clocks of the subscription.</param>
public sealed record Tariff(
    long Id,
    int Destination,
    int TariffType,
    decimal Flagfall,
    decimal Rate,
    decimal Units,
    decimal FirstIncrement,
    decimal NextIncrement,
    DateOnly From
)
{
    /// <summary>The plan that it is for, by its code; null for all.</summary>
    public string? Plan { get; init; }

    /// <summary>The company that it is for; null for all.</summary>
    public int? Company { get; init; }

    /// <summary>The type of calls that it is for; null for all.</summary>
    public CallType? CallType { get; init; }

    /// <summary>The calendar that says when it is in force, with <see cref="Band"/>; null for always.</summary>
    public string? Calendar { get; init; }

    public string? Band { get; init; }

    /// <summary>What a session costs at least, flagfall and all; null for no limit.</summary>
    public decimal? MinimumCharge { get; init; }

    /// <summary>What a session costs at most, flagfall and all; null for no limit.</summary>
    public decimal? MaximumCharge { get; init; }

    /// <summary>Decimals that the charge of a record is rounded to.</summary>
    public int Decimals { get; init; } = UsageAmounts.Decimals;

    public RateRounding Rounding { get; init; } = RateRounding.HalfUp;
}

/// <summary>What a plan schedule item puts in place of the tariff of a destination (guide, line 8813). What is null stays.</summary>
public sealed record TariffOverride(int Destination, int? TariffType, CallType? CallType)
{
    public decimal? Flagfall { get; init; }

    public decimal? Rate { get; init; }

    public decimal? Units { get; init; }

    public decimal? Increment { get; init; }

    public decimal? MinimumCharge { get; init; }

    public decimal? MaximumCharge { get; init; }

    public int? Decimals { get; init; }

    public RateRounding? Rounding { get; init; }

    internal bool IsFor(int destination, CallType callType) => Destination == destination && (CallType is null || CallType == callType);

    /// <param name="tariff">What would be in force; null where the destination has no tariff, so that the override stands alone.</param>
    internal Tariff Over(Tariff? tariff)
    {
        var before = tariff ?? new Tariff(0, Destination, 0, 0m, 0m, 1m, 0m, 0m, DateOnly.MinValue);
        return before with
        {
            TariffType = TariffType ?? before.TariffType,
            Flagfall = Flagfall ?? before.Flagfall,
            Rate = Rate ?? before.Rate,
            Units = Units ?? before.Units,
            FirstIncrement = Increment ?? before.FirstIncrement,
            NextIncrement = Increment ?? before.NextIncrement,
            MinimumCharge = MinimumCharge ?? before.MinimumCharge,
            MaximumCharge = MaximumCharge ?? before.MaximumCharge,
            Decimals = Decimals ?? before.Decimals,
            Rounding = Rounding ?? before.Rounding,
        };
    }
}
