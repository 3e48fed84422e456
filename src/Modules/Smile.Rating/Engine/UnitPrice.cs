using Smile.Catalogue;
using Smile.Rating.Tariffs;

namespace Smile.Rating.Engine;

/// <summary>What units cost by a rule at a time.</summary>
/// <param name="Rate">Without tax, of <paramref name="Units"/> units.</param>
/// <param name="First">Units of the first increment; 0 for none.</param>
/// <param name="Next">Units of those that follow; 0 for none.</param>
internal readonly record struct UnitPrice(
    decimal Rate,
    decimal Units,
    decimal First,
    decimal Next,
    int Decimals,
    RateRounding Rounding,
    Tariff? Tariff,
    int? TariffType
)
{
    public decimal Of(decimal units) => units * Rate / Units;

    /// <summary>The end of what is charged from a position on, if every increment is charged that begins before a limit.</summary>
    /// <param name="position">Where an increment begins; 0 for the first one.</param>
    public decimal EndOf(decimal position, decimal limit)
    {
        var end = position == 0m ? First : position;
        return end >= limit ? end
            : Next == 0m ? limit
            : end + (Math.Ceiling((limit - end) / Next) * Next);
    }

    /// <summary>The increment that a position between two increments is in, for increments that begin at some position.</summary>
    /// <returns>Twice the position where none has begun.</returns>
    public (decimal Start, decimal End) IncrementAt(decimal begin, decimal position)
    {
        if (begin == 0m && position < First)
        {
            return (0m, First);
        }

        var from = begin == 0m ? First : begin;
        var start = Next == 0m ? position : from + (Math.Floor((position - from) / Next) * Next);
        return start == position ? (position, position) : (start, start + Next);
    }
}
