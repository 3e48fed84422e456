using System.Globalization;
using Smile.Billing;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Modules.Tests.Catalogue;

namespace Smile.Modules.Tests.Billing;

/// <summary>Which plans a schedule gives on which days, and on which days nothing is charged; days are Sydney's.</summary>
public sealed class SubscriptionHistoryTests
{
    private static readonly BillingTimeZone Sydney = new Smile.Catalogue.CatalogueSnapshot(1, ExampleCatalogue.Content).Zone(19);

    /// <summary>Items as <c>type plan time</c>, without a plan for the end of a schedule; uses as <c>type plan from to</c>.</summary>
    [Theory]
    [InlineData("1 a 2026-01-01T00:00", "1 a 01-01 ..")]
    [InlineData("1 a 2026-01-01T00:00, 1 b 2026-01-10T00:00", "1 a 01-01 01-09, 1 b 01-10 ..")]
    // A plan has the whole of the day on which it begins.
    [InlineData("1 a 2026-01-01T00:00, 1 b 2026-01-10T23:59", "1 a 01-01 01-09, 1 b 01-10 ..")]
    // A schedule that is closed in the course of a day had its plan on that day, and one that is closed at midnight had not.
    [InlineData("1 a 2026-01-01T00:00, 1 - 2026-01-10T12:00", "1 a 01-01 01-10")]
    [InlineData("1 a 2026-01-01T00:00, 1 - 2026-01-10T00:00", "1 a 01-01 01-09")]
    [InlineData("1 a 2026-01-01T00:00, 1 - 2026-01-10T12:00, 1 b 2026-01-20T00:00", "1 a 01-01 01-10, 1 b 01-20 ..")]
    // Of two on one day the later one has it; in whatever order they are read.
    [InlineData("1 a 2026-01-01T09:00, 1 b 2026-01-01T10:00", "1 b 01-01 ..")]
    [InlineData("1 b 2026-01-10T00:00, 1 a 2026-01-01T00:00", "1 a 01-01 01-09, 1 b 01-10 ..")]
    // Schedules of several types run beside each other.
    [InlineData("2 c 2026-01-05T00:00, 1 a 2026-01-01T00:00, 1 - 2026-02-01T00:00", "1 a 01-01 01-31, 2 c 01-05 ..")]
    [InlineData("1 - 2026-01-01T00:00", "")]
    [InlineData("", "")]
    public void A_plan_is_used_from_its_day_to_the_day_before_the_next(string items, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                ", ",
                SubscriptionHistory
                    .Plans(Split(items).Select(Item), Sydney)
                    .Select(use => $"{use.PlanScheduleType} {use.PlanCode} {Text(use.Days)}")
            )
        );

    /// <summary>Events as <c>s time</c> or <c>r time</c>, contracts as <c>from/to</c>.</summary>
    [Theory]
    [InlineData("s 2026-01-10T00:00", "", "01-10 ..")]
    // A day that was suspended in part is charged.
    [InlineData("s 2026-01-10T12:00", "", "01-11 ..")]
    [InlineData("s 2026-01-10T12:00, r 2026-01-20T12:00", "", "01-11 01-19")]
    [InlineData("s 2026-01-10T12:00, r 2026-01-11T12:00", "", "")]
    [InlineData("s 2026-01-10T12:00, s 2026-01-12T00:00, r 2026-01-20T00:00, r 2026-01-25T00:00", "", "01-11 01-19")]
    [InlineData("r 2026-01-05T00:00, s 2026-01-10T00:00, r 2026-01-12T00:00, s 2026-01-20T00:00", "", "01-10 01-11, 01-20 ..")]
    // Days under contract are charged, and as many are free when it is over.
    [InlineData("s 2026-01-10T00:00, r 2026-01-15T00:00", "2026-01-01/2026-01-31", "02-01 02-05")]
    [InlineData("s 2026-01-30T00:00, r 2026-02-03T00:00", "2026-01-01/2026-01-31", "02-01 02-04")]
    [InlineData("s 2026-01-10T00:00, r 2026-01-15T00:00", "2026-01-01/2026-01-31, 2026-02-01/2026-02-28", "03-01 03-05")]
    [InlineData("s 2026-01-10T00:00", "2026-01-01/2026-01-31", "02-01 ..")]
    public void Suspended_days_are_free_of_charge_and_those_under_contract_are_later(string events, string contracts, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                ", ",
                SubscriptionHistory
                    .SuspendedDays(
                        Split(events).Select(Event),
                        [.. Split(contracts).Select(each => each.Split('/')).Select(days => new DayRange(Day(days[0]), Day(days[1])))],
                        Sydney
                    )
                    .Select(Text)
            )
        );

    [Theory]
    [InlineData("2026-01-10T12:00", "2026-02-10T12:00", "01-10 02-10")]
    [InlineData("2026-01-10T12:00", "2026-02-10T00:00", "01-10 02-09")]
    [InlineData("2026-01-10T23:59", null, "01-10 ..")]
    public void A_life_has_the_days_from_its_beginning_to_the_one_it_ends_in(string created, string? closed, string expected) =>
        Assert.Equal(expected, Text(SubscriptionHistory.Life(At(created), closed is null ? null : At(closed), Sydney)));

    private static string[] Split(string text) => text.Split(", ", StringSplitOptions.RemoveEmptyEntries);

    private static string Text(DayRange days) =>
        $"{days.From.ToString("MM-dd", CultureInfo.InvariantCulture)} "
        + (days.To == DateOnly.MaxValue ? ".." : days.To.ToString("MM-dd", CultureInfo.InvariantCulture));

    private static PlanScheduleItem Item(string text, int index)
    {
        var parts = text.Split(' ');
        return new PlanScheduleItem
        {
            Id = index + 1,
            SubscriptionUsn = new Usn("1"),
            PlanScheduleType = int.Parse(parts[0], CultureInfo.InvariantCulture),
            PlanCode = parts[1] == "-" ? null : parts[1],
            Start = At(parts[2]),
        };
    }

    private static SubscriptionEvent Event(string text, int index) =>
        new()
        {
            Id = index + 1,
            SubscriptionUsn = new Usn("1"),
            At = At(text[2..]),
            Kind = text[0] == 's' ? SubscriptionEvent.Suspended : SubscriptionEvent.Resumed,
        };

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(string text)
    {
        var time = DateTime.ParseExact(text, "yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
        return Sydney.StartOf(DateOnly.FromDateTime(time)) + time.TimeOfDay;
    }
}
