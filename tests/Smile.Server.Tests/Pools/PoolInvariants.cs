using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Pools;

/// <summary>What must hold of the rows of a pool, whatever was done.</summary>
internal static class PoolInvariants
{
    /// <summary>
    /// No number is twice in what is free and what is reserved, none is lost, free ranges are as long as they can be, and a reservation has
    /// links until it has ended; and the blocks of free ranges that are written down are those that they have.
    /// </summary>
    public static async Task RequireAsync(ServerFixture server, string pool) =>
        Assert.Equal(
            "",
            await server.QueryAsync<string>(
                """
                WITH chosen AS (SELECT number FROM number_pool WHERE id = $1::uuid),
                all_ranges AS (
                    SELECT first, last, true AS free FROM pool_free_range WHERE pool = (TABLE chosen)
                    UNION ALL SELECT first, last, false FROM pool_reservation WHERE pool = (TABLE chosen) AND ended IS NULL),
                pairs AS (
                    SELECT first, last, free, lead(first) OVER (ORDER BY first) AS next, lead(free) OVER (ORDER BY first) AS next_free
                    FROM all_ranges)
                SELECT concat_ws('; ',
                    (SELECT 'numbers are twice at ' || min(next) FROM pairs WHERE next <= last HAVING count(*) > 0),
                    (SELECT 'free ranges meet at ' || min(next) FROM pairs WHERE next = last + 1 AND free AND next_free
                        HAVING count(*) > 0),
                    (SELECT 'numbers are lost or new: ' || sum(size) FROM (
                        SELECT last - first + 1 AS size FROM all_ranges
                        UNION ALL SELECT first - last - 1 FROM pool_range WHERE pool = (TABLE chosen)) AS counted HAVING sum(size) <> 0),
                    (SELECT 'links and reservations disagree: ' || count(*) FROM pool_reservation AS reservation
                        WHERE pool = (TABLE chosen)
                            AND (ended IS NULL) <> EXISTS (SELECT FROM pool_link WHERE reservation_id = reservation.id)
                        HAVING count(*) > 0),
                    (SELECT 'quarantine waits for a reservation that has ended: ' || count(*)
                        FROM pool_paused_quarantine AS paused JOIN pool_reservation AS reservation ON reservation.id = reservation_id
                        WHERE pool = (TABLE chosen) AND ended IS NOT NULL HAVING count(*) > 0),
                    (SELECT 'blocks are not those of the free ranges: ' || count(*) FROM (
                            SELECT pool, size, first, last FROM pool_free_range
                                CROSS JOIN LATERAL pool_block_sizes(length_class, first, last) AS size WHERE pool = (TABLE chosen)) AS own
                        FULL JOIN (SELECT * FROM pool_free_block WHERE pool = (TABLE chosen)) AS kept USING (pool, size, first, last)
                        WHERE own.pool IS NULL OR kept.pool IS NULL HAVING count(*) > 0))
                """,
                pool
            )
        );
}
