using Smile.Billing.Plans;
using Smile.Contracts;
using Smile.Correspondence.ForgottenPasswords;
using Smile.Customers.Access;
using Smile.Ordering.Provisioning;
using Smile.Ordering.Services;

namespace Smile.Server.Endpoints;

internal sealed class ProvisioningEndpoint(ProvisionUpdates updates) : IProvisioningEndpoint
{
    public async Task<ProvisionRequestsType?> GetIncompleteProvisionRequests(string usn, CancellationToken cancellation) =>
        await updates.ListIncompleteAsync(usn, cancellation);

    public async Task<ProvisioningResponseType?> ProvisioningUpdate(
        int provisionRequestId,
        ProvisionRequestStatusType? provisionRequestStatus,
        string? logMessage,
        CancellationToken cancellation
    ) => await updates.UpdateAsync(provisionRequestId, provisionRequestStatus, logMessage, cancellation);

    public async Task<ProvisioningResponseType?> RetryProvisioning(int provisionRequestId, CancellationToken cancellation) =>
        await updates.AskAgainAsync(provisionRequestId, cancellation);
}

internal sealed class RecurringChargeEndpoint(RecurringCharges charges) : IRecurringChargeEndpoint
{
    public async Task<SimpleRecurringChargeType?> GetSimpleRecurringCharge(string userAutoChargeId, CancellationToken cancellation) =>
        await charges.GetAsync(userAutoChargeId, cancellation);

    public async Task<SimpleRecurringChargesType?> GetSimpleRecurringCharges(string usn, CancellationToken cancellation) =>
        await charges.ListAsync(usn, cancellation);

    public async Task<SimpleRecurringChargesType?> AddSimpleRecurringCharges(
        string usn,
        NewSimpleRecurringChargesType newSimpleRecurringCharges,
        CancellationToken cancellation
    ) => await charges.AddAsync(usn, newSimpleRecurringCharges, cancellation);

    public Task UpdateSimpleRecurringCharges(
        string usn,
        NewSimpleRecurringChargesType newSimpleRecurringCharges,
        CancellationToken cancellation
    ) => charges.UpdateAsync(usn, newSimpleRecurringCharges, cancellation);
}

internal sealed class ServiceEndpoint(ServiceQueries queries, PlanQueries plans) : IServiceEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public Task<ServiceDescriptionType?> GetServiceDescription(int sid, CancellationToken cancellation) =>
        Task.FromResult<ServiceDescriptionType?>(queries.Describe(sid));

    public async Task<PlanConfigurationType?> GetPlanConfiguration(int company, string plan, CancellationToken cancellation) =>
        await plans.ConfigurationAsync(company, plan, cancellation);

    public async Task<ServiceQualificationResponseType?> QualifyService(
        int sid,
        ServiceQualificationArgumentsType serviceQualificationArguments,
        CancellationToken cancellation
    ) => await queries.QualifyAsync(sid, serviceQualificationArguments, cancellation);
}

internal sealed class CatEndpoint(ForgotPassword forgotPassword) : ICatEndpoint
{
    public Task TriggerCatForgotPasswordEmail(string catUsername, CancellationToken cancellation) =>
        forgotPassword.ExecuteAsync(catUsername, cancellation);
}

internal sealed class AuthenticationEndpoint(Authenticate authenticate) : IAuthenticationEndpoint
{
    public async Task<AuthenticationResponseType?> Authenticate(
        AuthenticationRequestType authenticationRequest,
        CancellationToken cancellation
    ) => await authenticate.ExecuteAsync(authenticationRequest, cancellation);
}

internal sealed class CrmEndpoint : ICrmEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);
}
