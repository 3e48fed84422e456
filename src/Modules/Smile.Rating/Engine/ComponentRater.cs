using Smile.Catalogue;
using Smile.Kernel;
using Smile.Rating.Tariffs;
using static Smile.Rating.Engine.Instants;

namespace Smile.Rating.Engine;

/// <summary>
/// Charges one component of one record, such as the seconds of a call. What is used is laid out in time from the start of the record; each
/// increment is charged at what is in force when it begins, and what a rule or a value pool no longer has goes to the next rule.
/// </summary>
internal sealed class ComponentRater(ChargingTimeline timeline, RatedRecord record, UsageMeasure measure, decimal total, MeterLog log)
{
    private const long TicksPerSecond = TimeSpan.TicksPerSecond;

    private readonly UsageToRate _usage = record.Usage;
    private decimal _exact;
    private decimal _rounded;
    private (int Decimals, RateRounding Rounding)? _rounding;
    private RatingProblem _problem;

    /// <summary>Whether the plan has a rule for the component at all, in force or not.</summary>
    public bool HasRules(ChargingSegment segment)
    {
        var tariff = TariffOf(segment);
        foreach (var rule in segment.Charging.RulesOf(measure))
        {
            if (IsForRecord(rule, tariff))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Charges all of the component.</summary>
    /// <returns>Why it cannot be charged; <see cref="RatingProblem.None"/> where it is.</returns>
    public RatingProblem Rate()
    {
        var position = 0m;
        var increment = (Start: 0m, End: 0m);
        var notBefore = _usage.Start;
        if (notBefore < timeline.Start)
        {
            // It began in the rating period before, which has charged the increments that begin there.
            notBefore = timeline.Start;
            position = FirstPositionAt(notBefore);
            increment = (position, position);
        }

        while (position < total || position < increment.End)
        {
            var begun = position < increment.End ? increment.Start : position;
            var instant = Later(notBefore, InstantOf(begun));
            if (timeline.At(instant) is not { } segment)
            {
                // The plan, or the rating period, ends in the middle of the record: what comes after is not charged here.
                return position == 0m && instant < timeline.End ? RatingProblem.NoPlan : RatingProblem.None;
            }

            var until = segment.To;
            if (Passed(until))
            {
                notBefore = until;
                continue;
            }

            if (Choose(segment, position) is not { } choice)
            {
                return _problem == RatingProblem.None ? RatingProblem.RulesExhausted : _problem;
            }

            // A prepaid block that begins or ends is a bound like that of a band, but not for what a pool pays: where the pool ends would
            // depend on how its price was rounded at that bound.
            until = choice.IsFromPool ? until : Earlier(until, record.Prepaid.NextChange(instant));
            if (Passed(until))
            {
                notBefore = until;
                continue;
            }

            var limit = Math.Min(total, PositionOf(until));
            var end = position < increment.End ? increment.End : choice.Price.EndOf(position, limit);
            var charged = Charge(segment, choice, instant, position, end);
            if (charged < end && position >= increment.End)
            {
                increment = choice.Price.IncrementAt(position, charged);
            }

            position = charged;
        }

        return RatingProblem.None;

        // An increment that began before a bound goes over it; the next one begins behind it.
        bool Passed(DateTimeOffset bound) => position >= increment.End && Math.Min(total, PositionOf(bound)) <= position;
    }

    /// <summary>The rule that charges what begins at a position, with its price.</summary>
    private Choice? Choose(ChargingSegment segment, decimal position)
    {
        Choice? withEmptyPool = null;
        var tariff = TariffOf(segment);
        foreach (var rule in segment.RulesOf(measure))
        {
            if (!IsForRecord(rule, tariff))
            {
                continue;
            }

            var available = Math.Min(rule.Units.Left, record.Sessions.Left(rule, _usage, measure, position, total));
            if (available <= 0m || PriceOf(rule, tariff) is not { } price)
            {
                continue;
            }

            if (rule.Pool is { Left: 0m })
            {
                withEmptyPool ??= new Choice(rule, price, available, IsFromPool: false);
                continue;
            }

            return new Choice(rule, price, available, rule.Pool is not null);
        }

        return withEmptyPool;
    }

    /// <summary>
    /// Charges units from a position on, as many as the rule and its pool have, or the prepaid block that pays for them.
    /// </summary>
    /// <param name="instant">When they, or the increment that they are of, begin.</param>
    /// <returns>The position up to which they are charged.</returns>
    private decimal Charge(ChargingSegment segment, Choice choice, DateTimeOffset instant, decimal position, decimal end)
    {
        var block = PrepaidFor(segment, choice, instant);
        var units = Math.Min(end - position, Math.Min(choice.Available, block?.Units.Left ?? decimal.MaxValue));
        var exact = Capped(choice.Price, choice.Price.Of(units));
        var rounding = _rounding ??= (choice.Price.Decimals, choice.Price.Rounding);
        var price = Math.Max(0m, UsageAmounts.Round(_exact + exact, rounding.Decimals, rounding.Rounding) - _rounded);
        var amount = block is null ? price : 0m;
        if (choice.IsFromPool)
        {
            var left = choice.Rule.Pool!.Left;
            var value = UsageAmounts.Kept(price * segment.TaxFactor);
            amount = 0m;
            if (value > left)
            {
                // The pool runs out: what it pays for ends in the middle, wherever the call would have ended.
                var paid = left / segment.TaxFactor;
                value = left;
                if (paid < exact)
                {
                    (units, exact, price) = (UsageAmounts.Units(units * paid / exact), paid, UsageAmounts.Kept(paid));
                }
                else
                {
                    // It has all but what the price was rounded up by.
                    amount = price - UsageAmounts.Kept(paid);
                }
            }

            choice.Rule.Pool.Add(value, log);
        }

        _exact += exact;
        _rounded += price;
        block?.Units.Add(units, log);
        choice.Rule.Units.Add(units, log);
        if (block is null && record.Prepaid.All.Count > 0)
        {
            choice.Rule.LastCharge.RaiseTo(UnixSeconds(instant), log);
        }

        choice.Rule.AlertGroup?.Add(units, log);
        record.Sessions.Add(choice.Rule, _usage, units);
        record.Add(segment, choice.Rule, choice.Price, units, price, amount, log, block?.Block);
        return units == end - position ? end : position + units;
    }

    /// <summary>
    /// Who has paid before pays for what is left when all that is included is used: what costs nothing, or what a pool pays, uses no
    /// block, unless the rule says so.
    /// </summary>
    private PrepaidMeter? PrepaidFor(ChargingSegment segment, Choice choice, DateTimeOffset instant) =>
        choice.IsFromPool || (choice.Price.Rate == 0m && !choice.Rule.Item.UsesPrepaid)
            ? null
            : record.Prepaid.Find(choice.Rule, segment.Charging.Stint.Plan.Code, instant);

    /// <summary>Of a price what the tariff's maximum charge leaves.</summary>
    private decimal Capped(UnitPrice price, decimal exact) =>
        price.Tariff?.MaximumCharge is { } most ? Math.Clamp(most - record.PriceByTariffs - (_exact - _rounded), 0m, exact) : exact;

    private bool IsForRecord(ChargingRule rule, Tariff? tariff) =>
        rule.IsFor(_usage) && rule.IsForTariffType(tariff?.TariffType ?? rule.Item.TariffType);

    private Tariff? TariffOf(ChargingSegment segment) =>
        record.Destination is { } destination ? segment.TariffOf(destination, _usage.CallType) : null;

    private UnitPrice? PriceOf(ChargingRule rule, Tariff? tariff)
    {
        var source = rule.Source;
        switch (source.Kind)
        {
            case RateSourceKind.Fixed:
                return Own(source.Rate, source.UnitQuantity, source.FirstIncrement, source.NextIncrement);
            case RateSourceKind.Wholesale when _usage.WholesaleCharge is { } wholesale:
                return Own(record.TakesWholesaleCharge(measure) ? wholesale * source.Percent / 100m : 0m, total, 0m, 0m);
            case RateSourceKind.Wholesale:
                _problem = RatingProblem.NoWholesaleCharge;
                return null;
            default:
                if (tariff is null)
                {
                    _problem = record.Destination is null ? RatingProblem.NoDestination : RatingProblem.NoTariff;
                    return null;
                }

                return source.Kind == RateSourceKind.TariffFlagfall
                    ? OfTariff(tariff, tariff.Flagfall, 1m, 0m, 0m)
                    : OfTariff(tariff, tariff.Rate, tariff.Units, tariff.FirstIncrement, tariff.NextIncrement);
        }

        UnitPrice Own(decimal rate, decimal units, decimal first, decimal next) =>
            new(rate, units, first, next, rule.Item.Decimals, rule.Item.Rounding, null, tariff?.TariffType ?? rule.Item.TariffType);
    }

    private static UnitPrice OfTariff(Tariff tariff, decimal rate, decimal units, decimal first, decimal next) =>
        new(rate, units, first, next, tariff.Decimals, tariff.Rounding, tariff, tariff.TariffType);

    /// <summary>Where the first increment begins that begins at an instant or later, by what units cost then.</summary>
    private decimal FirstPositionAt(DateTimeOffset instant)
    {
        var position = PositionOf(instant);
        return timeline.At(instant) is { } segment && Choose(segment, position) is { } choice ? choice.Price.EndOf(0m, position) : position;
    }

    /// <summary>The units that are used up to an instant; all of them where the record has no duration.</summary>
    private decimal PositionOf(DateTimeOffset instant) =>
        measure == UsageMeasure.Flagfall || _usage.Seconds <= 0m ? (instant > _usage.Start ? total : 0m)
        : measure == UsageMeasure.Time ? Seconds(instant - _usage.Start)
        : Seconds(instant - _usage.Start) * total / _usage.Seconds;

    private DateTimeOffset InstantOf(decimal position)
    {
        if (measure == UsageMeasure.Flagfall || _usage.Seconds <= 0m)
        {
            return _usage.Start;
        }

        var seconds = measure == UsageMeasure.Time ? position : position * _usage.Seconds / total;
        return _usage.Start.AddTicks((long)(seconds * TicksPerSecond));
    }

    private static decimal Seconds(TimeSpan span) => span.Ticks / (decimal)TicksPerSecond;

    /// <param name="Available">Units that the rule still has.</param>
    private readonly record struct Choice(ChargingRule Rule, UnitPrice Price, decimal Available, bool IsFromPool);
}
