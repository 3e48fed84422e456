using Smile.Billing.ManagedPlans;
using Smile.Contracts;

namespace Smile.Api.Soap;

internal sealed class SubscriptionPlanEndpoint(UseCases use) : ISubscriptionPlanEndpoint
{
    public Task<ManagedPlanGroupType?> GetCurrentManagedPlanGroup(string usn, CancellationToken cancellation) =>
        use.Of<ManagedPlanQueries>().CurrentGroupAsync(usn, cancellation);

    public async Task<ManagedPlanGroupType?> GetManagedPlanGroup(string managedPlanGroupId, CancellationToken cancellation) =>
        await use.Of<ManagedPlanQueries>().GroupAsync(managedPlanGroupId, cancellation);

    public async Task<ManagedPlanGroupListType?> GetManagedPlanGroups(int sid, CancellationToken cancellation) =>
        await use.Of<ManagedPlanQueries>().GroupsAsync(sid, cancellation);

    public async Task<ManagedPlanQuoteListType?> GetManagedPlanChoices(string usn, CancellationToken cancellation) =>
        await use.Of<ManagedPlanOffers>().ListAsync(usn, cancellation);

    public async Task<ManagedPlanScheduleType?> GetPlanSchedule(string usn, CancellationToken cancellation) =>
        await use.Of<ManagedPlanQueries>().ScheduleAsync(usn, cancellation);

    public async Task<ManagedPlanChangeResponseType?> ChangePlan(
        string usn,
        string managedPlanChoiceId,
        PaymentRequestType? paymentRequest,
        ObjectType? planOptions,
        CancellationToken cancellation
    ) => await use.Of<ManagedPlanChanges>().ChangeAsync(usn, managedPlanChoiceId, paymentRequest, planOptions, cancellation);

    public Task ChangeManagedPlanGroup(
        string usn,
        string managedPlanGroupId,
        string managedPlanChoiceId,
        ManagedPlanChangeTimingType managedPlanChangeTiming,
        ObjectType? planOptions,
        CancellationToken cancellation
    ) =>
        use.Of<ManagedPlanChanges>()
            .ChangeGroupAsync(usn, managedPlanGroupId, managedPlanChoiceId, managedPlanChangeTiming, planOptions, cancellation);
}
