using System.Diagnostics;
using System.Globalization;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Tariffs;

namespace Smile.Benchmarks;

/// <summary>How fast usage is rated in memory, on one core: periods of a thousand calls to one of 50,000 prefixes.</summary>
internal static class UsageBench
{
    private const int Prefixes = 50_000;
    private const int CallsOfPeriod = 1_000;
    private const int Rounds = 5;

    /// <param name="periods">How many rating periods are rated in each round.</param>
    public static void Run(Figures figures, int periods)
    {
        var random = new Random(17);
        var book = Book(random);
        var prefixes = Enumerable.Range(0, Prefixes).Select(Prefix).ToArray();
        var calls = Enumerable.Range(1, CallsOfPeriod).Select(id => Call(id, prefixes, random)).OrderBy(call => call.Start).ToArray();
        for (var index = 0; index < calls.Length; index++)
        {
            calls[index] = calls[index] with { Id = index };
        }

        Rate(book, calls, periods);
        for (var round = 0; round < Rounds; round++)
        {
            var microseconds = Rate(book, calls, periods);
            figures.Add("rating in memory: records a second of one core", 1_000_000 / microseconds, Goal.AtLeast(300_000));
            figures.Add("rating in memory: microseconds of CPU a record", microseconds);
        }
    }

    /// <summary>Microseconds of CPU for each record.</summary>
    private static double Rate(TariffBook book, UsageToRate[] calls, int periods)
    {
        var ratings = new List<UsageRating>(4 * CallsOfPeriod);
        // Of each subscription anew is what it has used; the plan, the calendars and their days are those of the catalogue.
        var subject = Subject(book);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var period = 0; period < periods; period++)
        {
            ratings.Clear();
            var rater = new PeriodRater(subject);
            foreach (var call in calls)
            {
                if (rater.Rate(call, ratings) != RatingProblem.None)
                {
                    throw new InvalidOperationException($"{call} is not rated.");
                }
            }
        }

        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / periods / CallsOfPeriod;
    }

    private static string Prefix(int number) => (1_000_000 + (number * 7L)).ToString(CultureInfo.InvariantCulture);

    private static TariffBook Book(Random random) =>
        new(
            Enumerable.Range(0, Prefixes / 100).Select(id => new Destination(id, $"{id}", "International", true)),
            Enumerable.Range(0, Prefixes).Select(number => KeyValuePair.Create(Prefix(number), number / 100)),
            Enumerable
                .Range(0, Prefixes / 100)
                .Select(id => new Tariff(id, id, 1, 0.10m, random.Next(1, 100) / 100m, 60m, 60m, 6m, DateOnly.MinValue) { Decimals = 4 })
        );

    private static UsageToRate Call(int id, string[] prefixes, Random random) =>
        new(id, new DateTimeOffset(2026, 2, 28, 13, 0, 0, TimeSpan.Zero).AddSeconds(random.Next(31 * 86_400)), CallType.Voice)
        {
            Called = prefixes[random.Next(prefixes.Length)] + "5501",
            Seconds = random.Next(1, 900),
        };

    /// <summary>A plan with two bands, a value pool that runs out and a spend limit.</summary>
    private static RatingSubject Subject(TariffBook book) =>
        new()
        {
            Zone = new BillingTimeZone(1, "Australia/Sydney"),
            Period = new DayRange(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31)),
            Company = 1,
            Currency = new Currency("AUD", 2, "$"),
            Stints =
            [
                new PlanStint(
                    1,
                    1,
                    new Plan(1, "voice", "Voice", 1, 1)
                    {
                        ValuePools = [new ValuePoolItem(5, "Cap", 500m, [50m, 80m, 100m])],
                        ChargingRules =
                        [
                            new ChargingRuleItem(1, 1, "usage", RateSource.TariffFlagfall, RuleConstraints.None) { ValuePool = 5 },
                            new ChargingRuleItem(
                                2,
                                2,
                                "usage",
                                RateSource.Fixed(0.10m, 60m, 60m, 60m),
                                RuleConstraints.None with
                                {
                                    Calendar = "peak",
                                    Band = "off",
                                    MaximumUnits = 36_000m,
                                }
                            ),
                            new ChargingRuleItem(3, 2, "usage", RateSource.TariffRate, RuleConstraints.None) { ValuePool = 5 },
                        ],
                    },
                    DateTimeOffset.MinValue,
                    DateTimeOffset.MaxValue,
                    new Dictionary<string, decimal>()
                ),
            ],
            ChargeTypes = [new UsageChargeType(1, "Flagfall", UsageMeasure.Flagfall), new UsageChargeType(2, "Timed", UsageMeasure.Time)],
            Tariffs = book,
            Tax = new GstSchedule("gst", "GST", [new GstRate(DateOnly.MinValue, 10m)]),
            Calendars =
            [
                new TariffCalendar(
                    "peak",
                    "off",
                    [],
                    [
                        new TariffCalendarEntry(
                            null,
                            false,
                            [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday],
                            new HoursOfDay(480, 1_200),
                            "peak"
                        ),
                    ]
                ),
            ],
            SpendLimits = [new EffectiveSpendLimit(1, 100m, [1], [50m, 100m])],
        };
}
