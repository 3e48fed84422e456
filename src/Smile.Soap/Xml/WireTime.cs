using System.Globalization;

namespace Smile.Soap.Xml;

/// <summary>Timestamps as the wire carries them.</summary>
public static class WireTime
{
    /// <summary>Length of the part before fractions and the offset: <c>2019-01-31T09:30:00</c>.</summary>
    private const int WholeSeconds = 19;

    /// <summary>.NET keeps seven decimals; Java clients send nanoseconds.</summary>
    private const int Decimals = 7;

    /// <summary>Reads a timestamp, which keeps its offset.</summary>
    /// <param name="zone">That of a timestamp without an offset. Of a time that the clocks pass twice, the first counts; one that they leave out is that much later.</param>
    public static bool TryParse(string text, TimeZoneInfo zone, out DateTimeOffset value)
    {
        var trimmed = CutFraction(text.Trim());
        if (!DateTimeOffset.TryParseExact(trimmed, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value))
        {
            return false;
        }

        if (zone != TimeZoneInfo.Utc && trimmed.AsSpan(WholeSeconds).IndexOfAny('Z', '+', '-') < 0)
        {
            var local = value.DateTime;
            var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
            if (local.Ticks < offset.Ticks || local.Ticks - offset.Ticks > DateTime.MaxValue.Ticks)
            {
                // Such as the DateTime that a client has never set: in UTC it would be before the first year.
                return false;
            }

            value = new DateTimeOffset(local, offset);
        }

        return true;
    }

    private static string CutFraction(string text)
    {
        var end = WholeSeconds + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return text.Length > WholeSeconds && text[WholeSeconds] == '.' && end - WholeSeconds - 1 > Decimals ? text[..(WholeSeconds + 1 + Decimals)] + text[end..] : text;
    }
}
