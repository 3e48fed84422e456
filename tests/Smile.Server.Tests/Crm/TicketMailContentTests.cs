using System.Text;
using MimeKit;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Crm.TicketMailHelp;

namespace Smile.Server.Tests.Crm;

/// <summary>What mail programs, and who means no good, put into mails. They are laid into the mailbox as they stand here.</summary>
[Collection(TicketMailServerTests.Name)]
public sealed class TicketMailContentTests(ServerFixture server) : IAsyncLifetime
{
    private readonly TicketMailHelp _mail = new(server);

    public Task InitializeAsync() => _mail.InitializeAsync();

    public Task DisposeAsync() => _mail.DisposeAsync();

    [Fact]
    public async Task A_page_is_turned_to_text_without_what_is_active_or_not_shown()
    {
        Assert.Equal(
            "Dear desk,\nthe light blinks & <beeps>.\n\nRegards\nJoe",
            await TextOfAsync(
                "Content-Type: text/html; charset=utf-8",
                """
                <html><head><title>Mail</title><style>p { color: red }</style></head>
                <body onload="alert(1)"><script>alert('evil')</script><div>Dear&nbsp;desk,</div>
                <p>the <b>light</b>
                 blinks &amp; &lt;beeps&gt;.</p><img src="http://elsewhere.example.com/seen.png" onerror="alert(2)">
                <iframe src="http://elsewhere.example.com">frame</iframe>Regards<br>Joe
                <blockquote><div>Please look at the light.</div></blockquote></body></html>
                """
            )
        );
    }

    [Theory]
    [InlineData("iso-8859-1", "Gr\u00fc\u00dfe")]
    [InlineData("windows-1252", "Gr\u00fc\u00dfe \u20ac")]
    [InlineData("koi8-r", "\u041f\u0440\u0438\u0432\u0435\u0442")]
    [InlineData("gb18030", "\u4f60\u597d")]
    [InlineData("iso-2022-jp", "\u3053\u3093\u306b\u3061\u306f")]
    [InlineData("utf-16", "Gr\u00fc\u00dfe")]
    public async Task Charsets_are_read(string charset, string text)
    {
        // Not registered here: that the server knows charsets is what is asked.
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        Assert.Equal(
            text,
            await TextOfAsync(
                $"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64",
                Convert.ToBase64String(encoding.GetBytes(text))
            )
        );
    }

    /// <summary>What is no text of any charset is a text still, and one that the database takes.</summary>
    [Theory]
    [InlineData("Content-Type: text/plain; charset=no-such-charset", "Hello")]
    [InlineData("Content-Type: text/plain; charset=utf-7", "Hello")]
    [InlineData("Content-Type: text/plain; charset=", "Hello")]
    [InlineData("Content-Type: ;;;///", "Hello")]
    [InlineData("Content-Type: text/plain\nContent-Type: text/html", "Hello")]
    [InlineData("Content-Type: multipart/mixed", "Hello")]
    [InlineData("Content-Type: multipart/mixed; boundary=never", "Hello")]
    [InlineData("Content-Transfer-Encoding: nonsense", "Hello")]
    public async Task Broken_heads_do_no_harm(string head, string text)
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.DeliverAsync(Mail(customer, head, text));
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.StartsWith($"Mail from {customer.Address}", await _mail.NotesAsync(customer.Ticket), StringComparison.Ordinal);
        Assert.Equal((0, 1, 0), _mail.Lying());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_left_out_of_it()
    {
        var customer = await _mail.CorrespondentAsync();
        var head = Encoding.ASCII.GetBytes(Mail(customer, "Content-Type: text/plain; charset=utf-8", "").ReplaceLineEndings("\r\n"));
        await _mail.Mailbox.DeliverAsync([.. head, .. "a"u8, 0, 7, 27, 0xFF, 0xED, 0xA0, 0x80, .. "b\r\n"u8]);
        Assert.Equal(1, await _mail.ReadAsync());
        var note = await _mail.NotesAsync(customer.Ticket);
        Assert.DoesNotContain(note, character => char.IsControl(character) && character != '\n');
        Assert.Matches("\n\na.*b$", note);
    }

    [Fact]
    public async Task A_subject_of_encoded_words_names_its_ticket()
    {
        var customer = await _mail.CorrespondentAsync();
        var subject = Convert.ToBase64String(Encoding.UTF8.GetBytes($"Re: [Ticket {customer.Ticket}] Störung"));
        await _mail.DeliverAsync(
            $"From: Joe =?utf-8?q?M=C3=BCller?= <{customer.Address}>\nSubject: =?utf-8?B?{subject}?=\n"
                + "Date: Wed, 14 Jan 2015 10:00:00 +1100\n\nHello\n"
        );
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.EndsWith("Hello", await _mail.NotesAsync(customer.Ticket), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("no mail at all")]
    [InlineData("Subject: [Ticket 100000]\n\nFrom nobody.\n")]
    [InlineData("From: <>\nSubject: [Ticket 100000]\n\nHello\n")]
    [InlineData("From: undisclosed:;\nSubject: [Ticket 100000]\n\nHello\n")]
    [InlineData("From: a@b.example.com\r\r\n: \n : : :\n\u0000\u0001\u0002\nSubject: [Ticket 100000\n\n\n")]
    public async Task What_is_no_mail_is_set_aside_and_holds_up_nobody(string raw)
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.DeliverAsync(raw);
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Behind it."));
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal((0, 1, 1), _mail.Lying());
    }

