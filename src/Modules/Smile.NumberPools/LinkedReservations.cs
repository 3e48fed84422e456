using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Contracts.Messages;
using Smile.Kernel;
using Smile.NumberPools.Storage;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>
/// Reserves numbers, links to reservations and removes links, within the transaction of whoever calls: he has begun it and commits it. The
/// pool is locked by the first of these that changes something, behind any account.
/// </summary>
[UseCase]
public sealed class LinkedReservations(StageSession session, ILinkDocuments documents)
{
    /// <summary>Reserves a range and makes the first link to it (guide, line 19484).</summary>
    /// <exception cref="SmileException">The pool has no such numbers, or some of them are not free.</exception>
    public async Task<ReservationLink> CreateAsync(
        string poolId,
        string start,
        string end,
        PoolLinkType type,
        BackLink? holder,
        CancellationToken cancellation
    )
    {
        var pool = session.RequirePool(poolId);
        holder?.Check();
        var range = NumberForm.Of(pool).ParseRange("start", start, "end", end);
        RequireDuration(pool, type);
        if (
            await session.Database.LockPoolAsync(pool.Id, cancellation) is not { } row
            || !await session.Database.HasNumbersAsync(row.Number, range, cancellation)
        )
        {
            throw Refuse.Invalid("start", start, $"The pool '{pool.Name}' does not have all numbers from {start} to {end}.");
        }

        await EndExpiredAsync(row, range, cancellation);
        var released = holder is null ? [] : await ReleaseKeptAsync(row, range, holder, cancellation);

        if (!await session.Database.TakeFreeAsync(row.Number, range, cancellation))
        {
            throw Unavailable(start, end);
        }

        var reservation = Reserve(row, range);
        var link = Add(reservation, pool, type, holder);
        if (type == PoolLinkType.Temporary)
        {
            // Looking at a number for some minutes does not end its quarantine (guide, line 19324).
            session.Database.PausedQuarantines.AddRange(released.Select(kept => PausedQuarantine.Of(reservation, kept, holder!)));
        }

        await SaveAsync(start, end, cancellation);
        return Describe(pool, reservation, link);
    }

    /// <summary>Links to a reservation that is there (guide, line 19591).</summary>
    /// <exception cref="SmileException">There is no such reservation, or it is no longer active.</exception>
    public Task<ReservationLink> LinkAsync(string reservationId, PoolLinkType type, BackLink? holder, CancellationToken cancellation) =>
        LinkAsync(reservationId, type, holder, null, cancellation);

    /// <summary>The same, where it is nobody else's.</summary>
    /// <param name="check">Refuses by what holds the reservation, none where it has ended; null for nothing to check.</param>
    internal async Task<ReservationLink> LinkAsync(
        string reservationId,
        PoolLinkType type,
        BackLink? holder,
        Action<IReadOnlyCollection<PoolLink>>? check,
        CancellationToken cancellation
    )
    {
        holder?.Check();
        var (pool, row, reservation) = await LockReservationAsync(reservationId, cancellation);
        RequireDuration(pool, type);
        if (reservation.Ended is null)
        {
            await EndExpiredAsync(row, pool, reservation, cancellation);
        }

        check?.Invoke(reservation.Links);
        if (reservation.Ended is not null)
        {
            throw Refuse.Invalid("reservationId", reservationId, "The reservation is no longer active. Reserve the numbers again.");
        }

        var link = Add(reservation, pool, type, holder);
        if (type is PoolLinkType.PreAllocation or PoolLinkType.Allocation && holder is not null)
        {
            await EndPausedAsync([reservation], holder, cancellation);
        }

        await session.Database.SaveAsync(cancellation);
        return Describe(pool, reservation, link);
    }

