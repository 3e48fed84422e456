using System.Globalization;

namespace Smile.Soap.Xml;

/// <summary>
/// An <c>xs:date</c> with the offset it was written with. .NET has no such type: <see cref="DateTime"/> shifts the day by the
/// server's zone, <see cref="DateOnly"/> refuses an offset and <see cref="DateTimeOffset"/> writes a time of day.
/// </summary>
/// <param name="Date">The calendar day in the zone of the account or subscription.</param>
/// <param name="Offset">The zone's offset on that day; null where the document did not state one.</param>
public readonly record struct XmlDate(DateOnly Date, TimeSpan? Offset = null)
{
    private const string DateFormat = "yyyy-MM-dd";
    private static readonly TimeSpan LargestOffset = TimeSpan.FromHours(14);

    /// <summary>A day that nobody means as a day: the first one of all, with which clients say "from the beginning" or nothing.</summary>
    public bool IsOpenStart => Date.Year == DateOnly.MinValue.Year;

    /// <summary>A day that nobody means as a day: one of the year 9999, with which clients say "without end".</summary>
    public bool IsOpenEnd => Date.Year == DateOnly.MaxValue.Year;

    public override string ToString() => Date.ToString(DateFormat, CultureInfo.InvariantCulture) + FormatOffset(Offset);

    /// <summary>Reads <c>2019-01-01</c>, <c>2019-01-01Z</c> or <c>2019-01-01+11:00</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out XmlDate value)
    {
        value = default;
        text = text.Trim();
        if (
            text.Length < DateFormat.Length
            || !DateOnly.TryParseExact(
                text[..DateFormat.Length],
                DateFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var date
            )
            || !TryParseOffset(text[DateFormat.Length..], out var offset)
        )
        {
            return false;
        }

        value = new XmlDate(date, offset);
        return true;
    }

    private static string FormatOffset(TimeSpan? offset) =>
        offset switch
        {
            null => "",
            { Ticks: 0 } => "Z",
            { } some => (some < TimeSpan.Zero ? "-" : "+") + some.ToString(@"hh\:mm", CultureInfo.InvariantCulture),
        };

    internal static bool TryParseOffset(ReadOnlySpan<char> text, out TimeSpan? offset)
    {
        offset = null;
        switch (text)
        {
            case []:
                return true;
            case ['Z']:
                offset = TimeSpan.Zero;
                return true;
            case ['+' or '-', _, _, ':', _, _]
                when TimeSpan.TryParseExact(text[1..], @"hh\:mm", CultureInfo.InvariantCulture, out var size) && size <= LargestOffset:
                offset = text[0] == '-' ? -size : size;
                return true;
            default:
                return false;
        }
    }
}
