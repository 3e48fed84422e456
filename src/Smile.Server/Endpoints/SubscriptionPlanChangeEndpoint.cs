using Smile.Billing.Plans;
using Smile.Contracts;

namespace Smile.Server.Endpoints;

internal sealed class SubscriptionPlanChangeEndpoint(AvailablePlans plans, PlanChangeOffers offers) : ISubscriptionPlanChangeEndpoint
{
    public async Task<PlanConfigurationsType?> GetSubscriptionPlans(string usn, string? timestamp, CancellationToken cancellation) =>
        await plans.OfSubscriptionAsync(usn, timestamp, cancellation);

    public async Task<PlanConfigurationsType?> GetServicePlans(int sid, string? usn, string? timestamp, CancellationToken cancellation) =>
        await plans.OfServiceAsync(sid, usn, timestamp, cancellation);

    public async Task<PlanChangeOfferType?> ProposePlanChange(
        string usn,
        PlanChangeProposalType planChangeProposal,
        CancellationToken cancellation
    ) => await offers.ProposeAsync(usn, planChangeProposal, cancellation);

    public async Task<PlanChangeResponseType?> CommitPlanChange(
        string usn,
        PlanChangeOfferType planChangeOffer,
        CancellationToken cancellation
    ) => await offers.CommitAsync(usn, planChangeOffer, cancellation);
}
