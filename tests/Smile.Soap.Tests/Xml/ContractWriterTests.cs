using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Smile.Soap.Xml;

namespace Smile.Soap.Tests.Xml;

/// <summary>What is written must parse, with anyone's reader, to what was given.</summary>
public sealed class ContractWriterTests
{
    /// <summary>Text with all that XML finds special, and with what it cannot hold.</summary>
    private static readonly Arbitrary<string> Texts = Gen.Frequency(
            (
                6,
                Gen.Elements(
                    "a",
                    "é",
                    "日",
                    " ",
                    "&",
                    "<",
                    ">",
                    "\"",
                    "'",
                    "]]>",
                    "\r",
                    "\n",
                    "\r\n",
                    "\t",
                    "😀",
                    "𝒳",
                    "\u0085",
                    "\u2028",
                    "\u00A0",
                    "\uFEFF"
                )
            ),
            (1, Gen.Elements("\0", "\u0001", "\u000B", "\u001B", "\uFFFE", "\uFFFF")),
            (1, Gen.Elements("\uD800", "\uDBFF", "\uDC00", "\uDFFF")),
            (2, Gen.Choose(0, 0xFFFF).Select(code => ((char)code).ToString()))
        )
        .ListOf()
        .Select(string.Concat)
        .ToArbitrary();

    [Fact]
    public void Any_text_comes_back_with_what_xml_cannot_hold_replaced() =>
        Prop.ForAll(Texts, text => Assert.Equal(WithoutForbidden(text), Write(text).Value))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Any_text_comes_back_from_an_attribute_with_its_lines() =>
        Prop.ForAll(Texts, text => Assert.Equal(WithoutForbidden(text), WriteAttribute(text).Attribute("a")!.Value))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Any_decimal_is_written_as_it_is_held() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<decimal>(),
                value =>
                {
                    var text = XElement.Parse(ContractWriter.WriteDocument("d", value, (writer, some) => writer.Value(some))).Value;
                    return text == value.ToString(CultureInfo.InvariantCulture) && !text.Contains('E', StringComparison.Ordinal);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory]
    [InlineData("a<b>&\"c\"'d'", "a&lt;b&gt;&amp;\"c\"'d'")]
    [InlineData("]]>", "]]&gt;")]
    [InlineData("a\r\nb\tc", "a&#13;\nb\tc")]
    [InlineData("\u0000\u001F\uFFFE\uFFFF", "\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("😀", "😀")]
    public void Text_is_escaped(string text, string written) => Assert.Equal($"<d>{written}</d>", Inner(writer => writer.Value(text)));

    /// <summary>Spelt as numbers: a test's arguments cannot carry half a character.</summary>
    [Theory]
    [InlineData(new[] { 0xD83D }, "\uFFFD")]
    [InlineData(new[] { 0xDE00 }, "\uFFFD")]
    [InlineData(new[] { 0xDE00, 0xD83D }, "\uFFFD\uFFFD")]
    [InlineData(new[] { 0xD83D, 0xD83D, 0xDE00 }, "\uFFFD😀")]
    public void Half_a_character_is_replaced(int[] units, string written) =>
        Assert.Equal($"<d>{written}</d>", Inner(writer => writer.Value(string.Concat(units.Select(unit => (char)unit)))));

    [Fact]
    public void An_attribute_keeps_its_lines() =>
        Assert.Equal("<d a=\"x&#10;y&#13;&#9;&quot;&lt;z\"/>", Inner(writer => writer.Attribute("a", "x\ny\r\t\"<z")));

    [Fact]
    public void An_empty_element_is_closed_at_once_and_an_absent_one_is_not_written() =>
        Assert.Equal(
            "<d><a/><c></c></d>",
            Inner(writer =>
            {
                writer.Element("a", "");
                writer.Element("b", (string?)null);
                writer.Element("b", (int?)null);
                writer.Attribute("b", (string?)null);
                writer.StartQualified("c");
                writer.EndQualified("c");
            })
        );

    [Fact]
    public void Simple_values_are_written_as_schema_spells_them() =>
        Assert.Equal(
            "<d><a>-5</a><a>-9223372036854775808</a><a>47.40</a><a>true</a><a>2019-01-31+11:00</a><a>2019-01-31T09:30:00.123-03:30</a>"
                + "<a>AQL/</a></d>",
            Inner(writer =>
            {
                writer.Element("a", -5);
                writer.Element("a", long.MinValue);
                writer.Element("a", 47.40m);
                writer.Element("a", true);
                writer.Element("a", new XmlDate(new DateOnly(2019, 1, 31), TimeSpan.FromHours(11)));
                writer.Element("a", new DateTimeOffset(2019, 1, 31, 9, 30, 0, 123, TimeSpan.FromHours(-3.5)).AddTicks(4567));
                writer.Element("a", (byte[])[1, 2, 255]);
            })
        );

    [Fact]
    public void A_document_outgrows_its_buffer()
    {
        var lines = Enumerable.Range(0, 20_000).Select(number => $"line {number} <&> 😀 {new string('x', number % 100)}").ToList();
        using var writer = new ContractWriter("", capacity: 16);
        writer.Start("d");
        foreach (var line in lines)
        {
            writer.Element("a", line);
        }

        writer.End("d");

        Assert.Equal(lines, XElement.Parse(Encoding.UTF8.GetString(writer.Written.Span)).Elements().Select(element => element.Value));
    }

    /// <summary>
    /// K7. In messages, what is beyond the basic plane is a numeric reference: no broker can spoil it on its way. Answers have it as it is.
    /// </summary>
    [Fact]
    public void What_is_beyond_the_basic_plane_is_a_reference_in_messages_alone()
    {
        var message = ContractWriter.WriteDocument(
            "d",
            "日本 😀",
            (writer, some) =>
            {
                writer.Attribute("a", some);
                writer.Value(some);
            }
        );
        Assert.Contains(" a=\"日本 &#128512;\">日本 &#128512;</d>", message, StringComparison.Ordinal);
        Assert.Equal("日本 😀", XElement.Parse(message).Value);
        using var answer = new ContractWriter("");
        answer.Element("d", "😀");
        Assert.Equal("<d>😀</d>", Encoding.UTF8.GetString(answer.Written.Span));
    }

    [Fact]
    public void A_text_of_megabytes_is_written_whole()
    {
        var text = string.Concat(Enumerable.Repeat("0123456789 & 日本 ", 200_000));

        Assert.Equal(text, Write(text).Value);
    }

    private static XElement Write(string text) => Parse(ContractWriter.WriteDocument("d", text, (writer, some) => writer.Value(some)));

    private static XElement WriteAttribute(string text) =>
        Parse(ContractWriter.WriteDocument("d", text, (writer, some) => writer.Attribute("a", some)));

    private static XElement Parse(string document)
    {
        using var reader = XmlReader.Create(new StringReader(document), new XmlReaderSettings { CheckCharacters = true });
        return XElement.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static string Inner(Action<ContractWriter> write)
    {
        using var writer = new ContractWriter("");
        writer.Start("d");
        write(writer);
        writer.End("d");
        return Encoding.UTF8.GetString(writer.Written.Span);
    }

    private static string WithoutForbidden(string text)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            // Lone surrogates come as U+FFFD already.
            kept.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
        }

        return kept.ToString();
    }
}
