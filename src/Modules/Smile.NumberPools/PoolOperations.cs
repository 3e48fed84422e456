using Smile.Session;

namespace Smile.NumberPools;

/// <summary>createReservation(), createLinkToReservation(), unlink() and getLink(), each in a transaction of its own.</summary>
[UseCase]
public sealed class PoolOperations(StageSession session, LinkedReservations reservations)
{
    public async Task<ReservationLink> CreateAsync(
        string poolId,
        string start,
        string end,
        PoolLinkType type,
        BackLink? holder,
        CancellationToken cancellation
    )
    {
        await session.Database.BeginAsync(cancellation);
        var link = await reservations.CreateAsync(poolId, start, end, type, holder, cancellation);
        await session.CommitAsync(cancellation);
        return link;
    }

    public async Task<ReservationLink> LinkAsync(string reservationId, PoolLinkType type, BackLink? holder, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var link = await reservations.LinkAsync(reservationId, type, holder, cancellation);
        await session.CommitAsync(cancellation);
        return link;
    }

    /// <returns>The link that keeps the numbers back; null for none.</returns>
    public async Task<ReservationLink?> UnlinkAsync(string linkId, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var kept = await reservations.UnlinkAsync(linkId, cancellation);
        await session.CommitAsync(cancellation);
        return kept;
    }

    public async Task<ReservationLink> GetAsync(string linkId, CancellationToken cancellation) =>
        await reservations.FindLinkAsync(linkId, cancellation) ?? throw LinkedReservations.NoSuchLink(linkId);
}
