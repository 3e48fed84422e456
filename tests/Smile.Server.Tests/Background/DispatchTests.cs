using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Smile.Cli;
using Smile.Contracts.Faults;
using Smile.Correspondence.Dispatch;
using Smile.Hosting.Mail;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Background;

/// <summary>The dispatch queue, with a real mail server.</summary>
[Collection(CreditControlServerTests.Name)]
public sealed partial class DispatchTests(ServerFixture server) : IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    [Fact]
    public async Task An_invoice_is_mailed_as_pdf()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        server.Settings.Stages["live"].Dispatch = false;
        Assert.Equal(0, await _help.DispatchAsync());
        server.Settings.Stages["live"].Dispatch = true;
        Assert.Equal(1, await _help.DispatchAsync());
        Assert.Equal(0, await _help.DispatchAsync());
        var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, number));
        Assert.Contains($"Subject: Your invoice {number} from Example Telecom", mail, StringComparison.Ordinal);
        Assert.Contains("To: joe@example.com", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(
            $"Your invoice {number} over $110.00 is attached",
            mail.ReplaceLineEndings("\n").Replace("=\n", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.StartsWith("%PDF-", AttachmentStart(mail), StringComparison.Ordinal);
        Assert.Contains($"{number}.pdf", mail, StringComparison.Ordinal);
        Assert.Equal("dispatch-invoice", await _help.NewsAsync(customer.Usn));
        Assert.Equal("Invoice dispatch-invoice Sent", await _help.ItemsAsync(customer.Usn));
    }

    /// <summary>What templates are checked against is what mails are filled with, and the page goes along.</summary>
    [Fact]
    public async Task A_template_may_use_all_that_it_is_said_to_and_has_a_page()
    {
        var folder = Directory.CreateTempSubdirectory();
        server.Settings.MailTemplates = folder.FullName;
        try
        {
            var places = new MailTemplate("dispatch-invoice", "", null).Places.Select(place => $"{place}={{{{ {place} }}}}");
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "dispatch-invoice.txt"),
                "Subject: All places\n\n" + string.Join('\n', places) + "\n"
            );
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "dispatch-invoice.html"), "<p>{{ \"<\" }}{{ number }}</p>");
            var (customer, number) = await InvoicedAsync();
            await _help.QueueInvoiceAsync(customer.Usn, number);
            Assert.Equal(1, await _help.DispatchAsync());
            var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, number));
            Assert.Contains($"number={number}", mail, StringComparison.Ordinal);
            Assert.Contains("Content-Type: multipart/alternative", mail, StringComparison.Ordinal);
            Assert.Contains($"<p>&lt;{number}</p>", mail, StringComparison.Ordinal);
            Assert.Equal("Invoice dispatch-invoice Sent", await _help.ItemsAsync(customer.Usn));
        }
        finally
        {
            server.Settings.MailTemplates = null;
            folder.Delete(recursive: true);
        }
    }

    /// <summary>L1. The mail goes to who gets the account's invoices.</summary>
    [Fact]
    public async Task An_invoice_is_mailed_to_the_invoicee()
    {
        var customer = await PortalCustomerAsync(server);
        var payer = (await PortalCustomerAsync(server)).Usn;
        await server.Administrator.CallAsync(
            "account",
            "update",
            P("usn", payer),
            Document("<Account><Properties><Object><String name='emailAddress'>payer@example.com</String></Object></Properties></Account>")
        );
        await server.Administrator.CallAsync(
            "account",
            "update",
            P("usn", customer.Usn),
            Document($"<Account><Invoicee><InvoiceeUsn>{payer}</InvoiceeUsn></Invoicee></Account>")
        );
        var number = await new Fixture.Money(server, customer.Usn).InvoiceAsync(110m);
        await _help.DispatchAsync();
        var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, number));
        Assert.Contains("To: payer@example.com", mail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_statement_is_mailed()
    {
        var (customer, _) = await InvoicedAsync();
        await OnAccountAsync(
            server,
            customer.Usn,
            (services, account) =>
                Task.FromResult(services.GetRequiredService<DispatchQueue>().AddStatement(account, _help.Today.AddDays(-30), _help.Today))
        );
        await _help.DispatchAsync();
        var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, customer.Usn));
        Assert.Contains("Its balance is $110.00", mail, StringComparison.Ordinal);
        Assert.StartsWith("%PDF-", AttachmentStart(mail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_that_want_files_get_files()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.DoAsync(customer.Usn, "terms 2");
        await _help.QueueInvoiceAsync(customer.Usn, number);
        await _help.DispatchAsync();
        var file = Assert.Single(_help.Folder.GetFiles());
        Assert.EndsWith($"-{customer.Usn}-Invoice-{number}.pdf", file.Name, StringComparison.Ordinal);
        Assert.StartsWith("%PDF-", await File.ReadAllTextAsync(file.FullName), StringComparison.Ordinal);

        // The message knows no channel for files.
        Assert.Equal("", await _help.NewsAsync(customer.Usn));
        Assert.Equal("Invoice dispatch-invoice Sent", await _help.ItemsAsync(customer.Usn));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_tried_again()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.DoAsync(customer.Usn, "terms 2");
        await _help.QueueInvoiceAsync(customer.Usn, number);
        server.Settings.Stages["live"].DispatchFolder = null;
        await _help.DispatchAsync();
        Assert.Equal("Queued 1 Stage live has no folder for files (Smile:Stages:live:DispatchFolder).", await StandAsync(customer.Usn));
        server.Settings.Stages["live"].DispatchFolder = _help.Folder.FullName;
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await _help.DispatchAsync();
        Assert.Single(_help.Folder.GetFiles());
    }

    [Fact]
    public async Task A_mail_server_that_is_away_delays_mail_and_then_it_goes_once()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        server.Settings.Smtp.Port = 1;
        await _help.DispatchAsync();
        Assert.Equal("Queued 1 The email could not be sent: the mail server did not take it.", await StandAsync(customer.Usn));
        Assert.Equal("", await _help.NewsAsync(customer.Usn));

        server.Settings.Smtp.Port = _help.Mail.Port;
        Assert.Equal(0, await _help.DispatchAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await _help.DispatchAsync());
        Assert.Single(await _help.Mail.ReceiveMailsAsync(1, number));
        Assert.Equal("dispatch-invoice", await _help.NewsAsync(customer.Usn));
    }

    [Fact]
    public async Task No_document_is_made_for_mail_that_cannot_be_sent()
    {
        // A document without stationery cannot be made: whoever tries is found out.
        await using var bare = await ChangedCatalogue.ApplyAsync(
            server,
            content => content with { Stationery = [.. content.Stationery.Select(stationery => stationery with { IsDefault = false })] }
        );
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        var host = server.Settings.Smtp.Host;
        server.Settings.Smtp.Host = "";
        try
        {
            Assert.Equal(1, await _help.DispatchAsync());
            Assert.Equal(
                "Queued 1 This email is not configured: the server has no mail server (Smile:Smtp:Host).",
                await StandAsync(customer.Usn)
            );
        }
        finally
        {
            server.Settings.Smtp.Host = host;
        }

        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await _help.DispatchAsync();
        Assert.Equal("Failed 2 Company 1 has no default stationery for documents of kind Invoice.", await StandAsync(customer.Usn));
    }

    [Fact]
    public async Task Mail_that_is_never_taken_is_given_up_after_a_day_and_can_be_queued_again()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        server.Settings.Smtp.Port = 1;
        for (var attempt = 1; attempt <= DispatchItem.MostAttempts; attempt++)
        {
            Assert.Equal(1, await _help.DispatchAsync());
            server.Clock.Advance(TimeSpan.FromHours(6));
        }

        Assert.Equal(0, await _help.DispatchAsync());
        Assert.StartsWith("Failed 10", await StandAsync(customer.Usn), StringComparison.Ordinal);
        var failed = await _help.RunOnAsync<DispatchAdministration, IReadOnlyList<DispatchItem>>(queue =>
            queue.ListAsync(DispatchStatus.Failed, 10, CancellationToken.None)
        );
        var item = failed.Single(candidate => candidate.AccountUsn == new Usn(customer.Usn));
        Assert.EndsWith(
            $"{customer.Usn} Invoice {number} Email joe@example.com Failed 10 "
                + "The email could not be sent: the mail server did not take it.",
            string.Join(' ', DispatchCommand.Cells(item)),
            StringComparison.Ordinal
        );
        server.Settings.Smtp.Port = _help.Mail.Port;
        Assert.Equal(1, await RetryAsync(item.Id));
        await Assert.ThrowsAsync<SmileException>(() => RetryAsync(item.Id));
        await _help.DispatchAsync();
        Assert.Single(await _help.Mail.ReceiveMailsAsync(1, number));
    }

    [Theory]
    [InlineData(null, "The account has no email address.")]
    [InlineData("nobody at all", "The email could not be sent: its address is no email address.")]
    public async Task An_address_that_cannot_be_written_to_fails_at_once_until_it_is_mended(string? address, string error)
    {
        var (customer, number) = await InvoicedAsync();
        await AddressAsync(customer.Usn, address);
        await _help.QueueInvoiceAsync(customer.Usn, number);
        await _help.DispatchAsync();
        Assert.Equal($"Failed 1 {error}", await StandAsync(customer.Usn));

        await AddressAsync(customer.Usn, "joe@example.org");
        Assert.Equal(
            1,
            await RetryAsync(await server.QueryAsync<long>("SELECT max(id) FROM dispatch_item WHERE account_usn = $1", customer.Usn))
        );
        await _help.DispatchAsync();
        Assert.Contains(
            "To: joe@example.org",
            Assert.Single(await _help.Mail.ReceiveMailsAsync(1, number)),
            StringComparison.OrdinalIgnoreCase
        );
    }

    [Fact]
    public async Task A_mailbox_that_the_mail_server_does_not_know_fails_at_once()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        await using var refusing = await MailServer.StartRefusingAsync();
        server.Settings.Smtp.Port = refusing.Port;
        await _help.DispatchAsync();
        Assert.Equal("Failed 1 The email could not be sent: the mail server did not take it.", await StandAsync(customer.Usn));
        Assert.Equal("", await _help.NewsAsync(customer.Usn));
    }

    [Fact]
    public async Task A_template_that_is_not_there_holds_up_nobody_else()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        await server.ExecuteAsync("UPDATE dispatch_item SET template = 'nothing' WHERE account_usn = $1", customer.Usn);
        var (other, second) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(other.Usn, second);
        Assert.Equal(2, await _help.DispatchAsync());
        Assert.Equal("Failed 1 This email is not configured: there is no template 'nothing'.", await StandAsync(customer.Usn));
        Assert.Equal("Invoice dispatch-invoice Sent", await _help.ItemsAsync(other.Usn));
    }

    [Fact]
    public async Task A_notice_that_is_no_longer_needed_is_not_sent()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(15));
        await _help.RunAsync();
        await _help.DoAsync(customer.Usn, "pay 100");
        await _help.DispatchAsync();
        Assert.Equal("Notice notice-reminder Cancelled", await _help.ItemsAsync(customer.Usn));
        Assert.Equal("", await _help.NewsAsync(customer.Usn));
    }

    /// <summary>Of three invoices one is not due yet and one has a payment on its way.</summary>
    [Fact]
    public async Task A_notice_has_the_overdue_invoices_attached()
    {
        var customer = await PortalCustomerAsync(server);
        var money = new Fixture.Money(server, customer.Usn);
        var (overdue, paying) = (await money.InvoiceAsync(70m), await money.InvoiceAsync(80m));
        server.Clock.Advance(TimeSpan.FromDays(15));
        await money.InvoiceAsync(90m);
        await server.Administrator.CallAsync(
            "payment",
            "processPayment",
            P("usn", customer.Usn),
            Request("amex", "80.00", null, Card(9003)),
            AllocateTo((paying, "80.00"))
        );
        await _help.RunAsync();
        await _help.DispatchAsync();
        var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, customer.Usn));
        Assert.Contains($"Subject: Your account {customer.Usn} is overdue", mail, StringComparison.Ordinal);
        Assert.Contains("$70.00 on your account", mail, StringComparison.Ordinal);
        Assert.Equal([$"Invoice-{overdue}.pdf"], Attached(mail));
        Assert.StartsWith("%PDF-", AttachmentStart(mail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notice_has_the_ten_oldest_invoices_attached_at_most()
    {
        var customer = await PortalCustomerAsync(server);
        var numbers = new List<string>();
        for (var count = 0; count < 12; count++)
        {
            numbers.Add(await new Fixture.Money(server, customer.Usn).InvoiceAsync(10m + count));
        }

        server.Clock.Advance(TimeSpan.FromDays(15));
        await _help.RunAsync();
        await _help.DispatchAsync();
        var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, customer.Usn));
        Assert.Equal(numbers.Take(10).Select(number => $"Invoice-{number}.pdf"), Attached(mail));
    }

    [Fact]
    public async Task A_notice_has_the_statement_attached_as_a_file_beside_its_letter()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "terms 2");
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(31));
        await _help.RunAsync();
        await _help.DispatchAsync();
        Assert.Equal("Notice notice-reminder Sent, Notice notice-final Sent", await _help.ItemsAsync(customer.Usn));
        var files = _help.Folder.GetFiles().ToDictionary(file => file.Name[(file.Name.IndexOf('-', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(
            [
                $"{customer.Usn}-Statement-{customer.Usn}-{_help.Today:yyyyMMdd}.pdf",
                $"{customer.Usn}-notice-final.txt",
                $"{customer.Usn}-notice-reminder.txt",
            ],
            files.Keys.Order(StringComparer.Ordinal)
        );
        Assert.StartsWith(
            "%PDF-",
            await File.ReadAllTextAsync(files[$"{customer.Usn}-Statement-{customer.Usn}-{_help.Today:yyyyMMdd}.pdf"].FullName),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            $"Final reminder: your account {customer.Usn}",
            await File.ReadAllTextAsync(files[$"{customer.Usn}-notice-final.txt"].FullName),
            StringComparison.Ordinal
        );
    }

    /// <summary>
    /// Patient terms know no level Overdue, and that they have one at the same place says nothing. Exception terms have one.
    /// </summary>
    [Theory]
    [InlineData(2, "Cancelled")]
    [InlineData(326, "Sent")]
    public async Task A_notice_of_other_terms_is_sent_only_where_the_account_has_its_level_all_the_same(int terms, string status)
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(20));
        await _help.RunAsync();
        await _help.DoAsync(customer.Usn, $"terms {terms}");
        await _help.DispatchAsync();
        Assert.Equal($"Notice notice-reminder {status}", await _help.ItemsAsync(customer.Usn));
    }

    [Fact]
    public async Task A_notice_about_what_a_payment_plan_has_meanwhile_is_not_sent()
    {
        var customer = await PortalCustomerAsync(server);
        var invoice = await _help.InvoicedAsync(customer.Usn, 90m);
        server.Clock.Advance(TimeSpan.FromDays(15));
        await _help.RunAsync();
        await _help.RunOnAsync<PaymentPlans, PaymentPlan>(plans =>
            plans.CreateAsync(new NewPaymentPlan(customer.Usn, [invoice], 3, _help.Today), CancellationToken.None)
        );
        await _help.DispatchAsync();
        Assert.Equal("Notice notice-reminder Cancelled", await _help.ItemsAsync(customer.Usn));
    }

    /// <summary>Patient terms ask for receipts, the default terms do not.</summary>
    [Fact]
    public async Task The_receipt_of_a_payment_is_sent_where_the_terms_ask_for_it()
    {
        var (customer, _) = await InvoicedAsync();
        await _help.DoAsync(customer.Usn, "pay 10");
        Assert.Equal("", await _help.ItemsAsync(customer.Usn));
        await _help.DoAsync(customer.Usn, "terms 2");
        await _help.DoAsync(customer.Usn, "pay 60");
        Assert.Equal("Receipt dispatch-receipt Queued", await _help.ItemsAsync(customer.Usn));
        await _help.DispatchAsync();
        var receipt = await NewestPaymentAsync(server, customer.Usn);
        var file = Assert.Single(_help.Folder.GetFiles());
        Assert.EndsWith($"-{customer.Usn}-Receipt-{receipt}.pdf", file.Name, StringComparison.Ordinal);
        Assert.StartsWith("%PDF-", await File.ReadAllTextAsync(file.FullName), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payment_that_was_declined_has_no_receipt()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "terms 2");
        var invoice = await _help.InvoicedAsync(customer.Usn, 50m);
        await server.Administrator.CallAsync(
            "payment",
            "processPayment",
            P("usn", customer.Usn),
            Request("amex", "50.00", null, Card(9001)),
            AllocateTo((invoice, "50.00"))
        );
        Assert.Equal("Declined", await StatusAsync(server, await NewestPaymentAsync(server, customer.Usn)));
        Assert.Equal("", await _help.ItemsAsync(customer.Usn));
    }

    [Fact]
    public async Task The_document_of_what_was_reversed_meanwhile_is_not_sent()
    {
        var (customer, invoice) = await InvoicedAsync();
        await _help.DoAsync(customer.Usn, "terms 2");
        await _help.DoAsync(customer.Usn, "pay 110");
        await _help.QueueInvoiceAsync(customer.Usn, invoice);
        var money = new Fixture.Money(server, customer.Usn);
        await money.ReverseAsync(await NewestPaymentAsync(server, customer.Usn), "rreceipt");
        await money.ReverseAsync(invoice);
        await _help.DispatchAsync();
        Assert.Equal(
            "Receipt dispatch-receipt Cancelled, Invoice dispatch-invoice Cancelled, Note dispatch-note Cancelled, Note "
                + "dispatch-credit Cancelled",
            await _help.ItemsAsync(customer.Usn)
        );
        Assert.Empty(_help.Folder.GetFiles());
    }

    [Fact]
    public async Task What_an_account_in_dispute_is_sent_waits()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        await _help.DoAsync(customer.Usn, "dispute");
        await _help.DispatchAsync();
        Assert.Equal("Invoice dispatch-invoice Queued", await _help.ItemsAsync(customer.Usn));
        await _help.DoAsync(customer.Usn, "settle");
        await _help.DispatchAsync();
        Assert.Single(await _help.Mail.ReceiveMailsAsync(1, number));
    }

    [Fact]
    public async Task Servers_that_send_at_the_same_time_send_each_mail_once()
    {
        var numbers = new List<string>();
        for (var count = 0; count < 12; count++)
        {
            var (customer, number) = await InvoicedAsync();
            await _help.QueueInvoiceAsync(customer.Usn, number);
            numbers.Add(number);
        }

        var sent = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(_help.DispatchAsync)));
        Assert.Equal(12, sent.Sum());
        var mails = await _help.Mail.ReceiveMailsAsync(12);
        Assert.Equal(12, mails.Count);
        Assert.Equal(12, mails.Select(mail => MessageId().Match(mail).Value).Distinct().Count());
        Assert.All(numbers, number => Assert.Single(mails, mail => mail.Contains($"Your invoice {number} from", StringComparison.Ordinal)));
    }

    /// <summary>The mail server took it, and the server died before it was noted: the receiver can tell that it is the same.</summary>
    [Fact]
    public async Task A_mail_that_goes_again_has_the_same_message_id()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        await _help.DispatchAsync();
        await server.ExecuteAsync("UPDATE dispatch_item SET status = 'Queued', sent = NULL WHERE account_usn = $1", customer.Usn);
        await _help.DispatchAsync();
        var mails = await _help.Mail.ReceiveMailsAsync(2, number);
        Assert.Single(mails.Select(mail => MessageId().Match(mail).Value).Distinct());
    }

    /// <summary>R7, R11. Whatever is closed is sent, wherever it comes from, and a credit asks nobody to pay.</summary>
    [Fact]
    public async Task Every_invoice_note_and_receipt_that_is_closed_is_sent()
    {
        var customer = await PortalCustomerAsync(server);
        var money = new Fixture.Money(server, customer.Usn);
        await money.InvoiceAsync(100m);
        await money.InvoiceAsync(-30m);
        await money.AdjustAsync(-5m);
        await money.AdjustAsync(7m);
        foreach (var type in new[] { TransactionType.ItemisedCredit, TransactionType.ItemisedDebit })
        {
            await RunAsync<RaiseInvoice, string>(
                server,
                invoices => invoices.RaiseItemisedAsync(customer.Usn, type, [("cst", 9m, null)], taxed: false, leaveOpen: false, default)
            );
        }

        var quote = (
            await server.Administrator.CallAsync(
                "account",
                "raiseInvoice",
                SoapCaller.P("usn", customer.Usn),
                Fixture.Money.Invoice(
                    [Fixture.Money.Charge(customer.Usn, "cst", "11")],
                    after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>"
                )
            )
        ).At("transactionNumber")!;
        const string Sent =
            "Invoice dispatch-invoice, Invoice dispatch-credit, Note dispatch-credit, Note dispatch-note, Note dispatch-credit, Note "
            + "dispatch-note";
        Assert.Equal(Sent, (await _help.ItemsAsync(customer.Usn)).Replace(" Queued", "", StringComparison.Ordinal));
        await RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await lifecycle.CloseAsync(quote, default);
                return true;
            }
        );
        await server.Administrator.CallAsync(
            "order",
            "orderSubscription",
            SoapCaller.P("usn", customer.Usn),
            Orders.Order(Orders.AdslOnly, 36, Orders.Text("username", server.Unique("sent")), customer.Usn)
        );
        Assert.Equal(
            Sent + ", Invoice dispatch-invoice, Invoice dispatch-invoice",
            (await _help.ItemsAsync(customer.Usn)).Replace(" Queued", "", StringComparison.Ordinal)
        );
        await _help.DispatchAsync();
        var mails = await _help.Mail.ReceiveMailsAsync(8, "Dear Joe");
        foreach (var title in (string[])["Credit invoice", "Credit note", "Itemised credit"])
        {
            var credit = Assert.Single(mails, mail => mail.Contains($"Subject: {title} ", StringComparison.Ordinal));
            Assert.DoesNotContain("to be paid", credit, StringComparison.Ordinal);
        }

        // Nobody is reminded of what was never sent.
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                """
                SELECT count(*) FROM financial_transaction WHERE account_usn = $1 AND state = 'Closed'
                    AND type IN ('Invoice', 'CreditNote', 'DebitNote', 'ItemisedCredit', 'ItemisedDebit')
                """ + " AND NOT EXISTS (SELECT 1 FROM dispatch_item WHERE transaction_number = number AND status = 'Sent')",
                customer.Usn
            )
        );
    }

    [Fact]
    public async Task What_is_rolled_back_is_not_sent()
    {
        var (customer, number) = await InvoicedAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            OnAccountAsync<bool>(
                server,
                customer.Usn,
                async (services, account) =>
                {
                    var session = services.GetRequiredService<StageSession>();
                    services
                        .GetRequiredService<DispatchQueue>()
                        .Add(account, DispatchKind.Invoice, (await session.Database.Transactions.FindAsync(number))!);
                    await session.Database.SaveAsync(CancellationToken.None);
                    throw new InvalidOperationException("The operation fails.");
                }
            )
        );
        Assert.Equal(0, await _help.DispatchAsync());
        Assert.Equal("", await _help.ItemsAsync(customer.Usn));
    }

    [Fact]
    public async Task Only_callers_that_reach_all_accounts_see_the_queue()
    {
        var (customer, number) = await InvoicedAsync();
        await _help.QueueInvoiceAsync(customer.Usn, number);
        await using var scope = server.Services.CreateAsyncScope();
        scope
            .ServiceProvider.GetRequiredService<StageSessionHolder>()
            .Use(
                server.Stage,
                new Caller(
                    new Usn("1"),
                    new Usn(customer.Usn),
                    AllAccounts: false,
                    ViewPassword: false,
                    OrderAllPackages: false,
                    new HashSet<int>()
                )
            );
        var queue = scope.ServiceProvider.GetRequiredService<DispatchAdministration>();
        Assert.Equal(
            Fault.AccessException,
            (await Assert.ThrowsAsync<SmileException>(() => queue.ListAsync(DispatchStatus.Queued, 1, CancellationToken.None))).Fault
        );
        Assert.Equal(
            Fault.AccessException,
            (await Assert.ThrowsAsync<SmileException>(() => queue.RetryAsync([], CancellationToken.None))).Fault
        );
        Assert.Equal("Invoice dispatch-invoice Queued", await _help.ItemsAsync(customer.Usn));
    }

    [GeneratedRegex("Message-ID: <[^>]+>", RegexOptions.IgnoreCase)]
    private static partial Regex MessageId();

    [GeneratedRegex("name=\"?([^\";\\s]+\\.pdf)")]
    private static partial Regex FileName();

    /// <summary>Names of a mail's files, in their order.</summary>
    private static IEnumerable<string> Attached(string mail) => FileName().Matches(mail).Select(match => match.Groups[1].Value).Distinct();

    /// <summary>The first bytes of a mail's base64 part.</summary>
    private static string AttachmentStart(string mail)
    {
        var lines = mail.Split('\n').Select(line => line.Trim()).ToList();
        var disposition = lines.FindLastIndex(line =>
            line.StartsWith("Content-Transfer-Encoding: base64", StringComparison.OrdinalIgnoreCase)
        );
        return System.Text.Encoding.Latin1.GetString(
            Convert.FromBase64String(lines.Skip(disposition).SkipWhile(line => line.Length > 0).First(line => line.Length > 0))
        );
    }

    private async Task<(OrderedAccount Customer, string Number)> InvoicedAsync()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await _help.InvoicedAsync(customer.Usn, 110m);
        await _help.NewsAsync(customer.Usn);
        return (customer, number);
    }

    private Task<int> RetryAsync(long id) =>
        _help.RunOnAsync<DispatchAdministration, int>(queue => queue.RetryAsync([id], CancellationToken.None));

    private Task<string> StandAsync(string usn) =>
        server.QueryAsync<string>(
            """
            SELECT status || ' ' || attempts || ' ' || coalesce(last_error, '') FROM dispatch_item WHERE account_usn = $1
            ORDER BY id DESC LIMIT 1
            """,
            usn
        );

    private Task AddressAsync(string usn, string? address) =>
        server.ExecuteAsync(
            """
            UPDATE account SET properties = (SELECT coalesce(jsonb_agg(field), '[]') FROM jsonb_array_elements(properties) AS field
            WHERE field ->> 'n' <> 'emailAddress')
                || CASE WHEN $2 = '' THEN '[]'::jsonb
                    ELSE jsonb_build_array((SELECT jsonb_set(field, '{v}', to_jsonb($2::text))
                        FROM account AS model, jsonb_array_elements(model.properties) AS field
                    WHERE field ->> 'n' = 'emailAddress' LIMIT 1)) END
            WHERE usn = $1
            """,
            usn,
            address ?? ""
        );
}
