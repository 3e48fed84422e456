using MimeKit;
using Smile.Correspondence.Dispatch;

namespace Smile.Hosting.Mail;

/// <summary>
/// Tells mail that no person has written (RFC 3834, and what came before it): to add it, and to have letters go out about it, would begin
/// a loop.
/// </summary>
internal static class AutomaticMail
{
    private static readonly string[] Bulk = ["bulk", "junk", "list", "auto_reply"];
    private static readonly string[] Postmasters = ["mailer-daemon", "postmaster"];

    /// <param name="own">Addresses that the server itself writes from.</param>
    /// <returns>By what it is known; null for what may be a person's.</returns>
    public static string? Why(MimeMessage message, IReadOnlyCollection<string> own)
    {
        if (Value(message, "Auto-Submitted") is { } submitted && !IsWord(submitted, "no"))
        {
            return "it is an automatic one (Auto-Submitted)";
        }

        if (Value(message, "Precedence") is { } precedence && Bulk.Any(word => IsWord(precedence, word)))
        {
            return "it is bulk mail (Precedence)";
        }

        if (Value(message, "X-Auto-Response-Suppress") is { } suppress && !IsWord(suppress, "none"))
        {
            return "it is an automatic one (X-Auto-Response-Suppress)";
        }

        if (Value(message, "List-Id") is not null)
        {
            return "it is of a mailing list (List-Id)";
        }

        if (Value(message, "Return-Path") is { } path && path.Replace(" ", "", StringComparison.Ordinal) == "<>")
        {
            return "it is a notice of a mail server (Return-Path)";
        }

        if (
            message.Body is MultipartReport
            || message.BodyParts.Any(part => part is MessageDeliveryStatus or MessageDispositionNotification)
        )
        {
            return "it is a report (multipart/report)";
        }

        var senders = message.From.Mailboxes.Select(sender => sender.Address).Where(address => address is { Length: > 0 }).ToList();
        if (senders.Any(sender => Postmasters.Contains(sender.Split('@')[0], StringComparer.OrdinalIgnoreCase)))
        {
            return "it is a mail server's own";
        }

        if (senders.Any(sender => own.Contains(sender, StringComparer.OrdinalIgnoreCase)) || MailIds.IsOwn(message.MessageId))
        {
            return "it is one of ours that came back";
        }

        return null;
    }

    private static string? Value(MimeMessage message, string name) => message.Headers[name]?.Trim();

    /// <summary>Whether a field's value is a word, with or without parameters and comments behind it.</summary>
    private static bool IsWord(string value, string word) =>
        value.Split(';', '(', ',')[0].Trim().Equals(word, StringComparison.OrdinalIgnoreCase);
}
