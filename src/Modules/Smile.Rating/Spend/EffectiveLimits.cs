using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Session;

namespace Smile.Rating.Spend;

/// <summary>Spend limits of many subscriptions as they hold, with what is overridden of them.</summary>
internal sealed class EffectiveLimits
{
    private readonly ILookup<Usn, SpendLimitOverride> _overrides;
    private readonly ILookup<Usn, SpendLimitThresholds> _thresholds;

    private EffectiveLimits(ILookup<Usn, SpendLimitOverride> overrides, ILookup<Usn, SpendLimitThresholds> thresholds) =>
        (_overrides, _thresholds) = (overrides, thresholds);

    public static async Task<EffectiveLimits> ReadAsync(StageSession session, Usn[] subscriptions, CancellationToken cancellation) =>
        new(
            (
                await session
                    .Database.SpendLimitOverrides.AsNoTracking()
                    .Where(row => subscriptions.Contains(row.SubscriptionUsn))
                    .ToListAsync(cancellation)
            ).ToLookup(row => row.SubscriptionUsn),
            (
                await session
                    .Database.SpendLimitThresholds.AsNoTracking()
                    .Where(row => subscriptions.Contains(row.SubscriptionUsn))
                    .ToListAsync(cancellation)
            ).ToLookup(row => row.SubscriptionUsn)
        );

    /// <summary>
    /// Those that hold for a rating period (reference 16): with the value of that period, else the subscription's own, else the service's.
    /// </summary>
    public IReadOnlyList<EffectiveSpendLimit> Of(CatalogueSnapshot catalogue, Subscription subscription, DayRange period) =>
        [
            .. catalogue
                .Content.SpendLimits.Where(limit => limit.Service == subscription.ServiceId && limit.IsFor(period))
                .Select(limit => new EffectiveSpendLimit(
                    limit.Id,
                    AmountOf(limit, subscription.Usn, period),
                    limit.TariffTypes,
                    ThresholdsOf(limit, subscription.Usn)
                )),
        ];

    /// <summary>A subscription's own, else the service's.</summary>
    public IReadOnlyList<decimal> ThresholdsOf(SpendLimitItem limit, Usn usn) =>
        _thresholds[usn].FirstOrDefault(row => row.SpendLimit == limit.Id) is { } own
            ? [.. own.Thresholds.Select(threshold => (decimal)threshold)]
            : limit.Thresholds;

    private decimal AmountOf(SpendLimitItem limit, Usn usn, DayRange period)
    {
        var own = _overrides[usn].Where(row => row.SpendLimit == limit.Id).ToList();
        return own.FirstOrDefault(row => row.RatingPeriodEnd == period.To) is { } temporary
            ? temporary.Amount ?? limit.Limit
            : own.FirstOrDefault(row => row.RatingPeriodEnd is null)?.Amount ?? limit.Limit;
    }
}
