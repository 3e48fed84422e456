using Smile.Billing;
using Smile.Billing.Plans;
using Smile.Contracts;
using Smile.Customers.Access;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Ordering.Lifecycle;
using Smile.Soap.Xml;

namespace Smile.Server.Endpoints;

internal sealed class SubscriptionEndpoint(
    SubscriptionQueries queries,
    UpdateSubscription update,
    SubscriptionLifecycle lifecycle,
    SubscriptionFeatures features,
    MigrateSubscription migrate,
    Credentials credentials,
    PlanQueries plans,
    PlanSchedules planSchedules,
    RatingPeriods ratingPeriods
) : ISubscriptionEndpoint
{
    public async Task<PlanSchedulesType?> GetPlanSchedules(string usn, CancellationToken cancellation) =>
        await plans.SchedulesAsync(usn, cancellation);

    public async Task<PlanScheduleItemsType?> GetPlanScheduleItemsAt(string usn, XmlTimestamp timestamp, CancellationToken cancellation) =>
        await plans.ItemsAtAsync(usn, timestamp, cancellation);

    public async Task<PlanChargeDescriptionType?> GetPlanChargeDescription(
        string usn,
        int planScheduleItem,
        CancellationToken cancellation
    ) => await plans.ChargeDescriptionAsync(usn, planScheduleItem, cancellation);

    public Task ChangePlan(string usn, PlanScheduleItemType planScheduleItem, CancellationToken cancellation) =>
        planSchedules.ChangeAsync(usn, planScheduleItem, cancellation);

    public async Task<RatingPeriodListType?> GetRatingPeriods(string usn, CancellationToken cancellation) =>
        await ratingPeriods.ListAsync(usn, cancellation);

    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public async Task<SubscriptionType?> Get(string usn, CancellationToken cancellation) => await queries.GetAsync(usn, cancellation);

    public Task<IReadOnlyList<string>> FindUsername(int sid, string username, CancellationToken cancellation) =>
        queries.FindUsernameAsync(sid, username, cancellation);

    public Task<SubscriptionType?> FindSubscription(SearchConditionType searchCondition, CancellationToken cancellation) =>
        queries.FindOneAsync(searchCondition, cancellation);

    public async Task<SubscriptionSearchResultListType?> FindSubscriptions(
        SearchConditionType searchCondition,
        int limit,
        int offset,
        CancellationToken cancellation
    ) => await queries.FindManyAsync(searchCondition, new SearchPage(limit, offset), cancellation);

    public async Task<SubscriptionType?> Update(string usn, SubscriptionType subscription, CancellationToken cancellation) =>
        await update.ExecuteAsync(usn, subscription, cancellation);

    public Task ChangeUsername(string usn, string username, CancellationToken cancellation) =>
        update.ChangeUsernameAsync(usn, username, cancellation);

    public Task SetCostCentre(string usn, int? costCentreId, CancellationToken cancellation) =>
        update.SetCostCentreAsync(usn, costCentreId, cancellation);

    public Task SetClearPassword(string usn, CredentialType credential, CancellationToken cancellation) =>
        credentials.SetAsync(usn, credential, cancellation);

    public async Task<CredentialsType?> GetAuthenticationCredentials(string usn, CancellationToken cancellation) =>
        await credentials.GetAsync(usn, cancellation);

    public Task Cancel(string usn, XmlTimestamp fromTimestamp, CancellationToken cancellation) =>
        lifecycle.CancelAsync(usn, fromTimestamp, cancellation);

    public Task Suspend(string usn, XmlTimestamp? fromTimestamp, string? comment, CancellationToken cancellation) =>
        lifecycle.SuspendAsync(usn, fromTimestamp, comment, cancellation);

    public Task Resume(string usn, XmlTimestamp fromTimestamp, string? comment, CancellationToken cancellation) =>
        lifecycle.ResumeAsync(usn, fromTimestamp, comment, cancellation);

    public async Task<string?> ApplyFeature(
        string usn,
        int featureId,
        XmlDate? startDate,
        XmlDate? endDate,
        CancellationToken cancellation
    ) => await features.ApplyAsync(usn, featureId, startDate, endDate, cancellation);

    public Task StopApplyingFeature(string subscriptionFeatureId, XmlDate? endDate, CancellationToken cancellation) =>
        features.StopAsync(subscriptionFeatureId, endDate, cancellation);

    public async Task<SubscriptionFeatureListType?> GetActiveFeatures(string usn, CancellationToken cancellation) =>
        await queries.GetActiveFeaturesAsync(usn, cancellation);

    public Task MigrateSubscription(string usn, string toAccountUsn, CancellationToken cancellation) =>
        migrate.ExecuteAsync(usn, toAccountUsn, cancellation);
}
