using Smile.Session;

namespace Smile.NumberPools;

/// <summary>createReservation(), createLinkToReservation() and getLink(), each in a transaction of its own.</summary>
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

    public async Task<ReservationLink> GetAsync(string linkId, CancellationToken cancellation) =>
        await reservations.FindLinkAsync(linkId, cancellation) ?? throw LinkedReservations.NoSuchLink(linkId);
}
