using System.Collections.Concurrent;
using Smile.Soap.Xml;

namespace Smile.Kernel;

/// <summary>The time zone of an account or subscription: every period and every date on the wire is in it.</summary>
public sealed class BillingTimeZone(int key, string name)
{
    private const int MostStarts = 4_000;

    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(name);

    /// <summary>When days begin, of those that were asked for: it takes five look-ups in the zone's rules.</summary>
    private readonly ConcurrentDictionary<DateOnly, DateTimeOffset> _starts = [];

    /// <summary>The rules of its clocks.</summary>
    public TimeZoneInfo Info => _zone;

    /// <summary>Number that the <c>key</c> attribute of <c>Timezone</c> carries.</summary>
    public int Key { get; } = key;

    /// <summary>IANA name, such as <c>Australia/Sydney</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The instant as a timestamp with this zone's offset.</summary>
    public DateTimeOffset At(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, _zone);

    /// <summary>The instant that a request names, in UTC; a time without an offset is on this zone's clocks.</summary>
    public DateTimeOffset Instant(XmlTimestamp timestamp) => timestamp.In(_zone);

    /// <summary>The day that a request's timestamp is in here.</summary>
    public DateOnly DateOf(XmlTimestamp timestamp) => DateOf(Instant(timestamp));

    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(At(instant).DateTime);

    /// <summary>
    /// The first instant of a day, as UTC. Where the clocks go forward at midnight and the day begins at one o'clock, that is it. A day
    /// that the zone leaves out, as Samoa did when it crossed the date line, begins with the next one: it has no length.
    /// </summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        if (!_starts.TryGetValue(date, out var start))
        {
            start = FindStartOf(date);
            if (_starts.Count < MostStarts)
            {
                _starts.TryAdd(date, start);
            }
        }

        return start;
    }

    private DateTimeOffset FindStartOf(DateOnly date)
    {
        var local = date.ToDateTime(TimeOnly.MinValue);
        if (date == DateOnly.MinValue || date == DateOnly.MaxValue)
        {
            // Open ends: with an offset they would be outside of time.
            return new DateTimeOffset(local, TimeSpan.Zero);
        }

        while (_zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        var offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        var start = new DateTimeOffset(local, offset).ToUniversalTime();
        return DateOf(start) == date ? start : StartOf(date.AddDays(1));
    }

    /// <summary>
    /// The instant at which this zone's clocks show what another's show at an instant: what was planned for a day and time of day is on
    /// that day here.
    /// </summary>
    public DateTimeOffset SameTime(BillingTimeZone other, DateTimeOffset instant) =>
        StartOf(other.DateOf(instant)) + other.At(instant).TimeOfDay;

    /// <summary>The date as the wire carries it, with this zone's offset on that day.</summary>
    public XmlDate ToXml(DateOnly date) => new(date, At(StartOf(date)).Offset);
}

/// <summary>
/// The time zones of a subscription that has come from other accounts: what happened there happened on those accounts' days.
/// </summary>
/// <param name="Current">The zone of the account that it is on.</param>
/// <param name="Before">The zones that it left, each with the instant at which it did, in order.</param>
public sealed record ZoneHistory(BillingTimeZone Current, IReadOnlyList<(DateTimeOffset Left, BillingTimeZone Zone)> Before)
{
    public static implicit operator ZoneHistory(BillingTimeZone zone) => new(zone, []);

    public DateOnly DateOf(DateTimeOffset instant) => At(instant).DateOf(instant);

    /// <summary>The first day that is whole after an instant.</summary>
    public DateOnly FirstWholeDay(DateTimeOffset instant)
    {
        var zone = At(instant);
        var day = zone.DateOf(instant);
        return zone.StartOf(day) == instant ? day : day.AddDays(1);
    }

    private BillingTimeZone At(DateTimeOffset instant) =>
        Before.Where(zone => instant < zone.Left).Select(zone => zone.Zone).FirstOrDefault() ?? Current;
}
