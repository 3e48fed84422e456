using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Smile.Correspondence.Documents;
using Smile.Rendering.Typography;
using Smile.Testing;

namespace Smile.Rendering.Tests.Typography;

/// <summary>Names and addresses that are not written in Latin letters.</summary>
public sealed class ScriptTests
{
    private const string EastAsianFont = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    private const string OtherScriptsFont = "/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf";

    private static readonly DocumentRenderer Renderer = new();

    /// <summary>With what comes with the assembly only, so that the tests say the same on every machine.</summary>
    private static readonly FontSet Fonts = new(Library(NullLogger.Instance));

    /// <summary>What a customer's invoice was, in bytes, before letters were joined, and what its reader finds in it.</summary>
    public static TheoryData<string, int, string[]> Customers =>
        new()
        {
            { "Arabic", 38_428, ["السيد محمد عبد الله", "شركة الاتصالات المحدودة", "شارع الملك فهد", "الإسلام لأجل الآن"] },
            { "Hebrew", 38_565, ["מר יוסף כהן", "חברת הדוגמה בע\"מ", "רחוב הרצל תל אביב"] },
            { "Thai", 33_798, ["คุณสมชาย ปิ่นทองคำ", "บริษัท ตัวอย่าง จำกัด (มหาชน)", "ที่นี่ น้ำ กุ้ง"] },
            { "Chinese", 38_308, ["王小明先生", "示例电信有限公司上海分公司客户服务部", "上海市浦东新区世纪大道100号"] },
            { "Japanese", 38_087, ["株式会社サンプル 髙橋 様", "﨑山コールセンター、東京都千代田区"] },
            { "Korean", 37_176, ["홍길동 님", "예시통신 주식회사", "서울특별시 강남구 테헤란로 123"] },
        };

    [PdfTheory]
    [MemberData(nameof(Customers))]
    public void An_invoice_is_found_by_its_customers_name(string script, int before, string[] lines)
    {
        var file = Render(lines);
        var page = Text(file);
        Assert.All(lines, line => Assert.Contains(line, page, StringComparison.Ordinal));
        Assert.Equal("", PdfText.Problems(file));
        Assert.Empty(PdfText.Overlaps(file));
        Assert.True(file.Length <= 2 * before, $"{script}: {file.Length} bytes, {before} before");
    }

    [Theory]
    [MemberData(nameof(Customers))]
    public void No_letter_is_an_empty_box(string script, int before, string[] lines)
    {
        Assert.True(before > 0, script);
        foreach (var placed in lines.SelectMany(line => Enum.GetValues<FontWeight>().SelectMany(weight => Fonts.Glyphs(line, weight))))
        {
            Assert.NotEqual(0u, placed.Glyph);
            Assert.DoesNotContain('\ufffd', placed.Text);
        }
    }

