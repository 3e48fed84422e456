using System.Globalization;
using Smile.Catalogue.Fields;
using Smile.Crm.Storage;
using Smile.CustomCollections;
using Smile.CustomCollections.Storage;
using Smile.Session;

namespace Smile.Crm;

/// <summary>
/// Tickets that refer to entries of custom collections, open or closed. Whoever changes their fields locks their account first, where they
/// have one, and then the ticket.
/// </summary>
[UseCase]
public sealed class TicketReferences(StageSession session) : ICollectionReferences
{
    public Task<IReadOnlyList<EntryUse>> CountAsync(string collection, IReadOnlyCollection<string> codes, CancellationToken cancellation) =>
        CrmRows.Referring.CountAsync(session.Database, Bound(collection), codes, "ticket", "tickets", cancellation);

    public async Task<IReadOnlyList<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation)
    {
        var bound = Bound(collection);
        var accounts = await CrmRows.Referring.OwnersAsync(session.Database, bound, code, "account_usn", cancellation);
        var tickets = await CrmRows.Referring.OwnersAsync(session.Database, bound, code, "number::text", cancellation);
        return
        [
            .. accounts.Select(usn => new ReferenceOwner(ReferenceOwnerKind.Account, usn)),
            .. tickets.Select(number => new ReferenceOwner(ReferenceOwnerKind.Ticket, number)),
        ];
    }

    public async Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (kind == ReferenceOwnerKind.Ticket)
        {
            await session.Database.LockTicketsAsync(keys, cancellation);
        }
    }

    public Task RenameAsync(string collection, string code, string next, CancellationToken cancellation) =>
        CrmRows.Referring.RenameAsync(session.Database, Bound(collection), code, next, session.Caller.Usn, cancellation);

    private List<BoundField> Bound(string collection) =>
        [
            .. session
                .Catalogue.Content.TicketFieldsBoundTo(collection)
                .Select(field => new BoundField(field.Type.ToString(CultureInfo.InvariantCulture), field.Path)),
        ];
}
