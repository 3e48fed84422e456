using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Billing;

/// <summary>What a recurring charge comes to for some days.</summary>
/// <param name="Days">The days that are charged.</param>
/// <param name="Period">The whole period of the charge's cycle that they are in.</param>
/// <param name="Share">How much of the full price: 1 for a whole period.</param>
internal readonly record struct ScheduledCharge(DayRange Days, DayRange Period, decimal Share);

/// <summary>
/// When and for which days a recurring charge is raised. Pure: quotes, initial invoices, future bills and billing runs all come from here.
/// </summary>
internal static class RecurringChargeSchedule
{
    /// <summary>More periods than this in one bill mean that something is wrong, not that somebody owes them.</summary>
    private const int MostPeriods = 5_000;

    private const int MostDaysOfMonth = 31;

    /// <summary>Everything that a charge comes to from its beginning until it has been raised for an invoicing period.</summary>
    /// <param name="charge">The charge as configured.</param>
    /// <param name="spans">The days on which it applies, in order, without overlaps; the last may reach to <see
    /// cref="DateOnly.MaxValue"/>.</param>
    /// <param name="cycles">The cycles of the subscription or account that it is for.</param>
    /// <param name="through">
    /// The last invoicing period that is billed. Where the cycle's table ends with it or soon after, what is charged in advance reaches as
    /// far as the table: the bill that follows has the rest.
    /// </param>
    /// <param name="uses">The days with those that are free of charge for a while: periods are counted from the first of them; null where
    /// there are none.</param>
    public static IReadOnlyList<ScheduledCharge> Through(
        RecurringChargeItem charge,
        IReadOnlyList<DayRange> spans,
        ChargeCycles cycles,
        DayRange through,
        IReadOnlyList<DayRange>? uses = null
    )
    {
        var valid = new DayRange(charge.ValidFrom ?? DateOnly.MinValue, charge.ValidTo ?? DateOnly.MaxValue);
        var applicable = spans.Within(valid);
        var result = new List<ScheduledCharge>();
        if (applicable.Count == 0)
        {
            return result;
        }

        var anchor = Anchor(charge, uses ?? spans, applicable[0].From);
        var last = applicable[^1].To;
        var ahead = 0;
        var horizon =
            charge.Timing == ChargeTiming.InAdvance
                ? BillingPeriods.Find(cycles.Invoicing, through.To.AddDays(1))?.To ?? through.To
                : through.To;
        var count = 0;
        for (
            var next = First(charge, anchor, cycles, through);
            next is { } period && period.From <= last;
            next = Next(charge, anchor, cycles, through, period)
        )
        {
            if (++count > MostPeriods)
            {
                throw new InvalidOperationException(
                    $"Recurring charge {charge.Id} has more than {MostPeriods} periods through {through.To:yyyy-MM-dd}."
                );
            }

            if (charge.Timing == ChargeTiming.InAdvance)
            {
                // Looks at the end of the next invoicing period, and then at as many more of the charge's own periods.
                if (period.From > horizon && ++ahead >= charge.AdvancePeriods)
                {
                    break;
                }

                Add(charge, anchor, cycles, applicable, period, period, result);
            }
            else if (period.To <= horizon || last <= horizon)
            {
                // A charge that has ended is settled with the bill of its end, though its period goes on.
                Add(charge, anchor, cycles, applicable, period, period, result);
            }
            else
            {
                if (charge.Timing == ChargeTiming.PartiallyInArrears && period.From <= horizon)
                {
                    Add(charge, anchor, cycles, applicable, period, new DayRange(period.From, horizon), result);
                }

                break;
            }
        }

        return result;
    }

