using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Modules.Tests.Catalogue;

namespace Smile.Modules.Tests.Billing;

/// <summary>For which days recurring charges are raised, as tables of days and shares.</summary>
public sealed class RecurringChargeScheduleTests
{
    private static readonly BillingCycle EndOfMonth = new MonthCycle(31);

    /// <summary>day, cycle day, first and last day of the period.</summary>
    [Theory]
    [InlineData("2015-01-14", 31, "2015-01-01", "2015-01-31")]
    [InlineData("2015-02-28", 31, "2015-02-01", "2015-02-28")]
    [InlineData("2016-02-29", 31, "2016-02-01", "2016-02-29")]
    [InlineData("2015-07-14", 15, "2015-06-15", "2015-07-14")]
    [InlineData("2015-07-15", 15, "2015-07-15", "2015-08-14")]
    [InlineData("2015-02-27", 30, "2015-01-30", "2015-02-27")]
    [InlineData("2015-02-28", 30, "2015-02-28", "2015-03-29")]
    [InlineData("2015-03-29", 30, "2015-02-28", "2015-03-29")]
    [InlineData("2015-03-30", 30, "2015-03-30", "2015-04-29")]
    [InlineData("2016-02-29", 29, "2016-02-29", "2016-03-28")]
    [InlineData("2015-01-01", 1, "2015-01-01", "2015-01-31")]
    [InlineData("2014-12-31", 10, "2014-12-10", "2015-01-09")]
    public void A_period_begins_on_the_cycles_day(string day, int cycleDay, string from, string to) =>
        Assert.Equal(Range(from, to), BillingPeriods.At(new MonthCycle(cycleDay), Day(day)));

    /// <summary>
    /// The guide's order group (line 2526): ordered on the 14th of January, one month in advance: 15.84 and 27.27 of $30.00 including GST.
    /// </summary>
    [Fact]
    public void The_guides_order_is_charged_to_the_end_of_the_next_month()
    {
        var charges = RecurringChargeSchedule.Through(Charge(), [From("2015-01-14")], Monthly, Range("2015-01-01", "2015-01-31"));
        Assert.Equal(["2015-01-14..2015-01-31", "2015-02-01..2015-02-28"], charges.Select(Text));
        Assert.Equal([15.84m, 27.27m], charges.Select(charge => Math.Round(27.27273m * charge.Share, 2, MidpointRounding.AwayFromZero)));
    }

