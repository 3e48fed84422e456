using System.Globalization;
using System.Text.RegularExpressions;

namespace Smile.Catalogue.Reading;

/// <summary>Reads working hours: <c>Mon-Fri 09:00-17:00</c>, <c>Sat 10:00-24:00</c>.</summary>
internal static partial class WorkingHours
{
    private const int MostSpans = 50;
    private const int Week = 7;
    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    /// <summary>The hours of a list, by day and time.</summary>
    public static IReadOnlyList<WorkingSpan> Read(MappingReader at, string key)
    {
        var spans = new List<WorkingSpan>();
        var texts = at.Texts(key);
        for (var index = 0; index < texts.Count; index++)
        {
            if (Parse(texts[index]) is not { } read)
            {
                at.Problem(key, index, $"'{texts[index]}' are no hours, such as Mon-Fri 09:00-17:00.");
            }
            else if (read.Any(span => spans.Any(other => other.Day == span.Day && other.From < span.To && span.From < other.To)))
            {
                at.Problem(key, index, $"'{texts[index]}' overlaps hours that the list already has.");
            }
            else
            {
                spans.AddRange(read);
            }
        }

        if (texts.Count > MostSpans)
        {
            at.Problem(key, $"There are at most {MostSpans} hours.");
        }

        return [.. spans.OrderBy(span => span.Day).ThenBy(span => span.From)];
    }

    private static List<WorkingSpan>? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var first = Array.IndexOf(Days, match.Groups["first"].Value);
        var last = match.Groups["last"].Success ? Array.IndexOf(Days, match.Groups["last"].Value) : first;
        if (first < 0 || last < 0 || OfDay(match.Groups["hours"].Value) is not { } hours)
        {
            return null;
        }

        var count = (last - first + Week) % Week + 1;
        return [.. Enumerable.Range(first, count).Select(day => new WorkingSpan((DayOfWeek)(day % Week), hours.From, hours.To))];
    }

    /// <summary>Hours of one day, such as <c>09:00-17:00</c>; null for what are none.</summary>
    public static HoursOfDay? OfDay(string text) =>
        HoursForm().Match(text) is { Success: true } match
        && Minute(match.Groups["from"].Value) is { } from
        && Minute(match.Groups["to"].Value) is { } to
        && from < to
            ? new HoursOfDay(from, to)
            : null;

    private static int? Minute(string time)
    {
        const int hour = 60,
            day = 24 * hour;
        var minute =
            int.Parse(time.AsSpan(0, 2), CultureInfo.InvariantCulture) * hour + int.Parse(time.AsSpan(3), CultureInfo.InvariantCulture);
        return minute <= day && int.Parse(time.AsSpan(3), CultureInfo.InvariantCulture) < hour ? minute : null;
    }

    [GeneratedRegex(@"^(?<first>[A-Z][a-z]{2})(-(?<last>[A-Z][a-z]{2}))? (?<hours>[0-9:-]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"^(?<from>[0-9]{2}:[0-9]{2})-(?<to>[0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex HoursForm();
}
