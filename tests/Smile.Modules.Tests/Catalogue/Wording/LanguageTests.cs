using System.Text.RegularExpressions;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Kernel;
using Smile.Modules.Tests.Catalogue.Reading;

namespace Smile.Modules.Tests.Catalogue.Wording;

public sealed partial class LanguageTests
{
    private static readonly Currency Eur = new("EUR", 2, "€");
    private static readonly Currency Aud = new("AUD", 2, "$", 0.05m);
    private static readonly Language German = BuiltInLanguages.Find("de")!;

    public static TheoryData<string> Codes => [.. BuiltInLanguages.Codes];

    [Theory]
    [MemberData(nameof(Codes))]
    public void R21_every_language_has_every_word_with_the_same_places(string code)
    {
        var words = BuiltInLanguages.WordsOf(code).ToList();
        Assert.Equal(Enum.GetValues<Word>(), words.Select(word => word.Key));
        Assert.All(words, word => Assert.NotEmpty(word.Value));
        Assert.All(words, word => Assert.Equal(Places(BuiltInLanguages.Default[word.Key]), Places(word.Value)));
    }

    [Fact]
    public void R21_German_differs_from_English_but_where_the_words_are_the_same()
    {
        var same = Enum.GetValues<Word>()
            .Where(word =>
                !word.ToString().StartsWith("Format", StringComparison.Ordinal) && German[word] == BuiltInLanguages.Default[word]
            );
        Assert.Empty(same);
    }

    [Fact]
    public void Every_type_of_transaction_has_a_name() =>
        Assert.Equal(
            Enum.GetValues<TransactionType>().Length,
            Enum.GetValues<TransactionType>().Select(type => German.Name(type)).Distinct().Count()
        );

    [Fact]
    public void R21_money_days_and_figures_are_as_the_language_writes_them()
    {
        Assert.Equal(("119,39 €", "-1.221,55 €"), (German.Show(new Money(119.39m, Eur)), German.Show(new Money(-1221.55m, Eur))));
        Assert.Equal(
            ("$47.40", "$(1,221.55)"),
            (BuiltInLanguages.Default.Show(new Money(47.40m, Aud)), BuiltInLanguages.Default.Show(new Money(-1221.55m, Aud)))
        );
        Assert.Equal(
            ("05.01.2027", "01. - 31.01.2027", "31.12.2026 - 01.01.2027"),
            (
                German.Day(new DateOnly(2027, 1, 5)),
                German.Period(new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 31)),
                German.Period(new DateOnly(2026, 12, 31), new DateOnly(2027, 1, 1))
            )
        );
        Assert.Equal(
            ("5 Jan 2027", "1 - 31 Jan 2027", "31 Dec 2026 - 1 Jan 2027"),
            (
                BuiltInLanguages.Default.Day(new DateOnly(2027, 1, 5)),
                BuiltInLanguages.Default.Period(new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 31)),
                BuiltInLanguages.Default.Period(new DateOnly(2026, 12, 31), new DateOnly(2027, 1, 1))
            )
        );
        Assert.Equal(("-1.000,50", "(1,000.50)"), (German.Figure(-1000.5m, Eur), BuiltInLanguages.Default.Figure(-1000.5m, Eur)));
        Assert.Equal(("19 %", "2,5", "1.234,5"), (German.Percent(19m), German.Quantity(2.5m), German.Quantity(1234.5m)));
    }

    [Fact]
    public void R21_a_catalogue_changes_words_adds_languages_and_accounts_choose()
    {
        var french = string.Join(
            '\n',
            BuiltInLanguages
                .WordsOf("en")
                .Select(word => $"      {word.Key}: '{(word.Key == Word.TitleTaxInvoice ? "Facture" : word.Value)}'")
        );
        var content = CatalogueText.Content(
            "languages: [{ code: de, words: { Tax: MwSt. } }, { code: de-AT, words: { Discount: Nachlass } }]",
            $"languages:\n  - code: fr\n    words:\n{french}\n",
            CatalogueText.Base.Replace("currency: AUD,", "currency: AUD, language: de-AT,", StringComparison.Ordinal)
        );
        var catalogue = new CatalogueSnapshot(1, content);
        var company = content.Companies[0].Id;
        Assert.Equal("MwSt.", catalogue.Language("de")![Word.Tax]);
        Assert.Equal(
            ("Nachlass", "Rechnung"),
            (catalogue.Language("de-AT")![Word.Discount], catalogue.Language("de-AT")![Word.TitleTaxInvoice])
        );
        Assert.Equal(
            "Facture",
            catalogue.Language(company, new FieldValues([new FieldValue("language", FieldKind.String, "fr")]))[Word.TitleTaxInvoice]
        );
        Assert.Equal("de-AT", catalogue.Language(company, FieldValues.None).Code);
        Assert.Equal("de-AT", catalogue.Language(company, new FieldValues([new FieldValue("language", FieldKind.String, "xx")])).Code);
    }

    [Theory]
    [InlineData("languages: [{ code: german, words: {} }]", "'german' is not the code of a language")]
    [InlineData("languages: [{ code: fr, words: { Tax: TVA } }]", "words are missing, such as FormatDecimalPoint")]
    [InlineData("languages: [{ code: de, words: { Taxx: TVA } }]", "There is no word 'Taxx'. Did you mean 'Tax'?")]
    [InlineData("languages: [{ code: de, words: { PageOf: Seite } }]", "it has the places {0}, {1}, each once.")]
    [InlineData("languages: [{ code: de, words: { Tax: '{0}' } }]", "it has no places.")]
    [InlineData("languages: [{ code: de, words: { Months: Januar Februar } }]", "give twelve names")]
    [InlineData("languages: [{ code: de, words: { FormatDay: yy } }]", "give a day's format")]
    public void R21_what_is_wrong_with_a_language_is_said(string yaml, string problem) =>
        Assert.Contains(problem, string.Join(Environment.NewLine, CatalogueText.Problems(yaml)), StringComparison.Ordinal);

    private static IEnumerable<string> Places(string text) =>
        Place().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
