using System.Globalization;
using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MimeKit;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;

namespace Smile.Server.Tests.Crm;

/// <summary>Tests of mail to tickets, which move the clock and change the stage's settings: they have a server of their own.</summary>
[CollectionDefinition(Name)]
public sealed class TicketMailServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "ticket mail";
}

/// <summary>A customer with an address of his own, and a support ticket of his.</summary>
internal sealed record Correspondent(OrderedAccount Account, string Address, string Ticket)
{
    public string Usn => Account.Usn;
}

/// <summary>The stage's mailbox, a Dovecot of the test's own, and mail that is put into it.</summary>
internal sealed class TicketMailHelp(ServerFixture server) : IAsyncLifetime
{
    public const string DeskAddress = "support@desk.example.com";

    public CrmHelp Desk { get; } = new(server);

    public LogRecorder Log { get; } = new();

    public PrivateMailbox Mailbox { get; private set; } = null!;

    public TicketMailSettings Settings => server.Settings.Stages["live"].TicketMail;

    public TicketMailService Service { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Mailbox = await PrivateMailbox.StartNewAsync();
        server.Settings.Stages["live"].TicketMail = new TicketMailSettings
        {
            Host = "127.0.0.1",
            Port = Mailbox.TlsPort,
            CertificateAuthority = Mailbox.CertificateFile,
            User = PrivateMailbox.User,
            Password = PrivateMailbox.Password,
            Address = DeskAddress,
        };
        Service = NewService();
    }

    public async Task DisposeAsync()
    {
        server.Settings.Stages["live"].TicketMail = new TicketMailSettings();
        await Mailbox.DisposeAsync();
        Log.Dispose();
    }

    /// <summary>Reads the mailbox as a server does that knows nothing of what others have read.</summary>
    public TicketMailService NewService(TicketMailStates? states = null) =>
        new(
            server.Services.GetRequiredService<StageRegistry>(),
            server.Services.GetRequiredService<IServiceScopeFactory>(),
            server.Settings,
            states ?? new TicketMailStates(),
            server.Clock,
            LoggerFactory.Create(logging => logging.AddProvider(Log)).CreateLogger<TicketMailService>()
        );

    public Task<int> ReadAsync() => Service.RunOnceAsync(server.Stage, CancellationToken.None);

    public async Task<Correspondent> CorrespondentAsync(int template = CrmHelp.Support)
    {
        var account = await PortalCustomerAsync(server);
        var address = server.Unique("joe") + "@customer.example.com";
        await SetAddressAsync("account", account.Usn, address);
        foreach (var subscription in account.Subscriptions)
        {
            await SetAddressAsync("subscription", subscription, "own-" + address);
        }

        return new Correspondent(account, address, await Desk.RaiseAsync(template, account.Usn));
    }

    /// <summary>Sets the address of an account or a subscription.</summary>
    public Task SetAddressAsync(string table, string usn, string address) =>
        server.ExecuteAsync(
            $"UPDATE {table} SET properties = (SELECT coalesce(jsonb_agg(field) FILTER (WHERE field ->> 'n' <> 'emailAddress'), '[]') FROM "
                + "jsonb_array_elements(properties) field) || jsonb_build_array(jsonb_build_object('n', 'emailAddress', 'k', 'String', "
                + "'v', $2)) WHERE usn = $1",
            usn,
            address
        );

    /// <summary>An answer to what the desk has written, as a mail program makes one.</summary>
    public static MimeMessage Answer(string from, string ticket, string text, params MimeEntity[] files)
    {
        var message = new MimeMessage { Subject = $"Re: [Ticket {ticket}] Support call" };
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(MailboxAddress.Parse(DeskAddress));
        var body = new BodyBuilder { TextBody = text };
        foreach (var file in files)
        {
            body.Attachments.Add(file);
        }

        message.Body = body.ToMessageBody();
        return message;
    }

