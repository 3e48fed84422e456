using System.Globalization;
using Smile.Catalogue;
using Smile.Rating.Engine;
using Smile.Rating.Tariffs;

namespace Smile.Modules.Tests.Rating;

/// <summary>The rows of a scenario that are about a plan: its rules, pools and groups, and what its plan schedule item overrides.</summary>
internal static class ScenarioPlans
{
    public static PlanStint With(PlanStint stint, string what, ScenarioWords words, List<UsageAlertGroupItem> groups)
    {
        var plan = stint.Plan;
        var id = int.Parse(words.Plain[0], CultureInfo.InvariantCulture);
        switch (what)
        {
            case "rule":
                return stint with { Plan = plan with { ChargingRules = [.. plan.ChargingRules, Rule(id, words)] } };
            case "pool":
                var pool = new ValuePoolItem(id, $"Pool {id}", Number(words.Plain[1]), words.Numbers("at"));
                return stint with { Plan = plan with { ValuePools = [.. plan.ValuePools, pool] } };
            case "group":
                if (groups.All(group => group.Id != id))
                {
                    groups.Add(new UsageAlertGroupItem(id, 1, $"Group {id}", words.Numbers("at")));
                }

                var included = new PlanUsageAlertGroup(id, Number(words.Plain[1]), !words.Has("whole"));
                return stint with { Plan = plan with { UsageAlertGroups = [.. plan.UsageAlertGroups, included] } };
            case "override":
                return stint with { RuleOverrides = [.. stint.RuleOverrides, RuleOverride(id, words)] };
            case "own":
                return stint with { TariffOverrides = [.. stint.TariffOverrides, Own(id, words)] };
            default:
                throw new ArgumentException($"There is no row '{what}'.", nameof(what));
        }
    }

    public static IReadOnlyList<DayOfWeek> Weekdays(string text) =>
        text switch
        {
            "weekdays" => [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday],
            "weekends" => [DayOfWeek.Saturday, DayOfWeek.Sunday],
            "all" => Enum.GetValues<DayOfWeek>(),
            _ =>
            [
                .. text.Split(',').SelectMany(day => Enum.TryParse<DayOfWeek>(day, out var weekday) ? [weekday] : Array.Empty<DayOfWeek>()),
            ],
        };

    private static ChargingRuleItem Rule(int id, ScenarioWords words)
    {
        var calendar = words.Text("band")?.Split(':');
        return new ChargingRuleItem(id, (int)Enum.Parse<UsageMeasure>(words.Plain[1]), "usage", Source(words), Constraints(words, calendar))
        {
            ValuePool = words.Whole("pool"),
            UsageAlertGroup = words.Whole("group"),
            UsesPrepaid = words.Has("prepaid"),
            AppliesFeatures = words.Wholes("features"),
            Decimals = words.Whole("decimals") ?? 8,
            Rounding = words.Word<RateRounding>("round") ?? RateRounding.HalfUp,
            TariffType = words.Whole("counts"),
        };
    }

    private static RateSource Source(ScenarioWords words)
    {
        var (first, next) = words.Pair("inc");
        return words.Plain[2] switch
        {
            "tariff" => words.Plain[1] == "Flagfall" ? RateSource.TariffFlagfall : RateSource.TariffRate,
            "wholesale" => RateSource.Wholesale(words.Number("percent") ?? 100m),
            _ => RateSource.Fixed(Number(words.Plain[2]), words.Number("per") ?? 1m, first, next),
        };
    }

    private static RuleConstraints Constraints(ScenarioWords words, string[]? calendar) =>
        new()
        {
            Weekdays = Weekdays(words.Text("days") ?? ""),
            From = words.Day("from"),
            To = words.Day("to"),
            Hours = words.Text("hours") is { } hours ? ScenarioWords.Hours(hours) : HoursOfDay.All,
            Calendar = calendar?[0],
            Band = calendar?[1],
            PlanOption = words.Text("option"),
            MaximumUnits = words.Number("most"),
            MaximumUnitsPerDayOptionMultiplier = words.Number("mostPerDay"),
            MaximumUnitsPerSession = words.Number("mostPerSession"),
            MaximumSessionLengthSeconds = words.Number("sessionSeconds"),
            CallTypes = [.. words.List("calls").Select(Enum.Parse<CallType>)],
            Role = words.Word<UsageRole>("role"),
            TariffTypes = words.Wholes("types"),
        };

    private static ChargingRuleOverride RuleOverride(int id, ScenarioWords words) =>
        new(id)
        {
            Rate = words.Number("rate"),
            RetailMarkup = words.Number("percent"),
            MaximumUnits = words.Number("most"),
            MaximumUnitsPerSession = words.Number("mostPerSession"),
        };

    private static TariffOverride Own(int destination, ScenarioWords words) =>
        new(destination, words.Whole("type"), words.Word<CallType>("call"))
        {
            Flagfall = words.Number("flagfall"),
            Rate = words.Number("rate"),
            Units = words.Number("per"),
            Increment = words.Number("inc"),
            MinimumCharge = words.Number("min"),
            MaximumCharge = words.Number("max"),
            Decimals = words.Whole("decimals"),
            Rounding = words.Word<RateRounding>("round"),
        };

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
