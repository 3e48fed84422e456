namespace Smile.Correspondence.Dispatch;

/// <summary>Sends mail from templates.</summary>
public interface IMailSender
{
    /// <summary>Asks whether mail can be sent at all.</summary>
    /// <exception cref="MailFailedException">The server has no mail server.</exception>
    void RequireServer();

    /// <summary>Returns once the mail server has taken the mail.</summary>
    /// <exception cref="MailFailedException">Mail is not configured, or the mail server refused.</exception>
    Task<SentMail> SendAsync(Mail mail, CancellationToken cancellation);

    /// <summary>A template's text for those who are not written to by mail.</summary>
    /// <param name="language">Code of the language of the template that goes before the one without.</param>
    /// <exception cref="MailFailedException">There is no such template.</exception>
    Task<Letter> FillAsync(string template, string language, IReadOnlyDictionary<string, string> values, CancellationToken cancellation);
}

/// <summary>A mail to send.</summary>
/// <param name="Template">Name of the template.</param>
/// <param name="Values">What its places stand for.</param>
public sealed record Mail(string Template, string Address, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Code of the language that the template is taken in, where there is one.</summary>
    public required string Language { get; init; }

    public IReadOnlyList<MailAttachment> Attachments { get; init; } = [];

    /// <summary>
    /// The <c>Message-ID</c> without its brackets, the same however often the mail is sent; null for one of the mail server's.
    /// </summary>
    public string? MessageId { get; init; }

    /// <summary>The address that it comes from; null for that of the settings.</summary>
    public string? From { get; init; }

    /// <summary>Whether it tells programs that no person has written it, so that none of them answers (RFC 3834).</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>Message-IDs, in their brackets and with spaces between, of the mails that it belongs with; null for none.</summary>
    public string? References { get; init; }
}

/// <summary>The address that letters of the session's stage come from, and that answers to them go to.</summary>
public interface ILetterAddress
{
    /// <summary>Null for that of all mail.</summary>
    string? From { get; }
}

/// <summary>A file that goes with a mail.</summary>
public sealed record MailAttachment(string FileName, string MediaType, ReadOnlyMemory<byte> Content);

/// <summary>A filled template.</summary>
/// <param name="Body">The text.</param>
public sealed record Letter(string Subject, string Body)
{
    /// <summary>The same as a page, for programs that show one; null for none.</summary>
    public string? Html { get; init; }
}

/// <summary>A mail as the mail server took it.</summary>
public sealed record SentMail(string From, Letter Letter);

/// <summary>Mail that could not be sent. The message is shown to the caller.</summary>
/// <param name="isFinal">Whether sending it again would fail again: the address is wrong, or there is no template.</param>
public sealed class MailFailedException(string message, Exception? inner = null, bool isFinal = false) : Exception(message, inner)
{
    public bool IsFinal { get; } = isFinal;
}

/// <summary>The folder that a stage's files are dispatched to.</summary>
public interface IDispatchFolder
{
    /// <summary>Writes a file that nobody sees before it is whole; one of the same name is replaced.</summary>
    /// <exception cref="IOException">There is no folder, or it cannot be written to.</exception>
    Task WriteAsync(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancellation);
}
