using System.Globalization;

namespace Smile.Soap.Xml;

/// <summary>
/// An <c>xs:dateTime</c> as it was written. Where it has no offset it is a time on somebody's clock, and only who knows the account or
/// subscription that a request is about can say which instant that is: <see cref="In"/>. There is no other way from here to an instant.
/// </summary>
/// <param name="Clock">What the clock says.</param>
/// <param name="Offset">The clock's offset from UTC; null where none was stated.</param>
public readonly record struct XmlTimestamp(DateTime Clock, TimeSpan? Offset = null)
{
    private const int DateLength = 10;

    /// <summary>Length of the part before fractions and the offset: <c>2019-01-31T09:30:00</c>.</summary>
    private const int WholeSeconds = 19;

    /// <summary>.NET keeps seven decimals; Java clients send nanoseconds.</summary>
    private const int Decimals = 7;

    private const string EndOfDay = "T24:00:00";

    /// <summary>
    /// A time that nobody means as a time: <c>DateTime.MinValue</c>, with which clients say "from the beginning" or nothing.
    /// </summary>
    public bool IsOpenStart => Clock.Year == 1;

    /// <summary>
    /// A time that nobody means as a time: <c>DateTime.MaxValue</c> or a day of the year 9999, with which clients say "without end".
    /// </summary>
    public bool IsOpenEnd => Clock.Year == DateTime.MaxValue.Year;

    public static implicit operator XmlTimestamp(DateTimeOffset instant) => new(instant.DateTime, instant.Offset);

    /// <summary>
    /// The instant, in UTC. Open ends are the first and the last instant there is.
    /// </summary>
    /// <param name="zone">
    /// That of a time without an offset. Of a time that the clocks pass twice, the first counts; one that they leave out is that much
    /// later.
    /// </param>
    public DateTimeOffset In(TimeZoneInfo zone)
    {
        if (IsOpenStart)
        {
            return DateTimeOffset.MinValue;
        }

        if (IsOpenEnd)
        {
            return DateTimeOffset.MaxValue;
        }

        var offset = Offset ?? (zone.IsAmbiguousTime(Clock) ? zone.GetAmbiguousTimeOffsets(Clock).Max() : zone.GetUtcOffset(Clock));
        return new DateTimeOffset(Clock, offset).ToUniversalTime();
    }

    /// <summary>With milliseconds, and the offset if there is one: <c>2019-01-01T09:30:00.000+11:00</c>.</summary>
    public override string ToString() =>
        (Offset, IsOpenStart || IsOpenEnd) switch
        {
            ({ } offset, false) => ContractWriter.FormatTimestamp(new DateTimeOffset(Clock, offset)),
            ({ } offset, true) => Text() + (offset < TimeSpan.Zero ? '-' : '+') + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture),
            _ => Text(),
        };

    /// <summary>Reads a timestamp with or without an offset; <c>24:00:00</c> is the next day's midnight.</summary>
    public static bool TryParse(string text, out XmlTimestamp value)
    {
        value = default;
        var trimmed = CutFraction(text.Trim());
        var isEndOfDay = trimmed.AsSpan(Math.Min(DateLength, trimmed.Length)).StartsWith(EndOfDay, StringComparison.Ordinal);
        if (isEndOfDay)
        {
            trimmed = string.Concat(trimmed.AsSpan(0, DateLength), "T00:00:00", trimmed.AsSpan(WholeSeconds));
        }

        // Read as a clock's time and an offset: an instant could not hold the first and the last hours of all with an offset.
        var (clockText, offsetText) = Split(trimmed);
        if (
            !DateTime.TryParseExact(
                clockText,
                "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var clock
            )
            || !XmlDate.TryParseOffset(offsetText, out var offset)
            || (isEndOfDay && clock.TimeOfDay != TimeSpan.Zero)
        )
        {
            return false;
        }

        value = new XmlTimestamp(
            !isEndOfDay ? clock
                : clock.Date == DateTime.MaxValue.Date ? DateTime.MaxValue
                : clock.AddDays(1),
            offset
        );
        return true;
    }

    private string Text() => Clock.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static (string Clock, string Offset) Split(string text)
    {
        var at = text.Length <= WholeSeconds ? -1 : text.AsSpan(WholeSeconds).IndexOfAny('Z', '+', '-');
        return at < 0 ? (text, "") : (text[..(WholeSeconds + at)], text[(WholeSeconds + at)..]);
    }

    private static string CutFraction(string text)
    {
        var end = WholeSeconds + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return text.Length > WholeSeconds && text[WholeSeconds] == '.' && end - WholeSeconds - 1 > Decimals
            ? text[..(WholeSeconds + 1 + Decimals)] + text[end..]
            : text;
    }
}
