using Smile.Billing;
using Smile.Billing.Plans;
using Smile.Contracts;
using Smile.Customers.Access;
using Smile.Customers.Subscriptions;
using Smile.Hosting.NumberPools;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;
using Smile.Ordering.Lifecycle;
using Smile.Rating.Exports;
using Smile.Soap.Xml;
using Smile.Usage.Exports;

namespace Smile.Api.Soap;

internal sealed class SubscriptionEndpoint(UseCases use) : ISubscriptionEndpoint
{
    public async Task<PlanSchedulesType?> GetPlanSchedules(string usn, CancellationToken cancellation) =>
        await use.Of<PlanQueries>().SchedulesAsync(usn, cancellation);

    public async Task<PlanScheduleItemsType?> GetPlanScheduleItemsAt(string usn, XmlTimestamp timestamp, CancellationToken cancellation) =>
        await use.Of<PlanQueries>().ItemsAtAsync(usn, timestamp, cancellation);

    public async Task<PlanChargeDescriptionType?> GetPlanChargeDescription(
        string usn,
        int planScheduleItem,
        CancellationToken cancellation
    ) => await use.Of<PlanQueries>().ChargeDescriptionAsync(usn, planScheduleItem, cancellation);

    public Task ChangePlan(string usn, PlanScheduleItemType planScheduleItem, CancellationToken cancellation) =>
        use.Of<PlanSchedules>().ChangeAsync(usn, planScheduleItem, cancellation);

    public async Task<RatingPeriodListType?> GetRatingPeriods(string usn, CancellationToken cancellation) =>
        await use.Of<RatingPeriods>().ListAsync(usn, cancellation);

    public async Task<ActivityBatchURLType?> GetActivityStatementRange(
        string usn,
        XmlTimestamp startTimestamp,
        XmlTimestamp endTimestamp,
        CancellationToken cancellation
    ) => ActivityDocuments.Document(await use.Of<ActivityStatements>().RangeAsync(usn, startTimestamp, endTimestamp, cancellation));

    public async Task<ActivityBatchURLType?> GetActivityStatementBatch(string usn, long batchId, CancellationToken cancellation) =>
        ActivityDocuments.Document(await use.Of<ActivityStatements>().BatchAsync(usn, batchId, cancellation));

    public async Task<ActivityBatchURLType?> GetRatingsForPeriod(int ratingPeriodId, CancellationToken cancellation) =>
        ActivityDocuments.Document(await use.Of<ActivityRatings>().PeriodAsync(ratingPeriodId, cancellation));

    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public async Task<SubscriptionType?> Get(string usn, CancellationToken cancellation) =>
        await use.Of<SubscriptionQueries>().GetAsync(usn, cancellation);

    public Task<IReadOnlyList<string>> FindUsername(int sid, string username, CancellationToken cancellation) =>
        use.Of<SubscriptionQueries>().FindUsernameAsync(sid, username, cancellation);

    public Task<SubscriptionType?> FindSubscription(SearchConditionType searchCondition, CancellationToken cancellation) =>
        use.Of<SubscriptionQueries>().FindOneAsync(searchCondition, cancellation);

    public async Task<SubscriptionSearchResultListType?> FindSubscriptions(
        SearchConditionType searchCondition,
        int limit,
        int offset,
        CancellationToken cancellation
    ) => await use.Of<SubscriptionQueries>().FindManyAsync(searchCondition, new SearchPage(limit, offset), cancellation);

    public async Task<SubscriptionType?> Update(string usn, SubscriptionType subscription, CancellationToken cancellation) =>
        await use.Of<UpdateSubscription>().ExecuteAsync(usn, subscription, cancellation);

    public Task ChangeUsername(string usn, string username, CancellationToken cancellation) =>
        use.Of<UpdateSubscription>().ChangeUsernameAsync(usn, username, cancellation);

    public Task SetCostCentre(string usn, int? costCentreId, CancellationToken cancellation) =>
        use.Of<UpdateSubscription>().SetCostCentreAsync(usn, costCentreId, cancellation);