    /// <summary>
    /// Removes a link. A number that was pre-allocated or allocated is kept back, where the pool says so (guide, line 19682).
    /// </summary>
    /// <returns>The link that keeps it back; null for none.</returns>
    /// <exception cref="SmileException">There is no such link, or it has ended.</exception>
    public async Task<ReservationLink?> UnlinkAsync(string linkId, CancellationToken cancellation)
    {
        var id = RequireId("linkId", linkId, NoSuchLink);
        var reservationId =
            await session
                .Database.PoolLinks.Where(link => link.Id == id)
                .Select(link => (Guid?)link.ReservationId)
                .FirstOrDefaultAsync(cancellation)
            ?? throw NoSuchLink(linkId);
        var (pool, row, reservation) = await LockReservationAsync(reservationId.ToString(), cancellation);
        var link =
            reservation.Links.FirstOrDefault(candidate => candidate.Id == id && !candidate.IsOver(session.Now)) ?? throw NoSuchLink(linkId);
        var kept =
            link.Type is PoolLinkType.PreAllocation or PoolLinkType.Allocation && pool.QuarantineDays > 0
                ? Add(reservation, pool, PoolLinkType.Quarantine, link.BackLink)
                : null;
        var left = await EndAsync(row, pool, reservation, link, kept, cancellation);
        await session.Database.SaveAsync(cancellation);
        return left;
    }

    /// <summary>
    /// Pre-allocates a number that is free, in quarantine for the holder himself, or kept for the order by a temporary link, which is given
    /// up for it. The holder does not have it yet.
    /// </summary>
    /// <param name="owners">Whose temporary links keep numbers for the order.</param>
    /// <param name="reservationId">The reservation that whoever orders says is his; null for none.</param>
    /// <returns>False where the pool lacks the number, or it is not to be had.</returns>
    internal async Task<bool> PreAllocateAsync(
        NumberPool pool,
        NumberRange number,
        BackLink holder,
        IReadOnlyList<BackLink> owners,
        Guid? reservationId,
        CancellationToken cancellation
    )
    {
        if (
            await session.Database.LockPoolAsync(pool.Id, cancellation) is not { } row
            || !await session.Database.HasNumbersAsync(row.Number, number, cancellation)
        )
        {
            return false;
        }

        await EndExpiredAsync(row, number, cancellation);
        await ReleaseKeptAsync(row, number, holder, cancellation);
        if (await session.Database.TakeFreeAsync(row.Number, number, cancellation))
        {
            Add(Reserve(row, number), pool, PoolLinkType.PreAllocation, holder);
            await session.Database.SaveAsync(cancellation);
            return true;
        }

        var reservation = (await session.Database.LoadReservationsAsync(row.Number, number, cancellation))[0];
        var temporary = reservation.Links.Where(link => link.Type == PoolLinkType.Temporary).ToList();
        var isOwn = reservation.Id == reservationId || temporary.Exists(link => link.BackLink is { } owner && owners.Contains(owner));
        if (!isOwn || reservation.Range != number || temporary.Count < reservation.Links.Count)
        {
            return false;
        }

        Add(reservation, pool, PoolLinkType.PreAllocation, holder);
        await EndPausedAsync([reservation], holder, cancellation);
        foreach (var link in temporary)
        {
            await EndAsync(row, pool, reservation, link, null, cancellation);
        }

        await session.Database.SaveAsync(cancellation);
        return true;
    }

    /// <summary>The pre-allocations of a holder become allocations; they stay the links that they are.</summary>
    internal async Task AllocateAsync(BackLink holder, CancellationToken cancellation)
    {
        var waiting = (await LinksOfAsync(holder, cancellation)).Where(link => link.Type == PoolLinkType.PreAllocation);
        foreach (var found in waiting.OrderBy(link => link.Pool.Id).ThenBy(link => link.LinkId))
        {
            var (_, _, reservation) = await LockReservationAsync(found.ReservationId.ToString(), cancellation);
            if (reservation.Links.FirstOrDefault(link => link.Id == found.LinkId) is { } link)
            {
                link.Type = PoolLinkType.Allocation;
            }
        }
    }

    /// <summary>A link that has not ended; null where there is none.</summary>
    public async Task<ReservationLink?> FindLinkAsync(string linkId, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(linkId.Trim(), "D", out var id))
        {
            return null;
        }

