using System.Globalization;

namespace Smile.Catalogue.Wording;

/// <summary>How customers are shown what they have used.</summary>
public static class UsageFigures
{
    private const decimal Kibi = 1024m;
    private const int SecondsOfAMinute = 60;
    private const int SecondsOfAnHour = 3_600;

    private static readonly string[] ByteUnits = ["B", "KB", "MB", "GB", "TB"];

    extension(Language language)
    {
        /// <summary>Bytes in a unit.</summary>
        /// <param name="like">In the largest unit that this has at least one of.</param>
        public string Bytes(decimal bytes, decimal like)
        {
            var unit = 0;
            for (; like >= Kibi && unit < ByteUnits.Length - 1; like /= Kibi)
            {
                (unit, bytes) = (unit + 1, bytes / Kibi);
            }

            return $"{language.TwoDecimals(bytes)} {ByteUnits[unit]}";
        }

        /// <summary>Seconds as minutes.</summary>
        public string Minutes(decimal seconds) => $"{language.TwoDecimals(seconds / SecondsOfAMinute)} min";

        /// <summary>A number with at most two decimals.</summary>
        public string TwoDecimals(decimal number) => language.Quantity(decimal.Round(number, 2, MidpointRounding.AwayFromZero));
    }

    /// <summary>Seconds as a clock that was stopped: <c>1:02:03</c>, <c>2:03</c>. Parts of a second count as one.</summary>
    public static string Duration(decimal seconds)
    {
        var whole = (long)decimal.Ceiling(seconds);
        var (hours, minutes, rest) = (whole / SecondsOfAnHour, whole % SecondsOfAnHour / SecondsOfAMinute, whole % SecondsOfAMinute);
        return hours > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{hours}:{minutes:00}:{rest:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes}:{rest:00}");
    }
}
