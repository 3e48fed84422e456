using System.Globalization;
using Smile.Crm.Storage;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Session;

namespace Smile.Crm;

/// <summary>Escalates tickets that nobody has dealt with, and goes on with those whose day has come.</summary>
[UseCase]
public sealed class TicketDueWork(StageSession session, TicketFlow flow, TicketSteps steps, RunTicketAction actions) : IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } = [DueWorkKind.EscalateTicket, DueWorkKind.ContinueTicket];

    public async Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation)
    {
        var number = Ticket.NumberOf(work.Subject[(work.Subject.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        if (
            number is not { } key
            || await session.Database.LockTicketAsync(key, cancellation) is not { Closed: null } ticket
            || ticket.AccountUsn != account.Usn
        )
        {
            return null;
        }

        if (work.Kind == DueWorkKind.EscalateTicket)
        {
            await EscalateAsync(ticket, account, cancellation);
        }
        else
        {
            await actions.ContinueAsync(ticket, account, int.Parse(work.Comment!, CultureInfo.InvariantCulture), cancellation);
        }

        return null;
    }

    private async Task EscalateAsync(Ticket ticket, Account account, CancellationToken cancellation)
    {
        if (session.TypeOf(ticket).Escalations.ElementAtOrDefault(ticket.Escalations) is not { } escalation)
        {
            return;
        }

        ticket.Escalations++;
        session.NoteChange(ticket, $"Escalated after {escalation.AfterMinutes.ToString(CultureInfo.InvariantCulture)} working minutes");
        steps.AssignGroup(ticket, escalation.ToGroup);
        await steps.RunAsync(ticket, account, escalation.Steps, cancellation);
        flow.ScheduleEscalation(ticket, account);
    }
}
