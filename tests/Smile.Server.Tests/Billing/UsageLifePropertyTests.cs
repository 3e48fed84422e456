using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Testing;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// Random lives of subscriptions with usage that comes at once, late or very late or is replaced by a later file, with plans, cycles and
/// accounts that change, also for one in another zone, suspensions, groupings and purchase orders, bills that are rejected or broken off
/// and invoices that are deleted or reversed. What is foreseen is billed, what is billed is what is rated, to the cent.
/// </summary>
[Collection(BillingTests.Name)]
public sealed class UsageLifePropertyTests(BillingServer billing)
{
    private const int Days = 150;
    private const int MostSteps = 30;

    private static readonly DateOnly First = new(2016, 1, 1);
    private static readonly string[] Plans = ["phone", "included", "phoneleast", "rolling", "hoarding"];
    private static readonly int Lives = Verification.IsFull ? 60 : 4;

    [Fact]
    public void What_is_billed_of_a_life_is_what_is_rated()
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(Lives);
        Prop.ForAll(Arbitrary(), steps => PlayAsync(steps).GetAwaiter().GetResult()).Check(config);
    }

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

    private static Arbitrary<IReadOnlyList<string>> Arbitrary() =>
        Arb.From(Gen.ArrayOf(Step()).Resize(MostSteps).SelectMany(_ => Gen.Elements(Plans), Life), Shorter);

    private static IReadOnlyList<string> Life((int Day, string What)[] steps, string plan) =>
        [
            Text($"{First:yyyy-MM-dd} account cycle 31"),
            Text($"{First:yyyy-MM-dd} order a {plan}"),
            .. steps.OrderBy(step => step.Day).DistinctBy(step => step.Day).SelectMany(step => Steps(First.AddDays(step.Day), step.What)),
            Text($"{First.AddDays(Days + 40):yyyy-MM-dd} bill unforeseen"),
        ];

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
    private static Gen<(int Day, string What)> Step() =>
        from day in Gen.Choose(2, Days)
        from what in Gen.Frequency(
            (10, Use(day)),
            (3, Gen.Choose(1, 4_000).Select(amount => Text($"try replace a call {amount}"))),
            (4, Gen.Constant("bill")),
            (2, Gen.Constant("rate")),
            (1, Gen.Constant("reject")),
            (1, Gen.Constant("try delete")),
            (1, Gen.Constant("breakoff a")),
            (1, Gen.Elements(Plans).Select(plan => $"try change a {plan}")),
            (2, Gen.Elements("try suspend a", "try resume a", "try reverse", "try migrate a cycle 31", "try migrate a cycle 15")),
            (1, Gen.Constant("try migrate a perth")),
            (2, Gen.Elements("try recycle cycle 15", "try recycle cycle 31", "try purchase P1 a exclusive", "try group a"))
        )
        select (day, what);

    private static Gen<string> Use(int day) =>
        from amount in Gen.Frequency((20, Gen.Choose(1, 4_000)), (1, Gen.Choose(100_000, 700_000)))
        from ago in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, day - 1)), (1, Gen.Elements(AtEdges(day))))
        from hour in Gen.Frequency((2, Gen.Choose(0, 23)), (1, Gen.Elements(0, 1, 2, 21, 22, 23)))
        select Text($"use a call {amount} {First.AddDays(day - ago):yyyy-MM-dd} {(ago == 0 ? hour % 10 : hour):00}:15");

    /// <summary>How long ago rating periods began and ended, by the cycles that there are.</summary>
    private static int[] AtEdges(int day) =>
        [.. Enumerable.Range(0, day).Where(ago => First.AddDays(day - ago).Day is 1 or 14 or 15 or 31).DefaultIfEmpty()];

    private static IEnumerable<IReadOnlyList<string>> Shorter(IReadOnlyList<string> steps)
    {
        for (var left = 2; left < steps.Count - 1; left++)
        {
            yield return [.. steps.Where((_, index) => index != left)];
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
