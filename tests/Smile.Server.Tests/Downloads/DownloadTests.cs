using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DocumentFormat.OpenXml.Packaging;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Cli;
using Smile.Correspondence.Documents;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Rendering;
using Smile.Server.Downloads;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Downloads;

/// <summary>getTransactionDocument() (guide, line 3683), its addresses, and statements.</summary>
[Collection(ServerTests.Name)]
public sealed class DownloadTests(ServerFixture server)
{
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    [Fact]
    public async Task A_document_comes_as_PDF_and_as_XLSX_to_the_caller_who_asked()
    {
        var (customer, number) = await InvoicedAsync();
        var reference = await server.Administrator.CallAsync("account", "getTransactionDocument", P("transactionNumber", number));
        var address = new Uri(reference.At("DocumentURL")!);
        Assert.Equal(
            $"{server.Address.GetLeftPart(UriPartial.Authority)}/api-downloads/documents/{reference.At("ReferenceID")}",
            address.ToString()
        );
        Assert.Equal(reference.At("ReferenceID")!.ToUpperInvariant(), reference.At("ReferenceID"));
        var expiry = DateTimeOffset.Parse(reference.At("Expiry")!, CultureInfo.InvariantCulture);
        Assert.Equal(server.Clock.GetUtcNow().AddHours(24), expiry, TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromHours(11), expiry.Offset);

        using var http = Client();
        using var pdf = await http.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, pdf.StatusCode);
        Assert.Equal("application/pdf", pdf.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"Tax-invoice-{number}.pdf", pdf.Content.Headers.ContentDisposition!.FileName);
        Assert.Equal("attachment", pdf.Content.Headers.ContentDisposition.DispositionType);
        Assert.True(pdf.Headers.CacheControl!.NoStore);
        Assert.Equal(["nosniff"], pdf.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal("%PDF-1.7", Encoding.ASCII.GetString(await pdf.Content.ReadAsByteArrayAsync(), 0, 8));

        foreach (
            var request in new[]
            {
                new HttpRequestMessage(HttpMethod.Get, address + "?format=xlsx"),
                new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue(Xlsx) } } },
            }
        )
        {
            using var xlsx = await http.SendAsync(request);
            Assert.Equal(Xlsx, xlsx.Content.Headers.ContentType!.MediaType);
            using var workbook = SpreadsheetDocument.Open(await xlsx.Content.ReadAsStreamAsync(), isEditable: false);
            Assert.Contains(customer.Usn, workbook.WorkbookPart!.WorksheetParts.First().Worksheet.InnerText, StringComparison.Ordinal);
        }

        using var odd = await http.GetAsync(new Uri(address + "?format=docx"));
        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, address));
        Assert.Equal(pdf.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Nobody_else_gets_it()
    {
        var (customer, number) = await InvoicedAsync();
        var address = await AddressAsync(number);
        using var stranger = new HttpClient();
        using var anonymous = await stranger.GetAsync(address);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Contains("Basic", anonymous.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);

        // Another user may not, though the invoice is of the user's own account.
        var name = server.Unique("reader");
        using var own = await server.AddUserAsync(
            new ApiUser(name, "fixture-password-3", customer.Usn, AllAccounts: false, ViewPassword: false, AllPackages: false, [])
        );
        using var other = Client(name, "fixture-password-3");
        using var refused = await other.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);

        using var http = Client();
        foreach (var id in (string[])[Guid.NewGuid().ToString(), "nonsense", "%00"])
        {
            using var missing = await http.GetAsync(new Uri(server.Address, $"/api-downloads/documents/{id}"));
            Assert.True(missing.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task The_address_works_for_24_hours_on_every_address_of_the_stage()
    {
        var (_, number) = await InvoicedAsync();
        var address = await AddressAsync(number);
        using var http = Client();
        server.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        using var last = await http.GetAsync(new Uri(server.Address, "/live" + address.AbsolutePath));
        Assert.Equal(HttpStatusCode.OK, last.StatusCode);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var late = await http.GetAsync(address);
        Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
        using var elsewhere = await http.GetAsync(new Uri(server.Address, "/nostage" + address.AbsolutePath));
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    /// <summary>S6. At the address itself: while many documents are made, others are told when to come again, and they do.</summary>
    [Fact]
    public async Task Who_comes_while_many_documents_are_made_is_told_to_come_again()
    {
        var (_, number) = await InvoicedAsync();
        var turns = Math.Max(1, Environment.ProcessorCount / 2);
        var addresses = new List<Uri>();
        for (var index = 0; index <= turns; index++)
        {
            addresses.Add(await AddressAsync(number));
        }

        // Another server of the stage, quiet: it answers calls, and does nothing by itself.
        var renderer = new Held();
        var builder = SmileHost.CreateBuilder([]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(new RenderedDocuments(renderer, TimeProvider.System, TimeSpan.Zero));
        await using var app = SmileHost.Build(builder, server.Settings, server.Clock);
        await SmileHost.PrepareAsync(app, CancellationToken.None);
        app.Services.GetRequiredService<StageRegistry>().Default.Gate.Set(false);
        await app.StartAsync();
        using var http = Client();
        http.BaseAddress = new Uri(app.Urls.First());
        try
        {
            var busy = addresses.Take(turns).Select(address => http.GetAsync(address.AbsolutePath)).ToList();
            await Until.TrueAsync("all turns are taken", () => Task.FromResult(renderer.Count == turns));
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var refused = await http.SendAsync(new HttpRequestMessage(method, addresses[^1].AbsolutePath));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter!.Delta);
                Assert.Equal(
                    method == HttpMethod.Get ? "Many documents are being made. Read the address again later." : "",
                    await refused.Content.ReadAsStringAsync()
                );
            }

            Assert.Equal(turns, renderer.Count);
            renderer.Release();
            foreach (var answer in await Task.WhenAll(busy))
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                answer.Dispose();
            }

            Assert.Equal("%PDF", Encoding.ASCII.GetString((await http.GetByteArrayAsync(addresses[^1].AbsolutePath))[..4]));
        }
        finally
        {
            renderer.Release();
        }
    }

    [Fact]
    public async Task Addresses_name_the_stage_that_the_call_named()
    {
        var (_, number) = await InvoicedAsync();
        using var staged = new SoapCaller(server.Address, "administrator", "fixture-password-1", "/live/smile/ws/v2/");
        var reference = await staged.CallAsync("account", "getTransactionDocument", P("transactionNumber", number));
        Assert.StartsWith("/live/api-downloads/documents/", new Uri(reference.At("DocumentURL")!).AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_that_are_not_there_or_out_of_reach_are_refused()
    {
        var (_, number) = await InvoicedAsync();
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await other.RefusedAsync("account", "getTransactionDocument", P("transactionNumber", number))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await server.Administrator.RefusedAsync("account", "getTransactionDocument", P("transactionNumber", "4711"))).Element
        );
    }

    [Fact]
    public async Task Without_default_stationery_the_fault_says_so()
    {
        var (_, number) = await InvoicedAsync();
        var catalogue = server.Stage.Catalogue;
        try
        {
            server.Stage.Catalogue = new CatalogueSnapshot(catalogue.Version, catalogue.Content with { Stationery = [] });
            Assert.Equal(
                "NoDefaultStationeryException",
                (await server.Administrator.RefusedAsync("account", "getTransactionDocument", P("transactionNumber", number))).Element
            );
        }
        finally
        {
            server.Stage.Catalogue = catalogue;
        }
    }

    [Fact]
    public async Task The_documents_content_is_that_of_the_ledger()
    {
        var (customer, number) = await InvoicedAsync();
        var session = server.Stage.CreateSession(Caller.Server(new Usn(customer.Usn)));
        await using var database = session.Database;
        var source = server.DocumentsOf(session);
        var invoice = (await source.FindTransactionAsync(number, CancellationToken.None))!;
        Assert.Equal(["Joe Smith", "Example Telecom Ltd"], invoice.Addressee);
        Assert.StartsWith($"Subscription {customer.Subscriptions[0]} - ", invoice.Groups.Single().Heading, StringComparison.Ordinal);
        Assert.Equal([15.84m, 27.27m], invoice.Groups.Single().Lines.Select(line => line.AmountExTax.Amount));
        var totals = invoice.Totals!;
        Assert.Equal(
            (43.11m, 0m, -0.02m, 4.31m, 47.40m, 20m, 27.40m),
            (
                totals.Charges.Amount,
                totals.Discount.Amount,
                totals.Rounding.Amount,
                totals.Tax.Amount,
                totals.Total.Amount,
                totals.Allocated.Amount,
                totals.Due.Amount
            )
        );
        Assert.Equal(new TaxSummaryLine(10m, totals.Charges, totals.Tax), invoice.Taxes.Single());
        Assert.Equal("Receipt", invoice.Allocations.Single().Type);
        Assert.Equal(27.40m, invoice.PaymentSlip!.Amount.Amount);

        var receipt = (await source.FindTransactionAsync(invoice.Allocations.Single().Number, CancellationToken.None))!;
        Assert.Equal(
            ("Receipt", DocumentKind.Receipt, 20m, number),
            (receipt.Title, receipt.Kind, receipt.Headline!.Amount.Amount, receipt.Allocations.Single().Number)
        );
    }

    [Fact]
    public async Task A_statement_adds_up_and_is_written_from_the_command_line()
    {
        var (customer, _) = await InvoicedAsync();
        var today = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        var session = server.Stage.CreateSession(Caller.Server(new Usn(customer.Usn)));
        await using var database = session.Database;
        var source = server.DocumentsOf(session);
        var statement = (
            await source.FindStatementAsync(new Usn(customer.Usn), today.AddDays(-7), today, CancellationToken.None)
        )!.Statement!;
        Assert.Equal((0m, 2, 27.40m), (statement.OpeningBalance.Amount, statement.Rows.Count, statement.ClosingBalance.Amount));
        Assert.Equal(27.40m, statement.Aged.Sum(aged => aged.Amount.Amount));
        Assert.Equal(27.40m, statement.Aged[0].Amount.Amount);
        var later = (
            await source.FindStatementAsync(new Usn(customer.Usn), today.AddDays(30), today.AddDays(60), CancellationToken.None)
        )!.Statement!;
        Assert.Equal(
            (27.40m, 0, 27.40m),
            (later.OpeningBalance.Amount, later.Rows.Count, later.Aged.Single(aged => aged.Label == "60 days").Amount.Amount)
        );

        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var name in (string[])["statement.pdf", "statement.xlsx"])
            {
                var path = Path.Combine(folder.FullName, name);
                await StatementCommand.WriteAsync(
                    server.Stage,
                    new Usn(customer.Usn),
                    today.AddDays(-7),
                    today,
                    path,
                    CancellationToken.None
                );
                Assert.Equal(
                    name.EndsWith("pdf", StringComparison.Ordinal) ? "%PDF" : "PK\u0003\u0004",
                    Encoding.ASCII.GetString((await File.ReadAllBytesAsync(path))[..4])
                );
            }

            await Assert.ThrowsAsync<CommandException>(() =>
                StatementCommand.WriteAsync(
                    server.Stage,
                    new Usn(customer.Usn),
                    today,
                    today,
                    Path.Combine(folder.FullName, "absent", "none.pdf"),
                    CancellationToken.None
                )
            );
            await Assert.ThrowsAsync<CommandException>(() =>
                StatementCommand.WriteAsync(
                    server.Stage,
                    new Usn("4711"),
                    today,
                    today,
                    Path.Combine(folder.FullName, "none.pdf"),
                    CancellationToken.None
                )
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>From the call that raises it to the paper.</summary>
    [Fact]
    public async Task An_invoice_that_was_raised_prints_what_the_call_answered()
    {
        var customer = await AdslWithVoipAsync(server);
        var raised = await server.Administrator.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", customer.Usn),
            Document(
                $"""
                <NewInvoiceRequest>
                <ChargeRequest><USN>{customer.Subscriptions[
                    0
                ]}</USN><itemCode>031640</itemCode><quantity>2</quantity><startDate>2015-01-01T00:00:00+11:00</startDate>
                <endDate>2015-01-31T00:00:00+11:00</endDate><amount>50</amount><chargeGst>true</chargeGst></ChargeRequest>
                <ChargeRequest><USN>{customer.Usn}</USN><itemCode>misc1234</itemCode><startDate>2015-01-01T00:00:00+11:00</startDate>
                <endDate>2015-01-01T00:00:00+11:00</endDate><amount>12.34</amount><chargeGst>false</chargeGst></ChargeRequest>
                <InvoiceOperation>Close</InvoiceOperation>
                </NewInvoiceRequest>
                """
            )
        );
        var number = raised.At("transactionNumber")!;
        var session = server.Stage.CreateSession(Caller.Server(new Usn(customer.Usn)));
        await using var database = session.Database;
        var invoice = (await server.DocumentsOf(session).FindTransactionAsync(number, CancellationToken.None))!;
        var totals = invoice.Totals!;
        Assert.Equal(decimal.Parse(raised.At("amount")!, CultureInfo.InvariantCulture), totals.Total.Amount);
        Assert.Equal(totals.Total.Amount, totals.Charges.Amount + totals.Discount.Amount + totals.Rounding.Amount + totals.Tax.Amount);
        Assert.Equal((62.34m, 0m, 0.01m, 5m), (totals.Charges.Amount, totals.Discount.Amount, totals.Rounding.Amount, totals.Tax.Amount));
        Assert.Equal(
            [(10m, 50m, 5m), (0m, 12.34m, 0m)],
            invoice.Taxes.Select(line => (line.Percent, line.Taxable.Amount, line.Tax.Amount))
        );
        Assert.Equal(
            [$"Account {customer.Usn}", $"Subscription {customer.Subscriptions[0]} - ADSL"],
            invoice.Groups.Select(group => group.Heading).Order()
        );
        using var http = Client();
        Assert.Equal("%PDF", Encoding.ASCII.GetString((await http.GetByteArrayAsync(await AddressAsync(number)))[..4]));
    }

    /// <summary>The server's own renderer, which begins only when it is let.</summary>
    private sealed class Held : IDocumentRenderer
    {
        private readonly DocumentRenderer _renderer = new();
        private readonly TaskCompletionSource _released = new();
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Release() => _released.TrySetResult();

        public void Render(CustomerDocument document, Stationery stationery, DocumentFileFormat format, Stream file)
        {
            Interlocked.Increment(ref _count);
            _released.Task.Wait();
            _renderer.Render(document, stationery, format, file);
        }
    }

    private static HttpClient Client(string username = "administrator", string password = "fixture-password-1") =>
        new()
        {
            DefaultRequestHeaders =
            {
                Authorization = new AuthenticationHeaderValue(
                    "Basic",
                    Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"))
                ),
            },
        };

    private async Task<Uri> AddressAsync(string number) =>
        new((await server.Administrator.CallAsync("account", "getTransactionDocument", P("transactionNumber", number))).At("DocumentURL")!);

    /// <summary>A customer with the guide's first invoice (line 2517), of which 20.00 are paid.</summary>
    private async Task<(OrderedAccount Customer, string Number)> InvoicedAsync()
    {
        var customer = await AdslWithVoipAsync(server);
        var account = new Usn(customer.Usn);
        await using var database = server.Stage.Store.CreateDatabase();
        await database.BeginAsync(CancellationToken.None);
        var day = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        var (invoice, receipt) = (server.Unique("INV"), server.Unique("RCPT"));
        var invoiced = Transaction(invoice, TransactionType.Invoice, 47.40m, 4.31m, 27.40m);
        var subscription = new Usn(customer.Subscriptions[0]);
        invoiced.Items.AddRange([
            Item(0, subscription, "031640", "ADSL plan", 15.84m, 1.58m),
            Item(1, subscription, "031640", "ADSL plan", 27.27m, 2.73m),
            Item(2, account, "round", "Rounding adjustment", -0.02m, 0m),
            Item(3, subscription, "gst", "Includes 10% GST", 4.31m, 0m, isGst: true),
        ]);
        database.Transactions.AddRange(invoiced, Transaction(receipt, TransactionType.Receipt, -20m, 0m, 0m));
        await database.SaveAsync(CancellationToken.None);
        database.Allocations.Add(
            new Allocation
            {
                AccountUsn = account,
                DebitNumber = invoice,
                CreditNumber = receipt,
                Amount = 20m,
                Allocated = server.Clock.GetUtcNow(),
                ChangedBy = account,
            }
        );
        await database.CommitAsync([], CancellationToken.None);
        return (customer, invoice);

        FinancialTransaction Transaction(string number, TransactionType type, decimal amount, decimal gst, decimal unallocated) =>
            new()
            {
                Number = number,
                AccountUsn = account,
                Type = type,
                State = TransactionState.Closed,
                CompanyId = 1,
                AccountTypeId = 1,
                Currency = "AUD",
                Amount = amount,
                GstAmount = gst,
                UnallocatedAmount = unallocated,
                Effective = server.Clock.GetUtcNow(),
                Logged = server.Clock.GetUtcNow(),
                EnteredBy = account,
                TransactionDate = day,
                DueDate = amount > 0 ? day.AddDays(14) : null,
                OpenDate = day,
                CloseDate = day,
                Source = "Manual",
                ChangedBy = account,
            };

        TransactionItem Item(int line, Usn usn, string code, string description, decimal amount, decimal gst, bool isGst = false) =>
            new()
            {
                AccountUsn = account,
                Usn = usn,
                LineNumber = line,
                ItemCode = code,
                ChargeFrom = day,
                ChargeTo = day.AddDays(17),
                Description = description,
                Quantity = 1m,
                Currency = "AUD",
                Amount = amount,
                IsGst = isGst,
                ChargeGst = gst != 0m,
                GstAmount = gst,
                Discount = 0m,
                Count = 0,
                SalesReportCategory = "invoice",
                Properties = FieldValues.None,
                Created = server.Clock.GetUtcNow(),
                ChangedBy = account,
            };
    }
}
