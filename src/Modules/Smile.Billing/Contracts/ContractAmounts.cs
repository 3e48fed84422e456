using Smile.Catalogue;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing.Contracts;

/// <summary>What a contract is worth, and what leaving it early costs. Pure, so that an offer is the charge that it becomes.</summary>
internal static class ContractAmounts
{
    /// <summary>Decimals of a contract's value (guide, line 15520: 360.000000).</summary>
    public const int ValueDecimals = 6;

    /// <summary>
    /// The base value, the share of the plan's recurring charges for the days of the contract, and its setup fees (guide, line 15359).
    /// </summary>
    /// <param name="company">Whose item descriptions hold.</param>
    /// <param name="currency">The account's: rates in others do not count.</param>
    /// <param name="discounts">The subscription's; null for none.</param>
    /// <param name="cycles">The subscription's.</param>
    /// <param name="options">What is chosen with the plan.</param>
    /// <returns>Without tax, with at most six decimals.</returns>
    public static decimal Value(
        CatalogueSnapshot catalogue,
        int company,
        string currency,
        ChargeCycles cycles,
        ContractItem contract,
        Plan plan,
        FieldValues options,
        DayRange days,
        SubscriptionDiscounts? discounts = null
    )
    {
        var recurring =
            contract.PlanRecurringChargePercentage == 0m
                ? 0m
                : ChargeSources
                    .Chosen(plan, options)
                    .Sum(chosen => Recurring(chosen.Charge, Rate(chosen.Charge.ItemCode, chosen.Charge.Rate) * chosen.Quantity));

        // A fee's own rate is what the invoice charges; an item's is for its units.
        var setup = contract.SetupFees.Sum(fee => fee.Rate ?? Rate(fee.ItemCode, null));
        return Math.Round(
            contract.BaseValue + (recurring * contract.PlanRecurringChargePercentage / 100m) + setup,
            ValueDecimals,
            MidpointRounding.AwayFromZero
        );

        decimal Rate(string itemCode, decimal? own) =>
            catalogue.ItemDescription(company, itemCode) is { } item
                ? (own ?? catalogue.RateOf(company, item, currency) ?? 0m) / item.UnitSize
                : 0m;

        // The customer is bound to what the bills will come to: discounts are off it, on the days on which they hold.
        decimal Recurring(RecurringChargeItem charge, decimal price) =>
            discounts is null
                ? price * Periods(charge, cycles, days)
                : discounts
                    .Parts(charge.ItemCode, days)
                    .Sum(part => (price - discounts.Of(charge.ItemCode, price, part.From)) * Periods(charge, cycles, part));
    }

    /// <summary>
    /// The early termination charge, and as much of the value as is left of the contract's time when the day of termination is over, within
    /// the contract's bounds; nothing on its last day, since that is not early. Time is what clocks measure, so that a day on which they
    /// change counts as it is long: that makes the guide's 460.30 (line 16134).
    /// </summary>
    /// <param name="terminated">A day of the contract: the last on which it binds.</param>
    /// <param name="zone">The account's.</param>
    /// <returns>Without tax, rounded to the minor unit.</returns>
    public static decimal TerminationCharge(SubscriptionContract contract, DateOnly terminated, BillingTimeZone zone, Currency currency)
    {
        if (terminated >= contract.EndDate)
        {
            return 0m;
        }

        var end = zone.StartOf(contract.EndDate.AddDays(1));
        var left = (decimal)(end - zone.StartOf(terminated.AddDays(1))).Ticks / (end - zone.StartOf(contract.StartDate)).Ticks;
        var charge = Math.Max(contract.EarlyTerminationCharge + (contract.ContractValue * left), contract.MinimumTerminationCharge);
        return currency.Round(contract.MaximumTerminationCharge == 0m ? charge : Math.Min(charge, contract.MaximumTerminationCharge));
    }

    /// <summary>How many times a charge is raised for some days, not whole where its cycle does not fit.</summary>
    private static decimal Periods(RecurringChargeItem charge, ChargeCycles cycles, DayRange days) =>
        days.Intersect(new DayRange(charge.ValidFrom ?? DateOnly.MinValue, charge.ValidTo ?? DateOnly.MaxValue)) is not { } charged
            ? 0m
            : charge.Frequency switch
            {
                ChargeFrequency.FixedDays or ChargeFrequency.Days => charged.Days,
                ChargeFrequency.RatingPeriods when cycles.Rating is TableCycle table => InTable(table, charged),
                ChargeFrequency.InvoicingPeriods when cycles.Invoicing is TableCycle table => InTable(table, charged),
                _ => Months(charged),
            } / charge.Every;

    /// <summary>
    /// Periods of a table, and days as a share of the period that they are in. A contract may last longer than its table is known: days
    /// behind it count by the table's average.
    /// </summary>
    private static decimal InTable(TableCycle table, DayRange days)
    {
        var periods = 0m;
        for (var begin = days.From; begin <= days.To; )
        {
            if (begin > table.Ends)
            {
                return periods
                    + (new DayRange(begin, days.To).Days * table.Starts.Length / (decimal)new DayRange(table.Starts[0], table.Ends).Days);
            }

            var period = BillingPeriods.At(table, begin);
            periods += period.Intersect(days)!.Value.Days / (decimal)period.Days;
            begin = period.To.AddDays(1);
        }

        return periods;
    }

    /// <summary>
    /// Months from the first day, and days as a share of the month that they begin: twelve for a year, however the cycles lie.
    /// </summary>
    private static decimal Months(DayRange days)
    {
        var after = days.To.AddDays(1);
        var months = ((after.Year - days.From.Year) * 12) + after.Month - days.From.Month;
        if (days.From.AddMonths(months) > after)
        {
            months--;
        }

        var begun = days.From.AddMonths(months);
        return months + ((after.DayNumber - begun.DayNumber) / (decimal)(days.From.AddMonths(months + 1).DayNumber - begun.DayNumber));
    }
}
