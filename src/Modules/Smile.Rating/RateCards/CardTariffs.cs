using Smile.Catalogue;
using Smile.Rating.Engine;
using Smile.Rating.Tariffs;

namespace Smile.Rating.RateCards;

/// <summary>What a tariff is for. Of those that are for the same the latest is in force.</summary>
internal readonly record struct TariffKey(int Destination, string? Plan, int? Company, CallType? CallType, string? Calendar, string? Band)
{
    public static TariffKey Of(Tariff tariff) =>
        new(tariff.Destination, tariff.Plan, tariff.Company, tariff.CallType, tariff.Calendar, tariff.Band);
}

/// <summary>A destination that a rate card names.</summary>
/// <param name="Id">Below zero while it is new.</param>
internal sealed record CardDestination(int Id, int? Company, string Name, string Class, bool IsOverrideable, OnNet OnNet);

/// <summary>A tariff of a rate card, with the line that it is on.</summary>
internal sealed record CardTariff(int Line, Tariff Tariff);

/// <summary>What a rate card would bring, once nothing is wrong with it.</summary>
internal sealed class RateCardContent
{
    public List<CardDestination> NewDestinations { get; } = [];

    public List<CardDestination> ChangedDestinations { get; } = [];

    public List<KeyValuePair<string, int>> NewPrefixes { get; } = [];

    public List<KeyValuePair<string, int>> MovedPrefixes { get; } = [];

    public List<CardTariff> Tariffs { get; } = [];

    public int Lines { get; set; }
}

/// <summary>Prices that can be compared.</summary>
internal static class TariffPrices
{
    private const decimal UnitsOfMinute = 60m;

    /// <summary>
    /// What a session of a minute costs, or of sixty units where they are not seconds: flagfall and time, increments up, within the
    /// tariff's least and largest charge. Not rounded.
    /// </summary>
    public static decimal OfMinute(Tariff tariff)
    {
        var price = new UnitPrice(
            tariff.Rate,
            tariff.Units,
            tariff.FirstIncrement,
            tariff.NextIncrement,
            tariff.Decimals,
            tariff.Rounding,
            tariff,
            tariff.TariffType
        );
        var amount = tariff.Flagfall + price.Of(price.EndOf(0m, UnitsOfMinute));
        amount = amount > tariff.MaximumCharge ? tariff.MaximumCharge.Value : amount;
        return amount < tariff.MinimumCharge ? tariff.MinimumCharge.Value : amount;
    }

    /// <summary>Whether two tariffs charge the same, whatever their days.</summary>
    public static bool AreSame(Tariff one, Tariff other) => one with { Id = other.Id, From = other.From } == other;
}
