using Smile.Billing.Plans;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Rating.RateCards;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating.Overrides;

/// <summary>Refuses overrides of tariffs and charging rules that rating could do nothing with, or that nobody allows.</summary>
[UseCase]
public sealed class UsageOverrides(StageSession session, TariffBooks books) : IUsageOverrides
{
    private const int MostOverrides = 1_000;
    private const int LongestText = 200;
    private const decimal LargestPrice = 1_000_000_000m;
    private const decimal MostUnits = 1_000_000_000_000_000m;

    public async Task RequireAsync(Plan plan, string? tariffs, string? rules, Fault fault, CancellationToken cancellation)
    {
        RequireRules(plan, PlanOverrides.Rules(rules), fault);
        if (PlanOverrides.Tariffs(tariffs) is { Count: > 0 } overrides)
        {
            RequireTariffs(plan, overrides, await books.OfAsync(plan.Service, cancellation), fault);
        }
    }

    private static void RequireRules(Plan plan, IReadOnlyList<KeptRuleOverride> overrides, Fault fault)
    {
        RequireFew("ChargingRuleOverrides", overrides.Count, fault);
        var seen = new HashSet<int>();
        foreach (var each in overrides)
        {
            var key = each.ChargingRule?.Key;
            var rule =
                plan.ChargingRules.FirstOrDefault(rule => rule.Id == key)
                ?? throw Refuse.With(fault, "ChargingRule", key, $"The plan {plan.Code} has no such charging rule. {Overrideable(plan)}");
            if (!rule.AllowsOverride)
            {
                throw Refuse.With(fault, "ChargingRule", key, $"The charging rule does not allow to be overridden. {Overrideable(plan)}");
            }

            if (!seen.Add(rule.Id))
            {
                throw Refuse.With(fault, "ChargingRule", key, "The charging rule is overridden twice.");
            }

            if (each.Rate is not null && rule.Source.Kind != RateSourceKind.Fixed)
            {
                throw Refuse.With(
                    fault,
                    "Rate",
                    each.Rate,
                    $"The charging rule {rule.Id} has no rate of its own. Override tariffs, or its units."
                );
            }

            if (each.RetailMarkup is not null && rule.Source.Kind != RateSourceKind.Wholesale)
            {
                throw Refuse.With(fault, "RetailMarkup", each.RetailMarkup, $"The charging rule {rule.Id} has no retail markup.");
            }

            RequireBetween("Rate", each.Rate, LargestPrice, fault);
            RequireBetween("RetailMarkup", each.RetailMarkup, LargestPrice, fault);
            RequireBetween("MaximumUnits", each.MaximumUnits, MostUnits, fault);
            RequireBetween("MaximumUnitsPerSession", each.MaximumUnitsPerSession, MostUnits, fault);
            RequireShort("Comment", each.Comment, fault);
        }
    }

    private void RequireTariffs(Plan plan, IReadOnlyList<KeptTariffOverride> overrides, TariffBook book, Fault fault)
    {
        RequireFew("TariffOverrides", overrides.Count, fault);
        var seen = new HashSet<(int, CallType?)>();
        foreach (var each in overrides)
        {
            var destination = each.Destination?.Key is { } key ? book.Destination(key) : null;
            if (destination is not { IsOverrideable: true })
            {
                throw Refuse.With(
                    fault,
                    "Destination",
                    each.Destination?.Key,
                    destination is null
                        ? "The plan's service has no such destination. Give the key of one that getOverrideableDestinations() lists."
                        : "The destination does not allow to be overridden. getOverrideableDestinations() lists those that do."
                );
            }

            RequireTariffType(plan, each, book, destination, fault);
            if (each.CallType is { } callType && each.CallTypeOrNull is null)
            {
                throw Refuse.With(fault, "CallType", callType, $"The types of calls are {string.Join(", ", Enum.GetNames<CallType>())}.");
            }

            if (!seen.Add((destination.Id, each.CallTypeOrNull)))
            {
                throw Refuse.With(fault, "Destination", destination.Id, "The destination is overridden twice for the same type of calls.");
            }

            if (each.RoundingMode is { } mode && each.Rounding is null)
            {
                throw Refuse.With(
                    fault,
                    "RoundingMode",
                    mode,
                    $"The rounding modes are {string.Join(", ", Enum.GetNames<RateRounding>())}."
                );
            }

            RequireNumbers(each, fault);
            RequireShort("OverrideDescription", each.OverrideDescription, fault);
        }
    }

    private void RequireTariffType(Plan plan, KeptTariffOverride each, TariffBook book, Destination destination, Fault fault)
    {
        if (each.TariffType is { } type)
        {
            if (session.Catalogue.Content.TariffTypes.All(known => known.Id != type.Key || known.Service != plan.Service))
            {
                const string advice = "The plan's service has no such tariff type. Give the key of one that getTariffTypes() lists.";
                throw Refuse.With(fault, "TariffType", type.Key, advice);
            }
        }
        else if (!book.Tariffs.Any(tariff => tariff.Destination == destination.Id && (tariff.Plan is null || tariff.Plan == plan.Code)))
        {
            throw Refuse.With(
                fault,
                "TariffType",
                "",
                $"The destination {destination.Id} has no tariff of its own: say what type this one is of."
            );
        }
    }

    private static void RequireNumbers(KeptTariffOverride each, Fault fault)
    {
        RequireBetween("Flagfall", each.Flagfall, LargestPrice, fault);
        RequireBetween("Rate", each.Rate, LargestPrice, fault);
        RequireBetween("Units", each.Units, MostUnits, fault);
        RequireBetween("Increment", each.Increment, MostUnits, fault);
        RequireBetween("MinimumCharge", each.MinimumCharge, LargestPrice, fault);
        RequireBetween("MaximumCharge", each.MaximumCharge, LargestPrice, fault);
        RequireBetween("DecimalPlaces", each.DecimalPlaces, UsageAmounts.Decimals, fault);
        if (each.Units == 0m)
        {
            throw Refuse.With(fault, "Units", 0, "Say how many units the rate is for.");
        }

        if (each.MinimumCharge > each.MaximumCharge)
        {
            throw Refuse.With(fault, "MaximumCharge", each.MaximumCharge, "It must not be below the minimum charge.");
        }
    }

    private static void RequireFew(string what, int count, Fault fault)
    {
        if (count > MostOverrides)
        {
            throw Refuse.With(fault, what, count, RateCardTexts.AtMost(MostOverrides));
        }
    }

    private static void RequireBetween(string what, decimal? value, decimal most, Fault fault)
    {
        if (value < 0m || value > most)
        {
            throw Refuse.With(fault, what, value, $"It must not be below zero, nor above {RateCardTexts.Units(most)}.");
        }
    }

    private static void RequireShort(string what, string? text, Fault fault)
    {
        if (text is { Length: > LongestText })
        {
            throw Refuse.With(fault, what, text, RateCardTexts.AtMost(LongestText) + " It is counted in characters.");
        }
    }

    private static string Overrideable(Plan plan)
    {
        var ids = plan.ChargingRules.Where(rule => rule.AllowsOverride).Select(rule => $"{rule.Id}").ToList();
        return ids.Count == 0 ? "None of its rules does." : $"These do: {string.Join(", ", ids)}.";
    }
}
