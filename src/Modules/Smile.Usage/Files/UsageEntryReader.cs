using System.Globalization;
using Smile.Catalogue;
using Smile.Soap.Xml;

namespace Smile.Usage.Files;

/// <summary>What a line of a file is.</summary>
internal enum UsageLineKind
{
    Usage,
    Header,
    Trailer,
    Ignored,
    Unreadable,

    /// <summary>Half of a call whose other half is not in the file.</summary>
    Incomplete,
}

/// <summary>A line of a file with what was made of it.</summary>
/// <param name="Entry">Of <see cref="UsageLineKind.Usage"/>.</param>
/// <param name="Reason">Why it is ignored, or what is wrong with it.</param>
/// <param name="Totals">What a trailer says.</param>
internal sealed record UsageLine(int Number, string Raw, UsageLineKind Kind, UsageEntry? Entry, string? Reason, UsageTotals? Totals = null)
{
    /// <summary>What the file charges for it, whatever becomes of it; null where only the entry says it.</summary>
    public decimal? StatedCharge { get; init; }
}

/// <summary>What a file says that it has in all; what is null is not said.</summary>
internal sealed record UsageTotals(decimal? Records, decimal? Seconds, decimal? Charge);

/// <summary>Makes entries of the records of a source, as its mapping says. Not safe for several threads.</summary>
internal sealed class UsageEntryReader
{
    private const int LongestIdentifier = 200;
    private const int LongestNumber = 100;
    private const int LongestText = 500;
    private const int MostCount = 1_000_000_000;

    /// <summary>A year: nothing goes on for longer without a record of its own.</summary>
    private const decimal MostSeconds = 31_622_400m;

    /// <summary>A petabyte: more is a counter that went wrong, and would be charged.</summary>
    private const long MostBytes = 1_000_000_000_000_000;

    private const decimal LargestCharge = 1_000_000_000m;

    private static readonly Dictionary<string, CallType> CallTypes = Enum.GetValues<CallType>()
        .ToDictionary(type => type.ToString().ToUpperInvariant(), type => type, StringComparer.Ordinal);

    private readonly UsageSourceItem _source;
    private readonly UsageTimeReader _times;
    private readonly UsageNumbers _numbers;
    private readonly Dictionary<string, UsageExpression> _map;
    private readonly UsageExpression? _header;
    private readonly (UsageExpression When, UsageExpression? Records, UsageExpression? Seconds, UsageExpression? Charge)? _trailer;
    private readonly IReadOnlyList<(UsageExpression When, string Reason)> _ignored;

    public UsageEntryReader(UsageSourceItem source)
    {
        _source = source;
        _times = new UsageTimeReader(source.TimeFormats, source.TimeZone);
        _numbers = new UsageNumbers(source.Numbering);
        _map = source.Map.ToDictionary(pair => pair.Key, pair => UsageExpression.Of(pair.Value), StringComparer.Ordinal);
        _header = Expression(source.HeaderWhen);
        _trailer = source.Trailer is { } trailer
            ? (UsageExpression.Of(trailer.When), Expression(trailer.Records), Expression(trailer.Seconds), Expression(trailer.Charge))
            : null;
        _ignored = [.. source.Ignored.Select(ignored => (UsageExpression.Of(ignored.When), ignored.Reason))];
    }

    /// <summary>The columns that make an entry.</summary>
    public IEnumerable<string> Columns => _map.Values.SelectMany(expression => expression.Columns).Distinct();

    public UsageLine Read(UsageRow row) => Passed(row) ?? Usage(row);

    /// <summary>What is no usage to be taken, or cannot be read; null where it is some.</summary>
    public UsageLine? Passed(UsageRow row)
    {
        if (row.Problem is not null)
        {
            return Unreadable(row, row.Problem);
        }

        try
        {
            return Kind(row);
        }
        catch (FormatException exception)
        {
            return Unreadable(row, exception.Message);
        }
    }

    /// <summary>The usage that it is.</summary>
    public UsageLine Usage(UsageRow row)
    {
        try
        {
            return new UsageLine(row.Line, row.Raw, UsageLineKind.Usage, Entry(row), null) { StatedCharge = row.StatedCharge };
        }
        catch (FormatException exception)
        {
            return Unreadable(row, exception.Message);
        }
    }

    private static UsageLine Unreadable(UsageRow row, string reason) =>
        new(row.Line, row.Raw, UsageLineKind.Unreadable, null, reason) { StatedCharge = row.StatedCharge };

