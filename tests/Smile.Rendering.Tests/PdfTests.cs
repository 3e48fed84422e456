using System.Diagnostics;
using System.Text.RegularExpressions;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;
using Smile.Kernel;
using Smile.Testing;

namespace Smile.Rendering.Tests;

public sealed class PdfTests
{
    /// <summary>Reading fonts and compiling code take their time once.</summary>
    private static readonly DocumentRenderer Renderer = new();

    [PdfFact]
    public void The_guides_invoice_shows_what_the_guide_says()
    {
        var page = Assert.Single(PdfText.Pages(Render(Examples.GuideInvoice())));
        foreach (
            var text in (string[])
                [
                    "Tax invoice",
                    "ABN 12 345 678 901",
                    "Mr Joe Smith",
                    "Subscription 2142472303 - ADSL (joe.smith)",
                    "14 - 31 Jan 2015",
                    "15.84",
                    "27.27",
                    "$(0.02)",
                    "$4.31",
                    "$47.40",
                    "Payment slip",
                    "Page 1 of 1",
                ]
        )
        {
            Assert.Contains(text, page, StringComparison.Ordinal);
        }
    }

    [PdfFact]
    public void Every_page_of_a_long_invoice_has_titles_and_a_number_and_the_last_one_the_slip()
    {
        var pages = PdfText.Pages(Render(Examples.LongInvoice(Examples.Aud)));
        Assert.InRange(pages.Count, 5, 8);
        for (var index = 0; index < pages.Count; index++)
        {
            Assert.Contains($"Page {index + 1} of {pages.Count}", pages[index], StringComparison.Ordinal);
        }

        Assert.All(pages.Take(4), page => Assert.Matches(@"Description +Period +Quantity +Rate +Amount \(AUD\) +GST", page));
        Assert.Equal(["Payment slip"], pages.SelectMany(page => Regex.Matches(page, "Payment slip").Select(match => match.Value)));
        Assert.Contains("Payment slip", pages[^1], StringComparison.Ordinal);
        Assert.Equal(100, pages.Sum(page => Regex.Count(page, "Monthly access|National calls|Professional|Loyalty|Text messages")));
        Assert.Equal(20, pages.Sum(page => Regex.Count(page, "Subtotal")));
    }

    [PdfFact]
    public void What_was_used_stands_on_pages_behind_the_invoice_with_its_sums()
    {
        var pages = PdfText.Pages(Render(Examples.InvoiceWithUsage(hasMore: true)));
        Assert.Equal(3, pages.Count);
        Assert.DoesNotContain("0491570156", pages[0], StringComparison.Ordinal);
        Assert.Contains("Payment slip", pages[0], StringComparison.Ordinal);
        Assert.Contains("Usage in detail", pages[1], StringComparison.Ordinal);
        Assert.All(pages.Skip(1), page => Assert.Matches(@"Start +Number +Destination +Used +Amount \(AUD\)", page));
        Assert.Equal(60, pages.Sum(page => Regex.Count(page, @"\+6129000\d+\*\*\* +Sydney +1:05 +0\.1083")));
        Assert.Matches(@"14 Jan 2015 23:59:30 +\+61290000\*\*\*", pages[1]);
        Assert.Matches(@"Subtotal +6\.50\b", pages[2]);
        Assert.Matches(@"20 Jan 2015 00:00:05 +1\.5 GB +9\.5367", pages[2]);
        Assert.Matches(@"Subtotal +9\.54\b", pages[2]);
        Assert.Contains("There is more usage than is listed here.", pages[2], StringComparison.Ordinal);
    }

    /// <summary>A heading alone at the foot of a page, or a sum alone at the head of one, would be read past.</summary>
    [PdfFact]
    public void Headings_stay_with_their_lines_and_sums_with_theirs()
    {
        foreach (var count in Enumerable.Range(3, 12))
        {
            foreach (var page in PdfText.Pages(Render(Examples.LongInvoice(Examples.Aud, count))))
            {
                var lines = page.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                var titles = Array.FindIndex(lines, line => line.StartsWith("Description ", StringComparison.Ordinal));
                var foot = Array.FindIndex(lines, line => line.StartsWith("Questions about", StringComparison.Ordinal));
                Assert.False(titles >= 0 && lines[titles + 1].StartsWith("Subtotal", StringComparison.Ordinal));
                Assert.False(lines[foot - 1].StartsWith("Subscription 2", StringComparison.Ordinal));
            }
        }
    }

