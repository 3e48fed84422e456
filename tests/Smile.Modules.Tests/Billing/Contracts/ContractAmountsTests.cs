using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Billing;
using Smile.Billing.Contracts;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Modules.Tests.Catalogue;

namespace Smile.Modules.Tests.Billing.Contracts;

/// <summary>What contracts are worth and what leaving them costs.</summary>
public sealed class ContractAmountsTests
{
    private static readonly CatalogueSnapshot Catalogue = new(1, ExampleCatalogue.Content);
    private static readonly Currency Dollar = Catalogue.Currency("AUD");
    private static readonly BillingTimeZone Sydney = Catalogue.Zone("Australia/Sydney");

    /// <summary>
    /// contract, plan, days, value: the guide's 500, 100 and 360.000000 (lines 15418, 15442, 15520); 475's shorter term does not change its
    /// base value (line 15831).
    /// </summary>
    [Theory]
    [InlineData(465, "standard", "2032-08-20", "2034-08-19", "500")]
    [InlineData(465, "standard", "2014-08-23", "2015-08-22", "500")]
    [InlineData(464, "standard", "2020-08-21", "2030-08-20", "100")]
    [InlineData(399, "adsl-30", "2014-08-28", "2015-08-27", "360")]
    [InlineData(399, "adsl-30", "2015-02-15", "2015-08-14", "180")]
    [InlineData(399, "adsl-30", "2015-01-31", "2015-02-27", "30")]
    [InlineData(399, "adsl-30", "2015-01-01", "2015-01-15", "14.516129")]
    [InlineData(399, "adsl-30", "2015-01-01", "2015-01-01", "0.967742")]
    [InlineData(470, "adsl-30", "2015-01-14", "2015-07-13", "190")]
    [InlineData(470, "Silver", "2015-01-14", "2015-07-13", "400")]
    public void The_value_is_the_base_the_share_of_recurring_charges_and_the_setup_fees(
        int contract,
        string plan,
        string from,
        string to,
        string value
    ) =>
        Assert.Equal(
            decimal.Parse(value, CultureInfo.InvariantCulture),
            Value(Catalogue.Contract(contract)!, Catalogue.Plan(plan)!, FieldValues.None, from, to)
        );

    [Fact]
    public void Options_that_were_chosen_count_and_charges_count_for_the_days_on_which_they_apply()
    {
        var contract = Catalogue.Contract(399)!;
        var silver = Catalogue.Plan("Silver")!;
        Assert.Equal(
            1_200m + (3 * 25.6m * 12),
            Value(contract, silver, new FieldValues([new FieldValue("option1", FieldKind.Integer, "3")]), "2015-01-14", "2016-01-13")
        );

        // It is charged from the 10th of May 2013 on: half a year of this one.
        Assert.Equal(600m, Value(contract, silver, FieldValues.None, "2012-11-10", "2013-11-09"));
        Assert.Equal(0m, Value(contract, silver, FieldValues.None, "2012-01-10", "2013-01-09"));
    }

    [Theory]
    [InlineData(ChargeFrequency.FixedMonths, 3, 4)]
    [InlineData(ChargeFrequency.InvoicingPeriods, 1, 12)]
    [InlineData(ChargeFrequency.RatingPeriods, 12, 1)]
    [InlineData(ChargeFrequency.Days, 5, 73)]
    [InlineData(ChargeFrequency.FixedDays, 365, 1)]
    public void A_charge_counts_as_often_as_it_is_raised_in_the_time(ChargeFrequency frequency, int every, int times)
    {
        var plan = Catalogue.Plan("adsl-30")!;
        Assert.Equal(
            30m * times,
            Value(
                Catalogue.Contract(399)!,
                plan with
                {
                    RecurringCharges = [plan.RecurringCharges[0] with { Frequency = frequency, Every = every }],
                },
                FieldValues.None,
                "2015-01-01",
                "2015-12-31"
            )
        );
    }

