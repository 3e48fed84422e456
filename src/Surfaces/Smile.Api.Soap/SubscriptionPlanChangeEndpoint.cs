using Smile.Billing.Plans;
using Smile.Contracts;

namespace Smile.Api.Soap;

internal sealed class SubscriptionPlanChangeEndpoint(UseCases use) : ISubscriptionPlanChangeEndpoint
{
    public async Task<PlanConfigurationsType?> GetSubscriptionPlans(string usn, string? timestamp, CancellationToken cancellation) =>
        await use.Of<AvailablePlans>().OfSubscriptionAsync(usn, timestamp, cancellation);

    public async Task<PlanConfigurationsType?> GetServicePlans(int sid, string? usn, string? timestamp, CancellationToken cancellation) =>
        await use.Of<AvailablePlans>().OfServiceAsync(sid, usn, timestamp, cancellation);

    public async Task<PlanChangeOfferType?> ProposePlanChange(
        string usn,
        PlanChangeProposalType planChangeProposal,
        CancellationToken cancellation
    ) => await use.Of<PlanChangeOffers>().ProposeAsync(usn, planChangeProposal, cancellation);

    public async Task<PlanChangeResponseType?> CommitPlanChange(
        string usn,
        PlanChangeOfferType planChangeOffer,
        CancellationToken cancellation
    ) => await use.Of<PlanChangeOffers>().CommitAsync(usn, planChangeOffer, cancellation);
}
