using System.Text.RegularExpressions;
using Smile.Catalogue.Wording;

namespace Smile.Receivables;

/// <summary>Texts of invoice items with places for the days that a line is for: {0,date} the first, {1,date} the last.</summary>
public static partial class DatedText
{
    /// <param name="format">The word that has the format: print has two.</param>
    public static string Fill(string text, DateOnly from, DateOnly to, Language language, Word format) =>
        DatePlace().Replace(text, match => language.Day(match.Groups[1].Value == "0" ? from : to, format));

    /// <summary>The text as a name, where no days are known: without the places and what stands around them.</summary>
    public static string WithoutDates(string text) => DatePlaces().Replace(text, "").Trim();

    [GeneratedRegex(@"\{([01])(,date)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex DatePlace();

    [GeneratedRegex(
        @"\s*[(\[]?\s*(\b(from|for)\s+)?\{[01](,date)?\}(\s*(-|\u2013|to|until)\s*\{[01](,date)?\})?\s*[)\]]?",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex DatePlaces();
}
