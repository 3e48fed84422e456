using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Smile.Correspondence.Dispatch;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Mail;

/// <summary>A mail that was added to a ticket. The key is the guarantee that none is added twice.</summary>
internal sealed class TicketMail : IChangedRow
{
    public required string Fingerprint { get; init; }

    public required long TicketNumber { get; init; }

    /// <summary>In small letters.</summary>
    public required string Sender { get; init; }

    public required string? MessageId { get; init; }

    public required DateTimeOffset At { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>Keeps which mails belong to a ticket.</summary>
internal static class TicketMails
{
    extension(StageSession session)
    {
        /// <summary>Records a mail in the transaction that adds it.</summary>
        public void Record(ReceivedMail mail, Ticket ticket) =>
            session.Database.TicketMails.Add(
                new TicketMail
                {
                    Fingerprint = mail.Fingerprint,
                    TicketNumber = ticket.Number,
                    Sender = mail.Sender.ToLowerInvariant(),
                    MessageId = mail.MessageId,
                    At = session.Now,
                }
            );

        public Task<bool> IsKnownAsync(ReceivedMail mail, CancellationToken cancellation) =>
            session.Database.TicketMails.AnyAsync(row => row.Fingerprint == mail.Fingerprint, cancellation);

        /// <summary>
        /// The Message-IDs that a letter about a ticket names: one that all of its letters share, though no mail has it, and that of the
        /// customer's last mail.
        /// </summary>
        public async Task<IReadOnlyList<string>> ReferencesAsync(Ticket ticket, CancellationToken cancellation)
        {
            var last = await session
                .Database.TicketMails.Where(row => row.TicketNumber == ticket.Number && row.MessageId != null)
                .OrderByDescending(row => row.At)
                .Select(row => row.MessageId)
                .FirstOrDefaultAsync(cancellation);
            var root = MailIds.Of($"ticket:{ticket.NumberText}:{ticket.Created.ToUnixTimeMilliseconds()}");
            return last is null ? [root] : [root, last];
        }
    }
}

/// <summary>The mark in subjects by which a mail is known to be about a ticket.</summary>
public static partial class MailSubjects
{
    internal static string MarkOf(Ticket ticket) => $"[Ticket {ticket.NumberText}]";

    /// <summary>The number of the first ticket that a subject names; null for none.</summary>
    public static string? TicketOf(string subject) => Mark().Match(subject) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\[Ticket\s+([0-9]{1,18})\]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Mark();
}