    public Task SetClearPassword(string usn, CredentialType credential, CancellationToken cancellation) =>
        use.Of<Credentials>().SetAsync(usn, credential, cancellation);

    public async Task<CredentialsType?> GetAuthenticationCredentials(string usn, CancellationToken cancellation) =>
        await use.Of<Credentials>().GetAsync(usn, cancellation);

    public Task Cancel(string usn, XmlTimestamp fromTimestamp, CancellationToken cancellation) =>
        use.Of<SubscriptionLifecycle>().CancelAsync(usn, fromTimestamp, cancellation);

    public Task Suspend(string usn, XmlTimestamp? fromTimestamp, string? comment, CancellationToken cancellation) =>
        use.Of<SubscriptionLifecycle>().SuspendAsync(usn, fromTimestamp, comment, cancellation);

    public Task Resume(string usn, XmlTimestamp fromTimestamp, string? comment, CancellationToken cancellation) =>
        use.Of<SubscriptionLifecycle>().ResumeAsync(usn, fromTimestamp, comment, cancellation);

    public async Task<string?> ApplyFeature(
        string usn,
        int featureId,
        XmlDate? startDate,
        XmlDate? endDate,
        CancellationToken cancellation
    ) => await use.Of<SubscriptionFeatures>().ApplyAsync(usn, featureId, startDate, endDate, cancellation);

    public Task StopApplyingFeature(string subscriptionFeatureId, XmlDate? endDate, CancellationToken cancellation) =>
        use.Of<SubscriptionFeatures>().StopAsync(subscriptionFeatureId, endDate, cancellation);

    public async Task<SubscriptionIpRangesType?> GetIpRanges(string usn, CancellationToken cancellation) =>
        new()
        {
            SubscriptionIpRange =
            [
                .. (await use.Of<SubscriptionNumbers>().RangesAsync(usn, cancellation)).Select(range => IpRangeDocuments.Document(range)),
            ],
        };

    public async Task<SubscriptionIpRangeType?> AddIpRange(string usn, IpRangeType ipRange, CancellationToken cancellation) =>
        IpRangeDocuments.Document(
            await use.Of<SubscriptionNumbers>().AddRangeAsync(usn, ipRange.FromAddress, ipRange.ToAddress, cancellation)
        );

    public async Task<SubscriptionIpRangeType?> AddIpRangeReservation(string usn, string reservationId, CancellationToken cancellation) =>
        IpRangeDocuments.Document(
            await use.Of<SubscriptionNumbers>().AddReservationAsync(usn, reservationId, cancellation),
            namesPool: true
        );

    public Task RemoveIpRange(string usn, string ipRangeId, CancellationToken cancellation) =>
        use.Of<SubscriptionNumbers>().RemoveRangeAsync(usn, ipRangeId, cancellation);

    public async Task<PoolReservationLinksType?> GetPoolReservationLinks(string usn, CancellationToken cancellation) =>
        new()
        {
            Link = [.. (await use.Of<SubscriptionNumbers>().LinksAsync(usn, cancellation)).Select(link => LinkDocuments.Document(link))],
        };

    public async Task<PoolReservationLinkType?> RemovePoolReservationLink(
        string usn,
        string reservationLinkId,
        CancellationToken cancellation
    ) =>
        await use.Of<SubscriptionNumbers>().RemoveLinkAsync(usn, reservationLinkId, cancellation) is { } kept
            ? LinkDocuments.Document(kept)
            : null;

    public async Task<SubscriptionFeatureListType?> GetActiveFeatures(string usn, CancellationToken cancellation) =>
        await use.Of<SubscriptionQueries>().GetActiveFeaturesAsync(usn, cancellation);

    public Task MigrateSubscription(string usn, string toAccountUsn, CancellationToken cancellation) =>
        use.Of<MigrateSubscription>().ExecuteAsync(usn, toAccountUsn, cancellation);
}
