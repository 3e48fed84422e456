using System.Numerics;

namespace Smile.NumberPools;

/// <summary>How full a pool is, in numbers.</summary>
/// <param name="Id">That of the catalogue.</param>
/// <param name="Used">Held by a link of any kind. A number may be held by links of two kinds, and counts for both.</param>
public sealed record PoolCount(
    Guid Id,
    BigInteger Numbers,
    BigInteger Used,
    BigInteger Allocated,
    BigInteger PreAllocated,
    BigInteger Temporary,
    BigInteger Quarantined
)
{
    public BigInteger Free => Numbers - Used;

    /// <summary>Whole per cent that are used; 0 only where none is, 100 only where all are.</summary>
    public int PercentUsed =>
        Used.IsZero ? 0
        : Free.IsZero ? 100
        : Math.Clamp((int)(Used * 100 / Numbers), 1, 99);
}
