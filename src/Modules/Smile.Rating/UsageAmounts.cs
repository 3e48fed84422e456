using Smile.Catalogue;

namespace Smile.Rating;

/// <summary>How amounts of usage are rounded and kept.</summary>
internal static class UsageAmounts
{
    /// <summary>Digits behind the point that amounts are kept with: as many as a rule may have (reference 30).</summary>
    public const int Decimals = 8;

    private const int UnitDecimals = 6;

    /// <summary>An amount that is not below zero.</summary>
    public static decimal Round(decimal amount, int decimals, RateRounding rounding) =>
        rounding switch
        {
            RateRounding.Up => Up(amount, decimals),
            RateRounding.Down => Math.Round(amount, decimals, MidpointRounding.ToZero),
            RateRounding.HalfUp => Math.Round(amount, decimals, MidpointRounding.AwayFromZero),
            RateRounding.HalfEven => Math.Round(amount, decimals, MidpointRounding.ToEven),
            _ => Kept(amount),
        };

    public static decimal Kept(decimal amount) => Math.Round(amount, Decimals, MidpointRounding.AwayFromZero);

    /// <summary>Units with the digits that they are kept with.</summary>
    public static decimal Units(decimal units) => Math.Round(units, UnitDecimals, MidpointRounding.AwayFromZero);

    /// <summary>A division such as 1/60 has an end somewhere: what is more only behind the digits that are kept is no reason to round up.
    /// </summary>
    private static decimal Up(decimal amount, int decimals) =>
        Math.Round(Math.Round(amount, Decimals + 4, MidpointRounding.AwayFromZero), decimals, MidpointRounding.ToPositiveInfinity);
}
