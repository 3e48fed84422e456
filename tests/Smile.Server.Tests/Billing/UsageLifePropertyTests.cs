using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Testing;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// Random lives of subscriptions with usage that comes at once, late or very late or is replaced by a later file, with plans, cycles and
/// accounts that change, also for one in another zone, a catalogue that changes, suspensions, groupings and purchase orders, bills that
/// are rejected or broken off and invoices that are deleted or reversed. What is foreseen is billed, what is billed is what is rated, to
/// the cent, whatever prepaid blocks have paid for.
/// </summary>
[Collection(BillingTests.Name)]
public sealed class UsageLifePropertyTests(BillingServer billing)
{
    private const int Days = 150;
    private const int MostSteps = 30;

    private static readonly DateOnly First = new(2016, 1, 1);
    private static readonly string[] Plans = ["phone", "included", "phoneleast", "rolling", "hoarding"];
    private static readonly string[] SharedPlans = ["family", "family", "child", "varying", "varying", "included", "rolling"];
    private static readonly string[] Variations =
    [
        "vary varying alone 0.1",
        "vary varying family 0.1",
        "vary varying family 0.2",
        "vary varying alone 0.2 later",
    ];
    private static readonly int Lives = Verification.IsFull ? 60 : 4;

    [Fact]
    public void What_is_billed_of_a_life_is_what_is_rated() => Check(Arbitrary([("a", Plans)]));

    /// <summary>Three subscriptions of an account, of which those with some plans share a value pool.</summary>
    [Fact]
    public void What_is_billed_of_lives_that_share_a_pool_is_what_is_rated() =>
        Check(Arbitrary([("a", SharedPlans), ("b", ["family", "child", "varying"]), ("c", SharedPlans)]));

    private void Check(Arbitrary<IReadOnlyList<string>> lives) =>
        Prop.ForAll(lives, steps => PlayAsync(steps).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(Lives));

    private async Task PlayAsync(IReadOnlyList<string> steps)
    {
        var scenario = new BillingScenario(billing);
        try
        {
            foreach (var step in steps)
            {
                await scenario.PlayStepAsync(step);
            }

            await scenario.RequireBooksAsync();
        }
        catch (Exception exception)
        {
            // The runner shows four steps of a life. All of them are a scenario that can be played again.
            throw new InvalidOperationException($"{exception.Message}\n{string.Join('\n', steps)}", exception);
        }
    }

    /// <param name="subscriptions">Their names, and the plans that each can have.</param>
    private static Arbitrary<IReadOnlyList<string>> Arbitrary((string Name, string[] Plans)[] subscriptions) =>
        Arb.From(
            from steps in Gen.ArrayOf(Step(subscriptions)).Resize(MostSteps)
            from orders in Orders(subscriptions)
            select Life(steps, orders),
            Shorter
        );

    /// <summary>The first is ordered at once; the others come in the first month or two.</summary>
    private static Gen<IReadOnlyList<(int Day, string What)>> Orders((string Name, string[] Plans)[] subscriptions) =>
        subscriptions.Aggregate(
            Gen.Constant<IReadOnlyList<(int, string)>>([]),
            (orders, subscription) =>
                from others in orders
                from plan in Gen.Elements(subscription.Plans)
                from day in others.Count == 0 ? Gen.Constant(0) : Gen.Choose(0, 40)
                select (IReadOnlyList<(int, string)>)[.. others, (day, $"order {subscription.Name} {plan}")]
        );

    private static IReadOnlyList<string> Life((int Day, string What)[] steps, IReadOnlyList<(int Day, string What)> orders) =>
        [
            // What lives before this one changed ends here.
            Text($"{First:yyyy-MM-dd} {Variations[1]}"),
            Text($"{First:yyyy-MM-dd} account cycle 31"),
            .. orders
                .Concat(steps.OrderBy(step => step.Day).DistinctBy(step => step.Day))
                .Where(step => orders.All(order => order.What == step.What || !IsOf(step.What, order.What) || IsBehind(step, order.Day)))
                .OrderBy(step => step.Day)
                .SelectMany(step => Steps(First.AddDays(step.Day), step.What)),
            Text($"{First.AddDays(Days + 40):yyyy-MM-dd} bill unforeseen"),
        ];

    /// <summary>Whether a step is of the subscription that an order orders.</summary>
    private static bool IsOf(string what, string order) => what.Split(' ').Contains(order.Split(' ')[1]);

