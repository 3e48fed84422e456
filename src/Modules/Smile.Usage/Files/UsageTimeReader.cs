using System.Globalization;
using Smile.Catalogue;

namespace Smile.Usage.Files;

/// <summary>The one place where times of usage files are read.</summary>
internal sealed class UsageTimeReader(IReadOnlyList<string> formats, string? zoneName)
{
    private const decimal EarliestSecond = 0m;
    private const decimal LatestSecond = 253_402_300_799m;

    private readonly TimeZoneInfo? _zone = zoneName is null ? null : TimeZoneInfo.FindSystemTimeZoneById(zoneName);

    /// <summary>
    /// The instant in UTC. An hour that the clocks show twice is the first one, since the record does not say; one that they leave out is
    /// refused.
    /// </summary>
    /// <exception cref="FormatException">It is no time of the source's formats, or nobody knows its zone.</exception>
    public DateTimeOffset Read(string field, string text)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            throw new FormatException($"{field}: it is empty.");
        }

        foreach (var format in formats.Count == 0 ? [UsageTimes.Iso] : formats)
        {
            if (Read(field, text, format) is { } instant)
            {
                return instant;
            }
        }

        throw new FormatException(
            $"{field}: '{text}' is not written as {string.Join(" or ", formats.Count == 0 ? [UsageTimes.Iso] : formats)}."
        );
    }

    private DateTimeOffset? Read(string field, string text, string format) =>
        format switch
        {
            UsageTimes.EpochSeconds => Epoch(text, 1m),
            UsageTimes.EpochMilliseconds => Epoch(text, 1_000m),
            UsageTimes.EpochMicroseconds => Epoch(text, 1_000_000m),
            UsageTimes.Iso => Iso(field, text),
            _ => Written(field, text, format),
        };

    private static DateTimeOffset? Epoch(string text, decimal parts)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        // The beginning of 1970 is what switches write where they have no time.
        var seconds = number / parts;
        return seconds is > EarliestSecond and <= LatestSecond
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
    }

    private DateTimeOffset? Iso(string field, string text)
    {
        if (text.Length < 10 || text[4] != '-')
        {
            return null;
        }

        var separated = text.Replace(' ', 'T');
        foreach (var format in new[] { "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK" })
        {
            if (DateTime.TryParseExact(separated, format, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var local))
            {
                return local.Kind == DateTimeKind.Unspecified
                    ? InZone(field, text, local)
                    : DateTimeOffset.ParseExact(separated, format, CultureInfo.InvariantCulture).ToUniversalTime();
            }
        }

        return null;
    }

    private DateTimeOffset? Written(string field, string text, string format)
    {
        if (format.Contains('z', StringComparison.Ordinal) || format.Contains('K', StringComparison.Ordinal))
        {
            return DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
                ? instant.ToUniversalTime()
                : null;
        }

        return DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? InZone(field, text, local)
            : null;
    }

    private DateTimeOffset InZone(string field, string text, DateTime local)
    {
        var zone = _zone ?? throw new FormatException($"{field}: '{text}' has no offset, and the source has no timeZone.");
        if (zone.IsInvalidTime(local))
        {
            throw new FormatException($"{field}: '{text}' is an hour that the clocks of {zone.Id} leave out on that day.");
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
