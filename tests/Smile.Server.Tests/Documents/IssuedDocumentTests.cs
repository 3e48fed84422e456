using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Customers.Accounts;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Documents;

/// <summary>Documents that were issued, and what becomes of them when what they are made of changes. It has a server of its own.</summary>
public sealed class IssuedDocumentTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    /// <summary>Whoever reads an invoice again years later gets what was sent.</summary>
    [Theory]
    [InlineData("pdf")]
    [InlineData("xlsx")]
    public async Task An_issued_document_stays_as_it_was_when_customer_and_company_change(string format)
    {
        var customer = await PortalCustomerAsync(server);
        await UpdateAsync(customer.Usn, Text("billAddress", "1 Old Road") + Text("billSuburb", "Oldtown") + Text("contactFamily", "Brown"));
        var username = server.Unique("kept");
        await server.Administrator.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(AdslOnly, 36, Text("username", username), customer.Usn)
        );
        var line = await server.QueryAsync<string>("SELECT usn FROM subscription WHERE username = $1", username);
        var number = await InvoiceAsync(customer.Usn, line);
        var before = await ReadAsync(number, format);
        Assert.Contains("Joe Brown", before, StringComparison.Ordinal);
        Assert.Contains("Example Telecom", before, StringComparison.Ordinal);
        Assert.Contains("ADSL", before, StringComparison.Ordinal);

        await UpdateAsync(
            customer.Usn,
            Text("billAddress", "9 New Street") + Text("billSuburb", "Newtown") + Text("contactFamily", "Green")
        );
        string later;
        await using (await ChangedCatalogue.ApplyAsync(server, Renamed))
        {
            Assert.Equal(before, await ReadAsync(number, format));
            later = await ReadAsync(await InvoiceAsync(customer.Usn, line), format);
        }

        Assert.Equal(before, await ReadAsync(number, format));
        foreach (
            var (old, @new) in new[]
            {
                ("Joe Brown", "Joe Green"),
                ("1 Old Road", "9 New Street"),
                ("Example Telecom", "New Name Telecom"),
                ("ADSL", "Fibre"),
            }
        )
        {
            Assert.DoesNotContain(@new, before, StringComparison.Ordinal);
            Assert.DoesNotContain(old, later, StringComparison.Ordinal);
            Assert.Contains(@new, later, StringComparison.Ordinal);
        }
    }

    /// <summary>What is reopened is not issued yet: closed again, it goes to whom it then concerns.</summary>
    [Fact]
    public async Task A_document_that_is_closed_again_is_issued_anew()
    {
        var customer = await PortalCustomerAsync(server);
        await UpdateAsync(customer.Usn, Text("contactFamily", "Brown"));
        var number = await InvoiceAsync(customer.Usn, customer.Usn);
        await UpdateAsync(customer.Usn, Text("contactFamily", "Green"));
        await _help.RunOnAsync<TransactionLifecycle>(lifecycle => lifecycle.ReopenAsync(number, default));
        Assert.Contains("Joe Green", (await DocumentAsync(number)).Addressee);
        await UpdateAsync(customer.Usn, Text("contactFamily", "Black"));
        await _help.RunOnAsync<TransactionLifecycle>(lifecycle => lifecycle.CloseAsync(number, default));
        await UpdateAsync(customer.Usn, Text("contactFamily", "White"));
        Assert.Contains("Joe Black", (await DocumentAsync(number)).Addressee);
    }

    /// <summary>A late bill has the prices of its period, and the name that the company has today.</summary>
    [Fact]
    public async Task What_is_charged_by_an_older_catalogue_is_issued_by_the_one_that_holds()
    {
        var customer = await PortalCustomerAsync(server);
        var older = server.Stage.Catalogue;
        await using var renamed = await ChangedCatalogue.ApplyAsync(server, Renamed);
        await using var scope = server.Services.CreateAsyncScope();
        var holder = scope.ServiceProvider.GetRequiredService<StageSessionHolder>();
        holder.Use(server.Stage, Caller.Server(new Usn("tests")), older);
        var account = await holder.Session.BeginOnAccountAsync(customer.Usn, CancellationToken.None);
        var amount = new Smile.Kernel.Money(5m, older.Currency(account.Currency));
        var number = (
            await scope
                .ServiceProvider.GetRequiredService<Smile.Receivables.Ledger>()
                .RaiseAsync(
                    account,
                    new NewTransaction(TransactionType.DebitNote, amount, 0m, holder.Session.Now, TransactionSources.Bulk),
                    CancellationToken.None
                )
        ).Number;
        await holder.Session.CommitAsync(CancellationToken.None);
        Assert.Equal("Example Telecom", holder.Session.Catalogue.Company(1).Name);
        Assert.Equal("New Name Telecom", (await DocumentAsync(number)).Issuer.Name);
        Assert.Equal(
            (long)server.Stage.Catalogue.Version,
            await server.QueryAsync<long>("SELECT issued_catalogue::bigint FROM financial_transaction WHERE number = $1", number)
        );
    }

    /// <summary>What was closed before this was kept is made of what holds now, as it was.</summary>
    [Fact]
    public async Task A_document_of_before_is_made_of_what_holds_now()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await InvoiceAsync(customer.Usn, customer.Usn);
        await server.ExecuteAsync(
            """
            UPDATE financial_transaction SET issued_catalogue = NULL, issued_language = NULL, issued_to = NULL,
                issued_account = NULL WHERE number = $1
            """,
            number
        );
        await UpdateAsync(customer.Usn, Text("contactFamily", "Green"));
        Assert.Contains("Joe Green", (await DocumentAsync(number)).Addressee);
    }

    /// <summary>A reversal shows with the other sign what it takes back, with the tax of then, and is sent to whom that was sent.</summary>
    [Fact]
    public async Task A_reversal_has_the_lines_and_the_tax_of_what_it_takes_back_and_is_sent()
    {
        var customer = await PortalCustomerAsync(server);
        var money = new Fixture.Money(server, customer.Usn);
        string[] charges =
        [
            Fixture.Money.Charge(customer.Usn, "cst", "30.00", "<discount><amount>3.00</amount></discount>"),
            Fixture.Money.Charge(customer.Usn, "cst", "5.00", chargeGst: false),
        ];
        var number = (
            await server.Administrator.CallAsync("account", "raiseInvoice", P("usn", customer.Usn), Fixture.Money.Invoice(charges))
        ).At("transactionNumber")!;
        await _help.DispatchAsync();
        var reversal = (await money.ReverseAsync(number)).At("transactionNumber")!;
        var document = await DocumentAsync(reversal);
        Assert.Equal((DocumentKind.Reversal, "Invoice reversal", true), (document.Kind, document.Title, document.IsCredit));
        Assert.Equal(
            ["-30.00 -3.00", "3.00 0.30", "-5.00 0.00"],
            document.Groups.SelectMany(group => group.Lines).Select(line => Shown(line.AmountExTax, line.Tax))
        );
        Assert.Equal(["10 -27.00 -2.70", "0 -5.00 0.00"], document.Taxes.Select(tax => $"{tax.Percent:0} {Shown(tax.Taxable, tax.Tax)}"));
        var totals = document.Totals!;
        Assert.Equal("-35.00 3.00 0.00 -2.70 -34.70", Shown(totals.Charges, totals.Discount, totals.Rounding, totals.Tax, totals.Total));
        Assert.Contains(document.Facts, fact => fact.Label == "Refers to" && fact.Value.StartsWith(number, StringComparison.Ordinal));

        await _help.DispatchAsync();
        Assert.Equal("Invoice dispatch-invoice Sent, Note dispatch-credit Sent", await _help.ItemsAsync(customer.Usn));
        var letter = XElement.Parse((await server.MessagesAsync(customer.Usn)).Last(message => message.Type == "CorrespondenceSent").Body);
        Assert.StartsWith($"Invoice reversal {reversal} from ", letter.At("Email/subject"), StringComparison.Ordinal);
        Assert.Contains(
            $"Attached is Invoice reversal {reversal}: $34.70 to your credit.",
            letter.At("Email/bodyText"),
            StringComparison.Ordinal
        );
    }

    /// <summary>Who never got an invoice learns nothing from its reversal.</summary>
    [Fact]
    public async Task A_reversal_of_what_was_not_sent_is_not_sent()
    {
        var customer = await PortalCustomerAsync(server);
        var money = new Fixture.Money(server, customer.Usn);
        await money.ReverseAsync(await InvoiceAsync(customer.Usn, customer.Usn));
        await _help.DispatchAsync();
        Assert.Equal("Invoice dispatch-invoice Cancelled, Note dispatch-credit Cancelled", await _help.ItemsAsync(customer.Usn));
    }

    /// <summary>A reversal concerns whoever got the invoice, and nobody who gets the account's invoices by now.</summary>
    [Fact]
    public async Task A_reversal_goes_to_whom_the_invoice_went()
    {
        var child = await PortalCustomerAsync(server);
        var payer = await PortalCustomerAsync(server);
        await UpdateAsync(child.Usn, Text("contactFamily", "Child") + Text("emailAddress", "child@example.com"));
        await UpdateAsync(payer.Usn, Text("contactFamily", "Payer") + Text("emailAddress", "payer@example.com"));
        var number = await InvoiceAsync(child.Usn, child.Usn);
        await _help.DispatchAsync();
        await server.Administrator.CallAsync(
            "account",
            "update",
            P("usn", child.Usn),
            Document($"<Account><Invoicee><InvoiceeUsn>{payer.Usn}</InvoiceeUsn></Invoicee></Account>")
        );
        var reversal = (await new Fixture.Money(server, child.Usn).ReverseAsync(number)).At("transactionNumber")!;
        await _help.DispatchAsync();
        Assert.Contains("Joe Child", (await DocumentAsync(reversal)).Addressee);
        Assert.Equal(
            "child@example.com",
            await server.QueryAsync<string>(
                "SELECT recipient FROM dispatch_item WHERE transaction_number = $1 AND status = 'Sent'",
                reversal
            )
        );
    }

    /// <summary>The table of rates says what the lines were taxed at, also what was charged before a rate changed.</summary>
    [Fact]
    public async Task What_takes_back_a_charge_of_before_has_the_rate_of_then()
    {
        var customer = await PortalCustomerAsync(server);
        var charge = Guid.NewGuid();
        await new Fixture.Money(server, customer.Usn).InvoiceAsync(
            Fixture.Money.Charge(customer.Usn, "cst", "100.00", $"<chargeId>{charge}</chargeId>")
        );
        await using var renamed = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    GstSchedules =
                    [
                        .. content.GstSchedules.Select(schedule =>
                            schedule with
                            {
                                Rates = [.. schedule.Rates, new GstRate(new DateOnly(2015, 1, 2), 12m)],
                            }
                        ),
                    ],
                }
        );
        var number = (
            await new Fixture.Money(server, customer.Usn).InvoiceAsync(
                Fixture.Money.Charge(customer.Usn, "cst", "0", $"<retractChargeId>{charge}</retractChargeId>"),
                Fixture.Money.Charge(customer.Usn, "cst", "20.00")
            )
        ).At("transactionNumber")!;
        Assert.Equal(
            ["12 20.00 2.40", "10 -100.00 -10.00"],
            (await DocumentAsync(number)).Taxes.Select(tax => $"{tax.Percent:0} {Shown(tax.Taxable, tax.Tax)}")
        );
    }

    private static string Shown(params Smile.Kernel.Money[] amounts) =>
        string.Join(' ', amounts.Select(amount => amount.Amount.ToString("0.00", CultureInfo.InvariantCulture)));

    /// <summary>The same company years later.</summary>
    private static CatalogueContent Renamed(CatalogueContent content) =>
        content with
        {
            Companies =
            [
                .. content.Companies.Select(company =>
                    company.Id == 1 ? company with { Name = "New Name Telecom", TaxNumber = "ABN 99 999 999 999" } : company
                ),
            ],
            Services = [.. content.Services.Select(service => service with { Name = "Fibre" })],
            GstSchedules =
            [
                .. content.GstSchedules.Select(schedule =>
                    schedule with
                    {
                        TaxName = "VAT",
                        Rates = [new GstRate(new DateOnly(2007, 1, 1), 20m)],
                    }
                ),
            ],
            Stationery =
            [
                .. content.Stationery.Select(stationery =>
                    stationery with
                    {
                        PrimaryColour = "#FF0000",
                        FooterText = "New footer",
                        HeaderLines = ["New header"],
                        PaymentSlipLines = ["New bank"],
                    }
                ),
            ],
        };

    private async Task<string> InvoiceAsync(string account, string usn) =>
        (await new Fixture.Money(server, account).InvoiceAsync(Fixture.Money.Charge(usn, "cst", "80.00"))).At("transactionNumber")!;

    private Task UpdateAsync(string usn, string fields) =>
        server.Administrator.CallAsync(
            "account",
            "update",
            P("usn", usn),
            Document($"<Account><Properties><Object>{fields}</Object></Properties></Account>")
        );

    private async Task<CustomerDocument> DocumentAsync(string number)
    {
        var session = server.Stage.CreateSession(Caller.Server(new Usn("tests")));
        await using var database = session.Database;
        return (await server.DocumentsOf(session).FindTransactionAsync(number, CancellationToken.None))!;
    }

    /// <summary>The file that a caller downloads: a PDF's text and a hash of all of it, a workbook's cells.</summary>
    private async Task<string> ReadAsync(string number, string format)
    {
        var address = (await server.Administrator.CallAsync("account", "getTransactionDocument", P("transactionNumber", number))).At(
            "DocumentURL"
        )!;
        using var http = new HttpClient
        {
            DefaultRequestHeaders =
            {
                Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("administrator:fixture-password-1"u8)),
            },
        };
        var file = await http.GetByteArrayAsync(new Uri($"{address}?format={format}"));
        return format == "pdf" ? string.Join('\f', PdfText.Pages(file)) + Convert.ToHexString(SHA256.HashData(file)) : XlsxText(file);
    }

    private static string XlsxText(byte[] file)
    {
        using var content = new MemoryStream(file);
        using var workbook = DocumentFormat.OpenXml.Packaging.SpreadsheetDocument.Open(content, isEditable: false);
        return string.Join(
            '\n',
            workbook.WorkbookPart!.WorksheetParts.Select(part =>
                string.Join('|', part.Worksheet.Descendants<DocumentFormat.OpenXml.Spreadsheet.Cell>().Select(cell => cell.InnerText))
            )
        );
    }
}
