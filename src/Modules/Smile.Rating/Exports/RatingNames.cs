using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;
using Smile.Usage.Exports;

namespace Smile.Rating.Exports;

/// <summary>By which names ratings are shown.</summary>
/// <param name="Description">Of the line on the invoice; null where only the item has one.</param>
internal readonly record struct RatingWords(
    string? Plan,
    string? Destination,
    string? TariffType,
    string? ChargeType,
    string? ValuePool,
    string? Description
);

/// <summary>The names of what ratings refer to, each read once. What is not in the catalogue any more has none.</summary>
internal sealed class RatingNames(StageSession session)
{
    private readonly Dictionary<int, string> _destinations = [];
    private readonly Dictionary<long, string?> _plans = [];
    private readonly Dictionary<int, string> _tariffTypes = session.Catalogue.Content.TariffTypes.ToDictionary(
        type => type.Id,
        type => type.Name
    );

    /// <summary>Reads the names for some ratings that are not known yet, by two statements at most.</summary>
    public async Task LearnAsync(IReadOnlyList<RatedUsage> ratings, CancellationToken cancellation)
    {
        var destinations = ratings
            .Select(each => each.Rating.Destination)
            .OfType<int>()
            .Where(id => !_destinations.ContainsKey(id))
            .Distinct()
            .ToArray();
        if (destinations.Length > 0)
        {
            var found = session.Database.Destinations.AsNoTracking().Where(row => destinations.Contains(row.Id));
            foreach (var row in await found.Select(row => new { row.Id, row.Name }).ToListAsync(cancellation))
            {
                _destinations[row.Id] = row.Name;
            }
        }

        var items = ratings.Select(each => each.Rating.PlanScheduleItem).Where(id => !_plans.ContainsKey(id)).Distinct().ToArray();
        if (items.Length > 0)
        {
            var found = session.Database.ReadPlanScheduleItems.Where(item => items.Contains(item.Id));
            foreach (var item in await found.Select(item => new { item.Id, item.PlanCode }).ToListAsync(cancellation))
            {
                _plans[item.Id] = item.PlanCode;
            }
        }
    }

    public RatingWords Of(RatedUsage rated, ActivitySubscriber subscriber)
    {
        var rating = rated.Rating;
        var plan = _plans.GetValueOrDefault(rating.PlanScheduleItem) is { } code ? session.Catalogue.Plan(code) : null;
        var rule = plan?.ChargingRules.FirstOrDefault(each => each.Id == rating.Rule);
        var chargeTypes = session.Catalogue.Service(subscriber.ServiceId)?.UsageChargeTypes ?? [];
        return new RatingWords(
            plan?.Name,
            rating.Destination is { } destination ? _destinations.GetValueOrDefault(destination) : null,
            rating.TariffType is { } type ? _tariffTypes.GetValueOrDefault(type) : null,
            chargeTypes.FirstOrDefault(each => each.Id == rule?.ChargeType)?.Name,
            rating.ValuePool is { } pool ? plan?.ValuePools.FirstOrDefault(each => each.Id == pool)?.Name : null,
            rule?.Description
        );
    }
}
