using System.Globalization;
using System.Text.RegularExpressions;

namespace Smile.Domain.Receivables;

/// <summary>Texts of invoice items with places for the days that a line is for: {0,date} the first, {1,date} the last.</summary>
internal static partial class DatedText
{
    /// <param name="format">How a day is written: print has two forms.</param>
    public static string Fill(string text, DateOnly from, DateOnly to, string format) =>
        DatePlace().Replace(text, match => (match.Groups[1].Value == "0" ? from : to).ToString(format, CultureInfo.InvariantCulture));

    /// <summary>The text as a name, where no days are known: without the places and what stands around them.</summary>
    public static string WithoutDates(string text) => DatePlaces().Replace(text, "").Trim();

    [GeneratedRegex(@"\{([01])(,date)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex DatePlace();

    [GeneratedRegex(@"\s*[(\[]?\s*(\b(from|for)\s+)?\{[01](,date)?\}(\s*(-|\u2013|to|until)\s*\{[01](,date)?\})?\s*[)\]]?", RegexOptions.CultureInvariant)]
    private static partial Regex DatePlaces();
}
