using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Testing;

namespace Smile.Server.Tests.Billing;

/// <summary>What happens to a subscription on a day of its life.</summary>
/// <param name="Day">Days after the order.</param>
/// <param name="What">The scenario's action.</param>
/// <param name="Shift">Days from then to the one from which it holds.</param>
internal sealed record LifeEvent(int Day, string What, string Plan, int Shift, int Hour);

/// <summary>Half a year of a subscription, played by <see cref="BillingScenario"/>.</summary>
/// <param name="Plan">That it is ordered with.</param>
/// <param name="Uninvoiced">Whether it has no initial invoice.</param>
/// <param name="Cycle">The account's, as the scenario names it.</param>
internal sealed record SubscriptionLife(string Plan, bool Uninvoiced, string Cycle, IReadOnlyList<LifeEvent> Events)
{
    /// <summary>
    /// Days after the order on which a discount of a tenth begins and ends; null for none. It is given before the first bill: later, it
    /// would not be off what is billed already, but off the same days where they are charged again.
    /// </summary>
    public (int From, int To)? Discount { get; init; }

    /// <summary>The events that can happen in their turn, as steps of a scenario about the subscription <c>a</c>.</summary>
    public IReadOnlyList<string> Steps()
    {
        var first = SubscriptionLives.First;
        var steps = new List<string>
        {
            Text($"{first:yyyy-MM-dd} account {Cycle}"),
            Text($"{first:yyyy-MM-dd} order a {Plan}{(Uninvoiced ? " uninvoiced" : "")}"),
        };
        if (Discount is { } discount)
        {
            steps.Add(
                Text($"{first:yyyy-MM-dd} discount 501 {(discount.From % 2 == 0 ? "a" : "account")} ")
                    + Text($"{first.AddDays(discount.From):yyyy-MM-dd} {first.AddDays(discount.To):yyyy-MM-dd}")
            );
        }

        var (isSuspended, isClosed, hasCharge) = (false, false, false);
        foreach (var each in Events.OrderBy(each => each.Day).ThenBy(each => each.Hour).DistinctBy(each => each.Day))
        {
            var day = first.AddDays(each.Day);
            var at = Text($"{day:yyyy-MM-dd} {each.Hour:00}:30");
            var from = day.AddDays(each.Shift) is var shifted && shifted < first ? first : shifted;
            switch (each.What)
            {
                case "change" when !isClosed && !isSuspended:
                    steps.Add(Text($"{at} change a {each.Plan} from {from:yyyy-MM-dd}"));
                    break;
                case "suspend" when !isClosed && !isSuspended:
                    isSuspended = true;
                    steps.Add($"{at} suspend a");
                    break;
                case "resume" when !isClosed && isSuspended:
                    isSuspended = false;
                    steps.Add($"{at} resume a");
                    break;
                case "cancel" when !isClosed:
                    isClosed = true;
                    steps.Add($"{at} cancel a");
                    break;
                case "charge" when !isClosed && !hasCharge:
                    hasCharge = true;
                    steps.Add(Text($"{at} charge a extra 31 from {from:yyyy-MM-dd}"));
                    break;
                // What the account itself has does not move.
                case "migrate" when !isClosed && (Discount?.From ?? 0) % 2 == 0:
                    steps.Add($"{at} migrate a {each.Plan}");
                    break;
                // What has ended is billed before its cycle is changed.
                case "recycle" or "try recycle":
                    steps.Add($"{at} bill");
                    steps.Add($"{at} {each.What} {each.Plan}");
                    break;
                case "reverse" or "delete" or "retract line" or "retract line later":
                    steps.Add($"{at} try {each.What}");
                    break;
                default:
                    break;
            }
        }

        return steps;
    }

    public override string ToString() => string.Join("; ", Steps());

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Random lives of subscriptions.</summary>
internal static class SubscriptionLives
{
    /// <summary>The day of the order.</summary>
    public static readonly DateOnly First = new(2019, 1, 1);

    /// <summary>All but the plan with a setup charge, which stays charged though the plan is replaced in the past.</summary>
    private static readonly string[] Plans =
    [
        "month",
        "gold",
        "arrears",
        "twice",
        "quarter",
        "parts",
        "calendar",
        "fixed",
        "fortnight",
        "weeks",
        "year",
        "options lines=2",
        "options ip=true",
        "tax",
        "least",
        "thirds",
        "month override=501:rate:20:quantity:3",
        "gold override=502:when:In_Arrears",
        "twice override=507:ahead:1",
        "calendar override=512:rate:15:months:2",
        "options lines=2 override=522:rate:6.2",
    ];

    /// <summary>How many a property is tried on.</summary>
    public static int HowMany => Verification.IsFull ? 150 : 4;

    /// <summary>A plan to change to, with its options.</summary>
    public static Gen<string> Plan => Gen.Elements(Plans);

