using System.Text;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Crm.Attachments;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Mail;

/// <summary>
/// Adds a mail to the ticket that its subject names, as a note of the customer, or raises a ticket of it. It acts as a login that is
/// limited to the account which the mail speaks for. The mail is recorded in the same transaction.
/// </summary>
[UseCase]
public sealed class AddTicketMail(StageSession session, UpdateTicket update, RaiseTicket tickets, TicketAttachments attachments)
{
    /// <summary>Who adds mail, for histories and the audit trail.</summary>
    public static Usn Author { get; } = new("ticket-mail");

    /// <summary>The caller that mail of an account is: as its own logins, without being one.</summary>
    public static Caller CallerOf(Usn account) =>
        new(Author, account, AllAccounts: false, ViewPassword: false, OrderAllPackages: false, new HashSet<int>());

    /// <param name="mostPerHour">So many mails of one address are added within an hour.</param>
    /// <exception cref="SmileException">It must not be added.</exception>
    public async Task<MailOutcome> ExecuteAsync(ReceivedMail mail, int mostPerHour, CancellationToken cancellation)
    {
        try
        {
            return MailSubjects.TicketOf(mail.Subject) is { } number
                ? await AddAsync(number, mail, mostPerHour, cancellation)
                : await RaiseAsync(mail, mostPerHour, cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ticket_mail_pkey")
        {
            // Another server has added it since it was asked.
            return MailOutcome.Known;
        }
    }

    private async Task<MailOutcome> AddAsync(string number, ReceivedMail mail, int mostPerHour, CancellationToken cancellation)
    {
        var (locked, owner) = await update.BeginAsync(number, TicketChange.OfNote(mail.Text), cancellation);
        if (await WhyNotAsync(locked.Account!, mail, mostPerHour, cancellation) is { } outcome)
        {
            return outcome;
        }

        session.Record(mail, locked.Ticket);
        await session.Database.SaveAsync(cancellation);
        var refused = await AttachAsync(locked.Ticket, mail, cancellation);
        await update.ApplyAsync(locked, owner, TicketChange.OfNote(NoteOf(mail, refused)), cancellation);
        await session.CommitAsync(cancellation);
        return MailOutcome.Added;
    }

    private async Task<MailOutcome> RaiseAsync(ReceivedMail mail, int mostPerHour, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(session.Caller.AccountUsn.Value, cancellation);
        if (account.Closed is not null || TemplateOf(account) is not { } template)
        {
            return MailOutcome.Refused;
        }

        if (await WhyNotAsync(account, mail, mostPerHour, cancellation) is { } outcome)
        {
            return outcome;
        }

        await tickets.RequireRoomAsync(account, cancellation);
        var wanted = new NewTicket(null, SubjectOf(mail.Subject), TicketRules.Cut(mail.Text, Ticket.LongestText), null) { Mail = mail };
        var ticket = await tickets.RaiseAsync(account, null, template, wanted, cancellation);
        var refused = await AttachAsync(ticket, mail, cancellation);
        session.Note(ticket, TicketNoteKind.Note, NoteOf(mail with { Text = "" }, refused), isForCustomer: true);
        await session.CommitAsync(cancellation);
        return MailOutcome.Added;
    }

    /// <summary>Asked again under the account's lock: an address may have changed, and a server may have stood still.</summary>
    private async Task<MailOutcome?> WhyNotAsync(Account account, ReceivedMail mail, int mostPerHour, CancellationToken cancellation)
    {
        if (await session.IsKnownAsync(mail, cancellation))
        {
            return MailOutcome.Known;
        }

        if (!await session.Database.HasEmailAsync(account.Usn, mail.Sender, cancellation))
        {
            return MailOutcome.Refused;
        }

        var (sender, since) = (mail.Sender.ToLowerInvariant(), session.Now.AddHours(-1));
        var added = await session.Database.TicketMails.CountAsync(row => row.Sender == sender && row.At > since, cancellation);
        return added >= mostPerHour ? MailOutcome.Postponed : null;
    }

    private TemplateTicketItem? TemplateOf(Account account) =>
        session.Catalogue.Content.TemplateTickets.FirstOrDefault(template =>
            template.ForMail
            && session.Catalogue.TicketType(template.Type) is { } type
            && (type.Company is null || type.Company == account.CompanyId)
        );

    /// <returns>What is not attached, and why.</returns>
    private async Task<IReadOnlyList<string>> AttachAsync(Ticket ticket, ReceivedMail mail, CancellationToken cancellation)
    {
        var refused = mail.Omitted.ToList();
        foreach (var file in mail.Files)
        {
            try
            {
                await attachments.AttachAsync(ticket, Attachment(file), cancellation);

                // The next one counts what there is.
                await session.Database.SaveAsync(cancellation);
            }
            catch (SmileException refusal)
            {
                refused.Add($"{file.Name}: {refusal.Message}");
            }
        }

        return refused;
    }

    /// <summary>Mail programs often do not know what they send: then the name says it. That the bytes agree is asked in any case.</summary>
    private static NewAttachment Attachment(ReceivedFile file) =>
        new(
            file.Name,
            null,
            null,
            file.MimeType is "application/octet-stream" ? FileTypes.OfName(file.Name) ?? file.MimeType : file.MimeType,
            file.Name,
            file.Content
        );

    /// <summary>A subject that a mail may have and a ticket may not is made one.</summary>
    private static string? SubjectOf(string subject)
    {
        var line = string.Concat(subject.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        return line.Length == 0 ? null : TicketRules.Cut(line, Ticket.LongestSubject);
    }

    private static string NoteOf(ReceivedMail mail, IReadOnlyList<string> refused)
    {
        const string cut = "\n… (the mail was longer)";
        var head = $"Mail from {mail.Sender}";
        var tail = new StringBuilder();
        foreach (var each in refused)
        {
            tail.Append("\nNot attached: ").Append(each);
        }

        if (mail.Text.Length == 0)
        {
            return TicketRules.Cut(head + tail, Ticket.LongestText);
        }

        var end = TicketRules.Cut(tail.ToString(), Ticket.LongestText / 2);
        var room = Ticket.LongestText - head.Length - end.Length - cut.Length - 4;
        var text = mail.Text.Length <= room ? mail.Text : TicketRules.Cut(mail.Text, room) + cut;
        return end.Length == 0 ? $"{head}\n\n{text}" : $"{head}\n\n{text}\n{end}";
    }
}
