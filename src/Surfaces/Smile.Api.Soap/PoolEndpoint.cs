using Smile.Contracts;
using Smile.Hosting.NumberPools;
using Smile.NumberPools;

namespace Smile.Api.Soap;

internal sealed class PoolEndpoint(UseCases use) : IPoolEndpoint
{
    public async Task<PoolSearchResultsType?> Search(PoolSearchCriteriaType poolSearchCriteria, CancellationToken cancellation)
    {
        var found = await use.Of<SearchPool>()
            .ExecuteAsync(
                new PoolSearch(
                    poolSearchCriteria.PoolId,
                    poolSearchCriteria.SearchRangeStart,
                    poolSearchCriteria.SearchRangeEnd,
                    poolSearchCriteria.DesiredRangeSize,
                    poolSearchCriteria.ResultLimit,
                    Holder(poolSearchCriteria.BackLink)
                ),
                cancellation
            );
        return new PoolSearchResultsType
        {
            PoolSearchResult =
            [
                .. found.Select(range => new PoolSearchResultType
                {
                    PoolId = range.PoolId.ToString(),
                    RangeStart = range.Start,
                    RangeEnd = range.End,
                }),
            ],
        };
    }

    public async Task<PoolReservationLinkType?> GetLink(string linkId, CancellationToken cancellation) =>
        LinkDocuments.Document(await use.Of<PoolOperations>().GetAsync(linkId, cancellation));

    public async Task<PoolReservationLinkType?> CreateReservation(
        string poolId,
        string start,
        string end,
        LinkTypeType linkType,
        BackLinkType? backLink,
        CancellationToken cancellation
    ) =>
        LinkDocuments.Document(
            await use.Of<PoolOperations>().CreateAsync(poolId, start, end, FromWire(linkType), Holder(backLink), cancellation)
        );

    public async Task<PoolReservationLinkType?> CreateLinkToReservation(
        string reservationId,
        LinkTypeType linkType,
        BackLinkType? backLink,
        CancellationToken cancellation
    ) =>
        LinkDocuments.Document(await use.Of<PoolOperations>().LinkAsync(reservationId, FromWire(linkType), Holder(backLink), cancellation));

    public async Task<PoolReservationLinkType?> Unlink(string linkId, CancellationToken cancellation) =>
        await use.Of<PoolOperations>().UnlinkAsync(linkId, cancellation) is { } kept ? LinkDocuments.Document(kept) : null;

    private static BackLink? Holder(BackLinkType? document) => document is null ? null : new BackLink(document.Type, document.Key);

    private static PoolLinkType FromWire(LinkTypeType type) =>
        type switch
        {
            LinkTypeType.Temporary => PoolLinkType.Temporary,
            LinkTypeType.PreAllocation => PoolLinkType.PreAllocation,
            LinkTypeType.Allocation => PoolLinkType.Allocation,
            LinkTypeType.Quarantine => PoolLinkType.Quarantine,
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
}
