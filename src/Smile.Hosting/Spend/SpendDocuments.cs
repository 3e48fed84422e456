using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Subscriptions;
using Smile.Rating.Notices;
using Smile.Rating.Spend;

namespace Smile.Hosting.Spend;

/// <summary>Spend limits of subscriptions as documents of the wire: one mapping, for answers and messages.</summary>
public sealed class SpendDocuments : ISpendDocuments
{
    public string Write(CatalogueSnapshot catalogue, Subscription subscription, SpendState<SpendLimitItem> state) =>
        SmileDocuments.SubscriptionSpendLimits.Write(
            new SubscriptionSpendLimitsType
            {
                Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription),
                Limits = new SpendLimitsType { SubscriptionSpendLimit = [Document(state)] },
            }
        );

    public static SubscriptionSpendLimitType Document(SpendState<SpendLimitItem> state) =>
        new()
        {
            SpendLimit = new SpendLimitType
            {
                SpendLimitId = state.Item.Id,
                Sid = state.Item.Service,
                Name = state.Item.Name,
                Limit = state.Item.Limit,
                AlertThresholds = Thresholds(state.Item.Thresholds),
            },
            PeriodEnd = state.Zone.ToXml(state.PeriodEnd),
            EffectiveLimit = state.Limit,
            EffectiveAlertThresholds = Thresholds(state.Thresholds),
            CurrentSpend = Spent(state.Used),
            CurrentThreshold = (int)state.Threshold,
            PreviousThreshold = (int)state.PreviousThreshold,
        };

    /// <summary>
    /// At least the six decimals of the guide's examples where something is spent (line 12607), two where nothing is (line 12221).
    /// </summary>
    public static decimal Spent(decimal used) => used == 0m ? 0.00m : used + 0.000000m;

    public static AlertThresholdsType Thresholds(IReadOnlyList<decimal> thresholds) =>
        new() { AlertThreshold = [.. thresholds.Select(threshold => (int)threshold)] };
}
