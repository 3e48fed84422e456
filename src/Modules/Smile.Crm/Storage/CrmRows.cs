using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.Crm.Appointments;
using Smile.CustomCollections;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Storage;

/// <summary>Locks tickets and calendars by statements of their own.</summary>
internal static class CrmRows
{
    /// <summary>Tickets as what refers to entries of custom collections.</summary>
    public static ReferringKind Referring { get; } =
        new(
            new ReferringTable("ticket", "number", kind: "type_id::text"),
            "ticket",
            "tickets",
            [(ReferenceOwnerKind.Account, "account_usn"), (ReferenceOwnerKind.Ticket, "number::text")],
            (content, collection) => content.TicketFieldsBoundTo(collection).Select(BoundField.Of)
        );

    extension(IStageDatabase database)
    {
        /// <summary>
        /// Locks a ticket: the one place where that is done, before anything of it is read that the operation then changes. Its account is
        /// locked before.
        /// </summary>
        public async Task<Ticket?> LockTicketAsync(long number, CancellationToken cancellation) =>
            (
                await database.Tickets.FromSql($"SELECT * FROM ticket WHERE number = {number} FOR NO KEY UPDATE").ToListAsync(cancellation)
            ).FirstOrDefault();

        /// <summary>Locks tickets in the order of their numbers; behind their accounts.</summary>
        public Task LockTicketsAsync(IReadOnlyCollection<string> numbers, CancellationToken cancellation)
        {
            var keys = numbers.Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            return database.Statements.ExecuteSqlAsync(
                $"SELECT FROM ticket WHERE number = ANY ({keys}) ORDER BY number FOR NO KEY UPDATE",
                cancellation
            );
        }

        /// <summary>Locks the calendar of an operator, which is made where it is not there yet; behind accounts and tickets.</summary>
        public async Task<AppointmentCalendar> LockCalendarAsync(Usn operatorUsn, CancellationToken cancellation)
        {
            await database.Statements.ExecuteSqlAsync(
                $"INSERT INTO appointment_calendar (operator_usn) VALUES ({operatorUsn.Value}) ON CONFLICT (operator_usn) DO NOTHING",
                cancellation
            );
            var locked = await database
                .AppointmentCalendars.FromSql(
                    $"SELECT * FROM appointment_calendar WHERE operator_usn = {operatorUsn.Value} FOR NO KEY UPDATE"
                )
                .ToListAsync(cancellation);
            return locked[0];
        }
    }
}
