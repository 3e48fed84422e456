using Smile.Contracts;
using Smile.CustomCollections;
using Smile.Hosting.CustomCollections;
using Smile.Kernel;

namespace Smile.Api.Soap;

internal sealed class CustomFieldsEndpoint(UseCases use) : IConfigCustomFieldsEndpoint
{
    public async Task<CustomCollectionEntryType?> GetCollectionEntry(int key, CancellationToken cancellation) =>
        EntryDocuments.Document(await use.Of<CollectionQueries>().GetAsync(key, cancellation));

    public async Task<CustomCollectionEntryType?> GetCollectionEntryByEntryCode(
        string collectionCode,
        string entryCode,
        CancellationToken cancellation
    ) => EntryDocuments.Document(await use.Of<CollectionQueries>().GetAsync(collectionCode, entryCode, cancellation));

    public async Task<CustomCollectionEntrySearchResultsType?> FindCollectionEntries(
        string collectionCode,
        SearchConditionType searchCondition,
        int limit,
        int offset,
        CancellationToken cancellation
    )
    {
        var page = new SearchPage(limit, offset);
        var wanted = searchCondition.EqualsValue;
        var found = await use.Of<CollectionQueries>().FindAsync(collectionCode, wanted?.Attribute, wanted?.Value, page, cancellation);
        return new CustomCollectionEntrySearchResultsType
        {
            Limit = page.Limit,
            Offset = page.Offset,
            MoreResults = found.HasMore,
            CustomCollectionEntryList = new CustomCollectionEntryListType
            {
                CustomCollectionEntry = [.. found.Entries.Select(EntryDocuments.Document)],
            },
        };
    }

    public async Task<CustomCollectionEntryType?> AddCollectionEntry(
        NewCustomCollectionEntryRequestType newCustomCollectionEntryRequest,
        CancellationToken cancellation
    ) =>
        EntryDocuments.Document(
            await use.Of<CollectionChanges>()
                .AddAsync(
                    new EntryContent(
                        newCustomCollectionEntryRequest.CollectionCode,
                        newCustomCollectionEntryRequest.EntryCode,
                        zone => FieldValues.From(newCustomCollectionEntryRequest.Object, zone)
                    ),
                    cancellation
                )
        );

    public Task UpdateCollectionEntry(CustomCollectionEntryType customCollectionEntry, CancellationToken cancellation) =>
        use.Of<CollectionChanges>()
            .UpdateAsync(
                customCollectionEntry.Key,
                new EntryContent(
                    customCollectionEntry.CollectionCode,
                    customCollectionEntry.EntryCode,
                    zone => FieldValues.From(customCollectionEntry.Object, zone)
                ),
                cancellation
            );

    public Task DeleteCollectionEntry(int key, CancellationToken cancellation) =>
        use.Of<CollectionChanges>().DeleteAsync(key, cancellation);
}