    [PdfFact]
    public void A_text_among_Latin_ones_is_found_too()
    {
        var page = Text(Render(["Example شركة الاتصالات Ltd", "חברת הדוגמה (Example Ltd) 6688312"]));
        Assert.Contains("Example", page, StringComparison.Ordinal);
        Assert.Contains("شركة الاتصالات", page, StringComparison.Ordinal);
        Assert.Contains("חברת הדוגמה", page, StringComparison.Ordinal);
        Assert.Contains("Example Ltd", page, StringComparison.Ordinal);
        Assert.Contains("6688312", page, StringComparison.Ordinal);
        Assert.Contains("Subscription 2142472303", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Arabic_letters_are_joined()
    {
        var joined = Fonts.Glyphs("محمد", FontWeight.Regular);
        Assert.Equal(["د", "م", "ح", "م"], joined.Select(placed => placed.Text));
        Assert.NotEqual(joined[1].Glyph, joined[3].Glyph);
        Assert.NotEqual(joined[1].Glyph, Assert.Single(Fonts.Glyphs("م", FontWeight.Regular)).Glyph);
        Assert.Equal("لا", Assert.Single(Fonts.Glyphs("لا", FontWeight.Regular)).Text);
    }

    [Fact]
    public void Digits_and_Latin_words_keep_their_order_among_letters_that_run_to_the_left()
    {
        Assert.Equal("12 םולש", Visual("שלום 12"));
        Assert.Equal(")ABC( םולש", Visual("שלום (ABC)"));
        Assert.Equal("Account 7: םולש", Visual("Account 7: שלום"));

        static string Visual(string text) => string.Concat(Fonts.Glyphs(text, FontWeight.Regular).Select(placed => placed.Text));
    }

    [Fact]
    public void Thai_marks_stand_on_their_letters()
    {
        var glyphs = Fonts.Glyphs("ที่", FontWeight.Regular);
        Assert.Equal("ที่", string.Concat(glyphs.Select(placed => placed.Text)));
        Assert.Equal([true, false, false], glyphs.Select(placed => placed.Advance > 0));
        Assert.NotEqual(Fonts.Glyphs("ท่", FontWeight.Regular)[1] with { X = 0, Y = 0 }, glyphs[2]);
    }

    [Fact]
    public void Latin_Greek_and_Cyrillic_are_set_letter_by_letter()
    {
        foreach (var text in (string[])["office AV To 1,234.56 fi", "Ωμέγα", "Иванов", "ffi é ł"])
        {
            var glyphs = Fonts.Glyphs(text, FontWeight.Regular);
            Assert.Equal(text.Select(letter => letter.ToString()), glyphs.Select(placed => placed.Text));
            Assert.All(glyphs, placed => Assert.Equal(placed.Font.Advance(placed.Glyph), placed.Advance));
        }
    }

    [Fact]
    public void Chinese_and_Japanese_lines_end_between_characters_but_not_before_a_closing_mark()
    {
        var lines = Fonts.Wrap("東京都千代田区、千代田一丁目（東京）コールセンター。", FontWeight.Regular, 10, 61, 10);
        Assert.Equal(["東京都千代田", "区、千代田一", "丁目（東京）", "コールセン", "ター。"], lines);
    }

    [Fact]
    public void Lines_of_one_text_all_run_as_the_text_does()
    {
        var lines = Fonts.Wrap("שלום לכולם Example Company Limited בע", FontWeight.Regular, 10, 90, 5);
        Assert.True(lines.Count > 1);
        Assert.All(
            lines,
            line => Assert.True(Smile.Rendering.Typography.Bidi.BidiLevels.RunsToTheLeft(line.EnumerateRunes().Select(rune => rune.Value)))
        );
    }

    [Fact]
    public void What_no_font_has_is_a_question_mark_and_is_logged_once_a_script()
    {
        var log = new LogRecorder();
        var fonts = new FontSet(Library(log));
        Assert.All(fonts.Glyphs("नमस्ते दुनिया", FontWeight.Regular), placed => Assert.Contains(placed.Text, (string[])["\ufffd", " "]));
        fonts.Width("नमस्ते", FontWeight.Regular, 10);
        Assert.Contains("Deva", Assert.Single(log.Entries).Message, StringComparison.Ordinal);
        fonts.Width("বাংলা Joe 東京", FontWeight.Regular, 10);
        Assert.Equal(2, log.Entries.Count);
    }

    [Fact]
    public void A_folder_of_the_operators_has_further_fonts_and_broken_files_in_it_do_no_harm()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "Broken.ttf"), "no font");
            File.WriteAllBytes(Path.Combine(folder.FullName, "Empty.otf"), []);
            Assert.Null(new InstalledFonts(folder.FullName, []).Find('त'));
            using (var thai = typeof(FontLibrary).Assembly.GetManifestResourceStream("NotoSansThai-Regular.ttf")!)
            using (var copy = File.Create(Path.Combine(folder.FullName, "Own Font (Regular).ttf")))
            {
                thai.CopyTo(copy);
            }

