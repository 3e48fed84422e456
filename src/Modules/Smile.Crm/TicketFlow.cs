using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Crm.Appointments;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Crm;

/// <summary>Brings tickets from one status to another, with what runs in it: escalations, and days that are waited for.</summary>
[UseCase]
public sealed class TicketFlow(StageSession session, DueWorkSchedule schedule)
{
    /// <summary>The subject of due work about a ticket's days; its escalation has another, for it stops and begins anew.</summary>
    internal static string WaitOf(Ticket ticket) => "ticket:" + ticket.NumberText;

    internal static string EscalationOf(Ticket ticket) => "ticket-escalation:" + ticket.NumberText;

    /// <summary>Puts a ticket into a status. Where it has it already, nothing happens.</summary>
    /// <param name="account">The ticket's, locked; null where it has none.</param>
    internal async Task EnterAsync(Ticket ticket, Account? account, TicketStatusItem status, CancellationToken cancellation)
    {
        var before = session.StatusOf(ticket);
        if (before.Id == status.Id)
        {
            return;
        }

        ticket.StatusId = status.Id;
        session.NoteChange(ticket, $"Status: {before.Name} → {status.Name}");
        if (status.Kind == TicketStatusKind.Closed)
        {
            await CloseAsync(ticket, cancellation);
            return;
        }

        if (ticket.Closed is not null)
        {
            (ticket.Closed, ticket.Opened, ticket.Escalations) = (null, session.Now, 0);
        }

        if (status.Kind == TicketStatusKind.Waiting)
        {
            await schedule.CancelAsync(EscalationOf(ticket), cancellation);
        }
        else if (before.Kind != TicketStatusKind.Open)
        {
            ScheduleEscalation(ticket, account);
        }
    }

    /// <summary>Has the next escalation of an open ticket done when its time has come; it begins now.</summary>
    internal void ScheduleEscalation(Ticket ticket, Account? account)
    {
        if (
            account is null
            || session.StatusOf(ticket).Kind != TicketStatusKind.Open
            || session.TypeOf(ticket).Escalations.ElementAtOrDefault(ticket.Escalations) is not { } next
            || session.Catalogue.TicketGroup(ticket.GroupId ?? next.ToGroup) is not { } group
            || WorkCalendar.Of(session.Catalogue, group).After(session.Now, next.AfterMinutes) is not { } due
        )
        {
            return;
        }

        schedule.Add(DueWorkKind.EscalateTicket, account, EscalationOf(ticket), due);
    }

    /// <summary>Has an action run on the day that a field holds.</summary>
    internal async Task WaitAsync(Ticket ticket, Account? account, TicketStep step, CancellationToken cancellation)
    {
        if (account is null)
        {
            session.NoteChange(ticket, "Nothing waits: the ticket is about no account");
            return;
        }

        var day =
            ticket.Properties[step.Field!] is { } text && XmlDate.TryParse(text, out var date)
                ? date.Date
                : throw Refuse.Invalid("field", step.Field, "The field has no date, and the action waits for it.");
        await schedule.ReplaceAsync(
            DueWorkKind.ContinueTicket,
            account,
            WaitOf(ticket),
            session.ZoneOf(account).StartOf(day),
            step.Then!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
            cancellation
        );
        session.NoteChange(ticket, $"Waits for {day.Iso()}");
    }

    /// <summary>Gives a ticket's due work to its new account; where it has none, the work is taken off, and nothing escalates.</summary>
    internal async Task MoveWorkAsync(Ticket ticket, Account? to, CancellationToken cancellation)
    {
        string[] subjects = [WaitOf(ticket), EscalationOf(ticket)];
        var waiting = await session
            .Database.LoadDueWork.Where(work => subjects.Contains(work.Subject) && work.Done == null)
            .ToListAsync(cancellation);
        foreach (var work in waiting)
        {
            work.Done = session.Now;
            if (to is not null)
            {
                schedule.Add(work.Kind, to, work.Subject, work.Due, work.Comment);
            }
        }

        if (waiting.All(work => work.Kind != DueWorkKind.EscalateTicket))
        {
            ScheduleEscalation(ticket, to);
        }
    }

    private async Task CloseAsync(Ticket ticket, CancellationToken cancellation)
    {
        ticket.Closed ??= session.Now;
        await schedule.CancelAllAsync([WaitOf(ticket), EscalationOf(ticket)], cancellation);
        var ahead = await session
            .Database.Appointments.Where(row => row.TicketNumber == ticket.Number && row.Cancelled == null && row.Starts > session.Now)
            .ToListAsync(cancellation);
        foreach (var appointment in ahead)
        {
            appointment.Cancelled = session.Now;
            session.NoteChange(ticket, $"Appointment of {session.Catalogue.LocalZone.At(appointment.Starts):yyyy-MM-dd HH:mm} called off");
        }
    }
}