    [Theory]
    // In advance: what begins until the end of the next invoicing period.
    [InlineData("InAdvance", 1, "InvoicingPeriods", 1, "2015-01-01..2015-01-31 2015-02-01..2015-02-28")]
    [InlineData("InAdvance", 2, "InvoicingPeriods", 1, "2015-01-01..2015-01-31 2015-02-01..2015-02-28 2015-03-01..2015-03-31")]
    [InlineData("InAdvance", 1, "InvoicingPeriods", 12, "2015-01-01..2015-12-31")]
    [InlineData("InAdvance", 1, "FixedMonths", 3, "2015-01-01..2015-03-31")]
    [InlineData("InAdvance", 1, "FixedDays", 30, "2015-01-01..2015-01-30 2015-01-31..2015-03-01")]
    // In arrears: what is over; partially: as much as is over.
    [InlineData("InArrears", 0, "InvoicingPeriods", 1, "2015-01-01..2015-01-31")]
    [InlineData("InArrears", 0, "InvoicingPeriods", 3, "")]
    [InlineData("PartiallyInArrears", 0, "InvoicingPeriods", 3, "2015-01-01..2015-01-31")]
    [InlineData("InArrears", 0, "FixedDays", 14, "2015-01-01..2015-01-14 2015-01-15..2015-01-28")]
    public void The_first_bill_of_January_has(string timing, int advance, string frequency, int every, string expected)
    {
        var charge = Charge() with
        {
            Timing = Enum.Parse<ChargeTiming>(timing),
            AdvancePeriods = advance,
            Frequency = Enum.Parse<ChargeFrequency>(frequency),
            Every = every,
        };
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                RecurringChargeSchedule.Through(charge, [From("2015-01-01")], Monthly, Range("2015-01-01", "2015-01-31")).Select(Text)
            )
        );
    }

    /// <summary>What a later bill adds to the one before.</summary>
    [Theory]
    [InlineData("InAdvance", "2015-04-01..2015-04-30")]
    [InlineData("InArrears", "2015-03-01..2015-03-31")]
    public void Each_bill_adds_one_month(string timing, string expected)
    {
        var charge = Charge() with { Timing = Enum.Parse<ChargeTiming>(timing) };
        var before = RecurringChargeSchedule.Through(charge, [From("2015-01-14")], Monthly, Range("2015-02-01", "2015-02-28"));
        var after = RecurringChargeSchedule.Through(charge, [From("2015-01-14")], Monthly, Range("2015-03-01", "2015-03-31"));
        Assert.Equal(expected, string.Join(' ', after.Except(before).Select(Text)));
        Assert.Empty(before.Except(after));
    }

    [Theory]
    // A fixed year that begins in July is first for six months, as the reference has it.
    [InlineData("FixedMonths", 12, "2015-07-01", "2015-07-01..2015-12-31 0.500")]
    [InlineData("FixedMonths", 5, "2015-08-01", "2015-08-01..2015-10-31 0.600 2015-11-01..2015-12-31 1.000")]
    [InlineData(
        "CalendarMonths",
        1,
        "2015-10-10",
        "2015-10-10..2015-11-09 1.000 2015-11-10..2015-12-09 1.000 2015-12-10..2016-01-09 1.000"
    )]
    [InlineData(
        "CalendarMonths",
        1,
        "2015-10-31",
        "2015-10-31..2015-11-29 1.000 2015-11-30..2015-12-30 1.000 2015-12-31..2016-01-30 1.000"
    )]
    [InlineData("RatingPeriods", 1, "2015-11-15", "2015-11-15..2015-12-09 0.833 2015-12-10..2016-01-09 1.000")]
    public void Periods_follow_their_unit(string frequency, int every, string start, string expected)
    {
        var charge = Charge() with { Frequency = Enum.Parse<ChargeFrequency>(frequency), Every = every };
        var cycles = new ChargeCycles(EndOfMonth, new MonthCycle(10));
        var charges = RecurringChargeSchedule.Through(charge, [From(start)], cycles, Range("2015-11-01", "2015-11-30"));
        Assert.Equal(
            expected,
            string.Join(' ', charges.Select(each => string.Create(CultureInfo.InvariantCulture, $"{Text(each)} {each.Share:0.000}")))
        );
    }

    [Theory]
    [InlineData("ProRata", 0, "2015-01-14..2015-01-31 18/31")]
    [InlineData("ProRata", 18, "2015-01-14..2015-01-31 18/31")]
    [InlineData("ProRata", 19, "")]
    [InlineData("FullCharge", 0, "2015-01-14..2015-01-31 31/31")]
    [InlineData("NotSet", 0, "2015-01-14..2015-01-31 31/31")]
    [InlineData("NoCharge", 0, "")]
    public void An_incomplete_period_is_charged_as_configured(string action, int minimumDays, string expected)
    {
        var charge = Charge() with { ProRata = Enum.Parse<ProRataAction>(action), MinimumProRataDays = minimumDays };
        var first = RecurringChargeSchedule
            .Through(charge, [From("2015-01-14")], Monthly, Range("2015-01-01", "2015-01-31"))
            .Where(each => each.Period.From.Month == 1);
        Assert.Equal(expected, string.Join(' ', first.Select(each => $"{Text(each)} {Math.Round(each.Share * 31)}/31")));
    }

    [Fact]
    public void A_suspension_leaves_the_days_around_it()
    {
        var charges = RecurringChargeSchedule.Through(
            Charge(),
            [Range("2015-01-01", "2015-01-10"), From("2015-01-21")],
            Monthly,
            Range("2015-01-01", "2015-01-31")
        );
        Assert.Equal(["2015-01-01..2015-01-10", "2015-01-21..2015-01-31", "2015-02-01..2015-02-28"], charges.Select(Text));
    }

    [Fact]
    public void What_ends_is_charged_to_its_last_day_and_what_is_not_valid_is_not_charged()
    {
        Assert.Equal(
            ["2015-01-01..2015-01-05"],
            RecurringChargeSchedule
                .Through(Charge(), [Range("2015-01-01", "2015-01-05")], Monthly, Range("2015-03-01", "2015-03-31"))
                .Select(Text)
        );
        Assert.Equal(
            ["2015-02-10..2015-02-28", "2015-03-01..2015-03-20"],
            RecurringChargeSchedule
                .Through(
                    Charge() with
                    {
                        ValidFrom = Day("2015-02-10"),
                        ValidTo = Day("2015-03-20"),
                    },
                    [From("2015-01-01")],
                    Monthly,
                    Range("2015-03-01", "2015-03-31")
                )
                .Select(Text)
        );
        Assert.Empty(
            RecurringChargeSchedule.Through(
                Charge() with
                {
                    ValidTo = Day("2014-12-31"),
                },
                [From("2015-01-01")],
                Monthly,
                Range("2015-03-01", "2015-03-31")
            )
        );
    }

    /// <summary>
    /// Whatever the cycle: no day is charged twice, none is left out up to where the bill reaches, and later bills only add.
    /// </summary>
    [Fact]
    public void No_day_is_charged_twice_or_skipped()
    {
        var cases =
            from frequency in Gen.Elements(Enum.GetValues<ChargeFrequency>())
            from every in Gen.Choose(1, 14)
            from timing in Gen.Elements(ChargeTiming.InAdvance, ChargeTiming.InArrears)
            from advance in Gen.Choose(1, 3)
            from start in Gen.Choose(0, 800)
            from length in Gen.Choose(0, 900)
            from bill in Gen.Choose(0, 36)
            from invoicing in AnyCycle.From(Day("2015-01-01"), 260)
            from rating in AnyCycle.From(Day("2015-01-01"), 260)
            select (
                Charge: Charge() with
                {
                    Frequency = frequency,
                    Every = every,
                    Timing = timing,
                    AdvancePeriods = advance,
                },
                Start: Day("2015-01-01").AddDays(start),
                Length: length,
                Bill: bill,
                Cycles: new ChargeCycles(invoicing, rating)
            );
        Prop.ForAll(
                cases.ToArbitrary(),
                scenario =>
                {
                    var cycles = scenario.Cycles;
                    var span = new DayRange(scenario.Start, scenario.Start.AddDays(scenario.Length));
                    var period = BillingPeriods.At(cycles.Invoicing, scenario.Start.AddMonths(scenario.Bill));
                    var charges = RecurringChargeSchedule.Through(scenario.Charge, [span], cycles, period);
                    var later = RecurringChargeSchedule.Through(
                        scenario.Charge,
                        [span],
                        cycles,
                        BillingPeriods.Next(cycles.Invoicing, period)
                    );
                    var inOrder = charges.Zip(charges.Skip(1)).All(pair => pair.First.Days.To.AddDays(1) == pair.Second.Days.From);
                    var begins = charges.Count == 0 || charges[0].Days.From == span.From;
                    var shares = charges.All(each => each.Share > 0m && each.Share <= 1m && each.Share == 1m == (each.Days == each.Period));
                    var reaches =
                        scenario.Charge.Timing == ChargeTiming.InAdvance
                            ? charges.Count > 0
                                && (
                                    charges[^1].Days.To == span.To
                                    || charges[^1].Days.To >= BillingPeriods.Next(cycles.Invoicing, period).To
                                )
                            : charges.Count == 0 || charges[^1].Days.To <= period.To;
                    return inOrder && begins && shares && reaches && !charges.Except(later).Any();
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    [Theory]
    // Of what is charged ahead, a table that ends has the part that it knows, also where the charge has periods of its own.
    [InlineData("InAdvance", 1, "InvoicingPeriods", 1, "2015-07-01", "2015-07-01..2015-09-30 2015-10-01..2015-12-31")]
    [InlineData("InAdvance", 3, "InvoicingPeriods", 1, "2015-07-01", "2015-07-01..2015-09-30 2015-10-01..2015-12-31")]
    [InlineData("InAdvance", 1, "InvoicingPeriods", 1, "2015-10-01", "2015-10-01..2015-12-31")]
    [InlineData("InAdvance", 1, "CalendarMonths", 1, "2015-12-10", "2015-12-10..2016-01-09")]
    [InlineData("InAdvance", 1, "InvoicingPeriods", 2, "2015-10-01", null)]
    [InlineData("InArrears", 0, "InvoicingPeriods", 2, "2015-10-01", null)]
    [InlineData("InArrears", 0, "RatingPeriods", 2, "2015-07-01", "")]
    [InlineData("InArrears", 0, "RatingPeriods", 2, "2014-12-31", null)]
    [InlineData("InAdvance", 1, "InvoicingPeriods", 1, "2016-01-01", "")]
    public void Behind_the_end_of_a_table_nothing_is_charged_and_what_has_begun_is_not_guessed(
        string timing,
        int advance,
        string frequency,
        int every,
        string begins,
        string? expected
    )
    {
        var quarters = new TableCycle(
            "Quarters",
            [Day("2015-01-01"), Day("2015-04-01"), Day("2015-07-01"), Day("2015-10-01")],
            Day("2015-12-31")
        );
        var charge = Charge() with
        {
            Timing = Enum.Parse<ChargeTiming>(timing),
            AdvancePeriods = advance,
            Frequency = Enum.Parse<ChargeFrequency>(frequency),
            Every = every,
        };
        var through = BillingPeriods.Nearest(quarters, Day(begins));
        string Charged() =>
            string.Join(
                ' ',
                RecurringChargeSchedule.Through(charge, [From(begins)], new ChargeCycles(quarters, quarters), through).Select(Text)
            );
        if (expected is null)
        {
            Assert.Contains("Its table has no period for", Assert.Throws<SmileException>(Charged).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, Charged());
        }
    }

    private static ChargeCycles Monthly { get; } = new(EndOfMonth, EndOfMonth);

    private static RecurringChargeItem Charge() =>
        new(1, "031640", 27.27273m, 1m, ChargeFrequency.InvoicingPeriods, 1, ChargeTiming.InAdvance, 1, ProRataAction.ProRata, 0, null);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DayRange Range(string from, string to) => new(Day(from), Day(to));

    private static DayRange From(string day) => new(Day(day), DateOnly.MaxValue);

    private static string Text(ScheduledCharge charge) => $"{charge.Days.From:yyyy-MM-dd}..{charge.Days.To:yyyy-MM-dd}";
}
