using Microsoft.EntityFrameworkCore;
using Smile.NumberPools.Storage;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>Ends the links of a pool whose time is over, as due work: whichever server comes first has the pool's lock.</summary>
[UseCase]
public sealed class ExpireLinks(StageSession session, LinkedReservations reservations)
{
    /// <summary>So many in a transaction: others do not wait long for the pool.</summary>
    private const int Batch = 200;

    /// <returns>How many were ended; less than are over where they are many.</returns>
    public async Task<int> ExecuteAsync(Guid poolId, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        if (await session.Database.TryLockPoolAsync(poolId, cancellation) is not { } row)
        {
            return 0;
        }

        var pool = session.PoolOf(row);
        var ids = await session
            .Database.PoolLinks.Where(link => link.Expiry <= session.Now)
            .Join(
                session.Database.PoolReservations.Where(reservation => reservation.Pool == row.Number),
                link => link.ReservationId,
                reservation => reservation.Id,
                (link, reservation) => new { link.Expiry, reservation.Id }
            )
            .OrderBy(found => found.Expiry)
            .Select(found => found.Id)
            .Take(Batch)
            .ToListAsync(cancellation);
        var found = await session
            .Database.PoolReservations.Where(reservation => ids.Contains(reservation.Id))
            .Include(reservation => reservation.Links)
            .ToListAsync(cancellation);
        var ended = 0;
        foreach (var reservation in found.OrderBy(reservation => ids.IndexOf(reservation.Id)))
        {
            ended += await reservations.EndExpiredAsync(row, pool, reservation, cancellation);
        }

        await session.CommitAsync(cancellation);
        return ended;
    }
}
