using Smile.Billing.Plans;
using Smile.Contracts;
using Smile.Correspondence.ForgottenPasswords;
using Smile.Customers.Access;
using Smile.Ordering.Provisioning;
using Smile.Ordering.Services;
using Smile.Rating;

namespace Smile.Api.Soap;

internal sealed class ProvisioningEndpoint(UseCases use) : IProvisioningEndpoint
{
    public async Task<ProvisionRequestsType?> GetIncompleteProvisionRequests(string usn, CancellationToken cancellation) =>
        await use.Of<ProvisionUpdates>().ListIncompleteAsync(usn, cancellation);

    public async Task<ProvisioningResponseType?> ProvisioningUpdate(
        int provisionRequestId,
        ProvisionRequestStatusType? provisionRequestStatus,
        string? logMessage,
        CancellationToken cancellation
    ) => await use.Of<ProvisionUpdates>().UpdateAsync(provisionRequestId, provisionRequestStatus?.ToResult(), logMessage, cancellation);

    public async Task<ProvisioningResponseType?> RetryProvisioning(int provisionRequestId, CancellationToken cancellation) =>
        await use.Of<ProvisionUpdates>().AskAgainAsync(provisionRequestId, cancellation);
}

internal sealed class RecurringChargeEndpoint(UseCases use) : IRecurringChargeEndpoint
{
    public async Task<SimpleRecurringChargeType?> GetSimpleRecurringCharge(string userAutoChargeId, CancellationToken cancellation) =>
        await use.Of<RecurringCharges>().GetAsync(userAutoChargeId, cancellation);

    public async Task<SimpleRecurringChargesType?> GetSimpleRecurringCharges(string usn, CancellationToken cancellation) =>
        await use.Of<RecurringCharges>().ListAsync(usn, cancellation);

    public async Task<SimpleRecurringChargesType?> AddSimpleRecurringCharges(
        string usn,
        NewSimpleRecurringChargesType newSimpleRecurringCharges,
        CancellationToken cancellation
    ) => await use.Of<RecurringCharges>().AddAsync(usn, newSimpleRecurringCharges, cancellation);

    public Task UpdateSimpleRecurringCharges(
        string usn,
        NewSimpleRecurringChargesType newSimpleRecurringCharges,
        CancellationToken cancellation
    ) => use.Of<RecurringCharges>().UpdateAsync(usn, newSimpleRecurringCharges, cancellation);
}

internal sealed class ServiceEndpoint(UseCases use) : IServiceEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public Task<ServiceDescriptionType?> GetServiceDescription(int sid, CancellationToken cancellation) =>
        Task.FromResult<ServiceDescriptionType?>(use.Of<ServiceQueries>().Describe(sid));

    public async Task<PlanConfigurationType?> GetPlanConfiguration(int company, string plan, CancellationToken cancellation) =>
        await use.Of<PlanQueries>().ConfigurationAsync(company, plan, cancellation);

    public Task<TariffTypesType?> GetTariffTypes(int sid, CancellationToken cancellation)
    {
        var (service, types) = use.Of<TariffTypes>().Of(sid);
        return Task.FromResult<TariffTypesType?>(
            new TariffTypesType
            {
                TariffTypeType =
                [
                    .. types.Select(each => new TariffTypeDescriptionType
                    {
                        TariffType = each.Type.Id,
                        Service = new KeyedValueType { Key = service.Id, Value = service.Name },
                        Company = new KeyedValueType { Key = each.Company.Id, Value = each.Company.Name },
                        Name = each.Type.Name,
                    }),
                ],
            }
        );
    }

    public async Task<DestinationsType?> GetOverrideableDestinations(int sid, CancellationToken cancellation) =>
        new DestinationsType
        {
            DestinationType =
            [
                .. (await use.Of<OverrideableDestinations>().OfAsync(sid, cancellation)).Select(each => new DestinationDescriptionType
                {
                    Destination = each.Id,
                    Service = new KeyedValueType { Key = each.Service.Id, Value = each.Service.Name },
                    Company = new KeyedValueType { Key = each.Company.Id, Value = each.Company.Name },
                    Name = each.Name,
                    DestinationClass = each.Class,
                }),
            ],
        };

    public async Task<ServiceQualificationResponseType?> QualifyService(
        int sid,
        ServiceQualificationArgumentsType serviceQualificationArguments,
        CancellationToken cancellation
    ) => await use.Of<ServiceQueries>().QualifyAsync(sid, serviceQualificationArguments, cancellation);
}

internal sealed class CatEndpoint(UseCases use) : ICatEndpoint
{
    public Task TriggerCatForgotPasswordEmail(string catUsername, CancellationToken cancellation) =>
        use.Of<ForgotPassword>().ExecuteAsync(catUsername, cancellation);
}

internal sealed class AuthenticationEndpoint(UseCases use) : IAuthenticationEndpoint
{
    public async Task<AuthenticationResponseType?> Authenticate(
        AuthenticationRequestType authenticationRequest,
        CancellationToken cancellation
    ) => await use.Of<Authenticate>().ExecuteAsync(authenticationRequest, cancellation);
}
