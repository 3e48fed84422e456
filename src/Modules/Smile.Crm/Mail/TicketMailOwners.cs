using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Mail;

/// <summary>For whom a mail speaks: the account in whose name it is then added, and no other.</summary>
/// <param name="IsKnown">It was added before.</param>
/// <param name="Account">Null where it must not be added.</param>
public sealed record MailOwner(bool IsKnown, Usn? Account);

/// <summary>
/// Finds the account that a mail speaks for. What stranger wrote it learns nothing: a ticket that there is not, one that is another's and
/// one about no account are the same.
/// </summary>
[UseCase]
public sealed class TicketMailOwners(StageSession session)
{
    public async Task<MailOwner> FindAsync(ReceivedMail mail, CancellationToken cancellation) =>
        await session.IsKnownAsync(mail, cancellation) ? new MailOwner(IsKnown: true, null)
        : MailSubjects.TicketOf(mail.Subject) is { } number ? new MailOwner(IsKnown: false, await OfTicketAsync(mail, number, cancellation))
        : new MailOwner(IsKnown: false, await OfAddressAsync(mail, cancellation));

    private async Task<Usn?> OfTicketAsync(ReceivedMail mail, string number, CancellationToken cancellation)
    {
        if (Ticket.NumberOf(number) is not { } key)
        {
            return null;
        }

        var account = await session
            .Database.Tickets.Where(ticket => ticket.Number == key)
            .Select(ticket => ticket.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        return account is { } usn && await session.Database.HasEmailAsync(usn, mail.Sender, cancellation) ? usn : null;
    }

    /// <summary>Of two that share an address it is not plain whose the ticket would be.</summary>
    private async Task<Usn?> OfAddressAsync(ReceivedMail mail, CancellationToken cancellation) =>
        session.Catalogue.Content.TemplateTickets.Any(template => template.ForMail)
        && await session.Database.OpenAccountsOfEmailAsync(mail.Sender, cancellation) is [var only]
            ? only
            : null;
}