    /// <summary>A plan to order: forms of orders have no options.</summary>
    public static Gen<string> OrderedPlan => Gen.Elements(Plans.Where(plan => !plan.Contains(' ', StringComparison.Ordinal)));

    /// <summary>Shrinks by leaving events out.</summary>
    public static Arbitrary<SubscriptionLife> Any => Arb.From(Life, Shorter);

    public static Gen<SubscriptionLife> Life =>
        from plan in OrderedPlan
        from uninvoiced in Gen.Elements(true, false)
        from cycle in Gen.Frequency(
            (2, Gen.Elements(1, 7, 15, 28, 30, 31).Select(day => $"cycle {day}")),
            (1, Gen.Elements("by Uneven", "by Calendar quarters"))
        )
        from length in Gen.Choose(1, 6)
        from events in Gen.ArrayOf(Event, length)
        select new SubscriptionLife(plan, uninvoiced, cycle, events);

    /// <summary>Lives that move between accounts with other cycles and in other time zones, or have a discount for a while.</summary>
    public static Gen<SubscriptionLife> Moving =>
        from life in Life
        from moves in Gen.Choose(0, 2)
            .SelectMany(count => Gen.ArrayOf(Happening("migrate", Gen.Elements("cycle 1", "cycle 15", "cycle 31", "perth")), count))
        from hasDiscount in Gen.Elements(true, false)
        from begins in Gen.Choose(0, 120)
        from lasts in Gen.Choose(0, 90)
        select life with
        {
            Events = [.. life.Events, .. moves],
            Uninvoiced = life.Uninvoiced || hasDiscount,
            Discount = hasDiscount ? (begins, begins + lasts) : null,
        };

    /// <summary>Lives, and a cycle that the account has for some days of them.</summary>
    public static Gen<(SubscriptionLife Life, SubscriptionLife Recycled)> Recycled =>
        from life in Life
        from other in OtherCycle
        from changed in Gen.Choose(1, 120)
        from lasts in Gen.Choose(1, 100)
        from hour in Gen.Elements(0, 10, 23)
        let recycled = life with
        {
            Events =
            [
                .. life.Events.Where(each => each.Day != changed && each.Day != changed + lasts),
                new LifeEvent(changed, "recycle", other, 0, hour),
                new LifeEvent(changed + lasts, "recycle", life.Cycle, 0, hour),
            ],
        }
        select (life with { Events = [.. recycled.Events.Where(each => each.What != "recycle")] }, recycled);

    /// <summary>Lives whose invoices are reversed, deleted and retracted, and whose accounts change their cycles, as it comes.</summary>
    public static Gen<SubscriptionLife> Corrected =>
        from life in Moving
        from count in Gen.Choose(1, 5)
        from corrections in Gen.ArrayOf(
            Gen.Elements("reverse", "delete", "retract line", "retract line later").SelectMany(what => Happening(what, Plan)),
            count
        )
        from cycles in Gen.Choose(0, 2).SelectMany(changes => Gen.ArrayOf(Happening("try recycle", OtherCycle), changes))
        select life with
        {
            Events = [.. life.Events, .. corrections, .. cycles],
        };

    private static Gen<string> OtherCycle => Gen.Elements("cycle 1", "cycle 15", "cycle 31", "by Uneven", "by Calendar quarters");

    private static Gen<LifeEvent> Happening(string what, Gen<string> plans) =>
        from day in Gen.Choose(1, 181)
        from plan in plans
        from hour in Gen.Elements(0, 10, 23)
        select new LifeEvent(day, what, plan, 0, hour);

    private static Gen<LifeEvent> Event =>
        from day in Gen.Choose(1, 181)
        from what in Gen.Frequency(
            (5, Gen.Constant("change")),
            (2, Gen.Constant("suspend")),
            (2, Gen.Constant("resume")),
            (1, Gen.Constant("cancel")),
            (1, Gen.Constant("charge"))
        )
        from plan in Plan
        from shift in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(-70, -1)), (1, Gen.Choose(1, 40)))
        from hour in Gen.Elements(0, 10, 23)
        select new LifeEvent(day, what, plan, shift, hour);

    public static IEnumerable<SubscriptionLife> Shorter(SubscriptionLife life) =>
        (life.Discount is null ? [] : new[] { life with { Discount = null } }).Concat(
            Enumerable
                .Range(0, life.Events.Count)
                .Select(index => life with { Events = [.. life.Events.Where((_, position) => position != index)] })
        );

    /// <summary>The steps, with a billing run every half month.</summary>
    public static IEnumerable<string> WithBills(IReadOnlyList<string> steps)
    {
        var runs = Enumerable
            .Range(1, 17)
            .Select(half => First.AddMonths(half / 2).AddDays(half % 2 * 15))
            .Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " 23:50 bill");
        return steps.Concat(runs).OrderBy(step => step[..10], StringComparer.Ordinal);
    }
}