    [PdfFact]
    public void Currencies_without_cents_and_with_three_decimals_are_printed_as_they_are()
    {
        Assert.Contains("¥", PdfText.Pages(Render(Examples.LongInvoice(Examples.Jpy, 1)))[0], StringComparison.Ordinal);
        Assert.Matches(@"110,450\s+11,045\b", PdfText.Pages(Render(Examples.LongInvoice(Examples.Jpy, 1)))[0]);
        Assert.Matches(@"1,104\.500\s+110\.450\b", PdfText.Pages(Render(Examples.LongInvoice(Examples.Kwd, 1)))[0]);
    }

    [PdfFact]
    public void A_statement_runs_from_its_opening_to_its_closing_balance()
    {
        var text = string.Concat(PdfText.Pages(Render(Examples.Statement())));
        Assert.Matches(@"Opening balance +120\.50", text);
        Assert.Matches(@"Closing balance +\(330\.70\)", text);
        Assert.Contains("Over 90 days", text, StringComparison.Ordinal);
        Assert.Contains("RCPT1000265", string.Concat(PdfText.Pages(Render(Examples.Receipt()))), StringComparison.Ordinal);
    }

    [PdfFact]
    public void Any_script_can_be_set()
    {
        var invoice = Examples.GuideInvoice() with
        {
            Addressee =
            [
                "Ωμέγα Ивáнов",
                "株式会社サンプル 東京都",
                "שלום مرحبا",
                "🎉 \ud800 \u0000\u0007\u200b \U000F0000",
                new string('W', 400),
            ],
        };
        var file = Render(invoice);
        var page = PdfText.Pages(file)[0];
        Assert.Contains("Ωμέγα", page, StringComparison.Ordinal);
        Assert.Contains("株式会社サンプル 東京都", page, StringComparison.Ordinal);
        Assert.Equal("", PdfText.Problems(file));
    }

