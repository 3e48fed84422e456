namespace Smile.Kernel;

/// <summary>Sets of days, as ranges in order that neither overlap nor touch.</summary>
public static class DayRanges
{
    /// <summary>The days of some ranges, in any order.</summary>
    public static IReadOnlyList<DayRange> Union(IEnumerable<DayRange> ranges)
    {
        var result = new List<DayRange>();
        foreach (var range in ranges.OrderBy(range => range.From))
        {
            if (result.Count > 0 && (range.From <= result[^1].To || range.From == result[^1].To.AddDays(1)))
            {
                result[^1] = result[^1] with { To = range.To > result[^1].To ? range.To : result[^1].To };
            }
            else
            {
                result.Add(range);
            }
        }

        return result;
    }

    /// <summary>The days of a set that are not in some ranges.</summary>
    /// <param name="taken">In any order, overlapping or not.</param>
    public static IReadOnlyList<DayRange> Without(this IReadOnlyList<DayRange> days, IEnumerable<DayRange> taken)
    {
        var rest = days;
        foreach (var range in Union(taken))
        {
            if (rest.Any(piece => piece.Intersect(range) is not null))
            {
                rest = [.. rest.SelectMany(piece => Without(piece, range))];
            }
        }

        return rest;
    }

    /// <summary>The days of a set that are in a range, too.</summary>
    public static IReadOnlyList<DayRange> Within(this IReadOnlyList<DayRange> days, DayRange range) =>
        [.. days.Select(piece => piece.Intersect(range)).OfType<DayRange>()];

    private static IEnumerable<DayRange> Without(DayRange piece, DayRange range)
    {
        if (piece.Intersect(range) is not { } common)
        {
            yield return piece;
            yield break;
        }

        if (piece.From < common.From)
        {
            yield return new DayRange(piece.From, common.From.AddDays(-1));
        }

        if (common.To < piece.To)
        {
            yield return new DayRange(common.To.AddDays(1), piece.To);
        }
    }
}
