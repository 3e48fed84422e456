using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Crm.Storage;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Appointments;

/// <summary>Books appointments, under the lock of the operator's calendar; a constraint of the database is behind it.</summary>
[UseCase]
public sealed class AppointmentBookings(StageSession session, Operators operators, FreeTime times)
{
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(366);

    /// <summary>So many may an account's own logins have ahead: hours that nobody else can have.</summary>
    private const int MostOfCustomer = 5;

    /// <param name="ticket">Saved.</param>
    /// <param name="account">Its account, locked.</param>
    /// <returns>Whom the appointment is with.</returns>
    /// <exception cref="SmileException">There is no such operator, or he is not free.</exception>
    internal async Task<FoundOperator> BookAsync(
        Ticket ticket,
        Account account,
        TicketTypeItem type,
        AppointmentWish wish,
        CancellationToken cancellation
    )
    {
        var lengths = AppointmentLengths.Of(wish.Duration, wish.Travel);
        if (await operators.OfLoginAsync(new Usn(wish.OperatorUsn), cancellation) is not { Group: { } group } person)
        {
            throw Refuse.NotFound("USN", wish.OperatorUsn, "There is no such operator.", Missing.Operator);
        }

        if (type.Skills.Except(person.Item.Skills).ToList() is { Count: > 0 } lacking)
        {
            throw Refuse.Invalid("USN", wish.OperatorUsn, $"The operator lacks what such tickets need: {string.Join(", ", lacking)}.");
        }

        await RequireRoomAsync(account, cancellation);
        var calendar = WorkCalendar.Of(session.Catalogue, group, person.Item);
        var start = calendar.Zone.Instant(wish.Start);
        if (wish.Start.IsOpenStart || start.UtcTicks % TimeSpan.TicksPerMinute != 0 || start > session.Now + Furthest)
        {
            throw Refuse.Invalid("Start", wish.Start, "An appointment begins on a whole minute, within a year.");
        }

        var booked = new Period(start - lengths.Travel, start + lengths.Duration);
        var row = await session.Database.LockCalendarAsync(person.Usn, cancellation);

        // Read under the lock: what another call booked meanwhile shows.
        var free = await times.OfAsync([(person.Usn, calendar)], booked, cancellation);
        if (booked.From < session.Now || !free[0].Free.Any(time => time.Contains(booked)))
        {
            throw Refuse.Invalid(
                "Start",
                wish.Start,
                "The operator is not free then, the way there counted. Use getAppointmentAvailabilities() to find a time."
            );
        }

        session.Database.Appointments.Add(
            new Appointment
            {
                Id = Guid.NewGuid(),
                Calendar = row.Number,
                TicketNumber = ticket.Number,
                Departs = booked.From,
                Starts = start,
                Ends = booked.To,
                Created = session.Now,
            }
        );
        session.Note(
            ticket,
            TicketNoteKind.Change,
            $"Appointment: {calendar.Zone.At(start):yyyy-MM-dd HH:mm} with {person.Item.Username}",
            isForCustomer: true
        );
        return person;
    }

    private async Task RequireRoomAsync(Account account, CancellationToken cancellation)
    {
        if (session.Caller.IsStaff)
        {
            return;
        }

        var ahead = await session
            .Database.Appointments.Where(row => row.Cancelled == null && row.Starts > session.Now)
            .Join(
                session.Database.Tickets.Where(ticket => ticket.AccountUsn == account.Usn),
                row => row.TicketNumber,
                ticket => ticket.Number,
                (row, _) => row.Id
            )
            .CountAsync(cancellation);
        if (ahead >= MostOfCustomer)
        {
            throw Refuse.Invalid("AppointmentRequest", ahead, $"The account has {MostOfCustomer} appointments ahead, which is the most.");
        }
    }
}
