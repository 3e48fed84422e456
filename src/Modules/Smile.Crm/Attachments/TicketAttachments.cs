using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Attachments;

/// <summary>addTicketAttachment() (guide, line 17357), and reading what was attached.</summary>
[UseCase]
public sealed class TicketAttachments(StageSession session, AttachmentOptions options)
{
    /// <summary>A ticket that has so many has become an archive.</summary>
    private const int MostOfTicket = 100;

    /// <summary>So many bytes may an account's own logins attach to its tickets: the desk is no place to keep files.</summary>
    private const long MostBytesOfCustomer = 100_000_000;

    public async Task AddAsync(string number, NewAttachment wanted, CancellationToken cancellation)
    {
        // Who may not know of the ticket learns nothing of the rest.
        await session.ReadTicketAsync(number, cancellation);
        AttachmentRules.Check(wanted, options);
        var (ticket, _, _) = await session.BeginOnTicketAsync(number, cancellation);
        await AttachAsync(ticket, wanted, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Attaches something within the transaction that has the ticket locked.</summary>
    /// <exception cref="SmileException">It is none that is taken, or there is no room for it.</exception>
    internal async Task AttachAsync(Ticket ticket, NewAttachment wanted, CancellationToken cancellation)
    {
        AttachmentRules.Check(wanted, options);
        if (await session.Database.TicketAttachments.CountAsync(row => row.TicketNumber == ticket.Number, cancellation) >= MostOfTicket)
        {
            throw Refuse.Invalid("ticketNumber", ticket.NumberText, $"The ticket has {MostOfTicket} attachments, which is the most.");
        }

        await RequireRoomAsync(ticket, wanted.Data?.Length ?? 0, cancellation);
        var attachment = new TicketAttachment
        {
            Id = Guid.NewGuid(),
            TicketNumber = ticket.Number,
            Name = wanted.Name.Trim(),
            Description = wanted.Description?.Trim() is { Length: > 0 } description ? description : null,
            Url = wanted.Url?.Trim(),
            MimeType = wanted.MimeType is { } type ? FileTypes.Find(type) : null,
            FileName = wanted.FileName?.Trim(),
            Size = wanted.Data?.Length,
            Sha256 = wanted.Data is { } data ? Convert.ToHexStringLower(SHA256.HashData(data)) : null,
            Added = session.Now,
        };
        session.Database.TicketAttachments.Add(attachment);
        if (wanted.Data is { } content)
        {
            session.Database.TicketFiles.Add(new TicketFile { AttachmentId = attachment.Id, Content = content });
        }

        session.Note(ticket, TicketNoteKind.Change, $"Attached: {attachment.Name}", isForCustomer: true);
    }

    private async Task RequireRoomAsync(Ticket ticket, int bytes, CancellationToken cancellation)
    {
        if (session.Caller.IsStaff || bytes == 0)
        {
            return;
        }

        var present = await session
            .Database.TicketAttachments.Join(
                session.Database.Tickets.Where(other => other.AccountUsn == ticket.AccountUsn),
                row => row.TicketNumber,
                other => other.Number,
                (row, _) => (long?)row.Size
            )
            .SumAsync(cancellation);
        if (present + bytes > MostBytesOfCustomer)
        {
            throw Refuse.Invalid("data", bytes, $"The files of an account's tickets have {MostBytesOfCustomer} bytes at most.");
        }
    }

    /// <summary>A file to be read; null where there is none for this caller, as of links.</summary>
    public async Task<AttachedFile?> OpenAsync(Guid id, CancellationToken cancellation)
    {
        var found = await session
            .Database.TicketAttachments.AsNoTracking()
            .Where(row => row.Id == id && row.FileName != null)
            .Join(
                session.Database.Tickets,
                row => row.TicketNumber,
                ticket => ticket.Number,
                (row, ticket) => new { row, ticket.AccountUsn }
            )
            .FirstOrDefaultAsync(cancellation);
        if (found is not { row: { FileName: { } name, MimeType: { } type } } || !session.MayReachTicketOf(found.AccountUsn))
        {
            return null;
        }

        var file = await session.Database.TicketFiles.AsNoTracking().FirstAsync(row => row.AttachmentId == id, cancellation);
        return new AttachedFile(name, type, file.Content);
    }
}