    /// <summary>By the quarter, a year is four times 30.00, and half a quarter the half of it.</summary>
    [Theory]
    [InlineData(ChargeFrequency.InvoicingPeriods, 1, "2015-01-01", "2015-12-31", "120")]
    [InlineData(ChargeFrequency.RatingPeriods, 2, "2015-01-01", "2015-12-31", "60")]
    [InlineData(ChargeFrequency.InvoicingPeriods, 1, "2015-02-15", "2015-06-30", "45")]
    [InlineData(ChargeFrequency.CalendarMonths, 1, "2015-01-01", "2015-12-31", "360")]
    [InlineData(ChargeFrequency.InvoicingPeriods, 1, "2015-01-01", "2016-12-30", "240")]
    [InlineData(ChargeFrequency.InvoicingPeriods, 1, "2016-01-01", "2016-03-13", "24")]
    [InlineData(ChargeFrequency.InvoicingPeriods, 1, "2014-12-31", "2015-12-31", null)]
    public void Custom_periods_count_as_they_stand_in_their_table_and_behind_it_by_their_average(
        ChargeFrequency frequency,
        int every,
        string from,
        string to,
        string? value
    )
    {
        var quarters = new TableCycle(
            "Quarters",
            [Day("2015-01-01"), Day("2015-04-01"), Day("2015-07-01"), Day("2015-10-01")],
            Day("2015-12-31")
        );
        var plan = Catalogue.Plan("adsl-30")!;
        plan = plan with { RecurringCharges = [plan.RecurringCharges[0] with { Frequency = frequency, Every = every }] };
        decimal Value() =>
            ContractAmounts.Value(
                Catalogue,
                1,
                "AUD",
                new ChargeCycles(quarters, quarters),
                Catalogue.Contract(399)!,
                plan,
                FieldValues.None,
                new DayRange(Day(from), Day(to))
            );
        if (value is null)
        {
            Assert.Contains("it begins on 2015-01-01", Assert.Throws<SmileException>(() => Value()).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(decimal.Parse(value, CultureInfo.InvariantCulture), Value());
        }
    }

    /// <summary>
    /// The guide's offer (line 16134): 50 and 599 days and an hour of 730 days of 500. The hour is that of daylight saving time.
    /// </summary>
    [Fact]
    public void The_guides_termination_charge_comes_out_to_the_cent()
    {
        var contract = Contract(500m, 50m, "2032-08-20", "2034-08-19");
        Assert.Equal(460.30m, Charge(contract, "2032-12-28"));

        // Without that hour it is three cents less.
        Assert.Equal(460.27m, ContractAmounts.TerminationCharge(contract, Day("2032-12-28"), Catalogue.Zone("Australia/Brisbane"), Dollar));
    }

    [Theory]
    [InlineData("2015-01-01", "459.01")]
    [InlineData("2015-06-30", "281.44")]
    [InlineData("2015-12-30", "100.99")]
    [InlineData("2015-12-31", "0")]
    public void What_is_left_of_the_value_is_charged_beside_the_fee_and_nothing_on_the_last_day(string terminated, string charge) =>
        Assert.Equal(
            decimal.Parse(charge, CultureInfo.InvariantCulture),
            Charge(Contract(360m, 100m, "2015-01-01", "2015-12-31"), terminated)
        );

    /// <summary>value, fee, minimum, maximum, charge for leaving in the middle: 0 is no bound.</summary>
    [Theory]
    [InlineData(0, 75, 0, 0, 75)]
    [InlineData(200, 0, 0, 0, 100)]
    [InlineData(200, 10, 150, 0, 150)]
    [InlineData(200, 10, 20, 90, 90)]
    [InlineData(200, 10, 110, 110, 110)]
    [InlineData(0, 0, 0, 50, 0)]
    public void The_charge_is_flat_or_pro_rated_within_its_bounds(int value, int fee, int minimum, int maximum, int expected)
    {
        var contract = Contract(value, fee, "2015-01-01", "2015-01-10");
        contract.MinimumTerminationCharge = minimum;
        contract.MaximumTerminationCharge = maximum;
        Assert.Equal(expected, Charge(contract, "2015-01-05"));
    }

    [Fact]
    public void The_charge_is_never_negative_never_above_its_maximum_never_below_its_minimum_and_falls_with_time()
    {
        var cases =
            from value in Gen.Choose(0, 1_000_000)
            from fee in Gen.Choose(0, 50_000)
            from minimum in Gen.Choose(0, 30_000)
            from above in Gen.Choose(0, 300_000)
            from isBounded in Gen.Elements(true, false)
            from start in Gen.Choose(0, 7_000)
            from length in Gen.Choose(1, 1_500)
            from left in Gen.Choose(0, length)
            select (
                Value: value / 100m,
                Fee: fee / 100m,
                Minimum: minimum / 100m,
                Maximum: isBounded ? (minimum + above) / 100m : 0m,
                Start: new DateOnly(2012, 1, 1).AddDays(start),
                Length: length,
                Left: left
            );
        Prop.ForAll(
                cases.ToArbitrary(),
                each =>
                {
                    var contract = Contract(
                        each.Value,
                        each.Fee,
                        $"{each.Start:yyyy-MM-dd}",
                        $"{each.Start.AddDays(each.Length):yyyy-MM-dd}"
                    );
                    contract.MinimumTerminationCharge = each.Minimum;
                    contract.MaximumTerminationCharge = each.Maximum;
                    var day = contract.EndDate.AddDays(-each.Left);
                    var charge = ContractAmounts.TerminationCharge(contract, day, Sydney, Dollar);
                    var before =
                        day == contract.StartDate ? charge : ContractAmounts.TerminationCharge(contract, day.AddDays(-1), Sydney, Dollar);
                    var withinBounds =
                        charge >= 0m
                        && (each.Maximum == 0m || charge <= each.Maximum)
                        && (each.Left == 0 ? charge == 0m : charge >= each.Minimum);
                    return withinBounds
                        && before >= charge
                        && (charge <= each.Fee + each.Value || charge == each.Minimum)
                        && Dollar.Round(charge) == charge;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    private static decimal Value(ContractItem contract, Plan plan, FieldValues options, string from, string to) =>
        ContractAmounts.Value(
            Catalogue,
            1,
            "AUD",
            new ChargeCycles(new MonthCycle(31), new MonthCycle(31)),
            contract,
            plan,
            options,
            new DayRange(Day(from), Day(to))
        );

    private static decimal Charge(SubscriptionContract contract, string terminated) =>
        ContractAmounts.TerminationCharge(contract, Day(terminated), Sydney, Dollar);

    private static SubscriptionContract Contract(decimal value, decimal fee, string from, string to) =>
        new()
        {
            SubscriptionUsn = new Usn("2142422431"),
            ContractId = 465,
            StartDate = Day(from),
            EndDate = Day(to),
            ContractValue = value,
            EarlyTerminationCharge = fee,
            MinimumTerminationCharge = 0m,
            MaximumTerminationCharge = 0m,
            Created = DateTimeOffset.UnixEpoch,
            ChangedBy = new Usn("2142422415"),
        };

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
