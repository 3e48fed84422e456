using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>getTicket(), getTickets() and getTemplateTicketDescription() (guide, lines 16848 to 17073).</summary>
[UseCase]
public sealed class TicketQueries(StageSession session)
{
    /// <summary>Rows that are read at once. Between pages no connection is held, however slowly the client reads.</summary>
    private const int PageSize = 200;

    public Task<Ticket> GetAsync(string number, CancellationToken cancellation) => session.ReadTicketAsync(number, cancellation);

    /// <summary>
    /// The tickets of an account, the newest first. A subscription's USN stands for its account: the guide's example asks with one (line
    /// 16915).
    /// </summary>
    public async Task<IAsyncEnumerable<ShownTicket>> OfAccountAsync(string usn, CancellationToken cancellation)
    {
        var owner = await session.TicketOwnerAsync("usn", usn, cancellation);
        var account = await session.ReadAccountAsync(owner.AccountUsn.Value, cancellation);
        return ReadAsync(account.Usn, session.ZoneOf(account), cancellation);
    }

    public async Task<ShownTemplate> TemplateAsync(string number, CancellationToken cancellation)
    {
        var template = session.RequireTemplate(number, session.Caller.AllAccounts ? null : await session.CallersCompanyAsync(cancellation));
        var type = session.Catalogue.TicketType(template.Type)!;
        return new ShownTemplate(template, type, session.TicketStatus(template.Status ?? type.FirstStatus));
    }

    private async IAsyncEnumerable<ShownTicket> ReadAsync(
        Usn account,
        BillingTimeZone zone,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var before = long.MaxValue;
        List<Ticket> page;
        do
        {
            page = await session
                .Database.Tickets.AsNoTracking()
                .Where(ticket => ticket.AccountUsn == account && ticket.Number < before)
                .OrderByDescending(ticket => ticket.Number)
                .Take(PageSize)
                .ToListAsync(cancellation);
            foreach (var ticket in page)
            {
                yield return session.Shown(ticket, zone);
            }

            before = page.LastOrDefault()?.Number ?? before;
        } while (page.Count == PageSize);
    }
}
