using Smile.Billing.Contracts;
using Smile.Contracts;
using Smile.Soap.Xml;

namespace Smile.Server.Endpoints;

internal sealed class ContractEndpoint(
    ContractQueries queries,
    AddSubscriptionContract add,
    UpdateSubscriptionContract update,
    ContractTermination termination
) : IContractEndpoint
{
    public async Task<ContractDescriptionListType?> GetContractsForService(int sid, CancellationToken cancellation) =>
        await queries.OfServiceAsync(sid, cancellation);

    public async Task<PlanContractDescriptionListType?> GetAvailableContractsForPlan(
        int company,
        string plan,
        XmlTimestamp when,
        CancellationToken cancellation
    ) => await queries.OfPlanAsync(company, plan, when, cancellation);

    public Task<SubscriptionContractType?> GetActiveSubscriptionContract(string usn, XmlTimestamp when, CancellationToken cancellation) =>
        queries.ActiveAsync(usn, when, cancellation);

    public Task<SubscriptionContractType?> GetCurrentSubscriptionContract(string usn, CancellationToken cancellation) =>
        queries.CurrentAsync(usn, cancellation);

    public async Task<SubscriptionContractType?> GetSubscriptionContractById(
        string subscriptionContractId,
        CancellationToken cancellation
    ) => await queries.ByIdAsync(subscriptionContractId, cancellation);

    public async Task<SubscriptionContractListType?> GetSubscriptionContracts(string usn, CancellationToken cancellation) =>
        await queries.ListAsync(usn, cancellation);

    public async Task<SubscriptionContractType?> AddSubscriptionContract(
        string usn,
        int contractId,
        XmlTimestamp startDate,
        XmlTimestamp? endDate,
        CancellationToken cancellation
    ) => await add.ExecuteAsync(usn, contractId, startDate, endDate, cancellation);

    public Task UpdateSubscriptionContract(string usn, SubscriptionContractType subscriptionContract, CancellationToken cancellation) =>
        update.ExecuteAsync(usn, subscriptionContract, cancellation);

    public async Task<SubscriptionContractTerminationOfferType?> ProposeContractTermination(
        string usn,
        int subscriptionContractId,
        XmlTimestamp terminationDate,
        CancellationToken cancellation
    ) => await termination.ProposeAsync(usn, subscriptionContractId, terminationDate, cancellation);

    public async Task<SubscriptionContractTerminationResponseType?> CommitContractTermination(
        string usn,
        SubscriptionContractTerminationOfferType subscriptionContractTerminationOffer,
        CancellationToken cancellation
    ) => await termination.CommitAsync(usn, subscriptionContractTerminationOffer, cancellation);
}
