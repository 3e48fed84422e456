using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating;

/// <summary>getTariffTypes() (guide, line 19167).</summary>
[UseCase]
public sealed class TariffTypes(StageSession session)
{
    /// <summary>The types of tariffs of a service, with the company that each belongs to: the first one where it is for all.</summary>
    /// <exception cref="SmileException">There is no such service.</exception>
    public (Service Service, IReadOnlyList<(TariffTypeItem Type, Company Company)> Types) Of(int sid)
    {
        var catalogue = session.Catalogue;
        var service =
            catalogue.Service(sid)
            ?? throw Refuse.With(Fault.ServiceTariffTypeException, "sid", sid, "There is no such service. Give the SID of one.");
        return (
            service,
            [
                .. catalogue
                    .Content.TariffTypes.Where(type => type.Service == sid)
                    .OrderBy(type => type.Id)
                    .Select(type => (type, type.Company is { } company ? catalogue.Company(company) : catalogue.Content.Companies[0])),
            ]
        );
    }
}
