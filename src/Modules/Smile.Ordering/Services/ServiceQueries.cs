using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Ordering.Services;

/// <summary>getServiceDescription() and qualifyService() (guide, lines 18651, 18729).</summary>
[UseCase]
public sealed class ServiceQueries(StageSession session, IEnumerable<IServiceQualifier> qualifiers)
{
    public ServiceDescriptionType Describe(int sid)
    {
        var service = session.Catalogue.Service(sid) ?? throw Refuse.NotFound("sid", sid, "There is no such service.", Missing.Service);
        return new ServiceDescriptionType
        {
            SID = service.Id,
            Name = service.Name,
            ServiceProperties = FormDocuments.Properties(new FieldValues(service.Properties)),
            SubscriptionForm = FormDocuments.Describe(service.Name, service.Fields),
        };
    }

    /// <summary>Asks the service's qualifier, at an upstream provider or in a table.</summary>
    public async Task<ServiceQualificationResponseType> QualifyAsync(
        int sid,
        ServiceQualificationArgumentsType document,
        CancellationToken cancellation
    )
    {
        const Fault fault = Fault.ServiceQualificationException;
        var service = session.Catalogue.Service(sid) ?? throw Refuse.NotFound("sid", sid, "There is no such service.", Missing.Service);
        if (service.Qualifier is not { } settings)
        {
            throw Refuse.With(fault, "sid", sid, "The service has no qualification module. Configure one in the catalogue.");
        }

        var qualifier =
            qualifiers.FirstOrDefault(candidate => candidate.Kind == settings.Kind)
            ?? throw Refuse.With(fault, "sid", sid, $"This server has no qualification module of the kind '{settings.Kind}'.");
        try
        {
            var answer = await qualifier.QualifyAsync(
                service,
                settings,
                FieldValues.From(document.Arguments.Object, session.Catalogue.LocalZone),
                cancellation
            );
            return new ServiceQualificationResponseType { Response = FormDocuments.Properties(answer) };
        }
        catch (QualificationFailedException exception)
        {
            throw Refuse.With(fault, "sid", sid, exception.Message);
        }
    }
}
