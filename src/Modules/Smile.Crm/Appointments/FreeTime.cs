using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Appointments;

/// <summary>Works out when operators are free.</summary>
[UseCase]
public sealed class FreeTime(StageSession session)
{
    /// <summary>Working time of operators within a time, without their appointments.</summary>
    internal async Task<IReadOnlyList<(Usn OperatorUsn, WorkCalendar Calendar, IReadOnlyList<Period> Free)>> OfAsync(
        IReadOnlyList<(Usn OperatorUsn, WorkCalendar Calendar)> operators,
        Period within,
        CancellationToken cancellation
    )
    {
        var usns = operators.Select(person => person.OperatorUsn).ToArray();
        var (from, to) = (within.From, within.To);
        var taken = await session
            .Database.Appointments.AsNoTracking()
            .Where(row => row.Cancelled == null && row.Ends > from && row.Departs < to)
            .Join(
                session.Database.AppointmentCalendars.Where(calendar => usns.Contains(calendar.OperatorUsn)),
                row => row.Calendar,
                calendar => calendar.Number,
                (row, calendar) =>
                    new
                    {
                        calendar.OperatorUsn,
                        row.Departs,
                        row.Ends,
                    }
            )
            .ToListAsync(cancellation);
        var byOperator = taken.ToLookup(row => row.OperatorUsn, row => new Period(row.Departs, row.Ends));
        return
        [
            .. operators.Select(person =>
                (
                    person.OperatorUsn,
                    person.Calendar,
                    Period.Without(person.Calendar.Within(within), Period.Merged(byOperator[person.OperatorUsn]))
                )
            ),
        ];
    }

    /// <summary>The parts of free time into which an appointment fits, with the earliest start and the latest end of it.</summary>
    /// <param name="search">In which the appointment is to be; the way there may begin before.</param>
    internal static IEnumerable<Period> Slots(IEnumerable<Period> free, Period search, AppointmentLengths lengths) =>
        free.Select(time => new Period(UpToMinute(time.From) + lengths.Travel, time.To).And(search))
            .Select(time => time with { From = UpToMinute(time.From) })
            .Where(time => time.Length >= lengths.Duration);

    private static DateTimeOffset UpToMinute(DateTimeOffset instant)
    {
        var beyond = instant.UtcTicks % TimeSpan.TicksPerMinute;
        return beyond == 0 ? instant : instant.AddTicks(TimeSpan.TicksPerMinute - beyond);
    }
}
