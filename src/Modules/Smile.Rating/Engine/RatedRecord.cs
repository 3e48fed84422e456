using Smile.Catalogue;

namespace Smile.Rating.Engine;

/// <summary>A record while the plans of one plan schedule type charge it.</summary>
/// <param name="destination">Null where it has none.</param>
internal sealed class RatedRecord(UsageToRate usage, int? destination, PeriodMeters meters, List<UsageRating> ratings)
{
    private UsageMeasure? _wholesaleCharge;

    public UsageToRate Usage => usage;

    public int? Destination => destination;

    public SessionUnits Sessions => meters.Sessions;

    public PrepaidMeters Prepaid => meters.Prepaid;

    /// <summary>What is charged so far by tariffs, which have a least and a largest charge of it all.</summary>
    public decimal PriceByTariffs { get; private set; }

    /// <summary>What is charged so far in all.</summary>
    public decimal Price { get; private set; }

    /// <summary>The last charge by a tariff, with the first tariff that charged something; null for none.</summary>
    public (ChargingSegment Segment, ChargingRule Rule, UnitPrice Price)? ByTariff { get; private set; }

    /// <summary>The last charge of all; null for none.</summary>
    public (ChargingSegment Segment, ChargingRule Rule, UnitPrice Price)? Last { get; private set; }

    /// <summary>What the wholesaler charges is charged once: by the first component that has a rule for it.</summary>
    public bool TakesWholesaleCharge(UsageMeasure measure) => (_wholesaleCharge ??= measure) == measure;

    /// <param name="amount">Of the price, what neither a pool nor a block has paid.</param>
    /// <param name="prepaid">The block that has paid for the units; null for none.</param>
    public void Add(
        ChargingSegment segment,
        ChargingRule rule,
        UnitPrice price,
        decimal units,
        decimal charged,
        decimal amount,
        MeterLog log,
        PrepaidBlock? prepaid = null
    )
    {
        Price += charged;
        Last = (segment, rule, price);
        if (price.Tariff is not null)
        {
            PriceByTariffs += charged;
            ByTariff = (segment, rule, ByTariff?.Price ?? price);
        }

        meters.AddSpend(price.TariffType, UsageAmounts.Kept(amount * segment.TaxFactor), log);
        var rating = new UsageRating(
            usage.Id,
            segment.Charging.Stint.Id,
            rule.Item.Id,
            destination,
            price.Tariff?.Id,
            price.TariffType,
            units,
            charged,
            amount,
            amount < charged && prepaid is null ? rule.Item.ValuePool : null,
            prepaid?.Id
        );
        if (ratings.Count > 0 && ratings[^1] is var before && IsOneWith(before, rating))
        {
            ratings[^1] = before with { Units = before.Units + units, Price = before.Price + charged, Amount = before.Amount + amount };
        }
        else
        {
            ratings.Add(rating);
        }
    }

    /// <summary>Charges the difference to what is charged at least, by the rule that charged last.</summary>
    public void AddUpTo(decimal least, decimal soFar, (ChargingSegment Segment, ChargingRule Rule, UnitPrice Price) by, MeterLog log)
    {
        var missing = least - soFar;
        if (missing <= 0m)
        {
            return;
        }

        var paid = 0m;
        if (by.Rule.Pool is { Left: > 0m } pool)
        {
            paid = Math.Min(missing, UsageAmounts.Kept(pool.Left / by.Segment.TaxFactor));
            pool.Add(Math.Min(pool.Left, UsageAmounts.Kept(paid * by.Segment.TaxFactor)), log);
            Add(by.Segment, by.Rule, by.Price, 0m, paid, 0m, log);
        }

        if (missing > paid)
        {
            Add(by.Segment, by.Rule, by.Price, 0m, missing - paid, missing - paid, log);
        }
    }

    private static bool IsOneWith(UsageRating before, UsageRating rating) =>
        before with { Units = rating.Units, Price = rating.Price, Amount = rating.Amount } == rating;
}
