using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Rating.Engine;

namespace Smile.Modules.Tests.Rating;

/// <summary>What holds whatever the prices and the calls are.</summary>
public sealed class RatingPropertyTests
{
    private const int Tries = 1_000;
    private static readonly DateTimeOffset First = new(2026, 2, 28, 13, 0, 0, TimeSpan.Zero);

    private static readonly Gen<string> Increments = Gen.Elements("0", "1", "6", "60", "30/6", "90/60", "7/11");

    private static readonly Gen<string> Price =
        from rate in Gen.Choose(0, 5_000)
        from per in Gen.Elements(1, 3, 60)
        from increments in Increments
        from decimals in Gen.Choose(0, 8)
        from rounding in Gen.Elements("None", "Up", "Down", "HalfUp", "HalfEven")
        select Row($"{rate / 1_000m} per={per} inc={increments} decimals={decimals} round={rounding}");

    /// <summary>A plan with two bands, included units, a value pool and a rule that charges the rest.</summary>
    private static readonly Gen<string> AnyPlan =
        from peak in Price
        from quiet in Price
        from rest in Price
        from most in Gen.Choose(0, 4_000)
        from pool in Gen.Choose(0, 3_000)
        from hours in Gen.Elements("08:00-20:00", "00:00-12:30", "02:00-03:00", "23:00-24:00")
        from days in Gen.Elements("weekdays", "all", "Sunday", "Monday,Friday")
        select string.Join(
            '\n',
            $"calendar peak on {days} {hours}",
            "plan any",
            Row($"pool 5 {pool / 100m}"),
            $"rule 1 Time {peak} band=peak:on most={most} pool=5",
            $"rule 2 Time {quiet} band=peak:off pool=5",
            $"rule 3 Time {rest}"
        );