    private UsageLine? Kind(UsageRow row)
    {
        if (row.Names is { } names)
        {
            RequireColumns(names);
            return new UsageLine(row.Line, row.Raw, UsageLineKind.Header, null, null);
        }

        if (_trailer is { } trailer && trailer.When.Holds(row.Column))
        {
            var totals = new UsageTotals(Total(trailer.Records, row), Total(trailer.Seconds, row), Total(trailer.Charge, row));
            return new UsageLine(row.Line, row.Raw, UsageLineKind.Trailer, null, null, totals);
        }

        if (row.IsOther || _header?.Holds(row.Column) == true)
        {
            return new UsageLine(row.Line, row.Raw, UsageLineKind.Header, null, null);
        }

        foreach (var (when, reason) in _ignored)
        {
            if (when.Holds(row.Column))
            {
                return new UsageLine(row.Line, row.Raw, UsageLineKind.Ignored, null, reason) { StatedCharge = row.StatedCharge };
            }
        }

        return null;
    }

    /// <summary>
    /// A file of another source has other columns: read as empty they would have all of it passed over in silence.
    /// </summary>
    /// <exception cref="UsageFileException">One is missing.</exception>
    private void RequireColumns(IReadOnlyCollection<string> names)
    {
        var known = names.ToHashSet(StringComparer.Ordinal);
        var missing = _ignored
            .Select(ignored => ignored.When)
            .Append(_header)
            .OfType<UsageExpression>()
            .SelectMany(when => when.Columns)
            .FirstOrDefault(column => !known.Contains(column));
        missing ??= _map.Where(pair => pair.Key is UsageFields.Identifier or UsageFields.Start or UsageFields.Seconds)
            .Select(pair => pair.Value.Columns)
            .FirstOrDefault(columns => columns.Count > 0 && !columns.Any(known.Contains))
            ?[0];
        if (missing is not null)
        {
            throw new UsageFileException($"Its first line names no column '{missing}', which the source reads: it is of another source.");
        }
    }

    private UsageEntry Entry(UsageRow row)
    {
        var (type, field) = IdentifierTypeOf(Text(row, UsageFields.IdentifierType, LongestIdentifier));
        var identifier = Text(row, UsageFields.Identifier, LongestIdentifier).Trim();
        var callType = Text(row, UsageFields.CallType, LongestText) is { Length: > 0 } name ? CallTypeOf(name) : CallType.Unknown;
        var start = _times.Read(UsageFields.Start, Text(row, UsageFields.Start, LongestText));
        return new UsageEntry(
            identifier.Length > 0 ? identifier : throw new FormatException("identifier: it is empty, so that nobody can be charged."),
            type,
            start,
            callType
        )
        {
            ExternalId = Text(row, UsageFields.Id, LongestText) is { Length: > 0 } id ? id : null,
            IdentifierField = field,
            Caller = Party(row, UsageFields.Caller),
            Called = Party(row, UsageFields.Called),
            Role = RoleOf(Text(row, UsageFields.Role, LongestText)),
            Seconds = SecondsOf(row, start, callType),
            BytesReceived = (long)Count(row, UsageFields.BytesReceived, MostBytes),
            BytesSent = (long)Count(row, UsageFields.BytesSent, MostBytes),
            Pages = (int)Count(row, UsageFields.Pages, MostCount),
            Events = Text(row, UsageFields.Events, LongestText).Length == 0 ? 1 : (int)Count(row, UsageFields.Events, MostCount),
            Session = Text(row, UsageFields.Session, LongestIdentifier) is { Length: > 0 } session ? session : null,
            IsStartOfSession = Flag(UsageFields.IsStartOfSession, Text(row, UsageFields.IsStartOfSession, LongestText)),
            WholesaleCharge = Charge(row),
            Description = Text(row, UsageFields.Description, LongestText) is { Length: > 0 } description ? description : null,
            Sameness = Text(row, UsageFields.Sameness, LongestText) is { Length: > 0 } sameness ? sameness : null,
        };
    }

