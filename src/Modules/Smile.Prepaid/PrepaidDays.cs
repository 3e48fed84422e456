using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Soap.Xml;

namespace Smile.Prepaid;

/// <summary>
/// The ends of prepaid blocks. A block that can be used all of its last day ends with midnight, and is shown to end with the millisecond
/// before (guide, line 14792): that is how it may be given back.
/// </summary>
public static class PrepaidDays
{
    private const int MostYears = 100;

    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>The first instant at which a block cannot be used that a request says ends then.</summary>
    internal static DateTimeOffset EndOf(BillingTimeZone zone, XmlTimestamp timestamp)
    {
        var end = zone.Instant(timestamp);
        return end < DateTimeOffset.MaxValue - Millisecond && IsMidnight(zone, end + Millisecond) ? end + Millisecond : end;
    }

    /// <summary>How an end is shown.</summary>
    public static DateTimeOffset Shown(BillingTimeZone zone, DateTimeOffset end) =>
        zone.At(IsMidnight(zone, end) ? end - Millisecond : end);

    /// <exception cref="SmileException">It is further away than anybody buys for.</exception>
    internal static void Require(string what, DateTimeOffset instant, DateTimeOffset now)
    {
        if (instant > now.AddYears(MostYears) || instant < now.AddYears(-MostYears))
        {
            throw Refuse.With(Fault.PrepaidException, what, instant, $"It must be within {MostYears} years of now.");
        }
    }

    private static bool IsMidnight(BillingTimeZone zone, DateTimeOffset instant) => zone.StartOf(zone.DateOf(instant)) == instant;
}
