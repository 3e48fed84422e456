using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Documents;

/// <summary>R21: a company in Germany, from the order to the reminder. It has a server of its own.</summary>
public sealed partial class GermanyTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public async Task InitializeAsync()
    {
        await _help.InitializeAsync();

        // Its accounts keep the catalogue: the server is the tests' own.
        _ = await ChangedCatalogue.ApplyAsync(server, Germany);
        server.Clock.MoveTo(new DateTimeOffset(2027, 1, 5, 9, 0, 0, TimeSpan.FromHours(1)));
    }

    public Task DisposeAsync() => _help.DisposeAsync();

    [Fact]
    public async Task R21_a_company_in_Germany_sends_German_invoices_and_reminders()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await RaiseAsync(customer.Usn);
        Assert.Equal(
            "inkl. 19 % MwSt.",
            await server.QueryAsync<string>("SELECT description FROM transaction_item WHERE transaction_number = $1 AND is_gst", number)
        );
        await _help.DispatchAsync();
        var letter = await LetterAsync(customer.Usn);
        Assert.Equal($"Ihre Rechnung {number} von Beispiel Netz GmbH", letter.Subject);
        Assert.Equal(
            $"Guten Tag Joe Smith,\n\nanbei erhalten Sie Ihre Rechnung {number} über 119,39 €. Bitte zahlen Sie 119,39 € bis zum "
                + $"19.01.2027.\n\nBeispiel Netz GmbH",
            letter.Body
        );
        var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, ".pdf"));
        Assert.Contains($"Rechnung-{number}.pdf", mail, StringComparison.Ordinal);
        var page = Assert.Single(PdfText.Pages(Attached(mail)));
        foreach (
            var text in (string[])
                [
                    "Rechnung",
                    "Zahlbar bis",
                    "19.01.2027",
                    "05.01.2027",
                    "Kundenkonto",
                    "100,33",
                    "MwSt.",
                    "19 %",
                    "19,06",
                    "119,39 €",
                    "Gesamtbetrag (EUR)",
                    "Zahlschein",
                    "Seite 1 von 1",
                ]
        )
        {
            Assert.Contains(text, page, StringComparison.Ordinal);
        }

        foreach (var text in (string[])["GST", "€1", "€ 1", "Tax invoice", "Amount due", "Jan 2027"])
        {
            Assert.DoesNotContain(text, page, StringComparison.Ordinal);
        }

        server.Clock.MoveTo(new DateTimeOffset(2027, 1, 21, 9, 0, 0, TimeSpan.FromHours(1)));
        await _help.RunAsync();
        await _help.DispatchAsync();
        letter = await LetterAsync(customer.Usn);
        Assert.Equal($"Zahlungserinnerung: Ihr Kundenkonto {customer.Usn}", letter.Subject);
        Assert.StartsWith(
            $"Guten Tag Joe Smith,\n\nauf Ihrem Kundenkonto {customer.Usn} sind 119,39 € überfällig.",
            letter.Body,
            StringComparison.Ordinal
        );
        Assert.Contains($"\n\nRechnung {number}, fällig am 19.01.2027: 119,39 €\n\n", letter.Body, StringComparison.Ordinal);
    }

    /// <summary>
    /// Whoever corrects an invoice has to name it, and the mail, the document and the statement have one name for what they send.
    /// </summary>
    [Fact]
    public async Task R21_a_correction_names_the_invoice_and_has_one_name_everywhere()
    {
        var customer = await PortalCustomerAsync(server);
        await server.Administrator.CallAsync(
            "account",
            "update",
            P("usn", customer.Usn),
            Document(
                "<Account><Properties><Object>"
                    + Text("billAddress", "Hauptstraße")
                    + Text("billNumber", "5a")
                    + Text("billPostCode", "10115")
                    + Text("billSuburb", "Berlin")
                    + Text("billCountry", "DE")
                    + "</Object></Properties></Account>"
            )
        );
        var charge = Guid.NewGuid();
        var number = await RaiseAsync(customer.Usn, $"<chargeId>{charge}</chargeId>");
        var correction = (
            await server.Administrator.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", customer.Usn),
                Fixture.Money.Invoice([Fixture.Money.Charge(customer.Usn, "cst", "0", $"<retractChargeId>{charge}</retractChargeId>")])
            )
        ).At("transactionNumber")!;
        await _help.DispatchAsync();
        var letter = await LetterAsync(customer.Usn);
        Assert.Equal($"Rechnungskorrektur {correction} von Beispiel Netz GmbH", letter.Subject);
        Assert.Contains(
            $"anbei erhalten Sie: Rechnungskorrektur {correction}, 119,39 € zu Ihren Gunsten.",
            letter.Body,
            StringComparison.Ordinal
        );
        var pages = (await _help.Mail.ReceiveMailsAsync(2, ".pdf")).Select(mail => PdfText.Pages(Attached(mail))[0]).ToList();
        var page = Assert.Single(pages, page => page.Contains($"Rechnungskorrektur", StringComparison.Ordinal));
        Assert.Matches($@"Berichtigt\s+{number} vom 05\.01\.2027", page);
        Assert.Contains("Hauptstraße 5a\n", page.Replace("\r", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^\s*DE\s*$", page);

        var statement = await DocumentAsync(source =>
            source.FindStatementAsync(new Usn(customer.Usn), new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 31), CancellationToken.None)
        );
        Assert.Equal(["Rechnung", "Rechnungskorrektur"], statement.Statement!.Rows.Select(row => row.Type));
        Assert.Equal(["Aktuell", "ab 30 Tagen", "ab 60 Tagen", "ab 90 Tagen"], statement.Statement!.Aged.Select(group => group.Label));
        var settled = await DocumentAsync(source => source.FindTransactionAsync(number, CancellationToken.None));
        Assert.All(settled.Allocations, allocation => Assert.Equal("Rechnungskorrektur", allocation.Type));
    }

    /// <summary>An item of 29.90 with 10 % off: 5.68 tax on the price, 0.57 less by the discount.</summary>
    [Fact]
    public async Task R21_a_discount_takes_its_share_of_the_tax_off()
    {
        var customer = await PortalCustomerAsync(server);
        string[] charges =
        [
            Fixture.Money.Charge(customer.Usn, "cst", "29.90", "<discount><amount>2.99</amount></discount>"),
            Fixture.Money.Charge(customer.Usn, "cst", "10.00", "<discount><amount>9.99</amount></discount>"),
            Fixture.Money.Charge(customer.Usn, "cst", "10.00", "<discount><amount>10.00</amount></discount>"),
            Fixture.Money.Charge(
                customer.Usn,
                "cst",
                "10.00",
                "<gst gstId='1'><amount>2.00</amount></gst><discount><amount>1.00</amount></discount>"
            ),
            Fixture.Money.Charge(customer.Usn, "cst", "10.00", "<discount><amount>5.00</amount></discount>", chargeGst: false),
        ];
        var number = (
            await server.Administrator.CallAsync("account", "raiseInvoice", P("usn", customer.Usn), Fixture.Money.Invoice(charges))
        ).At("transactionNumber")!;
        var document = await DocumentAsync(source => source.FindTransactionAsync(number, CancellationToken.None));
        Assert.Equal(
            [
                "29.90 5.68",
                "-2.99 -0.57",
                "10.00 1.90",
                "-9.99 -1.90",
                "10.00 1.90",
                "-10.00 -1.90",
                "10.00 2.22",
                "-1.00 -0.22",
                "10.00 0.00",
                "-5.00 0.00",
            ],
            document
                .Groups.SelectMany(group => group.Lines)
                .Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.AmountExTax.Amount:0.00} {line.Tax.Amount:0.00}"))
        );
        Assert.Equal(
            ["19 35.92 7.11", "0 5.00 0.00"],
            document.Taxes.Select(tax =>
                string.Create(CultureInfo.InvariantCulture, $"{tax.Percent:0} {tax.Taxable.Amount:0.00} {tax.Tax.Amount:0.00}")
            )
        );
    }

    private async Task<CustomerDocument> DocumentAsync(Func<LedgerDocuments, Task<CustomerDocument?>> find)
    {
        var session = server.Stage.CreateSession(Caller.Server(new Usn("tests")));
        await using var database = session.Database;
        return (await find(server.DocumentsOf(session)))!;
    }

    [Fact]
    public async Task R21_an_account_has_its_own_language()
    {
        var customer = await PortalCustomerAsync(server);
        await server.Administrator.CallAsync(
            "account",
            "update",
            P("usn", customer.Usn),
            Document($"<Account><Properties><Object>{Text("language", "en")}</Object></Properties></Account>")
        );
        var number = await RaiseAsync(customer.Usn);
        Assert.Equal(
            "Includes 19% MwSt.",
            await server.QueryAsync<string>("SELECT description FROM transaction_item WHERE transaction_number = $1 AND is_gst", number)
        );
        await _help.DispatchAsync();
        var letter = await LetterAsync(customer.Usn);
        Assert.Equal($"Your invoice {number} from Beispiel Netz GmbH", letter.Subject);
        Assert.Contains("over €119.39 is attached. Please pay €119.39 by 19 January 2027.", letter.Body, StringComparison.Ordinal);
        var page = PdfText.Pages(Attached(Assert.Single(await _help.Mail.ReceiveMailsAsync(1, ".pdf"))))[0];
        Assert.Contains("Tax invoice", page, StringComparison.Ordinal);
        Assert.Contains("€119.39", page, StringComparison.Ordinal);
        Assert.Contains("MwSt.", page, StringComparison.Ordinal);
    }

    /// <summary>The example, as a company in Germany would have it.</summary>
    private static CatalogueContent Germany(CatalogueContent content) =>
        content with
        {
            Currencies = [.. content.Currencies, new Currency("EUR", 2, "€")],
            TimeZones = [.. content.TimeZones, new TimeZoneItem(49, "Europe/Berlin")],
            Companies =
            [
                .. content.Companies.Select(company =>
                    company.Id == 1
                        ? company with
                        {
                            Name = "Beispiel Netz GmbH",
                            Currency = "EUR",
                            TimeZone = "Europe/Berlin",
                            Language = "de",
                            TaxNumber = "USt-IdNr. DE123456789",
                            HomeCountries = ["DE", "Deutschland"],
                        }
                        : company
                ),
            ],
            GstSchedules =
            [
                .. content.GstSchedules.Select(schedule =>
                    schedule.Code == "gst"
                        ? schedule with
                        {
                            TaxName = "MwSt.",
                            Rates = [new GstRate(new DateOnly(2007, 1, 1), 19m)],
                        }
                        : schedule
                ),
            ],
            ItemDescriptions = [.. content.ItemDescriptions.Where(item => item.Code != "gst")],
            AccountFields =
            [
                .. content.AccountFields,
                new FieldDefinition(
                    9001,
                    CatalogueSnapshot.LanguageField,
                    "Language",
                    FieldKind.String,
                    false,
                    FieldVisibility.VisibleAndEditable,
                    null,
                    []
                ),
            ],
        };

    private async Task<string> RaiseAsync(string usn, string more = "") =>
        (
            await server.Administrator.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", usn),
                Fixture.Money.Invoice([
                    Fixture.Money.Charge(usn, "cst", "100.33", more, from: "2027-01-01T00:00:00+01:00", to: "2027-02-01T00:00:00+01:00"),
                ])
            )
        ).At("transactionNumber")!;

    /// <summary>The newest mail of an account, as the bus tells of it.</summary>
    private async Task<(string Subject, string Body)> LetterAsync(string usn)
    {
        var body = XElement.Parse((await server.MessagesAsync(usn)).Last(message => message.Type == "CorrespondenceSent").Body);
        return (body.At("Email/subject")!, body.At("Email/bodyText")!.ReplaceLineEndings("\n").TrimEnd());
    }

    private static byte[] Attached(string mail)
    {
        var part = Part().Match(mail.ReplaceLineEndings("\n"));
        return Convert.FromBase64String(new string([.. part.Groups[1].Value.Where(letter => !char.IsWhiteSpace(letter))]));
    }

    [GeneratedRegex(@"\n\n(JVBERi[A-Za-z0-9+/=\s]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
