using Smile.Kernel;

namespace Smile.Rating.Subjects;

/// <summary>A rating period with the instants that it has.</summary>
/// <param name="Days">Its days by the clocks of its zone, by which it is known and billed.</param>
/// <param name="Zone">The zone whose clocks say the hours and days of its usage.</param>
/// <param name="Begins">The first instant: that of its first day, or the end of what was billed before by another zone's clocks.</param>
/// <param name="Ends">The first instant after it.</param>
public sealed record PeriodSpan(DayRange Days, BillingTimeZone Zone, DateTimeOffset Begins, DateTimeOffset Ends)
{
    public bool Contains(DateTimeOffset instant) => Begins <= instant && instant < Ends;
}
