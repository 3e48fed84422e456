using Smile.Contracts;
using Smile.Domain.Access;
using Smile.Domain.Cat;
using Smile.Domain.Provisioning;
using Smile.Domain.Services;

namespace Smile.Server.Endpoints;

internal sealed class ProvisioningEndpoint(ProvisionUpdates updates) : IProvisioningEndpoint
{
    public async Task<ProvisionRequestsType?> GetIncompleteProvisionRequests(string usn, CancellationToken cancellation) => await updates.ListIncompleteAsync(usn, cancellation).ConfigureAwait(false);

    public async Task<ProvisioningResponseType?> ProvisioningUpdate(int provisionRequestId, ProvisionRequestStatusType? provisionRequestStatus, string? logMessage, CancellationToken cancellation) =>
        await updates.UpdateAsync(provisionRequestId, provisionRequestStatus, logMessage, cancellation).ConfigureAwait(false);
}

internal sealed class ServiceEndpoint(ServiceQueries queries) : IServiceEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public Task<ServiceDescriptionType?> GetServiceDescription(int sid, CancellationToken cancellation) => Task.FromResult<ServiceDescriptionType?>(queries.Describe(sid));

    public async Task<ServiceQualificationResponseType?> QualifyService(int sid, ServiceQualificationArgumentsType serviceQualificationArguments, CancellationToken cancellation) =>
        await queries.QualifyAsync(sid, serviceQualificationArguments, cancellation).ConfigureAwait(false);
}

internal sealed class CatEndpoint(ForgotPassword forgotPassword) : ICatEndpoint
{
    public Task TriggerCatForgotPasswordEmail(string catUsername, CancellationToken cancellation) => forgotPassword.ExecuteAsync(catUsername, cancellation);
}

internal sealed class AuthenticationEndpoint(Authenticate authenticate) : IAuthenticationEndpoint
{
    public async Task<AuthenticationResponseType?> Authenticate(AuthenticationRequestType authenticationRequest, CancellationToken cancellation) =>
        await authenticate.ExecuteAsync(authenticationRequest, cancellation).ConfigureAwait(false);
}

internal sealed class CrmEndpoint : ICrmEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);
}