    /// <param name="elapsed">As much of the period as is charged now.</param>
    private static void Add(
        RecurringChargeItem charge,
        DateOnly anchor,
        ChargeCycles cycles,
        IReadOnlyList<DayRange> applicable,
        DayRange period,
        DayRange elapsed,
        List<ScheduledCharge> result
    )
    {
        var pieces = applicable.Select(span => span.Intersect(period)?.Intersect(elapsed)).OfType<DayRange>().ToList();
        if (pieces.Count == 0)
        {
            return;
        }

        var days = applicable.Sum(span => span.Intersect(period)?.Days ?? 0);
        var isWhole = days == period.Days;
        if (isWhole && elapsed == period)
        {
            result.Add(new ScheduledCharge(period, period, 1m));
            return;
        }

        switch (charge.ProRata)
        {
            case ProRataAction.ProRata:
                result.AddRange(
                    pieces
                        .Where(_ => isWhole || days >= charge.MinimumProRataDays)
                        .Select(piece => new ScheduledCharge(piece, period, Share(charge, cycles, period, piece, anchor)))
                );
                break;
            case ProRataAction.NoCharge:
                break;
            default:
                // The full amount, once, when the period is over or begins.
                if (elapsed == period)
                {
                    result.Add(new ScheduledCharge(new DayRange(pieces[0].From, pieces[^1].To), period, 1m));
                }

                break;
        }
    }

    /// <summary>
    /// How much of a period some days are: each of its months or cycle periods counts the same, however many days it has, so that the
    /// second half of a year is half of it; within one, days count.
    /// </summary>
    /// <param name="anchor">The day from which the charge's periods are counted.</param>
    internal static decimal Share(RecurringChargeItem charge, ChargeCycles cycles, DayRange period, DayRange days, DateOnly anchor)
    {
        if (charge.Every == 1 || charge.Frequency is ChargeFrequency.FixedDays or ChargeFrequency.Days)
        {
            return days.Days / (decimal)period.Days;
        }

        var (share, units, months) = (0m, 0, Months(anchor, period.From));
        for (var begin = period.From; begin <= period.To; units++)
        {
            var unit = charge.Frequency switch
            {
                ChargeFrequency.RatingPeriods => BillingPeriods.At(cycles.Rating, begin),
                ChargeFrequency.InvoicingPeriods => BillingPeriods.At(cycles.Invoicing, begin),
                ChargeFrequency.FixedMonths => new DayRange(begin, begin.AddMonths(1).AddDays(-1)),

                // Counted from the anchor, as the periods are: after a short month the 31st comes back. What an anchor that has moved
                // leaves over is the last month's.
                _ => new DayRange(
                    begin,
                    units + 1 == charge.Every ? period.To : Later(begin, anchor.AddMonths(months + units + 1).AddDays(-1))
                ),
            };
            share += days.Intersect(unit) is { } covered ? covered.Days / (decimal)unit.Days : 0m;
            begin = unit.To.AddDays(1);
        }

        return share / units;
    }

    private static DateOnly Later(DateOnly first, DateOnly second) => first > second ? first : second;

    /// <summary>The day from which a charge's periods are counted.</summary>
    /// <param name="uses">The days on which it is used, free of charge or not.</param>
    /// <param name="fallback">For a charge that is not used any more.</param>
    internal static DateOnly Anchor(RecurringChargeItem charge, IReadOnlyList<DayRange> uses, DateOnly fallback) =>
        uses.Within(new DayRange(charge.ValidFrom ?? DateOnly.MinValue, charge.ValidTo ?? DateOnly.MaxValue)) is [var first, ..]
            ? first.From
            : fallback;

    /// <summary>
    /// How long, at most, a period is that may begin on another day than one that was charged: counted from the day on which the charge
    /// begins, or by a cycle that the account before did not have. 0 where there is none.
    /// </summary>
    internal static int CountedDays(RecurringChargeItem charge, ChargeCycles cycles) =>
        charge.Frequency switch
        {
            ChargeFrequency.FixedMonths => 0,
            ChargeFrequency.FixedDays or ChargeFrequency.Days => charge.Every,
            ChargeFrequency.CalendarMonths => charge.Every * MostDaysOfMonth,
            _ => charge.Every * (charge.Frequency == ChargeFrequency.RatingPeriods ? cycles.Rating : cycles.Invoicing).LongestPeriod,
        };