            var found = new InstalledFonts(folder.FullName, []).Find('ก');
            Assert.Equal("OwnFontRegular", found?.Name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [InstalledFontFact("fonts-noto-cjk", EastAsianFont)]
    public void Japanese_and_Chinese_customers_see_their_own_forms_of_a_character()
    {
        Assert.True(File.Exists(EastAsianFont), "The package fonts-noto-cjk is not installed.");
        var library = new FontLibrary(NullLogger.Instance, () => new InstalledFonts(null, InstalledFonts.StandardFolders));
        var forms = Enum.GetValues<HanForm>().Select(form => new FontSet(library, form).Glyphs("骨直", FontWeight.Regular)).ToList();
        Assert.All(forms, glyphs => Assert.True(glyphs[0].Font.IsCff));
        Assert.True(forms.Select(glyphs => glyphs[0].Glyph).Distinct().Count() > 1);

        // A PostScript font's glyphs are found by the numbers that the subset gives them, beyond the first plane too.
        string[] lines = ["𠮷野家サンプル", "髙橋様"];
        var file = Render(lines);
        Assert.All(lines, line => Assert.Contains(line, Text(file), StringComparison.Ordinal));
        Assert.Contains("CIDFontType0C", Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        Assert.Equal("", PdfText.Problems(file));
        Assert.True(file.Length < 70_000);
    }

    [InstalledFontFact("fonts-noto-core", OtherScriptsFont)]
    public void Other_scripts_come_from_the_machines_fonts()
    {
        Assert.True(File.Exists(OtherScriptsFont), "The package fonts-noto-core is not installed.");
        string[] lines = ["नमस्ते भारत", "বাংলা", "አማርኛ"];
        var file = Render(lines);
        Assert.All(lines, line => Assert.Contains(line, Text(file), StringComparison.Ordinal));
        Assert.DoesNotContain("\ufffd", Text(file), StringComparison.Ordinal);
        Assert.Equal("", PdfText.Problems(file));
    }

    [PdfFact]
    public void Hostile_texts_neither_stop_a_document_nor_blow_it_up()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0e48\u05b8\u0651", 5_000));
        var random = new Random(20_150_114);
        string[] texts =
        [
            "e" + marks,
            "ก" + marks + "م" + marks,
            new string('\ud83d', 500) + new string('\udc00', 500),
            string.Concat(Enumerable.Repeat("\u202e\u2067\u200f\u061c\u200e\u2069\u202c\ufeff\u2028\u2029\u0000\u001b\u0085", 500)),
            string.Concat(Enumerable.Repeat("\u200d\u200c\U000e0041\U000e0100\ufe0f", 2_000)),
            string.Concat(Enumerable.Repeat("لا", 5_000)),
            new string('龍', 10_000),
            string.Concat(Enumerable.Repeat("(א)[ב", 2_000)),
            new string(' ', 10_000) + "\t\r\n",
            new([.. Enumerable.Range(0, 20_000).Select(_ => (char)random.Next(0x10000))]),
            new([.. Enumerable.Range(0, 20_000).Select(_ => (char)random.Next(0x590, 0x1000))]),
        ];
        var started = Stopwatch.StartNew();
        foreach (var text in texts)
        {
            var file = Render([text, "Lane 45"], text);
            var page = Text(file);
            Assert.Contains("Lane 45", page, StringComparison.Ordinal);
            Assert.Contains("$47.40", page, StringComparison.Ordinal);
            Assert.Equal("", PdfText.Problems(file));
            Assert.True(file.Length < 1_000_000, $"{file.Length} bytes");
        }

        Assert.True(started.Elapsed < TimeSpan.FromSeconds(60), $"{started.Elapsed}");
    }

    [Fact]
    public void A_letter_with_thousands_of_marks_stays_on_its_line()
    {
        var glyphs = Fonts.Glyphs("e" + new string('\u0301', 5_000), FontWeight.Regular);
        Assert.InRange(glyphs.Count, 1, 9);
        Assert.All(glyphs, placed => Assert.InRange(Math.Abs(placed.Y), 0, placed.Font.UnitsPerEm));
    }

    [Fact]
    public void The_same_document_is_the_same_file()
    {
        string[] lines = ["السيد محمد", "株式会社サンプル", "ที่นี่"];
        Assert.Equal(Render(lines), Render(lines));
    }

    private static FontLibrary Library(ILogger logger) => new(logger, () => new InstalledFonts(null, []));

    /// <summary>The text of the first page without the marks of direction that the tool adds.</summary>
    private static string Text(byte[] file) =>
        string.Concat(PdfText.Pages(file)[0].Where(mark => mark is not ((>= '\u202a' and <= '\u202e') or '\u200e' or '\u200f')));

    private static byte[] Render(string[] addressee, string? description = null)
    {
        var invoice = Examples.GuideInvoice() with { Addressee = addressee };
        if (description is not null)
        {
            var group = invoice.Groups[0];
            invoice = invoice with
            {
                Groups = [group with { Heading = description, Lines = [group.Lines[0] with { Description = description }] }],
            };
        }

        using var file = new MemoryStream();
        Renderer.Render(invoice, Examples.StationeryFor(invoice.Kind), DocumentFileFormat.Pdf, file);
        return file.ToArray();
    }
}
