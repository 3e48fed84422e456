using Smile.CreditControl;
using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Crm;

/// <summary>Raises the tickets of other modules.</summary>
[UseCase]
public sealed class TicketRaiser(StageSession session, RaiseTicket tickets) : ITicketRaiser
{
    public async Task RaiseAsync(Account account, int template, string reason, CancellationToken cancellation)
    {
        var found = session.RequireTemplate(Ticket.NumberTextOf(template), account.CompanyId);
        await tickets.RaiseAsync(account, null, found, new NewTicket(null, null, found.Body is null ? reason : null, null), cancellation);
    }
}
