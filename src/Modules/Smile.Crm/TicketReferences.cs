using Smile.Crm.Storage;
using Smile.CustomCollections;
using Smile.Session;

namespace Smile.Crm;

/// <summary>
/// Tickets that refer to entries of custom collections, open or closed. Whoever changes their fields locks their account first, where they
/// have one, and then the ticket.
/// </summary>
[UseCase]
public sealed class TicketReferences(StageSession session) : RowReferences(session, [CrmRows.Referring])
{
    public override async Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (kind == ReferenceOwnerKind.Ticket)
        {
            await Session.Database.LockTicketsAsync(keys, cancellation);
        }
    }
}
