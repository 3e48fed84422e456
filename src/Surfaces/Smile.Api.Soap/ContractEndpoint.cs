using Smile.Billing.Contracts;
using Smile.Contracts;
using Smile.Soap.Xml;

namespace Smile.Api.Soap;

internal sealed class ContractEndpoint(UseCases use) : IContractEndpoint
{
    public async Task<ContractDescriptionListType?> GetContractsForService(int sid, CancellationToken cancellation) =>
        await use.Of<ContractQueries>().OfServiceAsync(sid, cancellation);

    public async Task<PlanContractDescriptionListType?> GetAvailableContractsForPlan(
        int company,
        string plan,
        XmlTimestamp when,
        CancellationToken cancellation
    ) => await use.Of<ContractQueries>().OfPlanAsync(company, plan, when, cancellation);

    public Task<SubscriptionContractType?> GetActiveSubscriptionContract(string usn, XmlTimestamp when, CancellationToken cancellation) =>
        use.Of<ContractQueries>().ActiveAsync(usn, when, cancellation);

    public Task<SubscriptionContractType?> GetCurrentSubscriptionContract(string usn, CancellationToken cancellation) =>
        use.Of<ContractQueries>().CurrentAsync(usn, cancellation);

    public async Task<SubscriptionContractType?> GetSubscriptionContractById(
        string subscriptionContractId,
        CancellationToken cancellation
    ) => await use.Of<ContractQueries>().ByIdAsync(subscriptionContractId, cancellation);

    public async Task<SubscriptionContractListType?> GetSubscriptionContracts(string usn, CancellationToken cancellation) =>
        await use.Of<ContractQueries>().ListAsync(usn, cancellation);

    public async Task<SubscriptionContractType?> AddSubscriptionContract(
        string usn,
        int contractId,
        XmlTimestamp startDate,
        XmlTimestamp? endDate,
        CancellationToken cancellation
    ) => await use.Of<AddSubscriptionContract>().ExecuteAsync(usn, contractId, startDate, endDate, cancellation);

    public Task UpdateSubscriptionContract(string usn, SubscriptionContractType subscriptionContract, CancellationToken cancellation) =>
        use.Of<UpdateSubscriptionContract>().ExecuteAsync(usn, subscriptionContract, cancellation);

    public async Task<SubscriptionContractTerminationOfferType?> ProposeContractTermination(
        string usn,
        int subscriptionContractId,
        XmlTimestamp terminationDate,
        CancellationToken cancellation
    ) => await use.Of<ContractTermination>().ProposeAsync(usn, subscriptionContractId, terminationDate, cancellation);

    public async Task<SubscriptionContractTerminationResponseType?> CommitContractTermination(
        string usn,
        SubscriptionContractTerminationOfferType subscriptionContractTerminationOffer,
        CancellationToken cancellation
    ) => await use.Of<ContractTermination>().CommitAsync(usn, subscriptionContractTerminationOffer, cancellation);
}
