using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Session;

namespace Smile.Customers.Subservices;

/// <summary>Which usernames subservices have.</summary>
internal static class SubserviceUsernames
{
    /// <summary>Those of some services with a username that are not removed.</summary>
    public static IQueryable<Subservice> Named(
        this IQueryable<Subservice> subservices,
        CatalogueSnapshot catalogue,
        IEnumerable<int> services,
        params string[] usernames
    ) => subservices.Where(subservice => subservice.Removed == null).NamedAsTyped(catalogue, services, usernames);

    extension(StageSession session)
    {
        /// <summary>
        /// Of some usernames, as their services compare them, those that subservices have; none of services that do not compare.
        /// </summary>
        /// <param name="except">Subservices that are not counted.</param>
        public async Task<IReadOnlyCollection<(int ServiceId, string Key)>> SubserviceNamesAsync(
            IReadOnlyCollection<(int ServiceId, string Username)> wanted,
            IReadOnlyCollection<long> except,
            CancellationToken cancellation
        )
        {
            var comparing = wanted
                .Where(each => session.Catalogue.Service(each.ServiceId)?.Subservices is { UniqueUsernames: true })
                .ToList();
            if (comparing.Count == 0)
            {
                return [];
            }

            var taken = await session
                .Database.ReadSubservices.Named(
                    session.Catalogue,
                    [.. comparing.Select(each => each.ServiceId).Distinct()],
                    [.. comparing.Select(each => each.Username).Distinct()]
                )
                .Where(subservice => !except.Contains(subservice.Id))
                .Select(subservice => new { subservice.ServiceId, subservice.Username })
                .ToListAsync(cancellation);
            return [.. taken.Select(each => (each.ServiceId, Usernames.KeyOf(session.Catalogue, each.ServiceId, each.Username)))];
        }
    }
}
