using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.NumberPools.Storage;

/// <summary>
/// What is free of a pool: ranges as long as they can be. Changed under the lock of the pool's row alone, so that ranges that meet become
/// one.
/// </summary>
internal static class FreeRanges
{
    /// <summary>Of ranges of a class below this it is written down which blocks they have.</summary>
    private const int KeptClasses = 9;

    /// <summary>The longest block of such a range.</summary>
    private const int LargestKept = (1 << KeptClasses) - 1;

    extension(IStageDatabase database)
    {
        /// <summary>Takes a range out of what is free.</summary>
        /// <returns>False where some of it is not free: nothing is taken.</returns>
        public async Task<bool> TakeFreeAsync(int pool, NumberRange range, CancellationToken cancellation)
        {
            var taken = await database
                .Statements.SqlQuery<int>(
                    $"""
                    WITH taken AS (
                        DELETE FROM pool_free_range
                        WHERE pool = {pool} AND last >= {range.Last} AND first = (
                            SELECT first FROM pool_free_range WHERE pool = {pool} AND first <= {range.First} ORDER BY first DESC LIMIT 1)
                        RETURNING first, last),
                    rest AS (
                        INSERT INTO pool_free_range (pool, first, last)
                        SELECT {pool}, first, {range.First} - 1 FROM taken WHERE first < {range.First}
                        UNION ALL SELECT {pool}, {range.Last} + 1, last FROM taken WHERE last > {range.Last})
                    SELECT count(*)::integer AS "Value" FROM taken
                    """
                )
                .ToListAsync(cancellation);
            return taken[0] > 0;
        }

        /// <summary>Gives a range back, which was not free.</summary>
        public Task AddFreeAsync(int pool, NumberRange range, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                WITH neighbour AS (
                    DELETE FROM pool_free_range
                    WHERE pool = {pool} AND (first = {range.Last} + 1 OR (last = {range.First} - 1 AND first = (
                        SELECT first FROM pool_free_range WHERE pool = {pool} AND first < {range.First} ORDER BY first DESC LIMIT 1)))
                    RETURNING first, last)
                INSERT INTO pool_free_range (pool, first, last)
                SELECT {pool}, least({range.First}, min(first)), greatest({range.Last}, max(last)) FROM neighbour
                """,
                cancellation
            );

        /// <summary>
        /// The first ranges of what is free that have, within a part of the pool, a block of a size; in order. Ranges too small are not
        /// walked past: their classes say which have one for powers of ten and of two; for other sizes they say which are long enough to
        /// have one wherever they begin, and of shorter ones, below 512 numbers, it is written down.
        /// </summary>
        /// <param name="size">0 for ranges of any size, as 1 is.</param>
        public async Task<IReadOnlyList<NumberRange>> FindFreeAsync(
            int pool,
            NumberRange within,
            BigInteger size,
            int limit,
            CancellationToken cancellation
        )
        {
            var statement = FindFree(pool, within, size, limit);
            var found = await database.Statements.SqlQuery<FoundRange>(statement).ToListAsync(cancellation);
            return [.. found.Select(row => new NumberRange(row.First, row.Last))];
        }
    }

    internal static FormattableString FindFree(int pool, NumberRange within, BigInteger size, int limit)
    {
        if (size <= 1)
        {
            return $"""
                (SELECT first AS "First", last AS "Last" FROM (
                    SELECT first, last FROM pool_free_range WHERE pool = {pool} AND first < {within.First}
                    ORDER BY first DESC LIMIT 1) AS before
                WHERE last >= {within.First})
                UNION ALL
                (SELECT first, last FROM pool_free_range WHERE pool = {pool} AND first >= {within.First} AND first <= {within.Last}
                ORDER BY first LIMIT {limit})
                ORDER BY 1 LIMIT {limit}
                """;
        }

        // A range of a class that is certain has a block, unless it reaches beyond the part. The classes that there are come from the
        // index: a series of all that there may be is slower, and the planner takes it for so much work that it compiles the statement.
        var (column, least, certain, isKept) = Classes(size);
        var kept = isKept
            ? """
                (SELECT first, last FROM pool_free_block
                WHERE pool = {0} AND size = {3}::smallint AND first >= {1} AND first <= {2}
                    AND (div(first + {3} - 1, {3}) + 1) * {3} - 1 <= {2}
                ORDER BY first LIMIT {4})
                UNION ALL
                """
            : "";
        return FormattableStringFactory.Create(
            $$"""
            (SELECT first AS "First", last AS "Last" FROM (
                SELECT first, last FROM pool_free_range WHERE pool = {0} AND first < {1} ORDER BY first DESC LIMIT 1) AS before
            WHERE (div({1} + {3} - 1, {3}) + 1) * {3} - 1 <= least(last, {2}))
            UNION ALL
            {{kept}}
            SELECT found.first, found.last FROM unnest(ARRAY(
                WITH RECURSIVE present AS (
                    SELECT min({{column}}) AS class FROM pool_free_range WHERE pool = {0} AND {{column}} >= {5}
                    UNION ALL
                    SELECT (SELECT min({{column}}) FROM pool_free_range WHERE pool = {0} AND {{column}} > class)
                    FROM present WHERE class IS NOT NULL)
                SELECT class FROM present WHERE class IS NOT NULL)) AS class CROSS JOIN LATERAL (
                SELECT first, last FROM pool_free_range
                WHERE pool = {0} AND {{column}} = class AND first >= {1} AND first <= {2}
                    AND ((class >= {6} AND last <= {2}) OR (div(first + {3} - 1, {3}) + 1) * {3} - 1 <= least(last, {2}))
                ORDER BY first LIMIT {4}) AS found
            ORDER BY 1 LIMIT {4}
            """,
            pool,
            within.First,
            within.Last,
            size,
            limit,
            least,
            certain
        );
    }

    /// <summary>
    /// Which of the classes tells ranges that have a block of a size, from which class on they may and from which they do, and whether it
    /// is written down of those below which have one.
    /// </summary>
    private static (string Column, int Least, int Certain, bool IsKept) Classes(BigInteger size)
    {
        if (size.IsPowerOfTwo)
        {
            var power = (int)size.GetBitLength() - 1;
            return ("binary_class", power, power, false);
        }

        var (tens, exponent) = (BigInteger.One, 0);
        while (tens < size)
        {
            (tens, exponent) = (tens * 10, exponent + 1);
        }

        if (tens == size)
        {
            return ("decimal_class", exponent, exponent, false);
        }

        // A range of twice the size less one has a block wherever it begins.
        var certain = (int)(2 * size - 2).GetBitLength();
        return size <= LargestKept
            ? ("length_class", Math.Min(certain, KeptClasses), certain, true)
            : ("length_class", (int)size.GetBitLength() - 1, certain, false);
    }
}

/// <summary>A range as a statement finds it.</summary>
internal sealed record FoundRange(BigInteger First, BigInteger Last);
