using Smile.Catalogue;

namespace Smile.Rating;

/// <summary>How amounts of usage are rounded and kept.</summary>
internal static class UsageAmounts
{
    /// <summary>Digits behind the point that amounts are kept with: as many as a rule may have (reference 30).</summary>
    public const int Decimals = 8;

    private const int UnitDecimals = 6;

    /// <summary>
    /// An amount that is not below zero. A division such as 1/60 has no end: what it comes short of a tie, or is over a whole amount, far
    /// behind the digits that are kept, is no reason to round otherwise.
    /// </summary>
    public static decimal Round(decimal amount, int decimals, RateRounding rounding)
    {
        var exact = Math.Round(amount, Decimals + 4, MidpointRounding.AwayFromZero);
        return rounding switch
        {
            RateRounding.Up => Math.Round(exact, decimals, MidpointRounding.ToPositiveInfinity),
            RateRounding.Down => Math.Round(exact, decimals, MidpointRounding.ToZero),
            RateRounding.HalfUp => Math.Round(exact, decimals, MidpointRounding.AwayFromZero),
            RateRounding.HalfEven => Math.Round(exact, decimals, MidpointRounding.ToEven),
            _ => Kept(amount),
        };
    }

    public static decimal Kept(decimal amount) => Math.Round(amount, Decimals, MidpointRounding.AwayFromZero);

    /// <summary>Units with the digits that they are kept with.</summary>
    public static decimal Units(decimal units) => Math.Round(units, UnitDecimals, MidpointRounding.AwayFromZero);
}
