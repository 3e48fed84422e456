using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Smile.Correspondence.Dispatch;

namespace Smile.Hosting.Mail;

/// <summary>Sends mail through SMTP, filled from templates.</summary>
public sealed class SmtpMailSender(ServerSettings settings) : IMailSender
{
    /// <summary>The port on which a mail server speaks TLS from the first byte.</summary>
    private const int TlsPort = 465;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Answers by which a mail server says that there is no such address.</summary>
    private static readonly SmtpStatusCode[] Refusals =
    [
        SmtpStatusCode.MailboxUnavailable,
        SmtpStatusCode.MailboxNameNotAllowed,
        SmtpStatusCode.UserNotLocalTryAlternatePath,
    ];

    /// <summary>One address with a domain, and nothing around it that could be a second one.</summary>
    private static readonly ParserOptions OneAddress = new()
    {
        AddressParserComplianceMode = RfcComplianceMode.Strict,
        AllowAddressesWithoutDomain = false,
    };

    public void RequireServer() => Host();

    public async Task<SentMail> SendAsync(Correspondence.Dispatch.Mail mail, CancellationToken cancellation)
    {
        var host = Host();
        var letter = await FillAsync(mail.Template, mail.Language, mail.Values, cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Timeout);
        try
        {
            using var message = Compose(mail, letter);
            await DeliverAsync(host, message, patience.Token);
            return new SentMail(FromOf(mail), letter);
        }
        catch (ParseException exception)
        {
            throw new MailFailedException("The email could not be sent: its address is no email address.", exception, isFinal: true);
        }
        catch (Exception exception) when (IsOfMailServer(exception, cancellation))
        {
            throw new MailFailedException(
                "The email could not be sent: the mail server did not take it.",
                exception,
                exception is SmtpCommandException { StatusCode: var status } && Refusals.Contains(status)
            );
        }
    }

    public async Task<Letter> FillAsync(
        string template,
        string language,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    )
    {
        var found =
            await new MailTemplates(settings.MailTemplates).FindAsync(template, language, cancellation)
            ?? throw new MailFailedException($"This email is not configured: there is no template '{template}'.", isFinal: true);
        try
        {
            return found.Fill(values);
        }
        catch (TemplateException problem)
        {
            // Without what Scriban says, which may have values in it: a password is one.
            throw new MailFailedException($"The email could not be made: its template has an error ({problem.Message}).", isFinal: true);
        }
    }

    private string Host() =>
        settings.Smtp.Host is { Length: > 0 } host
            ? host
            : throw new MailFailedException("This email is not configured: the server has no mail server (Smile:Smtp:Host).");

    private static bool IsOfMailServer(Exception exception, CancellationToken cancellation) =>
        exception
            is MailKit.CommandException
                or MailKit.ProtocolException
                or AuthenticationException
                or SslHandshakeException
                or SocketException
                or IOException
                or InvalidOperationException
                or NotSupportedException
        || (exception is OperationCanceledException && !cancellation.IsCancellationRequested);

    private async Task DeliverAsync(string host, MimeMessage message, CancellationToken cancellation)
    {
        var smtp = settings.Smtp;
        var security =
            !smtp.UseTls ? SecureSocketOptions.None
            : smtp.Port == TlsPort ? SecureSocketOptions.SslOnConnect
            : SecureSocketOptions.StartTls;

        // Lists of withdrawn certificates are elsewhere on the net, and mail must not wait for them.
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        await client.ConnectAsync(host, smtp.Port, security, cancellation);
        if (smtp.User is { Length: > 0 } user)
        {
            await client.AuthenticateAsync(user, smtp.Password ?? "", cancellation);
        }

        await client.SendAsync(message, cancellation);
        await PartAsync(client, cancellation);
    }

    /// <summary>Says goodbye. The mail is taken by now: a connection that breaks here must not send it again.</summary>
    private static async Task PartAsync(SmtpClient client, CancellationToken cancellation)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception exception) when (IsOfMailServer(exception, CancellationToken.None))
        {
            // The server went first.
        }
    }

    private string FromOf(Correspondence.Dispatch.Mail mail) => mail.From ?? settings.Smtp.From;

    private MimeMessage Compose(Correspondence.Dispatch.Mail mail, Letter letter)
    {
        var body = new BodyBuilder { TextBody = letter.Body, HtmlBody = letter.Html };
        foreach (var file in mail.Attachments)
        {
            body.Attachments.Add(file.FileName, file.Content.ToArray(), ContentType.Parse(file.MediaType));
        }

        var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(OneAddress, FromOf(mail)));
        message.To.Add(MailboxAddress.Parse(OneAddress, mail.Address));
        message.Subject = letter.Subject;
        message.Body = body.ToMessageBody();
        if (mail.IsAutomatic)
        {
            message.Headers.Add("Auto-Submitted", "auto-generated");
        }

        if (mail.References is { } references)
        {
            message.Headers.Add(HeaderId.References, references);
            message.Headers.Add(HeaderId.InReplyTo, references.Split(' ')[^1]);
        }

        if (mail.MessageId is { } id)
        {
            message.MessageId = id;
        }
        else
        {
            // The mail server gives one.
            message.Headers.Remove(HeaderId.MessageId);
        }

        return message;
    }
}