    private static readonly Gen<UsageToRate> AnyCall =
        from second in Gen.Choose(0, 31 * 86_400)
        from length in Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(0, 7_200), Gen.Choose(0, 100_000))
        select new UsageToRate(0, First.AddSeconds(second), Smile.Catalogue.CallType.Voice) { Called = "6190", Seconds = length };

    private static readonly Gen<PrepaidBlock> AnyBlock =
        from quantity in Gen.Frequency((5, Gen.Choose(1, 20_000).Select(units => (decimal?)units)), (1, Gen.Constant((decimal?)null)))
        from used in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, 10_000)))
        from second in Gen.Choose(-86_400, 31 * 86_400)
        from length in Gen.Frequency((1, Gen.Choose(60, 7_200)), (3, Gen.Choose(86_400, 31 * 86_400)))
        from rules in Gen.Frequency((3, Gen.Constant<int[]>([])), (1, Gen.Constant<int[]>([2])))
        let start = First.AddSeconds(second)
        select new PrepaidBlock(0, "any", (int)Smile.Catalogue.UsageMeasure.Time, quantity, used, start, start.AddSeconds(length))
        {
            ChargingRules = rules,
        };

    /// <summary>A longer call costs no less: the increments of the shorter one are its first.</summary>
    [Fact]
    public void The_price_of_a_call_never_falls_with_its_length() =>
        Prop.ForAll(
                Arb.From(AnyPlan),
                Arb.From(AnyCall),
                Arb.From(Gen.Choose(1, 200)),
                (plan, call, more) =>
                {
                    var subject = Subject(plan);
                    var (shorter, _) = Rate(subject, [call]);
                    var (longer, _) = Rate(subject, [call with { Seconds = call.Seconds + more }]);
                    Assert.True(Total(longer) >= Total(shorter), $"{plan}\n{call} and {more} s more: {Total(shorter)}, {Total(longer)}");
                    Assert.True(longer.Sum(rating => rating.Units) >= Math.Min(call.Seconds + more, Inside(call)));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Tries));

    /// <summary>Bands, plans and days that cost the same could as well be one.</summary>
    [Fact]
    public void Splitting_at_equal_prices_changes_nothing() =>
        Prop.ForAll(
                Arb.From(Price),
                Arb.From(Gen.Elements("08:00-20:00", "00:00-12:30", "02:00-03:00")),
                Arb.From(AnyCall),
                (price, hours, call) =>
                {
                    var whole = Rate(Subject($"plan a\nrule 1 Time {price}"), [call]).Ratings;
                    var split = Rate(
                        Subject(
                            $"calendar peak on weekdays {hours}\nplan a to=2026-03-17T10:00:00\nrule 1 Time {price} band=peak:on\n"
                                + $"rule 2 Time {price} band=peak:off\nplan b from=2026-03-17T10:00:00\nrule 3 Time {price}"
                        ),
                        [call]
                    ).Ratings;
                    Assert.Equal(whole.Sum(rating => rating.Units), split.Sum(rating => rating.Units));
                    Assert.Equal(Total(whole), Total(split));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Tries));

    /// <summary>A pool pays no more than it has, and what it does not pay is charged.</summary>
    [Fact]
    public void A_pool_is_never_below_zero_and_every_unit_is_paid_once() =>
        Prop.ForAll(
                Arb.From(AnyPlan),
                Arb.From(Gen.ListOf(AnyCall, 20)),
                (plan, calls) =>
                {
                    var (ratings, state) = Rate(Subject(plan), calls);
                    var pool = Assert.Single(state.ValuePools);
                    Assert.InRange(pool.Used, 0m, pool.Limit);
                    Assert.All(ratings, rating => Assert.InRange(rating.Amount, 0m, rating.Price));
                    var paid = ratings.Where(rating => rating.ValuePool is not null).Sum(rating => rating.Price - rating.Amount);

                    // The pool has tax in it, and is rounded to eight decimals with each record.
                    Assert.True(Math.Abs(pool.Used - (paid * 1.1m)) < 0.0000001m * (ratings.Count + 1), $"{plan}: {pool.Used}, {paid}");
                    Assert.True(ratings.Where(rating => rating.Rule == 1).Sum(rating => rating.Units) <= Most(plan) + 0.0000001m);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Tries));

    /// <summary>
    /// Blocks pay no more than they have, for what would be charged and only while they can be used; with them nothing costs more, and all
    /// units are the same.
    /// </summary>
    [Fact]
    public void A_prepaid_block_is_never_below_zero_and_changes_no_price() =>
        Prop.ForAll(
                Arb.From(AnyPlan),
                Arb.From(Gen.ListOf(AnyBlock, 4)),
                Arb.From(Gen.ListOf(AnyCall, 20)),
                (plan, some, calls) =>
                {
                    var blocks = some.Select((block, index) => block with { Id = index + 1 }).ToList();
                    var subject = Subject(plan);
                    var (without, _) = Rate(subject, calls);
                    var (ratings, state) = Rate(subject with { PrepaidBlocks = blocks }, calls);
                    Assert.Equal(without.Sum(rating => rating.Units), ratings.Sum(rating => rating.Units));
                    Assert.True(Charged(ratings) <= Charged(without), plan);
                    foreach (var block in state.PrepaidBlocks)
                    {
                        var paid = ratings.Where(rating => rating.PrepaidBlock == block.Id).ToList();
                        var before = blocks.Single(each => each.Id == block.Id).Used;
                        Assert.Equal(block.Used - before, paid.Sum(rating => rating.Units));
                        Assert.True(block.Used == before || block.Quantity is null || block.Used <= block.Quantity, plan);
                        Assert.All(paid, rating => Assert.Equal(0m, rating.Amount));
                    }

                    // In two goes, from what the meters showed, it comes to the same.
                    var (halves, other) = Rate(subject with { PrepaidBlocks = blocks }, calls, stopAt: calls.Count / 2);
                    Assert.Equal(ratings.AsEnumerable(), halves);
                    Assert.Equal(state.PrepaidBlocks.AsEnumerable(), other.PrepaidBlocks);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Tries));

    /// <summary>What was rated before does not matter: the same usage in the same order has the same ratings.</summary>
    [Fact]
    public void Rating_again_gives_the_same() =>
        Prop.ForAll(
                Arb.From(AnyPlan),
                Arb.From(Gen.ListOf(AnyCall, 10)),
                (plan, calls) =>
                {
                    var (first, one) = Rate(Subject(plan), calls);
                    var (second, other) = Rate(Subject(plan), calls.AsEnumerable().Reverse());
                    Assert.Equal(first.AsEnumerable(), second);
                    Assert.Equal(one.ValuePools.AsEnumerable(), other.ValuePools);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Tries));

    /// <summary>Two periods charge together what one that is as long as both charges.</summary>
    [Fact]
    public void A_call_over_the_end_of_a_period_is_charged_once_in_all() =>
        Prop.ForAll(
                Arb.From(Gen.Elements("0.01 inc=1", "0.60 per=60 inc=60", "0.60 per=60 inc=90/60", "0.07 per=7 inc=7/11", "0.02")),
                Arb.From(Gen.Choose(0, 7_200)),
                Arb.From(Gen.Choose(0, 14_400)),
                (price, before, length) =>
                {
                    var plan = $"plan a\nrule 1 Flagfall 0.25\nrule 2 Time {price}";
                    var end = First.AddDays(31);
                    var call = new UsageToRate(1, end.AddSeconds(-before), Smile.Catalogue.CallType.Voice)
                    {
                        Called = "6190",
                        Seconds = length,
                    };
                    var both = Rate(Subject($"period 2026-03-01..2026-04-30\n{plan}"), [call]).Ratings;
                    var march = Rate(Subject($"period 2026-03-01..2026-03-31\n{plan}"), [call]).Ratings;
                    var april = Rate(Subject($"period 2026-04-01..2026-04-30\n{plan}"), [call]).Ratings;
                    Assert.Equal(both.Sum(rating => rating.Units), march.Concat(april).Sum(rating => rating.Units));
                    Assert.Equal(Total(both), Total(march) + Total(april));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Tries));

    private static decimal Charged(IEnumerable<UsageRating> ratings) => ratings.Sum(rating => rating.Amount);

    private static decimal Total(IEnumerable<UsageRating> ratings) => ratings.Sum(rating => rating.Price);

    /// <summary>The seconds of a call that are within the rating period.</summary>
    private static decimal Inside(UsageToRate call) => (decimal)(First.AddDays(31) - call.Start).TotalSeconds;

    private static decimal Most(string plan)
    {
        var text = plan[(plan.IndexOf("most=", StringComparison.Ordinal) + 5)..];
        return decimal.Parse(text[..text.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }

    private static RatingSubject Subject(string rows)
    {
        var scenario = new RatingScenario();
        scenario.Play(rows);
        return scenario.Subject();
    }

    /// <summary>Rates calls in the order of their starts.</summary>
    private static (List<UsageRating> Ratings, PeriodState State) Rate(
        RatingSubject subject,
        IEnumerable<UsageToRate> calls,
        int? stopAt = null
    )
    {
        var rater = new PeriodRater(subject);
        var ratings = new List<UsageRating>();
        var id = 0L;
        foreach (var call in calls.OrderBy(call => call.Start).ThenBy(call => call.Seconds))
        {
            rater.Rate(call with { Id = ++id }, ratings);
            if (id == stopAt)
            {
                rater = new PeriodRater(subject, rater.Meters(), (call.Start, id));
            }
        }

        return (ratings, rater.State());
    }

    private static string Row(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
