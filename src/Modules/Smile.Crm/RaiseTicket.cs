using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Crm.Appointments;
using Smile.Crm.Mail;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>What a request says of a new ticket (guide, line 17191).</summary>
/// <param name="Fields">Reads its fields, with timestamps on the clocks of its account's zone; null where the request has none.</param>
/// <param name="Subject">Null for the template's.</param>
/// <param name="Body">Null for the template's; empty for none.</param>
/// <param name="Appointment">Null for none.</param>
public sealed record NewTicket(Func<BillingTimeZone, FieldValues>? Fields, string? Subject, string? Body, AppointmentWish? Appointment)
{
    /// <summary>The mail that it is made of; null for none.</summary>
    internal ReceivedMail? Mail { get; init; }
}

/// <summary>raiseTicket() (guide, line 17158), and the tickets that the server itself raises.</summary>
[UseCase]
public sealed class RaiseTicket(StageSession session, TicketSteps steps, TicketFlow flow, TicketWords words, AppointmentBookings bookings)
{
    /// <summary>So many may an account's own logins keep open: what fills the desk is no help.</summary>
    private const int MostOpenOfCustomer = 200;

    /// <param name="usn">The account or subscription that it is about.</param>
    public async Task<Ticket> ExecuteAsync(string templateNumber, string usn, NewTicket wanted, CancellationToken cancellation)
    {
        while (true)
        {
            var owner = await session.TicketOwnerAsync("usn", usn, cancellation);
            var account = await session.BeginOnAccountAsync(owner.AccountUsn.Value, cancellation);
            if (
                owner.SubscriptionUsn is { } subscription
                && await session.AccountOfSubscriptionAsync(subscription, cancellation) != account.Usn
            )
            {
                // It was migrated between the look and the lock.
                await session.Database.AbandonAsync(cancellation);
                continue;
            }

            await RequireRoomAsync(account, cancellation);
            var template = session.RequireTemplate(templateNumber, account.CompanyId);
            var ticket = await RaiseAsync(account, owner.SubscriptionUsn, template, wanted, cancellation);
            await session.CommitAsync(cancellation);
            return ticket;
        }
    }

    /// <summary>Raises a ticket within a transaction that has its account locked.</summary>
    internal async Task<Ticket> RaiseAsync(
        Account account,
        Usn? subscription,
        TemplateTicketItem template,
        NewTicket wanted,
        CancellationToken cancellation
    )
    {
        var type = session.Catalogue.TicketType(template.Type)!;
        var given = wanted.Fields?.Invoke(session.ZoneOf(account)) ?? FieldValues.None;
        var ticket = new Ticket
        {
            Number = (await session.Database.NextNumbersAsync(NumberSequence.Ticket, 1, cancellation))[0],
            TemplateNumber = template.Number,
            TypeId = type.Id,
            StatusId = template.Status ?? type.FirstStatus,
            GroupId = template.Group,
            AccountUsn = account.Usn,
            SubscriptionUsn = subscription,
            Subject = template.Subject,
            Body = template.Body,
            Properties = await TicketRules.ChangedAsync(
                session,
                type,
                FieldValues.None,
                new FieldValues(template.Values).With(given),
                cancellation
            ),
            Created = session.Now,
            Opened = session.Now,
        };
        await session.RequireReferencesAsync(ticket, cancellation);
        session.Database.Tickets.Add(ticket);
        await WriteAsync(ticket, account, template, wanted, cancellation);
        session.NoteChange(ticket, $"Raised from template {Ticket.NumberTextOf(template.Number)}: {session.StatusOf(ticket).Name}");

        if (wanted.Mail is { } mail)
        {
            session.Record(mail, ticket);
        }

        // Rows that are the ticket's, and the calendar's statements, need it in the database.
        await session.Database.SaveAsync(cancellation);
        if (wanted.Appointment is { } wish)
        {
            steps.Assign(ticket, await bookings.BookAsync(ticket, account, type, wish, cancellation));
        }

        flow.ScheduleEscalation(ticket, account);
        await steps.RunAsync(ticket, account, type.Steps, cancellation);
        return ticket;
    }

    /// <summary>The texts of the template are filled with what the ticket is; those of a request stay as they are.</summary>
    private async Task WriteAsync(
        Ticket ticket,
        Account account,
        TemplateTicketItem template,
        NewTicket wanted,
        CancellationToken cancellation
    )
    {
        var fill = await words.OfAsync(ticket, account, cancellation);
        var subject = fill(template.Subject).ReplaceLineEndings(" ").Trim();
        var body = template.Body is { } text && fill(text).Trim() is { Length: > 0 } filled ? filled : null;
        ticket.Subject =
            wanted.Subject is { } own && own.Trim().Length > 0
                ? TicketRules.Subject(own, "Subject")
                : TicketRules.Cut(subject.Length == 0 ? "-" : subject, Ticket.LongestSubject);
        ticket.Body =
            wanted.Body is { } given ? TicketRules.Body(given)
            : body is null ? null
            : TicketRules.Cut(body, Ticket.LongestText);
    }

    /// <exception cref="SmileException">The account has as many open tickets as its own logins may raise.</exception>
    internal async Task RequireRoomAsync(Account account, CancellationToken cancellation)
    {
        if (
            !session.Caller.IsStaff
            && await session.Database.Tickets.CountAsync(row => row.AccountUsn == account.Usn && row.Closed == null, cancellation)
                >= MostOpenOfCustomer
        )
        {
            throw Refuse.Invalid(
                "usn",
                account.Usn,
                $"The account has {MostOpenOfCustomer} open tickets. Wait until some of them are closed."
            );
        }
    }
}
