using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Hosting.Spend;
using Smile.Kernel;
using Smile.Rating.Spend;
using Smile.Soap.Xml;

namespace Smile.Api.Soap;

internal sealed class SpendManagementEndpoint(UseCases use) : ISpendManagementEndpoint
{
    public async Task<SubscriptionValuePoolStateType?> GetSubscriptionValuePoolStates(string usn, CancellationToken cancellation)
    {
        var (subscription, states) = await use.Of<SpendStates>().ValuePoolsAsync(usn, cancellation);
        return new SubscriptionValuePoolStateType
        {
            SubscriptionValuePool = [.. states.Select(state => Document(subscription.ServiceId, state))],
        };
    }

    public async Task<SubscriptionValuePoolType?> GetSubscriptionValuePoolState(
        string usn,
        string valuePoolId,
        CancellationToken cancellation
    )
    {
        var (subscription, states) = await use.Of<SpendStates>().ValuePoolsAsync(usn, cancellation);
        return Document(
            subscription.ServiceId,
            Find(states, pool => pool.Id, "valuePoolId", valuePoolId, "value pool", "getSubscriptionValuePoolStates()")
        );
    }

    public async Task<SubscriptionUsageAlertGroupsType?> GetSubscriptionUsageAlertGroups(string usn, CancellationToken cancellation) =>
        new SubscriptionUsageAlertGroupsType
        {
            SubscriptionUsageAlertGroup = [.. (await use.Of<SpendStates>().UsageAlertGroupsAsync(usn, cancellation)).Select(Document)],
        };

    public async Task<SubscriptionUsageAlertGroupType?> GetSubscriptionUsageAlertGroup(
        string usn,
        string usageAlertGroupId,
        CancellationToken cancellation
    ) =>
        Document(
            Find(
                await use.Of<SpendStates>().UsageAlertGroupsAsync(usn, cancellation),
                group => group.Id,
                "usageAlertGroupId",
                usageAlertGroupId,
                "usage alert group",
                "getSubscriptionUsageAlertGroups()"
            )
        );

    public async Task<SubscriptionSpendLimitStateType?> GetSubscriptionSpendLimitStates(string usn, CancellationToken cancellation) =>
        new SubscriptionSpendLimitStateType
        {
            SubscriptionSpendLimit =
            [
                .. (await use.Of<SpendStates>().SpendLimitsAsync(usn, cancellation)).States.Select(SpendDocuments.Document),
            ],
        };

    public async Task<SubscriptionSpendLimitType?> GetSubscriptionSpendLimitState(
        string usn,
        string spendLimitId,
        CancellationToken cancellation
    )
    {
        var spend = use.Of<SpendStates>();
        var (_, states) = await spend.SpendLimitsAsync(usn, cancellation);
        if (states.FirstOrDefault(state => Is(state.Item.Id, spendLimitId)) is { } found)
        {
            return SpendDocuments.Document(found);
        }

        const string Advice = "getSubscriptionSpendLimitStates() shows those of the subscription.";
        throw spend.Knows(spendLimitId)
            ? Refuse.Invalid("spendLimitId", spendLimitId, $"The subscription does not have this spend limit. {Advice}")
            : Refuse.NotFound("spendLimitId", spendLimitId, $"There is no such spend limit. {Advice}");
    }

    public Task SetSpendLimitOverride(
        string usn,
        SubscriptionSpendLimitOverrideRequestType subscriptionSpendLimitOverrideRequest,
        CancellationToken cancellation
    ) =>
        use.Of<OverrideSpendLimits>()
            .SetAsync(
                usn,
                subscriptionSpendLimitOverrideRequest.SpendLimitId,
                subscriptionSpendLimitOverrideRequest.LimitOverride,
                cancellation
            );

    public Task SetTemporarySpendLimitOverride(
        string usn,
        TemporarySubscriptionSpendLimitOverrideRequestType temporarySubscriptionSpendLimitOverrideRequest,
        CancellationToken cancellation
    ) =>
        use.Of<OverrideSpendLimits>()
            .SetTemporaryAsync(
                usn,
                temporarySubscriptionSpendLimitOverrideRequest.SpendLimitId,
                temporarySubscriptionSpendLimitOverrideRequest.RatingPeriod.RatingPeriodId,
                temporarySubscriptionSpendLimitOverrideRequest.LimitOverride,
                cancellation
            );

    public Task SetSpendLimitAlertThresholdOverrides(
        string usn,
        SubscriptionSpendLimitAlertThresholdOverrideRequestType subscriptionSpendLimitAlertThresholdOverrideRequest,
        CancellationToken cancellation
    ) =>
        use.Of<OverrideSpendLimits>()
            .SetThresholdsAsync(
                usn,
                subscriptionSpendLimitAlertThresholdOverrideRequest.SpendLimitId,
                subscriptionSpendLimitAlertThresholdOverrideRequest.AlertThresholdOverrides?.AlertThreshold ?? [],
                cancellation
            );

    /// <summary>The state of what a request names.</summary>
    /// <param name="list">The operation that shows those that there are.</param>
    private static SpendState<TItem> Find<TItem>(
        IEnumerable<SpendState<TItem>> states,
        Func<TItem, int> idOf,
        string field,
        string text,
        string what,
        string list
    ) =>
        states.FirstOrDefault(state => Is(idOf(state.Item), text))
        ?? throw Refuse.NotFound(field, text, $"The subscription has no such {what}. {list} shows those that it has.");

    private static bool Is(int id, string text) => text.Trim() == id.ToString(CultureInfo.InvariantCulture);

    private static SubscriptionValuePoolType Document(int sid, SpendState<ValuePoolItem> state) =>
        new()
        {
            ValuePool = new ValuePoolType
            {
                ValuePoolId = state.Item.Id,
                Sid = sid,
                Name = state.Item.Name,
                AlertThresholds = SpendDocuments.Thresholds(state.Item.Thresholds),
            },
            PeriodEnd = state.Zone.ToXml(state.PeriodEnd),
            // Two decimals, as in the guide's example (line 12220).
            Limit = state.Limit + 0.00m,
            EffectiveAlertThresholds = SpendDocuments.Thresholds(state.Thresholds),
            CurrentSpend = SpendDocuments.Spent(state.Used),
            CurrentThreshold = (int)state.Threshold,
            PreviousThreshold = (int)state.PreviousThreshold,
            ResetDate = ResetDate(state.Zone, state.PeriodEnd),
        };

    private static SubscriptionUsageAlertGroupType Document(SpendState<UsageAlertGroupItem> state) =>
        new()
        {
            UsageAlertGroup = new UsageAlertGroupType
            {
                UsageAlertGroupID = state.Item.Id,
                Company = state.Item.Company,
                Name = state.Item.Name,
                AlertThresholds = SpendDocuments.Thresholds(state.Item.Thresholds),
            },
            PeriodEnd = state.Zone.ToXml(state.PeriodEnd),
            Limit = decimal.Truncate(state.Limit) == state.Limit ? decimal.Truncate(state.Limit) : state.Limit,
            CurrentUse = decimal.Truncate(state.Used) == state.Used ? decimal.Truncate(state.Used) : state.Used,
            CurrentThreshold = (int)state.Threshold,
        };

    /// <summary>The first instant after the rating period (guide, line 12224).</summary>
    private static XmlTimestamp ResetDate(BillingTimeZone zone, DateOnly periodEnd) => zone.At(zone.StartOf(periodEnd.AddDays(1)));
}
