using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>Finds the custom collections of a session's catalogue, and their entries.</summary>
internal static class CollectionsOfSession
{
    extension(StageSession session)
    {
        /// <exception cref="SmileException">There is no such collection.</exception>
        public CustomCollection RequireCollection(string code) =>
            session.Catalogue.CustomCollection(code.Trim())
            ?? throw Refuse.NotFound(
                "collectionCode",
                code,
                "There is no such custom collection: the catalogue defines them.",
                Missing.CustomCollection
            );

        /// <summary>An entry of a collection that the catalogue has.</summary>
        /// <param name="forChange">Whether it is to be changed, within a transaction that changes entries.</param>
        /// <exception cref="SmileException">There is no such entry.</exception>
        public async Task<EntryOfCollection> RequireEntryAsync(int key, bool forChange, CancellationToken cancellation)
        {
            var entries = forChange ? session.Database.CollectionEntries : session.Database.CollectionEntries.AsNoTracking();
            return
                await entries.FirstOrDefaultAsync(candidate => candidate.Key == key, cancellation) is { } entry
                && session.Catalogue.CustomCollection(entry.CollectionCode) is { } collection
                ? new EntryOfCollection(collection, entry)
                : throw Refuse.NotFound(
                    "key",
                    key,
                    "There is no such entry. Use findCollectionEntries() or getCollectionEntryByEntryCode() to learn keys.",
                    Missing.CustomCollectionEntry
                );
        }

        /// <summary>On whose clocks timestamps of a collection's fields are.</summary>
        public BillingTimeZone ZoneOf(CustomCollection collection) =>
            session.Catalogue.Zone(session.Catalogue.CompanyOf(collection).TimeZone);
    }
}
