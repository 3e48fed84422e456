using Smile.Soap.Xml;

namespace Smile.Domain.Foundation;

/// <summary>The time zone of an account or subscription: every period and every date on the wire is in it.</summary>
public sealed class BillingTimeZone(int key, string name)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(name);

    /// <summary>The rules of its clocks.</summary>
    public TimeZoneInfo Info => _zone;

    /// <summary>Number that the <c>key</c> attribute of <c>Timezone</c> carries.</summary>
    public int Key { get; } = key;

    /// <summary>IANA name, such as <c>Australia/Sydney</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The instant as a timestamp with this zone's offset.</summary>
    public DateTimeOffset At(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, _zone);

    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(At(instant).DateTime);

    /// <summary>
    /// The first instant of a day, as UTC. Where the clocks go forward at midnight and the day begins at one o'clock, that is it.
    /// </summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        var local = date.ToDateTime(TimeOnly.MinValue);
        while (_zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        var offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>The date as the wire carries it, with this zone's offset on that day.</summary>
    public XmlDate ToXml(DateOnly date) => new(date, At(StartOf(date)).Offset);
}