    /// <summary>Whether it is done behind a day, and of what was used behind it.</summary>
    private static bool IsBehind((int Day, string What) step, int day) =>
        step.Day > day
        && (
            step.What.Split(' ') is not ["use", _, _, _, var used, ..]
            || string.CompareOrdinal(used, Text($"{First.AddDays(day):yyyy-MM-dd}")) > 0
        );

    private static IEnumerable<string> Steps(DateOnly day, string what)
    {
        if (what == "reject")
        {
            yield return Text($"{day:yyyy-MM-dd} bill manual unforeseen");
            yield return Text($"{day:yyyy-MM-dd} 11:00 tryreject");
            yield break;
        }

        yield return Text($"{day:yyyy-MM-dd} {what}");
    }

    /// <summary>A day, and what is done on it.</summary>
    private static Gen<(int Day, string What)> Step((string Name, string[] Plans)[] subscriptions) =>
        from day in Gen.Choose(2, Days)
        from subscription in Gen.Elements(subscriptions)
        let name = subscription.Name
        from what in Gen.Frequency(
            (10, Use(name, day)),
            (3, Gen.Choose(1, 4_000).Select(amount => Text($"try replace {name} call {amount}"))),
            (4, Gen.Constant("bill")),
            (2, Gen.Constant("rate")),
            (1, Gen.Constant("reject")),
            (1, Gen.Constant("try delete")),
            (1, Gen.Constant($"breakoff {name}")),
            (1, Gen.Elements(subscription.Plans).Select(plan => $"try change {name} {plan}")),
            (
                2,
                Gen.Elements(
                    $"try suspend {name}",
                    $"try resume {name}",
                    "try reverse",
                    $"try migrate {name} cycle 31",
                    $"try migrate {name} cycle 15"
                )
            ),
            (1, Gen.Constant($"try migrate {name} perth")),
            (2, Prepay(name, day)),
            (1, Gen.Choose(0, 20_000).Select(units => Text($"try resize {name} {(units % 2 == 0 ? "left" : "purchased")} {units}"))),
            (1, subscription.Plans.Contains("varying") ? Gen.Elements(Variations) : Gen.Constant("rate")),
            (2, Gen.Elements("try recycle cycle 15", "try recycle cycle 31", $"try purchase P1 {name} exclusive", $"try group {name}"))
        )
        select (day, what);

    /// <summary>A block from now on, or from a day before, so that what is rated is paid by it.</summary>
    private static Gen<string> Prepay(string name, int day) =>
        from what in Gen.Frequency((5, Gen.Choose(60, 20_000).Select(units => $"hour {units}")), (1, Gen.Constant("any")))
        from ago in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, day - 1)))
        from days in Gen.Choose(0, 60)
        let begins = First.AddDays(day - ago)
        select Text($"prepay {name} {what}{(ago == 0 ? "" : Text($" from {begins:yyyy-MM-dd}"))} to {begins.AddDays(days):yyyy-MM-dd}");

    private static Gen<string> Use(string name, int day) =>
        from amount in Gen.Frequency((20, Gen.Choose(1, 4_000)), (1, Gen.Choose(100_000, 700_000)))
        from ago in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, day - 1)), (1, Gen.Elements(AtEdges(day))))
        from hour in Gen.Frequency((2, Gen.Choose(0, 23)), (1, Gen.Elements(0, 1, 2, 21, 22, 23)))
        select Text($"use {name} call {amount} {First.AddDays(day - ago):yyyy-MM-dd} {(ago == 0 ? hour % 10 : hour):00}:15");

    /// <summary>How long ago rating periods began and ended, by the cycles that there are.</summary>
    private static int[] AtEdges(int day) =>
        [.. Enumerable.Range(0, day).Where(ago => First.AddDays(day - ago).Day is 1 or 14 or 15 or 31).DefaultIfEmpty()];

    private static IEnumerable<IReadOnlyList<string>> Shorter(IReadOnlyList<string> steps)
    {
        for (var left = 3; left < steps.Count - 1; left++)
        {
            // Without its order a subscription has no steps.
            var order = steps[left].Split(' ') is [_, "order", var name, ..] ? $"order {name}" : null;
            yield return [.. steps.Where((step, index) => index != left && (order is null || !IsOf(step, order)))];
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