    /// <summary>A name that turns the direction of what follows could show another amount or another bank account.</summary>
    [PdfFact]
    public void A_name_does_not_turn_the_rest_of_its_line()
    {
        var page = PdfText.Pages(Render(Examples.GuideInvoice() with { Addressee = ["Joe \u202eSmith\u202c 123", "\u2067Lane 45\u2069"] }))[
            0
        ];
        Assert.Contains("Joe Smith 123", page, StringComparison.Ordinal);
        Assert.Contains("Lane 45", page, StringComparison.Ordinal);
        Assert.DoesNotContain(page, mark => mark is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
    }

    [PdfFact]
    public void Hostile_lengths_stay_on_the_paper()
    {
        var endless = string.Concat(Enumerable.Repeat("Lorem ipsum dolor sit amet ", 400));
        var invoice = Examples.LongInvoice(Examples.Aud, 1);
        var line = invoice.Groups[0].Lines[0] with
        {
            Description = endless,
            DisplayRate = endless,
            AmountExTax = new Money(123_456_789_012.34m, Examples.Aud),
        };
        var huge = invoice with
        {
            Title = endless,
            Number = new string('9', 200),
            Issuer = invoice.Issuer with { Name = endless },
            Facts = [new DocumentFact(endless, endless)],
            Headline = new DocumentHeadline(endless, new Money(-123_456_789_012.34m, Examples.Aud)),
            Groups = [new DocumentGroup(endless, [line])],
        };
        var file = Render(huge);
        Assert.InRange(PdfText.Pages(file).Count, 1, 6);
        Assert.Equal("", PdfText.Problems(file));
    }

    [PdfFact]
    public void Stationery_may_be_plain_on_letter_paper_with_the_window_on_the_right()
    {
        var stationery = new Stationery(9, "plain", "Plain")
        {
            Paper = PaperSize.Letter,
            AddressBlock = new AddressBlockPosition(120m, 45m),
        };
        using var file = new MemoryStream();
        Renderer.Render(Examples.GuideInvoice(), stationery, DocumentFileFormat.Pdf, file);
        Assert.Equal("", PdfText.Problems(file.ToArray()));
        Assert.Contains("MediaBox [0 0 612 792]", System.Text.Encoding.Latin1.GetString(file.ToArray()), StringComparison.Ordinal);
    }

    /// <summary>An address or a register number that is cut is a wrong one.</summary>
    [PdfFact]
    public void Lines_of_the_head_that_are_too_long_are_wrapped_to_their_last_word()
    {
        string[] lines =
        [
            "Registered office: 100 Example Street, Level 27, Sydney, New South Wales 2000, Australia; "
                + "directors: Ann Example, Bill Example, Carl Examplelast",
            "Shortline",
        ];
        var invoice = Examples.GuideInvoice();
        const string Name = "Beispiel Telekommunikationsgesellschaft mit beschränkter Haftung und Compagnie Namensende";
        invoice = invoice with { Issuer = invoice.Issuer with { Name = Name } };
        var stationery = Examples.StationeryFor(DocumentKind.Invoice) with { HeaderLines = lines };
        foreach (var paper in Enum.GetValues<PaperSize>())
        {
            var file = Render(invoice, stationery with { Paper = paper });
            var page = PdfText.Pages(file)[0];
            Assert.All((string[])["Namensende", "Examplelast", "Shortline"], end => Assert.Contains(end, page, StringComparison.Ordinal));
            Assert.Equal(lines[0].Split(' ').Length, lines[0].Split(' ').Count(word => page.Contains(word, StringComparison.Ordinal)));
            Assert.DoesNotContain("…", page, StringComparison.Ordinal);
            Assert.Empty(PdfText.Overlaps(file));
        }

        // As much as the catalogue takes, in the widest letters: the rest of the document is still there.
        string[] wide = [.. Enumerable.Repeat(new string('W', 150), 12)];
        var full = Render(invoice, stationery with { HeaderLines = wide, Paper = PaperSize.Letter });
        Assert.Contains("$47.40", PdfText.Pages(full)[0], StringComparison.Ordinal);
        Assert.Contains("15.84", string.Concat(PdfText.Pages(full)), StringComparison.Ordinal);
        Assert.Empty(PdfText.Overlaps(full));
    }

    [PdfFact]
    public void R3_a_discount_stands_on_its_line_and_in_the_sum()
    {
        var page = PdfText.Pages(Render(Examples.DiscountedInvoice()))[0];
        Assert.Matches(@"Fibre 100 +1 - 31 Jan 2015 +100\.00 +8\.00", page);
        Assert.Matches(@"Discount: Loyal customers +\(20\.00\)", page);
        Assert.Matches(@"Charges +\$100\.00", page);
        Assert.Matches(@"Discount +\$\(20\.00\)", page);
        Assert.Matches(@"Total \(AUD\) +\$88\.00", page);
    }

    [PdfFact]
    public void R4_columns_keep_clear_of_each_other_however_long_their_figures_are()
    {
        foreach (var document in BuiltInLanguages.Codes.SelectMany(code => Examples.HugeDocuments(BuiltInLanguages.Find(code)!)))
        {
            var file = Render(document);
            Assert.Empty(PdfText.Overlaps(file));
            Assert.Contains(
                document.Language.Code == "de" ? "123.456.789.012,34" : "123,456,789,012.34",
                string.Concat(PdfText.Pages(file)),
                StringComparison.Ordinal
            );
        }

        Assert.Empty(PdfText.Overlaps(Render(Examples.LongInvoice(Examples.Aud))));
        Assert.Empty(PdfText.Overlaps(Render(Examples.GermanInvoice())));
    }

    [PdfFact]
    public void R4_what_was_reversed_does_not_look_paid()
    {
        var reversed = Examples.GuideInvoice() with
        {
            Title = "Tax invoice (reversed)",
            IsReversed = true,
            DueDate = null,
            PaymentSlip = null,
            Headline = new DocumentHeadline("Reversed", new Money(47.40m, Examples.Aud)),
            Allocations =
            [
                new DocumentAllocation(new DateOnly(2015, 2, 3), "Invoice reversal", "21431159", new Money(47.40m, Examples.Aud)),
            ],
        };
        reversed = reversed with
        {
            Totals = reversed.Totals! with { Allocated = reversed.Totals.Total, Due = new Money(0m, Examples.Aud) },
        };
        var page = PdfText.Pages(Render(reversed))[0];
        Assert.Matches(@"Tax invoice\s+\(reversed\)", page);
        Assert.Matches(@"Reversed +\$\(47\.40\)", page);
        Assert.Contains("Reversed by", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Payments and credits", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Due date", page, StringComparison.Ordinal);
    }

    [PdfFact]
    public void R4_a_credit_says_what_it_is_for_and_what_is_left_of_it()
    {
        var credit = Examples.Head(DocumentKind.CreditNote, "Credit note", "21431167", Examples.Aud) with
        {
            IsCredit = true,
            DueDate = null,
            Headline = new DocumentHeadline("Credit", new Money(20m, Examples.Aud)),
            Facts = [new DocumentFact("For", "Compensation")],
            Totals = new DocumentTotals(M(-20m), M(0m), M(0m), M(0m), M(-20m), M(-5m), M(-15m)),
            Allocations = [new DocumentAllocation(new DateOnly(2015, 2, 3), "Invoice", "21431126", M(5m))],
        };
        var page = PdfText.Pages(Render(credit))[0];
        Assert.Matches("For +Compensation", page);
        Assert.Matches(@"Not yet allocated +\$\(15\.00\)", page);
        Assert.Contains("Allocated to", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Due", page.Replace("Questions", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("Tax invoice", page, StringComparison.Ordinal);

        static Money M(decimal amount) => new(amount, Examples.Aud);
    }

    [PdfFact]
    public void R21_a_German_invoice_has_German_words_and_figures()
    {
        var file = Render(Examples.GermanInvoice());
        var page = PdfText.Pages(file)[0];
        foreach (
            var text in (string[])
                [
                    "Rechnung",
                    "05.01.2027",
                    "Zahlbar bis",
                    "19.01.2027",
                    "1.119,39 €",
                    "01. - 31.01.2027",
                    "-59,34 €",
                    "USt.",
                    "19 %",
                    "Zahlbetrag",
                    "Zahlschein",
                    "Verwendungszweck",
                    "Seite 1 von 1",
                    "2,5",
                    "80331 München",
                ]
        )
        {
            Assert.Contains(text, page, StringComparison.Ordinal);
        }

        foreach (
            var text in (string[])
                ["Invoice", "invoice ", "GST", "€1", "Jan", "Amount", "Due", "Total", "Page", "Discount", "Number", "Account"]
        )
        {
            Assert.DoesNotContain(
                text,
                page.Replace("Questions about this invoice?", "", StringComparison.Ordinal)
                    .Replace("bank account", "", StringComparison.OrdinalIgnoreCase),
                StringComparison.Ordinal
            );
        }

        Assert.Contains("/Lang (de)", System.Text.Encoding.Latin1.GetString(file), StringComparison.Ordinal);
    }

    /// <summary>The example's logo is opaque and needs no mask.</summary>
    [PdfFact]
    public void The_logo_is_a_picture_without_a_mask_where_it_is_opaque()
    {
        var file = Render(Examples.GuideInvoice());
        var text = System.Text.Encoding.Latin1.GetString(file);
        Assert.Contains("/Width 747 /Height 200 /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SMask", text, StringComparison.Ordinal);
        Assert.Equal("", PdfText.Problems(file));
    }

    [Fact]
    public void The_same_document_is_the_same_file()
    {
        Assert.Equal(Render(Examples.LongInvoice(Examples.Aud)), new Func<byte[]>(() => Render(Examples.LongInvoice(Examples.Aud)))());
    }

    [Fact]
    public void Documents_are_rendered_side_by_side()
    {
        var expected = Render(Examples.LongInvoice(Examples.Jpy));
        Parallel.For(0, 16, _ => Assert.Equal(expected, Render(Examples.LongInvoice(Examples.Jpy))));
    }

    /// <summary>The processor's time, for others share the machine.</summary>
    [Fact]
    public void Five_pages_take_less_than_a_tenth_of_a_second()
    {
        const int rounds = 20;
        var invoice = Examples.LongInvoice(Examples.Aud, 14);
        for (var round = 0; round < 5; round++)
        {
            Render(invoice);
        }

        var least = TimeSpan.MaxValue;
        using var process = Process.GetCurrentProcess();
        for (var round = 0; round < rounds; round++)
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            Render(invoice);
            process.Refresh();
            var taken = process.TotalProcessorTime - before;
            least = taken < least ? taken : least;
        }

        Assert.True(least < TimeSpan.FromMilliseconds(100), $"{least.TotalMilliseconds} ms");
    }

    private static byte[] Render(CustomerDocument document) => Render(document, Examples.StationeryFor(document.Kind));

    private static byte[] Render(CustomerDocument document, Stationery stationery)
    {
        using var file = new MemoryStream();
        Renderer.Render(document, stationery, DocumentFileFormat.Pdf, file);
        return file.ToArray();
    }
}
