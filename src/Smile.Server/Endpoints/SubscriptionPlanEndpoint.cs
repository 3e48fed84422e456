using Smile.Billing.ManagedPlans;
using Smile.Contracts;

namespace Smile.Server.Endpoints;

internal sealed class SubscriptionPlanEndpoint(ManagedPlanQueries queries, ManagedPlanOffers offers, ManagedPlanChanges changes)
    : ISubscriptionPlanEndpoint
{
    public Task<ManagedPlanGroupType?> GetCurrentManagedPlanGroup(string usn, CancellationToken cancellation) =>
        queries.CurrentGroupAsync(usn, cancellation);

    public async Task<ManagedPlanGroupType?> GetManagedPlanGroup(string managedPlanGroupId, CancellationToken cancellation) =>
        await queries.GroupAsync(managedPlanGroupId, cancellation);

    public async Task<ManagedPlanGroupListType?> GetManagedPlanGroups(int sid, CancellationToken cancellation) =>
        await queries.GroupsAsync(sid, cancellation);

    public async Task<ManagedPlanQuoteListType?> GetManagedPlanChoices(string usn, CancellationToken cancellation) =>
        await offers.ListAsync(usn, cancellation);

    public async Task<ManagedPlanScheduleType?> GetPlanSchedule(string usn, CancellationToken cancellation) =>
        await queries.ScheduleAsync(usn, cancellation);

    public async Task<ManagedPlanChangeResponseType?> ChangePlan(
        string usn,
        string managedPlanChoiceId,
        PaymentRequestType? paymentRequest,
        ObjectType? planOptions,
        CancellationToken cancellation
    ) => await changes.ChangeAsync(usn, managedPlanChoiceId, paymentRequest, planOptions, cancellation);

    public Task ChangeManagedPlanGroup(
        string usn,
        string managedPlanGroupId,
        string managedPlanChoiceId,
        ManagedPlanChangeTimingType managedPlanChangeTiming,
        ObjectType? planOptions,
        CancellationToken cancellation
    ) => changes.ChangeGroupAsync(usn, managedPlanGroupId, managedPlanChoiceId, managedPlanChangeTiming, planOptions, cancellation);
}
