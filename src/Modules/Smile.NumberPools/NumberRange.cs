using System.Numerics;

namespace Smile.NumberPools;

/// <summary>Numbers that follow each other, by their positions; both ends belong to it.</summary>
public readonly record struct NumberRange(BigInteger First, BigInteger Last)
{
    public BigInteger Count => Last - First + 1;

    public bool Contains(NumberRange other) => First <= other.First && other.Last <= Last;

    public bool Overlaps(NumberRange other) => First <= other.Last && other.First <= Last;

    /// <summary>What both have; null where that is nothing.</summary>
    public NumberRange? Clip(NumberRange other) =>
        Overlaps(other) ? new NumberRange(BigInteger.Max(First, other.First), BigInteger.Min(Last, other.Last)) : null;

    /// <summary>What is left of it beside another range.</summary>
    public IEnumerable<NumberRange> Without(NumberRange other)
    {
        if (!Overlaps(other))
        {
            yield return this;
            yield break;
        }

        if (First < other.First)
        {
            yield return new NumberRange(First, other.First - 1);
        }

        if (other.Last < Last)
        {
            yield return new NumberRange(other.Last + 1, Last);
        }
    }

    /// <summary>
    /// The blocks of a size within it, each of which begins at a multiple of the size, as a block of 10,000 telephone numbers or a network
    /// of 256 addresses does; with 0 the range itself.
    /// </summary>
    public IEnumerable<NumberRange> Blocks(BigInteger size)
    {
        if (size == 0)
        {
            yield return this;
            yield break;
        }

        var first = (First + size - 1) / size * size;
        for (; first + size - 1 <= Last; first += size)
        {
            yield return new NumberRange(first, first + size - 1);
        }
    }

    /// <summary>The same numbers in as few ranges as there can be, in order.</summary>
    public static IReadOnlyList<NumberRange> Merge(IEnumerable<NumberRange> ranges)
    {
        var merged = new List<NumberRange>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && merged[^1].Last + 1 >= range.First)
            {
                merged[^1] = merged[^1] with { Last = BigInteger.Max(merged[^1].Last, range.Last) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }
}