    public static MimePart File(string name, string mimeType, byte[] content) =>
        new(mimeType)
        {
            Content = new MimeContent(new MemoryStream(content)),
            ContentDisposition = new ContentDisposition(ContentDisposition.Attachment) { FileName = name },
            ContentTransferEncoding = ContentEncoding.Base64,
        };

    /// <summary>Puts mails into the inbox over IMAP.</summary>
    public async Task AppendAsync(params MimeMessage[] messages)
    {
        using var client = await OpenAsync();
        foreach (var message in messages)
        {
            await client.Inbox!.AppendAsync(message);
        }
    }

    /// <summary>Puts a mail into the inbox as it stands here, with the ends of lines of mail.</summary>
    public Task DeliverAsync(string mail) => Mailbox.DeliverAsync(Encoding.Latin1.GetBytes(mail.ReplaceLineEndings("\r\n")));

    /// <summary>Moves all mail of a folder back into the inbox, as an operator may.</summary>
    public async Task PutBackAsync(string folder)
    {
        using var client = await OpenAsync();
        var from = await client.GetFolderAsync(folder);
        await from.OpenAsync(FolderAccess.ReadWrite);
        await from.MoveToAsync([.. await from.SearchAsync(MailKit.Search.SearchQuery.All)], client.Inbox!);
    }

    /// <summary>The customer's words of a ticket as he may read them, oldest first.</summary>
    public Task<string> NotesAsync(string ticket) =>
        server.QueryAsync<string>(
            "SELECT coalesce(string_agg(text, E'\\n--\\n' ORDER BY id), '') FROM ticket_note WHERE ticket_number = $1 AND kind = 'Note' "
                + "AND customer_visible AND changed_by = 'ticket-mail'",
            long.Parse(ticket, CultureInfo.InvariantCulture)
        );

    public Task<long> CountNotesAsync(string ticket) =>
        server.QueryAsync<long>(
            "SELECT count(*) FROM ticket_note WHERE ticket_number = $1 AND text LIKE 'Mail from %'",
            long.Parse(ticket, CultureInfo.InvariantCulture)
        );

    /// <summary>What is attached: name, type and bytes.</summary>
    public Task<string> AttachedAsync(string ticket) =>
        server.QueryAsync<string>(
            "SELECT coalesce(string_agg(file_name || ' ' || mime_type || ' ' || size, ', ' ORDER BY file_name), '') FROM ticket_attachment "
                + "WHERE ticket_number = $1",
            long.Parse(ticket, CultureInfo.InvariantCulture)
        );

    /// <summary>Where the mails lie: in the inbox, among those that were added, and among those that were set aside.</summary>
    public (int Waiting, int Done, int Refused) Lying() => (Mailbox.Count(), Mailbox.Count("Done"), Mailbox.Count("Refused"));

    /// <summary>Requires that a mail of the only customer's is set aside for a reason, and has changed nothing.</summary>
    public async Task RequireSetAsideAsync(string why)
    {
        var before = await CountAllAsync();
        Assert.Equal(0, await ReadAsync());
        Assert.Equal((0, 0, 1), Lying());
        Assert.Contains(Log.Entries, entry => entry.Level == LogLevel.Warning && entry.Message.Contains(why, StringComparison.Ordinal));
        Assert.Equal(before, await CountAllAsync());
    }

    private Task<string> CountAllAsync() =>
        server.QueryAsync<string>(
            "SELECT (SELECT count(*) FROM ticket) || ' ' || (SELECT count(*) FROM ticket_note) || ' ' || "
                + "(SELECT count(*) FROM ticket_mail) || ' ' || (SELECT count(*) FROM ticket_attachment) || ' ' "
                + "|| (SELECT count(*) FROM dispatch_item)"
        );

    private async Task<ImapClient> OpenAsync()
    {
        var client = new ImapClient();
        await client.ConnectAsync("127.0.0.1", Mailbox.Port, SecureSocketOptions.None);
        await client.AuthenticateAsync(PrivateMailbox.User, PrivateMailbox.Password);
        await client.Inbox!.OpenAsync(FolderAccess.ReadWrite);
        return client;
    }
}