    [Fact]
    public async Task Parts_in_parts_without_end_are_bounded()
    {
        var customer = await _mail.CorrespondentAsync();
        var deep = new StringBuilder("Content-Type: multipart/mixed; boundary=b0\n\n");
        for (var depth = 0; depth < 3_000; depth++)
        {
            deep.Append($"--b{depth}\nContent-Type: multipart/mixed; boundary=b{depth + 1}\n\n");
        }

        await _mail.DeliverAsync(Mail(customer, deep.ToString().Split("\n\n", 2)[0], deep.ToString().Split("\n\n", 2)[1]));
        var wide = string.Concat(Enumerable.Repeat("--b\nContent-Type: application/pdf\n\n%PDF-\n", 3_000));
        await _mail.DeliverAsync(Mail(customer, "Content-Type: multipart/mixed; boundary=b", wide));
        var many = string.Concat(Enumerable.Repeat("--b\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-1.7 a\n", 30));
        await _mail.DeliverAsync(Mail(customer, "Content-Type: multipart/mixed; boundary=b", many));
        await _mail.ReadAsync();
        Assert.Equal(0, _mail.Lying().Waiting);
        Assert.Contains(_mail.Log.Entries, entry => entry.Message.Contains("it has more than 500 parts", StringComparison.Ordinal));
        Assert.Equal(
            20,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM ticket_attachment WHERE ticket_number = $1",
                long.Parse(customer.Ticket, System.Globalization.CultureInfo.InvariantCulture)
            )
        );
        Assert.Contains(
            "Not attached: a.pdf: a mail has at most 20 files",
            await _mail.NotesAsync(customer.Ticket),
            StringComparison.Ordinal
        );
    }

    /// <summary>A mail of mails, and names that hide or lead elsewhere.</summary>
    [Fact]
    public async Task Attached_mails_and_hidden_names_are_not_attached()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.DeliverAsync(
            Mail(
                customer,
                "Content-Type: multipart/mixed; boundary=b",
                """
                --b
                Content-Type: text/plain

                See below.
                --b
                Content-Type: message/rfc822

                From: a@b.example.com
                Subject: [Ticket 100000] inner

                Inner text
                --b
                Content-Type: application/pdf
                Content-Disposition: attachment; filename*=utf-8''invoice%E2%80%AEfdp.exe

                %PDF-1.7
                --b
                Content-Type: application/pdf
                Content-Disposition: attachment; filename="../../etc/passwd.pdf"

                %PDF-1.7
                --b
                Content-Type: application/ms-tnef; name=winmail.dat

                x
                --b--
                """
            )
        );
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal("passwd.pdf application/pdf 8", await _mail.AttachedAsync(customer.Ticket));
        var note = await _mail.NotesAsync(customer.Ticket);
        Assert.Equal(3, note.Split("Not attached").Length - 1);
        Assert.DoesNotContain("Inner text", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_is_too_large_is_set_aside_unread()
    {
        _mail.Settings.MaxMailBytes = 10_000;
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, new string('a', 9_000) + "\n"));
        Assert.Equal(1, await _mail.ReadAsync());
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, new string('a', 10_000) + "\n"));
        Assert.Equal(0, await _mail.ReadAsync());
        Assert.Equal((0, 1, 1), _mail.Lying());
        Assert.Contains(_mail.Log.Entries, entry => entry.Message.Contains("it has more than 10000 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_cut_and_says_so()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, string.Concat(Enumerable.Repeat("😀", 30_000))));
        Assert.Equal(1, await _mail.ReadAsync());
        var note = await _mail.NotesAsync(customer.Ticket);
        Assert.InRange(note.Length, 19_900, 20_000);
        Assert.EndsWith("😀\n… (the mail was longer)", note, StringComparison.Ordinal);
    }

    private async Task<string> TextOfAsync(string head, string body)
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.DeliverAsync(Mail(customer, head, body));
        Assert.Equal(1, await _mail.ReadAsync());
        return (await _mail.NotesAsync(customer.Ticket)).Replace($"Mail from {customer.Address}\n\n", "", StringComparison.Ordinal);
    }

    private static string Mail(Correspondent customer, string head, string body) =>
        $"From: {customer.Address}\nSubject: Re: [Ticket {customer.Ticket}]\nDate: Wed, 14 Jan 2015 10:00:00 +1100\n"
        + $"MIME-Version: 1.0\n{head}\n\n{body}";
}
