using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Session;

namespace Smile.Rating;

/// <summary>A destination that plan schedule items may have tariffs of their own for.</summary>
/// <param name="Class">Such as Domestic or International.</param>
public sealed record OverrideableDestination(int Id, Service Service, Company Company, string Name, string Class);

/// <summary>getOverrideableDestinations() (guide, line 19241).</summary>
[UseCase]
public sealed class OverrideableDestinations(StageSession session)
{
    /// <summary>
    /// Those of a service in the order of their numbers, with the company that each belongs to: the first one where it is for all. None
    /// where there is no such service: print has no fault for that (line 19289).
    /// </summary>
    public async Task<IReadOnlyList<OverrideableDestination>> OfAsync(int sid, CancellationToken cancellation)
    {
        var catalogue = session.Catalogue;
        if (catalogue.Service(sid) is not { } service)
        {
            return [];
        }

        var rows = await session
            .Database.Destinations.AsNoTracking()
            .Where(row => row.Service == sid && row.IsOverrideable)
            .OrderBy(row => row.Id)
            .ToListAsync(cancellation);
        return
        [
            .. rows.Select(row => new OverrideableDestination(
                row.Id,
                service,
                row.Company is { } company ? catalogue.Company(company) : catalogue.Content.Companies[0],
                row.Name,
                row.Class
            )),
        ];
    }
}