        var found = await ReadAsync(session.Database.PoolLinks.Where(link => link.Id == id), cancellation);
        return found.FirstOrDefault();
    }

    /// <summary>The links of a holder that have not ended, the oldest first.</summary>
    public Task<IReadOnlyList<ReservationLink>> LinksOfAsync(BackLink holder, CancellationToken cancellation) =>
        LinksOfAsync(holder.Type, [holder.Key], cancellation);

    /// <summary>The same of several holders of one kind.</summary>
    public Task<IReadOnlyList<ReservationLink>> LinksOfAsync(string type, string[] keys, CancellationToken cancellation) =>
        ReadAsync(session.Database.PoolLinks.Where(link => link.BackLinkType == type && keys.Contains(link.BackLinkKey!)), cancellation);

    /// <summary>The links of an active reservation, the oldest first; none where there is no such reservation.</summary>
    public async Task<IReadOnlyList<ReservationLink>> LinksOfReservationAsync(string reservationId, CancellationToken cancellation) =>
        Guid.TryParseExact(reservationId.Trim(), "D", out var id)
            ? await ReadAsync(session.Database.PoolLinks.Where(link => link.ReservationId == id), cancellation)
            : [];

    /// <summary>Ends the links to numbers of a range that are over. The pool is locked.</summary>
    internal async Task EndExpiredAsync(NumberPoolRow row, NumberRange range, CancellationToken cancellation)
    {
        if (!await session.Database.HasExpiredAsync(row.Number, range, session.Now, cancellation))
        {
            return;
        }

        var pool = session.PoolOf(row);
        foreach (var reservation in await session.Database.LoadExpiredAsync(row.Number, range, session.Now, cancellation))
        {
            await EndExpiredAsync(row, pool, reservation, cancellation);
        }

        await session.Database.SaveAsync(cancellation);
    }

    /// <summary>Ends the links of one reservation that are over. The pool is locked.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> EndExpiredAsync(
        NumberPoolRow row,
        NumberPool pool,
        PoolReservation reservation,
        CancellationToken cancellation
    )
    {
        var over = reservation.Links.Where(link => link.IsOver(session.Now)).OrderBy(link => link.Expiry).ToList();
        foreach (var link in over)
        {
            await EndAsync(row, pool, reservation, link, null, cancellation);
        }

        return over.Count;
    }

    /// <summary>Ends a link, and with the last one the reservation, whose numbers are free then. The pool is locked.</summary>
    /// <param name="kept">The link that keeps the numbers back in its place; null for none.</param>
    /// <returns>That link, or the quarantine that holds again; null for none.</returns>
    internal async Task<ReservationLink?> EndAsync(
        NumberPoolRow row,
        NumberPool pool,
        PoolReservation reservation,
        PoolLink link,
        PoolLink? kept,
        CancellationToken cancellation
    )
    {
        var described = Describe(pool, reservation, link);
        var left = kept is null ? null : Describe(pool, reservation, kept);
        reservation.Links.Remove(link);
        if (reservation.Links.Count == 0)
        {
            reservation.Ended = session.Now;
            await session.Database.AddFreeAsync(row.Number, reservation.Range, cancellation);
            left = await ResumeAsync(row, pool, reservation, cancellation);
        }

        session.Announce(
            new OutgoingMessage(
                BusMessages.LinkDeallocation(link.Id.ToString(), left?.LinkId.ToString() ?? "", reservation.Ended is null),
                row,
                documents.Write(described)
            )
        );
        return left;
    }

    /// <summary>Ends quarantine that temporary links have put off. The pool is locked.</summary>
    /// <param name="holder">Whose; null for everybody's.</param>
    /// <returns>How many.</returns>
    internal async Task<int> EndPausedAsync(IEnumerable<PoolReservation> reservations, BackLink? holder, CancellationToken cancellation)
    {
        var ids = reservations.Select(reservation => reservation.Id).ToArray();
        var paused = await session.Database.PausedQuarantines.Where(row => ids.Contains(row.ReservationId)).ToListAsync(cancellation);
        var ended = paused.FindAll(row => holder is null || row.BackLink == holder);
        session.Database.PausedQuarantines.RemoveRange(ended);
        await session.Database.SaveAsync(cancellation);
        return ended.Count;
    }

    /// <summary>What was put off of a quarantine holds again, to the end that it had.</summary>
    /// <returns>The first link of it; null for none.</returns>
    private async Task<ReservationLink?> ResumeAsync(
        NumberPoolRow row,
        NumberPool pool,
        PoolReservation ended,
        CancellationToken cancellation
    )
    {
        var paused = await session
            .Database.PausedQuarantines.Where(each => each.ReservationId == ended.Id)
            .OrderBy(each => each.First)
            .ToListAsync(cancellation);
        if (paused.Count == 0)
        {
            return null;
        }

        // The reservation has ended before its numbers are reserved anew.
        session.Database.PausedQuarantines.RemoveRange(paused);
        await session.Database.SaveAsync(cancellation);
        ReservationLink? first = null;
        foreach (var each in paused.Where(each => each.Expiry > session.Now))
        {
            var again = await TakeBackAsync(row, each.Range, cancellation);
            var link = Add(again, PoolLinkType.Quarantine, each.BackLink, each.Expiry);
            first ??= Describe(pool, again, link);
        }

        return first;
    }

    /// <summary>Reserves what was free since this transaction alone.</summary>
    private async Task<PoolReservation> TakeBackAsync(NumberPoolRow row, NumberRange range, CancellationToken cancellation) =>
        await session.Database.TakeFreeAsync(row.Number, range, cancellation)
            ? Reserve(row, range)
            : throw new InvalidOperationException($"What was released of pool {row.Id} is not free.");

    /// <summary>
    /// Lets a holder have numbers that nothing but quarantine keeps back for himself (guide, line 19374). What he does not take of such a
    /// range stays in quarantine, as long as it would have.
    /// </summary>
    /// <returns>What was released of the range, and until when it was kept back.</returns>
    private async Task<IReadOnlyList<KeptRange>> ReleaseKeptAsync(
        NumberPoolRow row,
        NumberRange range,
        BackLink holder,
        CancellationToken cancellation
    )
    {
        var pool = session.PoolOf(row);
        var found = (await session.Database.LoadReservationsAsync(row.Number, range, cancellation))
            .Where(reservation => reservation.Links.TrueForAll(link => IsKeptFor(link, holder)))
            .ToList();
        var released = new List<KeptRange>(found.Count);
        if (found.Count > 0)
        {
            // What they had put off ends before the quarantine that they are in.
            await EndPausedAsync(found, null, cancellation);
        }

        foreach (var reservation in found)
        {
            var kept = reservation.Links.ToList();
            released.Add(new KeptRange(reservation.Range.Clip(range)!.Value, kept.Max(link => link.Expiry)!.Value));
            foreach (var link in kept)
            {
                await EndAsync(row, pool, reservation, link, null, cancellation);
            }

            await session.Database.SaveAsync(cancellation);
            foreach (var rest in reservation.Range.Without(range))
            {
                var again = await TakeBackAsync(row, rest, cancellation);
                foreach (var link in kept)
                {
                    Add(again, link.Type, link.BackLink, link.Expiry);
                }
            }
        }

        return released;
    }

    private static bool IsKeptFor(PoolLink link, BackLink holder) => link.Type == PoolLinkType.Quarantine && link.BackLink == holder;

    private async Task<(NumberPool Pool, NumberPoolRow Row, PoolReservation Reservation)> LockReservationAsync(
        string reservationId,
        CancellationToken cancellation
    )
    {
        var id = RequireId("reservationId", reservationId, NoSuchReservation);
        var number =
            await session
                .Database.PoolReservations.Where(reservation => reservation.Id == id)
                .Select(reservation => (int?)reservation.Pool)
                .FirstOrDefaultAsync(cancellation)
            ?? throw NoSuchReservation(reservationId);
        var poolId = await session
            .Database.NumberPools.Where(pool => pool.Number == number)
            .Select(pool => pool.Id)
            .FirstAsync(cancellation);
        var row =
            await session.Database.LockPoolAsync(poolId, cancellation)
            ?? throw new InvalidOperationException($"Pool {poolId} has reservations and no row.");
        var reservation = await session
            .Database.PoolReservations.Include(candidate => candidate.Links)
            .FirstAsync(candidate => candidate.Id == id, cancellation);
        return (session.PoolOf(row), row, reservation);
    }

    private async Task<IReadOnlyList<ReservationLink>> ReadAsync(IQueryable<PoolLink> links, CancellationToken cancellation)
    {
        var found = await (
            from link in links.AsNoTracking()
            where link.Expiry == null || link.Expiry > session.Now
            join reservation in session.Database.PoolReservations.AsNoTracking() on link.ReservationId equals reservation.Id
            join pool in session.Database.NumberPools.AsNoTracking() on reservation.Pool equals pool.Number
            orderby link.Created, link.Id
            select new
            {
                link,
                reservation,
                pool,
            }
        ).ToListAsync(cancellation);
        return [.. found.Select(row => Describe(session.PoolOf(row.pool), row.reservation, row.link))];
    }

    private PoolReservation Reserve(NumberPoolRow row, NumberRange range)
    {
        var reservation = new PoolReservation
        {
            Id = Guid.NewGuid(),
            Pool = row.Number,
            First = range.First,
            Last = range.Last,
            Created = session.Now,
        };
        session.Database.PoolReservations.Add(reservation);
        return reservation;
    }

    private PoolLink Add(PoolReservation reservation, NumberPool pool, PoolLinkType type, BackLink? holder) =>
        Add(
            reservation,
            type,
            holder,
            type switch
            {
                PoolLinkType.Temporary => session.Now.AddMinutes(pool.TemporaryMinutes),
                PoolLinkType.Quarantine => session.Now.AddDays(pool.QuarantineDays),
                _ => null,
            }
        );

    private PoolLink Add(PoolReservation reservation, PoolLinkType type, BackLink? holder, DateTimeOffset? expiry)
    {
        var link = new PoolLink
        {
            Id = Guid.NewGuid(),
            ReservationId = reservation.Id,
            Type = type,
            BackLinkType = holder?.Type,
            BackLinkKey = holder?.Key,
            Created = session.Now,
            Expiry = expiry,
        };
        session.Database.PoolLinks.Add(link);
        return link;
    }

    private ReservationLink Describe(NumberPool pool, PoolReservation reservation, PoolLink link)
    {
        var form = NumberForm.Of(pool);
        return new ReservationLink(
            link.Id,
            link.Type,
            reservation.Id,
            pool,
            form.Format(reservation.First),
            form.Format(reservation.Last),
            link.Expiry is { } expiry ? session.Catalogue.LocalZone.At(expiry) : null
        )
        {
            Range = reservation.Range,
            BackLink = link.BackLink,
        };
    }

    private async Task SaveAsync(string start, string end, CancellationToken cancellation)
    {
        try
        {
            await session.Database.SaveAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ex_pool_reservation")
        {
            throw Unavailable(start, end);
        }
    }

    /// <summary>A link that would end as soon as it is made is refused: nobody would have the number.</summary>
    private static void RequireDuration(NumberPool pool, PoolLinkType type)
    {
        if (type == PoolLinkType.Quarantine && pool.QuarantineDays == 0)
        {
            throw Refuse.Invalid("LinkType", type, $"The pool '{pool.Name}' has no quarantine (quarantineDays in the catalogue).");
        }
    }

    private static Guid RequireId(string field, string text, Func<string, SmileException> refusal) =>
        Guid.TryParseExact(text.Trim(), "D", out var id) ? id : throw refusal(text);

    private static SmileException Unavailable(string start, string end) =>
        Refuse.With(
            Fault.ReservationUnavailableException,
            "start",
            start,
            $"Some of the numbers from {start} to {end} are reserved already. Use search() to find numbers that are free."
        );

    internal static SmileException NoSuchLink(string linkId) =>
        Refuse.NotFound("linkId", linkId, "There is no such link, or it has ended.", Missing.PoolLink);

    internal static SmileException NoSuchReservation(string reservationId) =>
        Refuse.NotFound("reservationId", reservationId, "There is no such reservation.", Missing.PoolReservation);
}
