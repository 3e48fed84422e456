using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Rating.Engine;
using Smile.Rating.Overrides;

namespace Smile.Rating.Subjects;

/// <summary>
/// Which plans usage is charged by, from which instant to which. Charges by the day have a plan's whole days instead: see
/// SubscriptionHistory of billing, which orders the items alike.
/// </summary>
internal static class PlanStints
{
    /// <param name="items">All items of the subscription, in any order.</param>
    public static IReadOnlyList<PlanStint> Of(CatalogueSnapshot catalogue, Subscription subscription, IEnumerable<PlanScheduleItem> items)
    {
        // After it is closed, its usage cannot be charged (guide, line 7875).
        var over = subscription.Closed ?? DateTimeOffset.MaxValue;
        var stints = new List<PlanStint>();
        foreach (var schedule in items.GroupBy(item => item.PlanScheduleType).OrderBy(schedule => schedule.Key))
        {
            var ordered = schedule.OrderBy(item => item.Start).ThenBy(item => item.Id).ToList();
            for (var index = 0; index < ordered.Count; index++)
            {
                var item = ordered[index];
                var next = index + 1 < ordered.Count ? ordered[index + 1].Start : DateTimeOffset.MaxValue;
                var end = next < over ? next : over;
                if (item.PlanCode is { } code && catalogue.Plan(code) is { } plan && item.Start < end)
                {
                    stints.Add(
                        new PlanStint(item.Id, schedule.Key, plan, item.Start, end, Options(plan, item))
                        {
                            TariffOverrides = PlanOverrides.TariffOverrides(item.TariffOverrides),
                            RuleOverrides = PlanOverrides.RuleOverrides(item.ChargingRuleOverrides),
                        }
                    );
                }
            }
        }

        return stints;
    }

    private static Dictionary<string, decimal> Options(Plan plan, PlanScheduleItem item) =>
        plan.Options.ToDictionary(option => option.Code, option => PlanOptionItem.Chosen(item.Options[option.Code]));
}