    /// <summary>The first period of the charge's cycle; null where it is behind all that is known of cycles.</summary>
    private static DayRange? First(RecurringChargeItem charge, DateOnly anchor, ChargeCycles cycles, DayRange through) =>
        charge.Frequency switch
        {
            ChargeFrequency.RatingPeriods => Periods(cycles.Rating, anchor, charge.Every, through),
            ChargeFrequency.InvoicingPeriods => Periods(cycles.Invoicing, anchor, charge.Every, through),
            ChargeFrequency.CalendarMonths => new DayRange(anchor, anchor.AddMonths(charge.Every).AddDays(-1)),
            ChargeFrequency.FixedMonths => Fixed(anchor, charge.Every),
            _ => new DayRange(anchor, anchor.AddDays(charge.Every - 1)),
        };

    private static DayRange? Next(RecurringChargeItem charge, DateOnly anchor, ChargeCycles cycles, DayRange through, DayRange period)
    {
        var begin = period.To.AddDays(1);
        return charge.Frequency switch
        {
            ChargeFrequency.RatingPeriods => Periods(cycles.Rating, begin, charge.Every, through),
            ChargeFrequency.InvoicingPeriods => Periods(cycles.Invoicing, begin, charge.Every, through),

            // Counted from the anchor: after a short month the 31st comes back.
            ChargeFrequency.CalendarMonths => new DayRange(begin, anchor.AddMonths(Months(anchor, begin) + charge.Every).AddDays(-1)),
            ChargeFrequency.FixedMonths => Fixed(begin, charge.Every),
            _ => new DayRange(begin, begin.AddDays(charge.Every - 1)),
        };
    }

    /// <summary>How many months after an anchor a period begins that was counted from it.</summary>
    private static int Months(DateOnly anchor, DateOnly begin) => ((begin.Year - anchor.Year) * 12) + begin.Month - anchor.Month;

    /// <summary>Several periods of a cycle in a row, from the one that a day is in; null where not all of them are known yet.</summary>
    /// <exception cref="SmileException">They are not known, and the first of them is billed already: nobody can say how much of them it
    /// is.</exception>
    private static DayRange? Periods(BillingCycle cycle, DateOnly day, int every, DayRange through)
    {
        if (day > through.To && BillingPeriods.Find(cycle, day) is null)
        {
            return null;
        }

        var first = BillingPeriods.At(cycle, day);
        var last = first;
        for (var index = 1; index < every; index++)
        {
            var next = BillingPeriods.Find(cycle, last.To.AddDays(1));
            if (next is null && first.From > through.To)
            {
                return null;
            }

            last = next ?? BillingPeriods.Next(cycle, last);
        }

        return new DayRange(first.From, last.To);
    }

    /// <summary>Blocks of months that begin with January: a year of five-month blocks ends with one of two.</summary>
    private static DayRange Fixed(DateOnly day, int months)
    {
        // Blocks of more than a year begin in the years that their length divides.
        var years = Math.Max(1, (months + 11) / 12);
        var firstYear = day.Year - (day.Year % years);
        var offset = ((day.Year - firstYear) * 12) + day.Month - 1;
        var block = offset / months * months;
        var begin = new DateOnly(firstYear, 1, 1).AddMonths(block);
        var end = new DateOnly(firstYear, 1, 1).AddMonths(Math.Min(block + months, years * 12)).AddDays(-1);
        return new DayRange(begin, end);
    }
}

/// <summary>The cycles that charges follow.</summary>
public sealed record ChargeCycles(BillingCycle Invoicing, BillingCycle Rating)
{
    public static ChargeCycles Of(CatalogueSnapshot catalogue, Account account) =>
        new(catalogue.Cycle(account.InvoicingCycle), catalogue.Cycle(account.RatingCycle));

    /// <inheritdoc cref="Of(CatalogueSnapshot, ChargeCycles, SubscriptionCycles?)"/>
    public static ChargeCycles Of(CatalogueSnapshot catalogue, Account account, Subscription subscription) =>
        Of(catalogue, Of(catalogue, account), subscription.OwnCycles);

    /// <summary>A subscription follows its account unless it has cycles of its own.</summary>
    /// <param name="own">Null where it has none.</param>
    public static ChargeCycles Of(CatalogueSnapshot catalogue, ChargeCycles account, SubscriptionCycles? own) =>
        own is null ? account : new(catalogue.Cycle(own.Invoicing), catalogue.Cycle(own.Rating));
}
