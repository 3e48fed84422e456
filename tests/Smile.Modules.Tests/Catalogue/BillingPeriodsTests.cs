using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue;

/// <summary>Periods of cycles by the month and by tables.</summary>
public sealed class BillingPeriodsTests
{
    private static readonly TableCycle Quarters = new(
        "Quarters",
        [Day("2015-01-01"), Day("2015-04-01"), Day("2015-07-01"), Day("2015-10-01")],
        Day("2015-12-31")
    );

    [Theory]
    [InlineData("2015-01-01", "2015-01-01", "2015-03-31")]
    [InlineData("2015-03-31", "2015-01-01", "2015-03-31")]
    [InlineData("2015-04-01", "2015-04-01", "2015-06-30")]
    [InlineData("2015-11-15", "2015-10-01", "2015-12-31")]
    [InlineData("2015-12-31", "2015-10-01", "2015-12-31")]
    public void A_custom_period_is_the_tables(string day, string from, string to) =>
        Assert.Equal(new DayRange(Day(from), Day(to)), BillingPeriods.At(Quarters, Day(day)));

    [Fact]
    public void A_day_behind_a_table_has_no_period_and_the_refusal_says_what_to_add()
    {
        Assert.Null(BillingPeriods.Find(Quarters, Day("2016-01-01")));
        var refusal = Assert.Throws<SmileException>(() => BillingPeriods.Next(Quarters, BillingPeriods.At(Quarters, Day("2015-12-01"))));
        Assert.Equal(
            "InvalidRequestException [billingCycle=Quarters]. Its table has no period for 2016-01-01: it ends on 2015-12-31. Add the "
                + "periods that follow to it, in the catalogue's section billingCycles.",
            refusal.Message
        );
        Assert.Equal(new DayRange(Day("2015-10-01"), Day("2015-12-31")), BillingPeriods.Nearest(Quarters, Day("2031-05-05")));
    }

    /// <summary>What is behind a table is yet to come; what is before it would have to have been billed already.</summary>
    [Fact]
    public void A_day_before_a_table_is_refused_wherever_it_is_asked_for()
    {
        var refusal = Assert.Throws<SmileException>(() => BillingPeriods.Find(Quarters, Day("2014-12-31")));
        Assert.Equal(
            "InvalidRequestException [billingCycle=Quarters]. Its table has no period for 2014-12-31: it begins on 2015-01-01. Add "
                + "earlier starts to it, in the catalogue's section billingCycles.",
            refusal.Message
        );
        Assert.Throws<SmileException>(() => BillingPeriods.At(Quarters, Day("2001-01-01")));
        Assert.Equal(new DayRange(Day("2015-01-01"), Day("2015-03-31")), BillingPeriods.Nearest(Quarters, Day("2001-01-01")));

        // In the first period of a table, what is over ends on the day before.
        Assert.Equal(Day("2014-12-31"), BillingPeriods.Before(Quarters, BillingPeriods.At(Quarters, Day("2015-02-01"))).To);
        Assert.Equal(
            new DayRange(Day("2015-01-01"), Day("2015-03-31")),
            BillingPeriods.Before(Quarters, BillingPeriods.At(Quarters, Day("2015-05-01")))
        );
    }

    [Fact]
    public void The_periods_of_a_table_part_its_days() =>
        Prop.ForAll(
                AnyCycle.ByTable(Day("2015-01-01"), 12).ToArbitrary(),
                table =>
                {
                    var days = Enumerable
                        .Range(0, table.Ends.DayNumber - table.Starts[0].DayNumber + 1)
                        .Select(table.Starts[0].AddDays)
                        .ToList();
                    var periods = days.Select(day => BillingPeriods.At(table, day)).Distinct().ToList();
                    Assert.Equal(table.Starts, periods.Select(period => period.From));
                    Assert.All(days, day => Assert.Single(periods, period => period.From <= day && day <= period.To));
                    Assert.All(periods.Zip(periods.Skip(1)), pair => Assert.Equal(pair.Second, BillingPeriods.Next(table, pair.First)));
                    Assert.All(periods.Zip(periods.Skip(1)), pair => Assert.Equal(pair.First, BillingPeriods.Before(table, pair.Second)));
                    Assert.Equal(days.Count, periods.Sum(period => period.Days));
                    Assert.Equal(table.LongestPeriod, periods.Max(period => period.Days));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_periods_of_a_month_part_all_days() =>
        Prop.ForAll(
                (
                    from cycle in AnyCycle.ByMonth
                    from day in Gen.Choose(0, 20_000)
                    select (cycle, Day("1999-01-01").AddDays(day))
                ).ToArbitrary(),
                each =>
                {
                    var (cycle, day) = each;
                    var period = BillingPeriods.At(cycle, day);
                    Assert.InRange(day, period.From, period.To);
                    Assert.Equal(period, BillingPeriods.At(cycle, period.From));
                    Assert.Equal(period, BillingPeriods.At(cycle, period.To));
                    Assert.Equal(period.To.AddDays(1), BillingPeriods.Next(cycle, period).From);
                    Assert.Equal(period, BillingPeriods.Before(cycle, BillingPeriods.Next(cycle, period)));
                    Assert.InRange(period.Days, 28, cycle.LongestPeriod);
                }
            )
            .QuickCheckThrowOnFailure();

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
