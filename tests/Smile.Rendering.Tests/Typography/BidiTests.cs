using Smile.Rendering.Typography.Bidi;

namespace Smile.Rendering.Tests.Typography;

/// <summary>The examples of UAX #9 and what invoices have, as they are read from left to right on paper.</summary>
public sealed class BidiTests
{
    [Theory]
    [InlineData("car 3.5", "car 3.5")]
    [InlineData("שלום", "םולש")]
    [InlineData("car means מכונית.", "car means תינוכמ.")]
    [InlineData("<מכונית CAR 45.>", "<.CAR 45 תינוכמ>")]
    [InlineData("ABC אבג 123 דהו XYZ", "ABC והד 123 גבא XYZ")]
    [InlineData("אבג ABC דהו", "והד ABC גבא")]
    [InlineData("Subscription 21 - ADSL (שלום) 5", "Subscription 21 - ADSL (םולש) 5")]
    [InlineData("חברה (Example Ltd) בע", "עב (Example Ltd) הרבח")]
    [InlineData("אב (גד[הו])", "([וה]דג) בא")]
    [InlineData("שלום 12,345.67", "12,345.67 םולש")]
    [InlineData("שלום 1-2", "1-2 םולש")]
    [InlineData("محمد 1-2", "2-1 دمحم")]
    [InlineData("محمد $5 6%", "%6 5$ دمحم")]
    [InlineData("שלום $5 6%", "6% $5 םולש")]
    [InlineData("محمد ١٢٫٣", "١٢٫٣ دمحم")]
    [InlineData("+1 محمد 2", "2 دمحم 1+")]
    [InlineData("\u200fABC אב!", "!בא ABC\u200f")]
    [InlineData("!אב ABC", "ABC בא!")]
    public void A_line_reads_on_paper_as_the_algorithm_says(string text, string onPaper)
    {
        var codePoints = text.EnumerateRunes().Select(rune => rune.Value).ToList();
        var levels = BidiLevels.Of(codePoints);
        var visual = BidiLevels.InVisualOrder([.. codePoints.Zip(levels)], pair => pair.Second);

        // Brackets that run to the left are turned by the font, here by hand.
        Assert.Equal(onPaper, string.Concat(visual.Select(pair => Turned(pair.First, pair.Second))));

        static string Turned(int codePoint, byte level) =>
            (level & 1) == 1 && "()[]<>".IndexOf((char)codePoint, StringComparison.Ordinal) is var at and >= 0
                ? ")(][><"[at].ToString()
                : char.ConvertFromUtf32(codePoint);
    }

    [Fact]
    public void Marks_go_with_their_letters()
    {
        int[] codePoints = ['a', 0x301, ' ', 0x5E9, 0x5B8, 0x5C1, ' ', 'b'];
        Assert.Equal([0, 0, 0, 1, 1, 1, 0, 0], BidiLevels.Of(codePoints).Select(level => (int)level));
    }

    [Theory]
    [InlineData('A', BidiClass.LeftToRight)]
    [InlineData('7', BidiClass.EuropeanNumber)]
    [InlineData(',', BidiClass.CommonSeparator)]
    [InlineData('-', BidiClass.EuropeanSeparator)]
    [InlineData('€', BidiClass.EuropeanTerminator)]
    [InlineData('(', BidiClass.OtherNeutral)]
    [InlineData(' ', BidiClass.WhiteSpace)]
    [InlineData('ש', BidiClass.RightToLeft)]
    [InlineData('م', BidiClass.ArabicLetter)]
    [InlineData('٣', BidiClass.ArabicNumber)]
    [InlineData('\u0301', BidiClass.NonspacingMark)]
    [InlineData('\u200d', BidiClass.BoundaryNeutral)]
    [InlineData('ก', BidiClass.LeftToRight)]
    [InlineData('東', BidiClass.LeftToRight)]
    [InlineData('、', BidiClass.OtherNeutral)]
    public void Characters_have_the_classes_of_the_standard(char letter, object expected) =>
        Assert.Equal((BidiClass)expected, BidiClasses.Of(letter));

    [Fact]
    public void Thousands_of_brackets_and_letters_take_no_long_time()
    {
        string[] texts =
        [
            new string('(', 20_000) + "א" + new string(')', 20_000),
            string.Concat(Enumerable.Repeat("(א)", 10_000)),
            string.Concat(Enumerable.Repeat("()", 10_000)),
            string.Concat(Enumerable.Repeat("אa1", 10_000)),
        ];
        foreach (var text in texts)
        {
            var codePoints = text.Select(letter => (int)letter).ToList();
            Assert.Equal(text.Length, BidiLevels.InVisualOrder(BidiLevels.Of(codePoints), level => level).Count);
        }
    }
}
