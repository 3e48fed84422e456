using System.Globalization;
using Smile.Billing.Plans;
using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Billing;

/// <summary>A source of recurring charges and the days on which it is in force.</summary>
/// <param name="Key">Tells it from all others of the same USN; lines keep it, so that no day is charged twice.</param>
/// <param name="Charge">Null where the catalogue no longer has it: then nothing new is raised.</param>
/// <param name="Quantity">How many are charged, as the line shows.</param>
/// <param name="Days">On which it applies, in order.</param>
internal sealed record ChargeSource(string Key, RecurringChargeItem? Charge, decimal Quantity, IReadOnlyList<DayRange> Days)
{
    /// <summary>The days with those on which it is suspended: its periods are counted from the first, whatever is free of charge.</summary>
    public IReadOnlyList<DayRange> Uses { get; init; } = Days;

    /// <summary>Raised once, on the first day, and never taken back.</summary>
    public bool IsOnce { get; init; }

    /// <summary>The plan schedule type and the plan that it is of, <c>1/gold</c>; null where it is of none.</summary>
    public string? Plan { get; init; }

    /// <summary>For a minimum charge, the recurring charges that count towards it: it tops them up; null for all others.</summary>
    public IReadOnlyList<ChargeSource>? Counts { get; init; }

    /// <summary>The day from which its periods are counted.</summary>
    /// <param name="fallback">For one that is not used any more.</param>
    internal DateOnly Anchor(DateOnly fallback) => Charge is { } charge ? RecurringChargeSchedule.Anchor(charge, Uses, fallback) : fallback;
}

/// <summary>Finds what charges a subscription or account.</summary>
internal static class ChargeSources
{
    private const string OncePrefix = "setup/";
    private const string PlanPrefix = "plan/";

    /// <summary>
    /// The sources of plans: what the plan charges, its options as chosen, its minimum charge, and what it charges once when it is ordered.
    /// </summary>
    /// <param name="uses">The plans that a subscription uses.</param>
    /// <param name="suspended">Days without charges.</param>
    public static IEnumerable<ChargeSource> OfPlans(
        CatalogueSnapshot catalogue,
        IReadOnlyList<PlanUse> uses,
        IReadOnlyList<DayRange> suspended
    ) =>
        SetupCharges(catalogue, uses)
            .Concat(
                ToppedUp([
                    .. uses.SelectMany(use => catalogue.Plan(use.PlanCode) is { } plan ? Charges(use, plan) : [])
                        .GroupBy(source => source.Key)
                        .Select(same => Suspended(same.First(), DayRanges.Union(same.SelectMany(source => source.Days)), suspended)),
                ])
            );

    /// <summary>The sources of charges that are put on the account or subscription itself.</summary>
    public static IEnumerable<ChargeSource> OfOwn(IEnumerable<RecurringCharge> charges, DayRange life, IReadOnlyList<DayRange> suspended) =>
        charges
            .OrderBy(charge => charge.Id)
            .Select(charge =>
                Suspended(
                    new ChargeSource(string.Create(CultureInfo.InvariantCulture, $"own/{charge.Id}"), charge.ToItem(), charge.Quantity, []),
                    [life],
                    suspended
                )
            );

    /// <summary>
    /// Whether what was raised by a source that is there no more is to be taken back. What the catalogue has lost is left as it was
    /// charged, and what is charged once stays charged.
    /// </summary>
    public static bool IsTakenBack(CatalogueSnapshot catalogue, string lostKey) =>
        !lostKey.StartsWith(OncePrefix, StringComparison.Ordinal)
        && (
            !lostKey.StartsWith(PlanPrefix, StringComparison.Ordinal)
            || catalogue.HasRecurringCharge(int.Parse(lostKey.Split('/', 3)[1], CultureInfo.InvariantCulture))
        );

    /// <summary>A plan's own charges and those of the options chosen, with how many times each is charged.</summary>
    public static IEnumerable<(RecurringChargeItem Charge, decimal Quantity)> Chosen(Plan plan, FieldValues options) =>
        plan
            .RecurringCharges.Select(charge => (charge, charge.Quantity))
            .Concat(
                plan.Options.SelectMany(option =>
                    option.RecurringCharges.Select(charge =>
                        (charge, Quantity: charge.Quantity * PlanOptionItem.Chosen(options[option.Code]))
                    )
                )
            )
            .Where(each => each.Quantity > 0m);

