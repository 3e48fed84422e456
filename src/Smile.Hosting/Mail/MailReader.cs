using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using MimeKit.Text;
using Smile.Crm.Mail;
using Smile.Kernel;

namespace Smile.Hosting.Mail;

/// <summary>A mail as it was read: what a person has written, or why it is none to be added.</summary>
internal sealed record ReadMail(ReceivedMail? Mail, string? Why)
{
    public static ReadMail Aside(string why) => new(null, why);
}

/// <summary>
/// Reads mail from anybody: broken, odd and hostile mail, too. Nothing of it is followed, fetched or run, and its size is bounded before.
/// </summary>
internal static partial class MailReader
{
    /// <summary>What is more is told in the note.</summary>
    private const int MostFiles = 20;

    /// <summary>More is no mail of a person, and parts in parts cost more than their bytes.</summary>
    private const int MostParts = 500;

    private const int LongestMessageId = 250;
    private const int LongestName = 200;

    private static readonly ParserOptions Options = new() { MaxMimeDepth = 32, RespectContentLength = false };

    /// <param name="content">The whole mail.</param>
    /// <param name="own">Addresses that the server itself writes from.</param>
    public static ReadMail Read(byte[] content, TicketMailSettings settings, IReadOnlyCollection<string> own)
    {
        try
        {
            using var stream = new MemoryStream(content, writable: false);
            using var message = MimeMessage.Load(Options, stream);
            return Read(message, content, settings, own);
        }
        catch (Exception exception)
            when (exception is FormatException or IOException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            return ReadMail.Aside("it cannot be read");
        }
    }

    private static ReadMail Read(MimeMessage message, byte[] content, TicketMailSettings settings, IReadOnlyCollection<string> own)
    {
        if (AutomaticMail.Why(message, own) is { } automatic)
        {
            return ReadMail.Aside(automatic);
        }

        // Who writes in the name of several is nobody whom an account could have.
        if (message.From is not [MailboxAddress { Address: { Length: > 0 } sender }] || !EmailAddress.CanBeSentTo(sender))
        {
            return ReadMail.Aside("it has not one sender");
        }

        if (settings.RequireAuthentication && !SenderAuthentication.Passes(message, sender, settings.AuthenticationServer!))
        {
            return ReadMail.Aside($"{settings.AuthenticationServer} does not vouch for its sender");
        }

        if (message.BodyParts.Take(MostParts + 1).Count() > MostParts)
        {
            return ReadMail.Aside($"it has more than {MostParts} parts");
        }

        var body = BodyOf(message);
        var omitted = new List<string>();
        var files = FilesOf(message, body, omitted);
        return new ReadMail(
            new ReceivedMail(
                Fingerprint(message, content),
                message.MessageId is { } id && GoodId().IsMatch(id) && id.Length <= LongestMessageId ? id : null,
                sender,
                WrittenText.Clean(message.Subject ?? "").ReplaceLineEndings(" "),
                body is null ? "" : WrittenText.Of(TextOf(body))
            )
            {
                Files = files,
                Omitted = omitted,
            },
            null
        );
    }

    /// <summary>
    /// The Message-ID alone tells nothing: anybody can write one again. What mail servers put on top on the way is left out, so that a mail
    /// that comes by two ways is one.
    /// </summary>
    private static string Fingerprint(MimeMessage message, byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var id in (HeaderId[])[HeaderId.MessageId, HeaderId.From, HeaderId.Date, HeaderId.Subject])
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{message.Headers[id]?.Trim()}\n"));
        }

        hash.AppendData(content.AsSpan(BodyStart(content)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Where the first empty line ends.</summary>
    private static int BodyStart(ReadOnlySpan<byte> content)
    {
        var (windows, unix) = (content.IndexOf("\r\n\r\n"u8), content.IndexOf("\n\n"u8));
        return (windows, unix) switch
        {
            (< 0, < 0) => content.Length,
            (< 0, _) => unix + 2,
            (_, < 0) => windows + 4,
            _ => windows < unix ? windows + 4 : unix + 2,
        };
    }

    /// <summary>The part with what was written: plain text goes before a page.</summary>
    private static TextPart? BodyOf(MimeMessage message)
    {
        var texts = message.BodyParts.OfType<TextPart>().Where(part => !part.IsAttachment && string.IsNullOrEmpty(part.FileName)).ToList();
        return texts.FirstOrDefault(part => part.IsPlain && !string.IsNullOrWhiteSpace(part.Text))
            ?? texts.FirstOrDefault(part => part.IsHtml)
            ?? texts.FirstOrDefault(part => part.IsPlain);
    }

    private static string TextOf(TextPart part) => part.IsHtml ? HtmlText.Of(part.Text) : part.Text;

    private static IReadOnlyList<ReceivedFile> FilesOf(MimeMessage message, TextPart? body, List<string> omitted)
    {
        var files = new List<ReceivedFile>();
        foreach (var part in message.BodyParts.Where(part => part != body && !IsOtherForm(part)))
        {
            var name = NameOf(part, files.Count + 1);
            if (files.Count == MostFiles)
            {
                omitted.Add($"{name}: a mail has at most {MostFiles} files");
            }
            else if (part is MimePart { Content: { } stream })
            {
                using var content = new MemoryStream();
                stream.DecodeTo(content);
                files.Add(new ReceivedFile(name, part.ContentType.MimeType.ToLowerInvariant(), content.ToArray()));
            }
            else
            {
                omitted.Add($"{name}: files of the type {part.ContentType.MimeType} are not taken");
            }
        }

        return files;
    }

    /// <summary>The same text in another form, which is no file: the page beside the text, or a second piece of text.</summary>
    private static bool IsOtherForm(MimeEntity part) =>
        part is TextPart { IsAttachment: false } text
        && string.IsNullOrEmpty(text.FileName)
        && (text.IsHtml || text.IsPlain || text.IsRichText);

    /// <summary>The name alone: some programs send the path that the file had.</summary>
    private static string NameOf(MimeEntity part, int number)
    {
        var given = WrittenText.Clean(part.ContentDisposition?.FileName ?? part.ContentType.Name ?? "").ReplaceLineEndings(" ").Trim();
        var name = given[(given.LastIndexOfAny(['/', '\\']) + 1)..];
        if (name.Length == 0)
        {
            MimeTypes.TryGetExtension(part.ContentType.MimeType, out var ending);
            return $"file-{number}{ending}";
        }

        return name.Length <= LongestName
            ? name
            : $"{name[..(LongestName - 20)]}{Path.GetExtension(name)[..Math.Min(10, Path.GetExtension(name).Length)]}";
    }

    [GeneratedRegex(@"^[!-;=?-~]+@[!-;=?-~]+$", RegexOptions.CultureInvariant)]
    private static partial Regex GoodId();
}
