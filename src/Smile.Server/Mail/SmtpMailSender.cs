using System.Net;
using System.Net.Mail;
using System.Text.RegularExpressions;
using Smile.Correspondence.Dispatch;

namespace Smile.Server.Mail;

/// <summary>Sends mail through SMTP from text templates: the first line is <c>Subject: …</c>, then a blank line and the text.</summary>
internal sealed partial class SmtpMailSender(ServerSettings settings) : IMailSender
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Answers by which a mail server says that there is no such address.</summary>
    private static readonly SmtpStatusCode[] Refusals =
    [
        SmtpStatusCode.MailboxUnavailable,
        SmtpStatusCode.MailboxNameNotAllowed,
        SmtpStatusCode.UserNotLocalTryAlternatePath,
    ];

    public async Task<SentMail> SendAsync(Correspondence.Dispatch.Mail mail, CancellationToken cancellation)
    {
        if (settings.Smtp.Host is not { Length: > 0 } host)
        {
            throw new MailFailedException("This email is not configured: the server has no mail server (Smile:Smtp:Host).");
        }

        var letter = await FillAsync(mail.Template, mail.Language, mail.Values, cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Timeout);
        try
        {
            using var message = Compose(mail, letter);
            using var client = new SmtpClient(host, settings.Smtp.Port) { EnableSsl = settings.Smtp.UseTls };
            if (settings.Smtp.User is { Length: > 0 } user)
            {
                client.Credentials = new NetworkCredential(user, settings.Smtp.Password);
            }

            await client.SendMailAsync(message, patience.Token);
            return new SentMail(settings.Smtp.From, letter);
        }
        catch (FormatException exception)
        {
            throw new MailFailedException("The email could not be sent: its address is no email address.", exception, isFinal: true);
        }
        catch (Exception exception)
            when (exception is SmtpException or InvalidOperationException
                || (exception is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            throw new MailFailedException(
                "The email could not be sent: the mail server did not take it.",
                exception,
                exception is SmtpException { StatusCode: var status } && Refusals.Contains(status)
            );
        }
    }

    public async Task<Letter> FillAsync(
        string template,
        string language,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    ) =>
        Fill(
            await new MailTemplates(settings.MailTemplates).FindAsync(template, language, cancellation)
                ?? throw new MailFailedException($"This email is not configured: there is no template '{template}'.", isFinal: true),
            values
        );

    private MailMessage Compose(Correspondence.Dispatch.Mail mail, Letter letter)
    {
        var message = new MailMessage(new MailAddress(settings.Smtp.From), new MailAddress(mail.Address))
        {
            Subject = letter.Subject,
            Body = letter.Body,
        };
        if (mail.MessageId is { } id)
        {
            message.Headers["Message-ID"] = $"<{id}>";
        }

        foreach (var file in mail.Attachments)
        {
            message.Attachments.Add(new Attachment(new MemoryStream(file.Content.ToArray()), file.FileName, file.MediaType));
        }

        return message;
    }

    [GeneratedRegex(@"\{(\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Places();

    private static Letter Fill(string template, IReadOnlyDictionary<string, string> values)
    {
        var (subject, body) = MailTemplates.Parts(template);
        return new Letter(Replace(subject).ReplaceLineEndings(" "), Replace(body));

        // Once through: what stands in braces in a value is a value, and not a place for another one.
        string Replace(string text) =>
            Places().Replace(text, place => values.TryGetValue(place.Groups[1].Value, out var value) ? value : place.Value);
    }
}
