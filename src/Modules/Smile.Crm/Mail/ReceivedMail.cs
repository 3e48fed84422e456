namespace Smile.Crm.Mail;

/// <summary>A file that came with a mail.</summary>
/// <param name="MimeType">What the mail says of it, which is believed only as far as its name and bytes agree.</param>
public sealed record ReceivedFile(string Name, string MimeType, byte[] Content);

/// <summary>A mail of a person, read and bounded: nobody has looked yet whether it may be added to anything.</summary>
/// <param name="Fingerprint">SHA-256, in hexadecimal digits, of its Message-ID and its content: the same wherever it lies.</param>
/// <param name="MessageId">Without brackets; null where it has none that another mail may name.</param>
/// <param name="Sender">The one address that it says to be from.</param>
/// <param name="Text">What was written, without what was quoted.</param>
public sealed record ReceivedMail(string Fingerprint, string? MessageId, string Sender, string Subject, string Text)
{
    public IReadOnlyList<ReceivedFile> Files { get; init; } = [];

    /// <summary>What did not get as far as <see cref="Files"/>, and why.</summary>
    public IReadOnlyList<string> Omitted { get; init; } = [];
}

/// <summary>What became of a mail.</summary>
public enum MailOutcome
{
    Added,

    /// <summary>It was added before.</summary>
    Known,

    /// <summary>Its sender has had as many added within an hour as may be: it waits.</summary>
    Postponed,

    /// <summary>It must not be added.</summary>
    Refused,
}
