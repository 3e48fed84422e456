using System.Globalization;
using System.Text;
using MimeKit;
using Smile.Crm.Mail;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Crm.CrmHelp;
using static Smile.Server.Tests.Crm.TicketMailHelp;

namespace Smile.Server.Tests.Crm;

/// <summary>Who may write to tickets by mail, and what comes of it.</summary>
[Collection(TicketMailServerTests.Name)]
public sealed class TicketMailTests(ServerFixture server) : IAsyncLifetime
{
    private static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.7\n%The contract\n");

    private readonly TicketMailHelp _mail = new(server);

    public Task InitializeAsync() => _mail.InitializeAsync();

    public Task DisposeAsync() => _mail.DisposeAsync();

    [Fact]
    public async Task An_answer_is_a_note_of_the_customer_and_the_mail_lies_among_those_that_were_added()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "It works again.\n\nThank you!\n"));
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal($"Mail from {customer.Address}\n\nIt works again.\n\nThank you!", await _mail.NotesAsync(customer.Ticket));
        Assert.Equal((0, 1, 0), _mail.Lying());
        Assert.Empty(_mail.Log.Entries);
    }

    /// <summary>Of logins of the account, too, in whatever capitals.</summary>
    [Fact]
    public async Task The_addresses_of_an_account_are_its_own_and_those_of_its_open_subscriptions()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer("OWN-" + customer.Address.ToUpperInvariant(), customer.Ticket, "From my login."));
        Assert.Equal(1, await _mail.ReadAsync());
        await server.ExecuteAsync("UPDATE subscription SET closed = now() WHERE account_usn = $1", customer.Usn);
        await _mail.AppendAsync(Answer("own-" + customer.Address, customer.Ticket, "I have left."));
        Assert.Equal(0, await _mail.ReadAsync());
        Assert.Equal((0, 1, 1), _mail.Lying());
        Assert.DoesNotContain("I have left", await _mail.NotesAsync(customer.Ticket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_writes_into_no_ticket()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer("stranger@elsewhere.example.com", customer.Ticket, "Please tell me all."));
        await _mail.RequireSetAsideAsync("it names no ticket of its sender's");
    }

    [Fact]
    public async Task A_customer_writes_into_no_ticket_of_another()
    {
        var (customer, other) = (await _mail.CorrespondentAsync(), await _mail.CorrespondentAsync());
        await _mail.AppendAsync(Answer(customer.Address, other.Ticket, "I am curious."));
        await _mail.RequireSetAsideAsync("it names no ticket of its sender's");
    }

    [Theory]
    [InlineData("999999999")]
    [InlineData("123")]
    [InlineData("000000000000000000")]
    public async Task A_ticket_that_there_is_not_is_as_anothers(string number)
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, number, "Hello?"));
        await _mail.RequireSetAsideAsync("it names no ticket of its sender's");
    }

    [Fact]
    public async Task A_ticket_about_no_account_is_nobodys()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.Desk.UpdateAsync(customer.Ticket, "<USN clear=\"true\"/>");
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Hello?"));
        await _mail.RequireSetAsideAsync("it names no ticket of its sender's");
    }

    /// <summary>One of two senders could be the customer's: he has not signed for the other.</summary>
    [Fact]
    public async Task A_mail_has_one_sender()
    {
        var customer = await _mail.CorrespondentAsync();
        var mail = Answer(customer.Address, customer.Ticket, "We both say so.");
        mail.From.Add(MailboxAddress.Parse("stranger@elsewhere.example.com"));
        await _mail.AppendAsync(mail);
        await _mail.RequireSetAsideAsync("it has not one sender");
    }

    /// <summary>What the catalogue says of a note: the ticket is worked on again, its escalation runs, and its group is told.</summary>
    [Fact]
    public async Task A_note_sets_off_the_action_of_the_catalogue_as_the_customer_himself_would()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.Desk.RunAsync(customer.Ticket, Take);
        await _mail.Desk.RunAsync(customer.Ticket, Ask);
        Assert.Equal("Waiting for customer", await _mail.Desk.StatusAsync(customer.Usn, customer.Ticket));
        Assert.Equal(0, await EscalationsAsync(customer));
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Here is what you asked for."));
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal("In progress", await _mail.Desk.StatusAsync(customer.Usn, customer.Ticket));
        Assert.Equal(1, await EscalationsAsync(customer));
        Assert.EndsWith(
            $"Mail from {customer.Address}\n\nHere is what you asked for.\nAction: The customer has answered\n"
                + "Status: Waiting for customer → In progress\n"
                + $"Mailed to the group Help desk: [Ticket {customer.Ticket}] Answered: Support call",
            await _mail.Desk.HistoryAsync(customer.Ticket),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_note_opens_a_closed_ticket_again()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.Desk.RunAsync(customer.Ticket, CloseTicket);
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "It is broken again."));
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal("In progress", await _mail.Desk.StatusAsync(customer.Usn, customer.Ticket));
    }

    [Fact]
    public async Task Files_are_attached_that_the_desk_takes_and_the_note_tells_of_the_others()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(
            Answer(
                customer.Address,
                customer.Ticket,
                "See the files.",
                File("contract.pdf", "application/pdf", Pdf),
                File("second.pdf", "application/octet-stream", Pdf),
                File("page.html", "text/html", "<script>alert(1)</script>"u8.ToArray()),
                File("drawing.svg", "image/svg+xml", "<svg onload='alert(1)'/>"u8.ToArray()),
                File("run.exe", "application/octet-stream", "MZ\u0090"u8.ToArray()),
                File("liar.pdf", "application/pdf", "<html>"u8.ToArray()),
                File("other.pdf", "application/octet-stream", "<html>"u8.ToArray()),
                File("large.txt", "text/plain", [.. Enumerable.Repeat((byte)'a', 2_000_001)]),
                File("C:\\Users\\joe\\notes.txt", "text/plain", "Notes"u8.ToArray())
            )
        );
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal(
            "contract.pdf application/pdf 23, notes.txt text/plain 5, second.pdf application/pdf 23",
            await _mail.AttachedAsync(customer.Ticket)
        );
        var note = await _mail.NotesAsync(customer.Ticket);
        Assert.StartsWith($"Mail from {customer.Address}\n\nSee the files.\n\nNot attached: page.html: ", note, StringComparison.Ordinal);
        foreach (var name in new[] { "drawing.svg", "run.exe", "liar.pdf", "other.pdf", "large.txt" })
        {
            Assert.Contains($"\nNot attached: {name}: ", note, StringComparison.Ordinal);
        }

        Assert.Equal(6, note.Split("Not attached").Length - 1);
    }

    [Fact]
    public async Task A_mail_without_a_number_is_a_ticket_of_the_one_account_that_has_its_address()
    {
        var customer = await _mail.CorrespondentAsync();
        var mail = Answer(customer.Address, "1", "No dial tone.\n", File("contract.pdf", "application/pdf", Pdf));
        mail.Subject = "My line\r\n is dead";
        await _mail.AppendAsync(mail);
        Assert.Equal(1, await _mail.ReadAsync());
        var number = await server.QueryAsync<long>(
            "SELECT number FROM ticket WHERE account_usn = $1 AND subject = 'My line is dead' AND template_number = 123 AND "
                + "body = 'No dial tone.' AND group_id = 323",
            customer.Usn
        );
        var ticket = number.ToString(CultureInfo.InvariantCulture);
        Assert.Equal("contract.pdf application/pdf 23", await _mail.AttachedAsync(ticket));
        Assert.Equal($"Mail from {customer.Address}", await _mail.NotesAsync(ticket));
        Assert.Equal((0, 1, 0), _mail.Lying());

        // The same mail once more makes no second one.
        await _mail.PutBackAsync("Done");
        Assert.Equal(0, await _mail.ReadAsync());
        Assert.Equal((0, 1, 0), _mail.Lying());
    }

    [Fact]
    public async Task A_mail_without_a_number_is_set_aside_where_it_is_not_plain_whose_it_is()
    {
        var (customer, other) = (await _mail.CorrespondentAsync(), await _mail.CorrespondentAsync());
        await _mail.SetAddressAsync("subscription", other.Account.Subscriptions[0], customer.Address);
        var mail = Answer(customer.Address, "1", "No dial tone.\n");
        mail.Subject = "My line is dead";
        await _mail.AppendAsync(mail);
        await _mail.RequireSetAsideAsync("none is raised of it");
    }

    [Fact]
    public async Task A_mail_without_a_number_is_set_aside_where_its_sender_is_no_customer_any_more()
    {
        var customer = await _mail.CorrespondentAsync();
        await server.ExecuteAsync("UPDATE account SET closed = now() WHERE usn = $1", customer.Usn);
        var mail = Answer(customer.Address, "1", "No dial tone.\n");
        mail.Subject = "My line is dead";
        await _mail.AppendAsync(mail);
        await _mail.RequireSetAsideAsync("none is raised of it");
    }

    [Theory]
    [InlineData("Auto-Submitted", "auto-replied")]
    [InlineData("Auto-Submitted", "auto-generated; owner-email=\"a@b.example.com\"")]
    [InlineData("Precedence", "bulk")]
    [InlineData("Precedence", "Junk")]
    [InlineData("Precedence", "list")]
    [InlineData("X-Auto-Response-Suppress", "All")]
    [InlineData("List-Id", "<news.example.com>")]
    [InlineData("Return-Path", "<>")]
    [InlineData("Message-Id", "<4e5e1d0c-8a8f-5b1c-9d3f-0123456789ab@smile>")]
    public async Task What_no_person_has_written_is_not_added(string field, string value)
    {
        var customer = await _mail.CorrespondentAsync();
        var mail = Answer(customer.Address, customer.Ticket, "I am away until Monday.");
        mail.Headers.Replace(field, value);
        await _mail.AppendAsync(mail);
        await _mail.RequireSetAsideAsync("is set aside: it is ");
    }

    [Theory]
    [InlineData("Auto-Submitted", "no")]
    [InlineData("Auto-Submitted", "No (a person)")]
    [InlineData("Precedence", "first-class")]
    [InlineData("Return-Path", "<joe@customer.example.com>")]
    [InlineData("In-Reply-To", "<4e5e1d0c-8a8f-5b1c-9d3f-0123456789ab@smile>")]
    public async Task What_a_person_has_written_is_added(string field, string value)
    {
        var customer = await _mail.CorrespondentAsync();
        var mail = Answer(customer.Address, customer.Ticket, "Here I am.");
        mail.Headers.Replace(field, value);
        await _mail.AppendAsync(mail);
        Assert.Equal(1, await _mail.ReadAsync());
    }

    /// <summary>Even where a customer's address is the server's own, or a postmaster's.</summary>
    [Theory]
    [InlineData(DeskAddress)]
    [InlineData("smile@example.com")]
    [InlineData("MAILER-DAEMON@customer.example.com")]
    [InlineData("postmaster@customer.example.com")]
    public async Task Our_own_mail_and_that_of_mail_servers_is_not_added(string address)
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.SetAddressAsync("account", customer.Usn, address);
        await _mail.AppendAsync(Answer(address, customer.Ticket, "Returned mail: see transcript for details"));
        await _mail.RequireSetAsideAsync("is set aside: it is ");
    }

    [Fact]
    public async Task A_report_of_a_mail_server_is_not_added()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.DeliverAsync(
            $"""
            From: {customer.Address}
            To: {DeskAddress}
            Subject: Undeliverable: [Ticket {customer.Ticket}] Support call
            Message-ID: <report-1@customer.example.com>
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: text/plain

            It could not be delivered.
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.customer.example.com

            Final-Recipient: rfc822; joe@customer.example.com
            Action: failed
            Status: 5.1.1
            --b--
            """
        );
        await _mail.RequireSetAsideAsync("it is a report");
    }

    /// <summary>A loop: what the desk mails comes back as it is.</summary>
    [Fact]
    public async Task What_the_desk_sends_says_that_it_is_automatic_and_with_what_it_belongs()
    {
        var smtp = await MailServer.StartAsync();
        await using (smtp)
        {
            server.Settings.Smtp.Port = smtp.Port;
            var customer = await _mail.CorrespondentAsync();
            var answer = Answer(customer.Address, customer.Ticket, "Here.");
            answer.MessageId = "his-own-1@customer.example.com";
            await _mail.AppendAsync(answer);
            await _mail.ReadAsync();
            await _mail.Desk.RunAsync(customer.Ticket, Ask);
            await new CreditControlHelp(server).DispatchAsync();
            var mails = await smtp.ReceiveMailsAsync(4, $"[Ticket {customer.Ticket}]");
            Assert.All(mails, mail => Assert.Contains("Auto-Submitted: auto-generated", mail, StringComparison.Ordinal));
            Assert.All(mails, mail => Assert.Contains($"From: {DeskAddress}", mail, StringComparison.Ordinal));
            var references = mails.Select(mail => Field(mail, "References")).ToList();
            var root = references[0].Split(' ')[0];
            Assert.All(references, each => Assert.StartsWith(root, each, StringComparison.Ordinal));
            var asked = Assert.Single(mails, mail => mail.Contains("we need an answer of yours", StringComparison.Ordinal));
            Assert.Equal($"{root} <his-own-1@customer.example.com>", Field(asked, "References"));
            Assert.Equal("<his-own-1@customer.example.com>", Field(asked, "In-Reply-To"));
            Assert.NotEqual(root, Field(asked, "Message-Id"));

            // What comes back is not added: neither as it is, nor without what tells that it is automatic.
            var raw = asked.Trim('\r', '\n').Split("------------ END MESSAGE")[0].ReplaceLineEndings("\n");
            await _mail.SetAddressAsync("account", customer.Usn, DeskAddress);
            await _mail.DeliverAsync(raw);
            await _mail.DeliverAsync(raw.Replace("Auto-Submitted: auto-generated\n", "", StringComparison.Ordinal));
            await _mail.DeliverAsync(
                raw.Replace("Auto-Submitted: auto-generated\n", "", StringComparison.Ordinal)
                    .Replace($"From: {DeskAddress}", $"From: own-{customer.Address}", StringComparison.Ordinal)
            );
            Assert.Equal(0, await _mail.ReadAsync());
            Assert.Equal((0, 1, 3), _mail.Lying());
        }
    }

    [Fact]
    public async Task An_address_adds_so_many_mails_within_an_hour_and_the_rest_waits()
    {
        _mail.Settings.MaxMailsPerHour = 2;
        var (customer, other) = (await _mail.CorrespondentAsync(), await _mail.CorrespondentAsync());
        await _mail.AppendAsync([
            .. Enumerable.Range(1, 4).Select(number => Answer(customer.Address, customer.Ticket, $"Mail {number}")),
            Answer(other.Address, other.Ticket, "Mine"),
        ]);
        Assert.Equal(3, await _mail.ReadAsync());
        Assert.Equal((2, 3, 0), _mail.Lying());
        Assert.Equal(0, await _mail.ReadAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(2, await _mail.ReadAsync());
        Assert.Equal((0, 5, 0), _mail.Lying());
        Assert.Equal(
            string.Join("\n--\n", Enumerable.Range(1, 4).Select(number => $"Mail from {customer.Address}\n\nMail {number}")),
            await _mail.NotesAsync(customer.Ticket)
        );
    }

    [Fact]
    public async Task Who_fills_the_mailbox_is_set_aside_in_the_end()
    {
        _mail.Settings.MaxMailsPerHour = 1;
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync([.. Enumerable.Range(1, 27).Select(number => Answer(customer.Address, customer.Ticket, $"Mail {number}"))]);
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal((24, 1, 2), _mail.Lying());
    }

    [Theory]
    [InlineData("mx.example.com; dmarc=pass header.from=customer.example.com", true)]
    [InlineData("mx.example.com; dkim=pass header.d=example.com", true)]
    [InlineData("mx.example.com; spf=pass smtp.mailfrom=joe@customer.example.com", true)]
    [InlineData("mx.example.com; dkim=pass header.d=elsewhere.example.org", false)]
    [InlineData("mx.example.com; spf=pass smtp.mailfrom=joe@elsewhere.example.org", false)]
    [InlineData("mx.example.com; dmarc=fail header.from=customer.example.com; spf=softfail smtp.mailfrom=customer.example.com", false)]
    [InlineData("mx.elsewhere.example.org; dmarc=pass header.from=customer.example.com", false)]
    [InlineData("mx.example.com; none", false)]
    [InlineData(";;; dmarc=pass", false)]
    [InlineData(null, false)]
    public async Task Where_it_is_asked_for_the_receiving_server_vouches_for_the_sender(string? results, bool isAdded)
    {
        (_mail.Settings.RequireAuthentication, _mail.Settings.AuthenticationServer) = (true, "mx.example.com");
        var customer = await _mail.CorrespondentAsync();
        var mail = Answer(customer.Address, customer.Ticket, "It is me.");
        if (results is not null)
        {
            mail.Headers.Insert(0, "Authentication-Results", results);
        }

        await _mail.AppendAsync(mail);
        if (isAdded)
        {
            Assert.Equal(1, await _mail.ReadAsync());
        }
        else
        {
            await _mail.RequireSetAsideAsync("mx.example.com does not vouch for its sender");
        }
    }

    /// <summary>What a forger has written below the field of the receiving server does not count.</summary>
    [Fact]
    public async Task The_first_word_of_the_receiving_server_counts()
    {
        (_mail.Settings.RequireAuthentication, _mail.Settings.AuthenticationServer) = (true, "mx.example.com");
        var customer = await _mail.CorrespondentAsync();
        var mail = Answer(customer.Address, customer.Ticket, "It is me.");
        mail.Headers.Insert(0, "Authentication-Results", "mx.example.com; dmarc=pass header.from=customer.example.com");
        mail.Headers.Insert(0, "Authentication-Results", "mx.example.com; dmarc=fail header.from=customer.example.com");
        await _mail.AppendAsync(mail);
        await _mail.RequireSetAsideAsync("mx.example.com does not vouch for its sender");
    }

    private Task<long> EscalationsAsync(Correspondent customer) =>
        server.QueryAsync<long>(
            "SELECT count(*) FROM due_work WHERE subject = $1 AND done IS NULL",
            "ticket-escalation:" + customer.Ticket
        );

    /// <summary>The value of a field, with its lines put together.</summary>
    private static string Field(string mail, string name)
    {
        var lines = mail.ReplaceLineEndings("\n")
            .Split('\n')
            .SkipWhile(line => !line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        var value = lines.Take(1).Concat(lines.Skip(1).TakeWhile(line => line.StartsWith(' ') || line.StartsWith('\t')));
        return string.Join(
            ' ',
            string.Join(' ', value.Select(line => line.Trim()))[(name.Length + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );
    }
}