    /// <summary>Tells minimum charges what counts towards them.</summary>
    private static IEnumerable<ChargeSource> ToppedUp(IReadOnlyList<ChargeSource> sources) =>
        sources.Select(source =>
            source.Counts is null
                ? source
                : source with
                {
                    Counts = [.. sources.Where(other => other.Counts is null && other.Plan == source.Plan)],
                }
        );

    private static ChargeSource Suspended(ChargeSource source, IReadOnlyList<DayRange> uses, IReadOnlyList<DayRange> suspended) =>
        source with
        {
            Days = uses.Without(suspended),
            Uses = uses,
        };

    private static IEnumerable<ChargeSource> SetupCharges(CatalogueSnapshot catalogue, IReadOnlyList<PlanUse> uses) =>
        from first in uses.Where(use => use.IsOrdered)
        let setup = catalogue.Plan(first.PlanCode)?.SetupCharge
        where setup is not null
        select new ChargeSource(
            string.Create(CultureInfo.InvariantCulture, $"{OncePrefix}{first.PlanScheduleType}/{first.PlanCode}"),
            new RecurringChargeItem(
                0,
                setup.ItemCode,
                setup.Rate,
                1m,
                ChargeFrequency.FixedDays,
                1,
                ChargeTiming.InAdvance,
                1,
                ProRataAction.FullCharge,
                0,
                null
            ),
            1m,
            [new DayRange(first.Days.From, first.Days.From)]
        )
        {
            IsOnce = true,
        };

    private static IEnumerable<ChargeSource> Charges(PlanUse use, Plan plan)
    {
        foreach (var charge in plan.RecurringCharges)
        {
            if (Source(use, charge, null, 1m) is { } source)
            {
                yield return source;
            }
        }

        foreach (var option in plan.Options)
        {
            var chosen = PlanOptionItem.Chosen(use.Options[option.Code]);
            foreach (var charge in option.RecurringCharges)
            {
                if (Source(use, charge, option.Code, chosen) is { } source)
                {
                    yield return source;
                }
            }
        }

        if (plan.MinimumCharge is { } minimum)
        {
            // What the plan charges by the period counts towards it; usage will.
            var item = new RecurringChargeItem(
                0,
                minimum.ItemCode,
                minimum.Rate,
                1m,
                ChargeFrequency.RatingPeriods,
                1,
                ChargeTiming.InArrears,
                0,
                ProRataAction.ProRata,
                0,
                null
            );
            yield return new ChargeSource(string.Create(CultureInfo.InvariantCulture, $"minimum/{PlanOf(use)}"), item, 1m, [use.Days])
            {
                Plan = PlanOf(use),
                Counts = [],
            };
        }
    }

    /// <summary>
    /// Null for what comes to nothing. Quantity and overrides are part of the key: other terms are another charge, and the one before is
    /// taken back.
    /// </summary>
    private static ChargeSource? Source(PlanUse use, RecurringChargeItem configured, string? option, decimal times)
    {
        var changed = use.Overrides.Of(configured.Id);
        var charge = changed?.Apply(configured) ?? configured;
        var quantity = charge.Quantity * times;
        var path = option is null ? "" : "/" + option;
        var terms = changed is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $" at {charge.Rate:0.#####} {charge.Frequency} {charge.Every} {charge.Timing} {charge.AdvancePeriods}"
            );
        return quantity > 0m
            ? new ChargeSource(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{PlanPrefix}{charge.Id}/{use.PlanScheduleType}/{use.PlanCode}{path} x {quantity:0.#####}{terms}"
                ),
                charge,
                quantity,
                [use.Days]
            )
            {
                Plan = PlanOf(use),
            }
            : null;
    }

    private static string PlanOf(PlanUse use) => string.Create(CultureInfo.InvariantCulture, $"{use.PlanScheduleType}/{use.PlanCode}");
}
