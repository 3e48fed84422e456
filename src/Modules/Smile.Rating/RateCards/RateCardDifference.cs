using Smile.Catalogue;
using Smile.Rating.Tariffs;

namespace Smile.Rating.RateCards;

/// <summary>How a tariff of a rate card compares with the one that would be in force without it.</summary>
public enum TariffChange
{
    New,
    Dearer,
    Cheaper,

    /// <summary>A minute costs the same; something else differs.</summary>
    Other,
    Same,
}

/// <summary>A tariff of a rate card beside the one before.</summary>
/// <param name="Before">What a minute costs without the rate card; null for nothing.</param>
/// <param name="Now">What it will cost.</param>
/// <param name="Doubt">Why it looks like a slip; null where it does not.</param>
public sealed record ComparedTariff(
    int Line,
    string Destination,
    TariffChange Change,
    decimal? Before,
    decimal Now,
    DateOnly From,
    string? Doubt
)
{
    internal Tariff Tariff { get; init; } = null!;
}

/// <summary>A tariff in force that a rate card does not have, though it has others of its kind.</summary>
public sealed record MissingTariff(string Destination, decimal Price);

/// <summary>Compares a rate card with what is there. Pure.</summary>
internal sealed class RateCardDifference
{
    /// <summary>Of fewer tariffs of a class nobody can say what is usual.</summary>
    private const int LeastForMedian = 5;

    private readonly Dictionary<TariffKey, List<Tariff>> _present;
    private readonly Dictionary<int, (string Name, string Class)> _destinations;
    private readonly decimal _factor;
    private readonly Dictionary<(string Class, CallType? CallType, decimal Units), decimal?> _medians;

    /// <param name="factor">So many times dearer or cheaper than before looks like a slip.</param>
    public RateCardDifference(ServiceTariffs present, RateCardContent content, decimal factor)
    {
        _factor = factor;
        _present = present.Tariffs.GroupBy(TariffKey.Of).ToDictionary(group => group.Key, group => group.ToList());
        _destinations = present.Destinations.ToDictionary(row => row.Id, row => (row.Name, row.Class));
        foreach (var added in content.NewDestinations.Concat(content.ChangedDestinations))
        {
            _destinations[added.Id] = (added.Name, added.Class);
        }

        _medians = content
            .Tariffs.Select(each => each.Tariff)
            .Concat(_present.Values.Select(each => each[^1]))
            .GroupBy(KindOf)
            .ToDictionary(
                group => group.Key,
                group =>
                    group.Select(TariffPrices.OfMinute).Order().ToList() is { Count: >= LeastForMedian } prices
                        ? prices[prices.Count / 2]
                        : (decimal?)null
            );
        Tariffs = [.. content.Tariffs.GroupBy(each => TariffKey.Of(each.Tariff)).SelectMany(Compare).OrderBy(each => each.Line)];
        Missing = [.. MissingOf(content)];
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ComparedTariff> Tariffs { get; }

    public IReadOnlyList<MissingTariff> Missing { get; }

    private IEnumerable<ComparedTariff> Compare(IGrouping<TariffKey, CardTariff> ofKey)
    {
        Tariff? before = null;
        foreach (var (line, tariff) in ofKey.OrderBy(each => each.Tariff.From).Select(each => (each.Line, each.Tariff)))
        {
            before ??= InForce(ofKey.Key, tariff.From);
            var now = TariffPrices.OfMinute(tariff);
            var old = before is null ? (decimal?)null : TariffPrices.OfMinute(before);
            var change =
                before is null ? TariffChange.New
                : TariffPrices.AreSame(before, tariff) ? TariffChange.Same
                : now > old ? TariffChange.Dearer
                : now < old ? TariffChange.Cheaper
                : TariffChange.Other;
            yield return new ComparedTariff(
                line,
                _destinations[tariff.Destination].Name,
                change,
                old,
                now,
                tariff.From,
                change == TariffChange.Same ? null : Doubt(tariff, old, now)
            )
            {
                Tariff = tariff,
            };
            before = tariff;
        }
    }

    private string? Doubt(Tariff tariff, decimal? before, decimal now)
    {
        var (usual, words) =
            before is { } old ? (old, $"before it was {RateCardTexts.Price(old)}")
            : _medians.GetValueOrDefault(KindOf(tariff)) is { } median
                ? (median, $"half of its class cost up to {RateCardTexts.Price(median)}")
            : (now, "");
        return now == usual || (now <= usual * _factor && now * _factor >= usual)
            ? null
            : $"A minute costs {RateCardTexts.Price(now)}; {words}.";
    }

    private Tariff? InForce(TariffKey key, DateOnly day) =>
        _present.GetValueOrDefault(key)?.Where(each => each.From <= day).OrderBy(each => each.From).ThenBy(each => each.Id).LastOrDefault();

    /// <summary>Only what is for the same plans, companies and types of calls as the rate card itself.</summary>
    private IEnumerable<MissingTariff> MissingOf(RateCardContent content)
    {
        var keys = content.Tariffs.Select(each => TariffKey.Of(each.Tariff)).ToHashSet();
        var scopes = keys.Select(ScopeOf).ToHashSet();
        var day = content.Tariffs.Count == 0 ? DateOnly.MinValue : content.Tariffs.Max(each => each.Tariff.From);
        return from key in _present.Keys
            where scopes.Contains(ScopeOf(key)) && !keys.Contains(key)
            let tariff = InForce(key, day)
            where tariff is not null
            orderby _destinations[key.Destination].Name
            select new MissingTariff(_destinations[key.Destination].Name, TariffPrices.OfMinute(tariff));
    }

    private (string Class, CallType? CallType, decimal Units) KindOf(Tariff tariff) =>
        (_destinations[tariff.Destination].Class, tariff.CallType, tariff.Units);

    private static TariffKey ScopeOf(TariffKey key) => key with { Destination = 0 };
}
