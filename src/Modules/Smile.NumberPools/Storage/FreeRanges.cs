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
    /// <summary>As many decimal classes as positions have digits.</summary>
    private const int MostDecimal = 39;

    private const int MostBinary = 128;

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
        /// walked past: for powers of ten and of two the ranges' classes say which have one, for other sizes which may have one.
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

        // A range of a class that stands for the size has a block, unless it reaches beyond the part.
        var (column, least, most, isExact) = Classes(size);
        var unlessCertain = isExact ? "last <= {2} OR " : "";
        return FormattableStringFactory.Create(
            $$"""
            (SELECT first AS "First", last AS "Last" FROM (
                SELECT first, last FROM pool_free_range WHERE pool = {0} AND first < {1} ORDER BY first DESC LIMIT 1) AS before
            WHERE (div({1} + {3} - 1, {3}) + 1) * {3} - 1 <= least(last, {2}))
            UNION ALL
            SELECT found.first, found.last FROM generate_series({5}::integer, {6}::integer) AS class CROSS JOIN LATERAL (
                SELECT first, last FROM pool_free_range
                WHERE pool = {0} AND {{column}} = class AND first >= {1} AND first <= {2} AND last - first >= {3} - 1
                    AND ({{unlessCertain}}(div(first + {3} - 1, {3}) + 1) * {3} - 1 <= least(last, {2}))
                ORDER BY first LIMIT {4}) AS found
            ORDER BY 1 LIMIT {4}
            """,
            pool,
            within.First,
            within.Last,
            size,
            limit,
            least,
            most
        );
    }

    /// <summary>Which of the classes tells ranges that have a block of a size, and from which class on.</summary>
    private static (string Column, int Least, int Most, bool IsExact) Classes(BigInteger size)
    {
        if (size.IsPowerOfTwo)
        {
            return ("binary_class", (int)size.GetBitLength() - 1, MostBinary, true);
        }

        var (power, exponent) = (BigInteger.One, 0);
        while (power < size)
        {
            (power, exponent) = (power * 10, exponent + 1);
        }

        // Which of the ranges that are long enough have such a block, the statement works out.
        return power == size
            ? ("decimal_class", exponent, MostDecimal, true)
            : ("length_class", (int)size.GetBitLength() - 1, MostBinary, false);
    }
}

/// <summary>A range as a statement finds it.</summary>
internal sealed record FoundRange(BigInteger First, BigInteger Last);
