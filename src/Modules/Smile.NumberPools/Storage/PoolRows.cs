using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.NumberPools.Storage;

/// <summary>Locks pools, and finds and adds their rows by statements of their own.</summary>
internal static class PoolRows
{
    extension(IStageDatabase database)
    {
        /// <summary>
        /// Locks a pool: the one place where that is done, before anything is read that the operation then changes. Who locks accounts too
        /// locks them first.
        /// </summary>
        /// <returns>Null where the pool has no numbers.</returns>
        public async Task<NumberPoolRow?> LockPoolAsync(Guid id, CancellationToken cancellation) =>
            (
                await database.NumberPools.FromSql($"SELECT * FROM number_pool WHERE id = {id} FOR NO KEY UPDATE").ToListAsync(cancellation)
            ).FirstOrDefault();

        /// <summary>Locks a pool that nobody else has locked; null where somebody has.</summary>
        public async Task<NumberPoolRow?> TryLockPoolAsync(Guid id, CancellationToken cancellation) =>
            (
                await database
                    .NumberPools.FromSql($"SELECT * FROM number_pool WHERE id = {id} FOR NO KEY UPDATE SKIP LOCKED")
                    .ToListAsync(cancellation)
            ).FirstOrDefault();

        /// <summary>Adds the row of a pool that is to have numbers, where it is not there yet.</summary>
        public Task EnsurePoolAsync(Guid id, string form, string changedBy, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                INSERT INTO number_pool (id, form, message_sequence, changed_by) VALUES ({id}, {form}, 0, {changedBy})
                ON CONFLICT (id) DO NOTHING
                """,
                cancellation
            );

        /// <summary>The active reservations that have numbers of a range, with their links, to be changed; in order.</summary>
        public async Task<IReadOnlyList<PoolReservation>> LoadReservationsAsync(
            int pool,
            NumberRange range,
            CancellationToken cancellation
        ) =>
            await database
                .PoolReservations.FromSql(
                    $"""
                    SELECT * FROM pool_reservation
                    WHERE ended IS NULL AND pool_span(pool, first, last) && pool_span({pool}, {range.First}, {range.Last})
                    """
                )
                .Include(row => row.Links)
                .OrderBy(row => row.First)
                .ToListAsync(cancellation);

        /// <summary>The reservations with numbers of a range that have links which are over; with all links, to be changed.</summary>
        public async Task<IReadOnlyList<PoolReservation>> LoadExpiredAsync(
            int pool,
            NumberRange range,
            DateTimeOffset now,
            CancellationToken cancellation
        ) =>
            await database
                .PoolReservations.FromSql(
                    $"""
                    SELECT * FROM pool_reservation
                    WHERE id IN (SELECT reservation_id FROM pool_link WHERE expiry <= {now.ToUniversalTime()})
                        AND ended IS NULL AND pool = {pool} AND first <= {range.Last} AND last >= {range.First}
                    """
                )
                .Include(row => row.Links)
                .OrderBy(row => row.First)
                .ToListAsync(cancellation);

        /// <summary>The first reservations that have numbers of a range, and what holds them.</summary>
        public async Task<IReadOnlyList<HeldRange>> HeldAsync(int pool, NumberRange range, int limit, CancellationToken cancellation) =>
            await database
                .Statements.SqlQuery<HeldRange>(
                    $"""
                    SELECT first AS "First", last AS "Last", (
                        SELECT string_agg(DISTINCT type, ', ' ORDER BY type) FROM pool_link WHERE reservation_id = reservation.id
                    ) AS "Kinds"
                    FROM pool_reservation AS reservation
                    WHERE ended IS NULL AND pool_span(pool, first, last) && pool_span({pool}, {range.First}, {range.Last})
                    ORDER BY first LIMIT {limit}
                    """
                )
                .ToListAsync(cancellation);

        /// <summary>Whether links of a range are over and have not been ended yet.</summary>
        public async Task<bool> HasExpiredAsync(int pool, NumberRange range, DateTimeOffset now, CancellationToken cancellation) =>
            (
                await database
                    .Statements.SqlQuery<bool>(
                        $"""
                        SELECT EXISTS (
                            SELECT FROM pool_link AS link JOIN pool_reservation AS reservation ON reservation.id = link.reservation_id
                            WHERE link.expiry <= {now.ToUniversalTime()} AND reservation.pool = {pool}
                                AND reservation.first <= {range.Last} AND reservation.last >= {range.First}) AS "Value"
                        """
                    )
                    .ToListAsync(cancellation)
            )[0];

        /// <summary>
        /// The reservations with numbers of a range that nothing holds but quarantine for a holder, and the free ranges beside them, some
        /// twice.
        /// </summary>
        public async Task<IReadOnlyList<NumberRange>> FindKeptForAsync(
            int pool,
            NumberRange within,
            BackLink holder,
            CancellationToken cancellation
        )
        {
            var found = await database
                .Statements.SqlQuery<FoundRange>(
                    $"""
                    WITH kept AS (
                        SELECT first, last FROM pool_reservation
                        WHERE pool = {pool} AND ended IS NULL AND first <= {within.Last} AND last >= {within.First}
                            AND id IN (SELECT reservation_id FROM pool_link
                                WHERE back_link_type = {holder.Type} AND back_link_key = {holder.Key} AND type = 'Quarantine')
                            AND NOT EXISTS (SELECT FROM pool_link WHERE reservation_id = pool_reservation.id
                                AND (type <> 'Quarantine' OR (back_link_type, back_link_key)
                                    IS DISTINCT FROM ({holder.Type}::text, {holder.Key}::text))))
                    SELECT first AS "First", last AS "Last" FROM kept
                    UNION ALL
                    SELECT beside.first, beside.last FROM kept CROSS JOIN LATERAL (
                        SELECT first, last FROM pool_free_range WHERE pool = {pool} AND first = kept.last + 1
                        UNION ALL
                        SELECT first, last FROM (
                            SELECT first, last FROM pool_free_range WHERE pool = {pool} AND first < kept.first
                            ORDER BY first DESC LIMIT 1) AS before
                        WHERE last = kept.first - 1) AS beside
                    """
                )
                .ToListAsync(cancellation);
            return [.. found.Select(row => new NumberRange(row.First, row.Last))];
        }

        /// <summary>Whether all numbers of a range are the pool's.</summary>
        public async Task<bool> HasNumbersAsync(int pool, NumberRange range, CancellationToken cancellation)
        {
            var imported = await database.ImportedAsync(pool, range, cancellation);
            return NumberRange.Merge(imported).Any(merged => merged.Contains(range));
        }

        /// <summary>Of some positions those that are numbers of a pool.</summary>
        public async Task<IReadOnlyList<string>> NumbersOfPoolAsync(Guid pool, string[] positions, CancellationToken cancellation) =>
            await database
                .Statements.SqlQuery<string>(
                    $"""
                    SELECT place::text AS "Value"
                    FROM number_pool, unnest({positions}::text[]) AS given (typed), LATERAL (SELECT typed::numeric AS place) AS wanted
                    WHERE id = {pool} AND EXISTS (
                        SELECT FROM pool_range WHERE pool_span(pool, first, last) && pool_span(number, place, place))
                    """
                )
                .ToListAsync(cancellation);

        /// <summary>The ranges that were imported and have numbers of a range.</summary>
        public async Task<IReadOnlyList<NumberRange>> ImportedAsync(int pool, NumberRange range, CancellationToken cancellation)
        {
            var found = await database
                .Statements.SqlQuery<FoundRange>(
                    $"""
                    SELECT first AS "First", last AS "Last" FROM pool_range
                    WHERE pool_span(pool, first, last) && pool_span({pool}, {range.First}, {range.Last}) ORDER BY first
                    """
                )
                .ToListAsync(cancellation);
            return [.. found.Select(row => new NumberRange(row.First, row.Last))];
        }

        public Task AddImportedAsync(
            int pool,
            NumberRange range,
            DateTimeOffset imported,
            string changedBy,
            CancellationToken cancellation
        ) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                INSERT INTO pool_range (pool, first, last, imported, changed_by)
                VALUES ({pool}, {range.First}, {range.Last}, {imported.ToUniversalTime()}, {changedBy})
                """,
                cancellation
            );

