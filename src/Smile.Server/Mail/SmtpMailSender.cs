using System.Net;
using System.Net.Mail;
using System.Reflection;
using Smile.Domain.Cat;

namespace Smile.Server.Mail;

/// <summary>Sends mail through SMTP from text templates: the first line is <c>Subject: …</c>, then a blank line and the text.</summary>
internal sealed class SmtpMailSender(ServerSettings settings) : IMailSender
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public async Task SendAsync(string template, string address, IReadOnlyDictionary<string, string> values, CancellationToken cancellation)
    {
        if (settings.Smtp.Host is not { Length: > 0 } host)
        {
            throw new MailFailedException("This email is not configured: the server has no mail server (Smile:Smtp:Host).");
        }

        var (subject, body) = Fill(await ReadTemplateAsync(template, cancellation).ConfigureAwait(false), values);
        try
        {
            using var message = new MailMessage(settings.Smtp.From, address, subject, body);
            using var client = new SmtpClient(host, settings.Smtp.Port) { EnableSsl = settings.Smtp.UseTls, Timeout = (int)Timeout.TotalMilliseconds };
            if (settings.Smtp.User is { Length: > 0 } user)
            {
                client.Credentials = new NetworkCredential(user, settings.Smtp.Password);
            }

            await client.SendMailAsync(message, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SmtpException or FormatException or InvalidOperationException)
        {
            throw new MailFailedException("The email could not be sent: the mail server did not take it.", exception);
        }
    }

    private async Task<string> ReadTemplateAsync(string template, CancellationToken cancellation)
    {
        if (settings.MailTemplates is { Length: > 0 } folder)
        {
            var path = Path.Combine(folder, template + ".txt");
            if (File.Exists(path))
            {
                return await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false);
            }
        }

        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(template + ".txt") ?? throw new MailFailedException($"This email is not configured: there is no template '{template}'.");
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation).ConfigureAwait(false);
    }

    private static (string Subject, string Body) Fill(string template, IReadOnlyDictionary<string, string> values)
    {
        const string mark = "Subject:";
        var end = template.IndexOf('\n', StringComparison.Ordinal);
        var subject = template.StartsWith(mark, StringComparison.Ordinal) && end > 0 ? template[mark.Length..end].Trim() : "";
        var body = subject.Length > 0 ? template[(end + 1)..].TrimStart() : template;
        return (Replace(subject).ReplaceLineEndings(" "), Replace(body));

        string Replace(string text) => values.Aggregate(text, (filled, value) => filled.Replace("{" + value.Key + "}", value.Value, StringComparison.Ordinal));
    }
}
