using Smile.Catalogue;
using Smile.Customers.Subscriptions;

namespace Smile.Billing.ManagedPlans;

/// <summary>
/// A plan that a subscription uses, or is going to, as an entry of a managed plan group; group and choice are null where no group has it.
/// </summary>
internal sealed record ManagedUse(PlanScheduleItem Item, ManagedPlanGroup? Group, ManagedPlanChoice? Choice);

/// <summary>
/// Finds the managed plan group that a subscription is in. A plan that was taken by a choice is in the choice's group. Any other plan is in
/// the group that the subscription was in before, if that has the plan, or else in the first one of the service that has it. Pure.
/// </summary>
internal static class ManagedPlanMembership
{
    /// <summary>
    /// The plan in use, and those to come, in the order of time; of several plan schedules, the first that has managed plans. Empty where
    /// no plan is used.
    /// </summary>
    /// <param name="items">All items of the subscription, in any order.</param>
    /// <param name="day">Today, in the account's time zone.</param>
    public static IReadOnlyList<ManagedUse> Uses(
        CatalogueSnapshot catalogue,
        int service,
        IEnumerable<PlanScheduleItem> items,
        DateTimeOffset now,
        DateOnly day
    )
    {
        var schedules = items
            .GroupBy(item => item.PlanScheduleType)
            .OrderBy(schedule => schedule.Key)
            .Select(schedule => Uses(catalogue, service, [.. schedule.OrderBy(item => item.Start).ThenBy(item => item.Id)], now, day))
            .Where(uses => uses.Count > 0)
            .ToList();
        return schedules.Find(uses => uses[0].Choice is not null) ?? schedules.FirstOrDefault() ?? [];
    }

    private static IReadOnlyList<ManagedUse> Uses(
        CatalogueSnapshot catalogue,
        int service,
        IReadOnlyList<PlanScheduleItem> schedule,
        DateTimeOffset now,
        DateOnly day
    )
    {
        var uses = new List<ManagedUse>();
        ManagedPlanGroup? last = null;
        foreach (var item in schedule)
        {
            var found = item.PlanCode is null ? null : Find(catalogue, service, item, last, day);
            last = found?.Group ?? last;
            if (item.Start <= now)
            {
                uses.Clear();
            }

            if (item.PlanCode is not null && (item.Start <= now || uses.Count > 0))
            {
                uses.Add(new ManagedUse(item, found?.Group, found?.Choice));
            }
        }

        return uses;
    }

    private static (ManagedPlanGroup Group, ManagedPlanChoice Choice)? Find(
        CatalogueSnapshot catalogue,
        int service,
        PlanScheduleItem item,
        ManagedPlanGroup? before,
        DateOnly day
    )
    {
        if (item.ManagedPlanChoiceId is { } chosen && catalogue.ManagedPlan(chosen) is { } known && known.Choice.Plan == item.PlanCode)
        {
            return known;
        }

        var candidates =
            from @group in catalogue.Content.ManagedPlanGroups
            where @group.Service == service && (@group.IsValidOn(day) || @group == before)
            from choice in @group.Choices
            where choice.Plan == item.PlanCode
            orderby @group == before descending
            select (Group: @group, Choice: choice);
        var list = candidates.ToList();

        // Of choices of the same plan, the one whose options were taken.
        return list.Count == 0
            ? null
            : list.Where(candidate => candidate.Group == list[0].Group)
                .OrderByDescending(candidate => HasOptions(item, candidate.Choice))
                .ThenByDescending(candidate => candidate.Choice.Options.Count)
                .First();
    }

    private static bool HasOptions(PlanScheduleItem item, ManagedPlanChoice choice) =>
        choice.Options.All(option => item.Options[option.Name] == option.Value);
}
