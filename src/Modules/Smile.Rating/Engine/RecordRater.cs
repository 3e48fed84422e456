using Smile.Catalogue;

namespace Smile.Rating.Engine;

/// <summary>Rates records of one rating period, one after the other, by the plans of one plan schedule type.</summary>
internal sealed class RecordRater(ChargingTimeline timeline, PeriodMeters meters, MeterLog log)
{
    private static readonly UsageMeasure[] Measures = Enum.GetValues<UsageMeasure>();

    /// <returns>
    /// <see cref="RatingProblem.NoRule"/> where its plans have nothing to do with such usage; they have charged nothing then.
    /// </returns>
    public RatingProblem Rate(UsageToRate usage, int? destination, List<UsageRating> ratings)
    {
        var begins = usage.Start < timeline.Start ? timeline.Start : usage.Start;
        var isOver = usage.Start < timeline.Start && usage.Start.AddTicks((long)(usage.Seconds * TimeSpan.TicksPerSecond)) <= begins;
        if (isOver || timeline.At(begins) is not { } segment)
        {
            return RatingProblem.NoPlan;
        }

        var record = new RatedRecord(usage, destination, meters, ratings);
        var (isFor, isOnlyFlagfall) = (false, true);
        foreach (var measure in Measures)
        {
            var units = usage.UnitsOf(measure);
            if (units <= 0m)
            {
                continue;
            }

            isOnlyFlagfall &= measure == UsageMeasure.Flagfall;
            var component = new ComponentRater(timeline, record, measure, units, log);
            if (!component.HasRules(segment))
            {
                continue;
            }

            isFor = true;
            if (component.Rate() is not RatingProblem.None and var problem)
            {
                return problem;
            }
        }

        AddMinimums(usage, segment, record);
        return isFor || (isOnlyFlagfall && MayBeFree(record, segment)) ? RatingProblem.None : RatingProblem.NoRule;
    }

    /// <summary>
    /// Whether usage without time or data, such as a call that nobody answered, costs nothing: where it has no component that its service
    /// charges, or the plan has rules for such usage if there is some of it.
    /// </summary>
    private bool MayBeFree(RatedRecord record, ChargingSegment segment) =>
        !timeline.HasFlagfall || Measures.Any(measure => new ComponentRater(timeline, record, measure, 0m, log).HasRules(segment));

    /// <summary>What a tariff and a plan charge at least for a session, once its charges are known.</summary>
    private void AddMinimums(UsageToRate usage, ChargingSegment segment, RatedRecord record)
    {
        if (!usage.IsStartOfSession || usage.Start < timeline.Start)
        {
            return;
        }

        if (record.ByTariff is { } byTariff && byTariff.Price.Tariff?.MinimumCharge is { } ofTariff)
        {
            record.AddUpTo(ofTariff, record.PriceByTariffs, byTariff, log);
        }

        if (segment.Charging.MinimumSessionCharge is { } ofPlan && record.Last is { } last)
        {
            record.AddUpTo(ofPlan, record.Price, last, log);
        }
    }
}