    private (UsageIdentifierType Type, string? Field) IdentifierTypeOf(string name)
    {
        if (name.Length == 0)
        {
            return (_source.IdentifierType, _source.IdentifierField);
        }

        // Smile writes UoAttributeType = X (guide to its import format); the name of a field may also stand behind "Field:".
        foreach (var begin in new[] { "UoAttributeType", "Field" })
        {
            if (
                name.StartsWith(begin, StringComparison.OrdinalIgnoreCase)
                && name.AsSpan(begin.Length).TrimStart() is ['=' or ':', .. var field]
            )
            {
                return (UsageIdentifierType.Field, field.Trim().ToString());
            }
        }

        return
            Enum.TryParse<UsageIdentifierType>(name, ignoreCase: true, out var type) && Enum.IsDefined(type) && !char.IsAsciiDigit(name[0])
            ? (type, type == UsageIdentifierType.Field ? _source.IdentifierField : null)
            : throw new FormatException(
                $"identifierType: '{name}' is not one of USN, Username, Number, IpAddress and UoAttributeType=FIELD."
            );
    }

    private static CallType CallTypeOf(string name) =>
        CallTypes.TryGetValue(name.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant(), out var type)
            ? type
            : throw new FormatException($"callType: '{name}' is not one of {string.Join(", ", Enum.GetNames<CallType>())}.");

    private static UsageRole RoleOf(string text) =>
        text.ToUpperInvariant() switch
        {
            "" or "0" or "CALLER" => UsageRole.Caller,
            "1" or "CALLED" => UsageRole.Called,
            _ => throw new FormatException($"role: '{text}' is neither Caller (0) nor Called (1)."),
        };

    private decimal SecondsOf(UsageRow row, DateTimeOffset start, CallType type)
    {
        var text = Text(row, UsageFields.Seconds, LongestText);
        if (type == CallType.Voice && text.Length == 0 && Text(row, UsageFields.End, LongestText).Length == 0)
        {
            throw new FormatException("seconds: they are missing, and a call has some, or 0.");
        }

        var seconds =
            text.Length > 0 || !_map.ContainsKey(UsageFields.End) ? Number(UsageFields.Seconds, text)
            : Text(row, UsageFields.End, LongestText) is { Length: > 0 } end
                ? (_times.Read(UsageFields.End, end) - start).Ticks / (decimal)TimeSpan.TicksPerSecond
            : 0m;
        return seconds is >= 0m and <= MostSeconds
            ? seconds
            : throw new FormatException($"seconds: {seconds.ToString(CultureInfo.InvariantCulture)} is not between 0 and {MostSeconds}.");
    }

    private decimal? Charge(UsageRow row)
    {
        var text = Text(row, UsageFields.WholesaleCharge, LongestText);
        if (text.Length == 0)
        {
            return null;
        }

        var charge = Number(UsageFields.WholesaleCharge, text);
        return Math.Abs(charge) <= LargestCharge
            ? charge
            : throw new FormatException($"wholesaleCharge: '{text}' is larger than {LargestCharge}.");
    }

    private decimal Count(UsageRow row, string field, long most)
    {
        var number = Number(field, Text(row, field, LongestText));
        return number >= 0m && number <= most && number == decimal.Truncate(number)
            ? number
            : throw new FormatException(
                $"{field}: {number.ToString(CultureInfo.InvariantCulture)} is not a whole number between 0 and {most}."
            );
    }

    private string Party(UsageRow row, string field)
    {
        var number = _numbers.Normal(Text(row, field, LongestText));
        return number.Length <= LongestNumber
            ? number
            : throw new FormatException($"{field}: it has more than {LongestNumber} characters.");
    }

    private static bool Flag(string field, string text) =>
        text.ToUpperInvariant() switch
        {
            "" or "TRUE" or "1" or "YES" or "Y" => true,
            "FALSE" or "0" or "NO" or "N" => false,
            _ => throw new FormatException($"{field}: '{text}' is neither true nor false."),
        };

    private static decimal Number(string field, string text)
    {
        try
        {
            return UsageExpression.Number(text.Trim());
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{field}: {exception.Message}.", exception);
        }
    }

    private static decimal? Total(UsageExpression? expression, UsageRow row) =>
        expression?.TextOf(row.Column) is { Length: > 0 } text ? UsageExpression.Number(text.Trim()) : null;

    private string Text(UsageRow row, string field, int longest)
    {
        if (!_map.TryGetValue(field, out var expression))
        {
            return "";
        }

        var text = expression.TextOf(row.Column);
        return text.Length > longest ? throw new FormatException($"{field}: it has more than {longest} characters.")
            : HasControls(text) ? throw new FormatException($"{field}: it has control characters.")
            : text;
    }

    /// <summary>What neither a database nor an answer can hold, or a line cannot.</summary>
    private static bool HasControls(string text) => !XmlText.IsValid(text) || text.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0;

    private static UsageExpression? Expression(string? text) => text is null ? null : UsageExpression.Of(text);
}
