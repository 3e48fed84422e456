using System.Globalization;

namespace Smile.Rating.RateCards;

/// <summary>Numbers of rate cards, as files have them: what is read is what was written.</summary>
public static class RateCardTexts
{
    /// <summary>At least two decimals.</summary>
    public static string Price(decimal price) => price.ToString("0.00######", CultureInfo.InvariantCulture);

    internal static string AtMost(int count) => string.Create(CultureInfo.InvariantCulture, $"There may be {count} at most.");

    public static string Units(decimal units) => units.ToString("0.########", CultureInfo.InvariantCulture);
}
