using System.Text.RegularExpressions;
using Smile.Catalogue.Wording;

namespace Smile.Catalogue.Reading;

/// <summary>Reads the section of languages: words of documents, beside or instead of those that the server has.</summary>
internal static partial class LanguageSections
{
    private const int MostMissing = 5;
    private const int MonthsOfYear = 12;

    public static void Language(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Text("code");
        if (at.IsGood("code") && !Code().IsMatch(code))
        {
            at.Problem("code", $"'{code}' is not the code of a language, such as fr or de-AT.");
        }

        var words = at.FreeTexts("words");
        foreach (var (name, text) in words)
        {
            if (!Enum.TryParse<Word>(name, out var word) || word.ToString() != name)
            {
                at.Problem("words", $"There is no word '{name}'.{Nearest.Hint(name, Enum.GetNames<Word>())}");
            }
            else if (WrongWith(word, text) is { } wrong)
            {
                at.Problem("words", $"{name} '{text}': {wrong}");
            }
        }

        if (
            at.IsGood("code")
            && BuiltInLanguages.BaseOf(code) is null
            && Enum.GetNames<Word>().Except(words.Keys).ToList() is { Count: > 0 } missing
        )
        {
            at.Problem(
                "words",
                $"{missing.Count} words are missing, such as {string.Join(", ", missing.Take(MostMissing))}. The server has no "
                    + $"language '{code}' to take them from; 'smile catalogue words' prints all."
            );
        }

        draft.Unique(at, "language", "code", code);
        draft.Languages.Add(code, new LanguageItem(code, words));
    }

    /// <summary>Refers to a language of the catalogue or of the server.</summary>
    public static string Refer(MappingReader at, string key, string code, CatalogueDraft draft) =>
        BuiltInLanguages.Find(code) is not null ? code : draft.Languages.Refer(at, key, code);

    private static string? WrongWith(Word word, string text)
    {
        var expected = Places(BuiltInLanguages.Default[word]);
        return word switch
        {
            _ when text.Length == 0 => "give a text.",
            Word.FormatDay
            or Word.FormatLongDay
            or Word.FormatDayOfMonth
            or Word.FormatDayAndMonth
            or Word.FormatChargeDay
            or Word.FormatRollupDay
                when !text.Contains('d', StringComparison.Ordinal)
                    || text.Any(char.IsControl)
                    || text.Contains('%', StringComparison.Ordinal) => "give a day's format, such as dd.MM.yyyy.",
            Word.Months or Word.ShortMonths when text.Split(' ').Length != MonthsOfYear =>
                "give twelve names with single spaces between them.",
            _ when !Places(text).SequenceEqual(expected) => expected.Count == 0
                ? "it has no places."
                : $"it has the places {string.Join(", ", expected)}, each once.",
            _ => null,
        };
    }

    private static List<string> Places(string text) =>
        [.. Place().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^[a-z]{2,3}(-[A-Z]{2})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    [GeneratedRegex(@"\{[^}]*\}?|\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