        /// <summary>Takes a range out of the numbers that a pool has. What is left of the imports that have it keeps their day.</summary>
        /// <param name="changedBy">Who does it, for the audit trail: a row that is removed cannot say so.</param>
        public Task RemoveImportedAsync(int pool, NumberRange range, string changedBy, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                SELECT set_config('smile.changed_by', {changedBy}, true);
                WITH gone AS (
                    DELETE FROM pool_range WHERE pool_span(pool, first, last) && pool_span({pool}, {range.First}, {range.Last})
                    RETURNING first, last, imported)
                INSERT INTO pool_range (pool, first, last, imported, changed_by)
                SELECT {pool}, first, {range.First} - 1, imported, {changedBy} FROM gone WHERE first < {range.First}
                UNION ALL SELECT {pool}, {range.Last} + 1, last, imported, {changedBy} FROM gone WHERE last > {range.Last};
                """,
                cancellation
            );

        /// <summary>
        /// How many numbers a pool has and what becomes of them: of each kind of link those that it holds, so that a number with links of
        /// two kinds counts for both, and once among the used. A link that is over counts no more.
        /// </summary>
        public async Task<IReadOnlyList<PoolCount>> CountNumbersAsync(DateTimeOffset now, CancellationToken cancellation) =>
            await database
                .Statements.SqlQuery<PoolCount>(
                    $"""
                    WITH held AS (
                        SELECT pool, last - first + 1 AS numbers, (
                            SELECT array_agg(type) FROM pool_link
                            WHERE reservation_id = pool_reservation.id AND (expiry IS NULL OR expiry > {now.ToUniversalTime()})) AS types
                        FROM pool_reservation WHERE ended IS NULL),
                    used AS (
                        SELECT pool, sum(numbers) AS numbers,
                            sum(numbers) FILTER (WHERE 'Allocation' = ANY (types)) AS allocated,
                            sum(numbers) FILTER (WHERE 'PreAllocation' = ANY (types)) AS pre_allocated,
                            sum(numbers) FILTER (WHERE 'Temporary' = ANY (types)) AS temporary,
                            sum(numbers) FILTER (WHERE 'Quarantine' = ANY (types)) AS quarantined
                        FROM held WHERE types IS NOT NULL GROUP BY pool)
                    SELECT id AS "Id", coalesce((SELECT sum(last - first + 1) FROM pool_range WHERE pool = number), 0) AS "Numbers",
                        coalesce(numbers, 0) AS "Used", coalesce(allocated, 0) AS "Allocated", coalesce(pre_allocated, 0) AS "PreAllocated",
                        coalesce(temporary, 0) AS "Temporary", coalesce(quarantined, 0) AS "Quarantined"
                    FROM number_pool LEFT JOIN used ON used.pool = number ORDER BY number
                    """
                )
                .ToListAsync(cancellation);
    }
}

/// <summary>A range that is held, as a statement finds it.</summary>
/// <param name="Kinds">Of its links; null where they are over.</param>
internal sealed record HeldRange(BigInteger First, BigInteger Last, string? Kinds);
