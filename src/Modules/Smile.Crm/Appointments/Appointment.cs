using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Crm.Appointments;

/// <summary>An hour that an operator has for a ticket. He is taken from his departure on.</summary>
internal sealed class Appointment : IChangedRow
{
    public required Guid Id { get; init; }

    /// <summary>Number of the operator's calendar.</summary>
    public required int Calendar { get; init; }

    public required long TicketNumber { get; init; }

    /// <summary>When the way there begins.</summary>
    public required DateTimeOffset Departs { get; init; }

    public required DateTimeOffset Starts { get; init; }

    public required DateTimeOffset Ends { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Cancelled { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>An operator who has had appointments. The row is what bookings of him lock.</summary>
internal sealed class AppointmentCalendar
{
    public int Number { get; init; }

    public required Usn OperatorUsn { get; init; }
}

/// <summary>An appointment that a request asks for (guide, line 17241).</summary>
/// <param name="OperatorUsn">The login of the operator.</param>
/// <param name="Duration">In milliseconds, whole minutes.</param>
/// <param name="Travel">The way there, in milliseconds, whole minutes; null for none.</param>
public sealed record AppointmentWish(string OperatorUsn, XmlTimestamp Start, long Duration, long? Travel);

/// <summary>A time in which an operator could take an appointment.</summary>
/// <param name="Start">Earliest start, behind the way there.</param>
/// <param name="End">Latest end.</param>
public sealed record AppointmentSlot(Usn OperatorUsn, DateTimeOffset Start, DateTimeOffset End);
