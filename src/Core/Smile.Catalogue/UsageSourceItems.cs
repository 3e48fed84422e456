namespace Smile.Catalogue;

/// <summary>How the records of a usage file are written down.</summary>
public enum UsageFileFormat
{
    /// <summary>Lines of values between separators, such as CSV.</summary>
    Delimited,

    /// <summary>Lines whose values have their places.</summary>
    FixedWidth,

    /// <summary>An element for each record.</summary>
    Xml,

    /// <summary>JSON objects, one after the other or in a list.</summary>
    Json,

    /// <summary>FreeRADIUS's detail files: blocks of attributes, with an empty line behind each.</summary>
    RadiusDetail,

    /// <summary>TAP 3 files of roaming, in the Basic Encoding Rules of ASN.1.</summary>
    Tap,
}

/// <summary>What a record of usage says of whose it is.</summary>
public enum UsageIdentifierType
{
    /// <summary>The USN of the subscription.</summary>
    Usn,

    /// <summary>The username of the subscription or of one of its subservices.</summary>
    Username,

    /// <summary>A telephone number, which is a username, or the value of one of the service's identifying fields, in some form.</summary>
    Number,

    /// <summary>The value of one of the service's identifying fields, as it is.</summary>
    Field,

    /// <summary>An address of the ranges of the subscription.</summary>
    IpAddress,
}

/// <summary>How text becomes values.</summary>
public enum TextEscape
{
    /// <summary>Quotes within quoted values are doubled (RFC 4180).</summary>
    Quotes,

    /// <summary>A backslash stands before a separator that belongs to a value; there are no quotes.</summary>
    Backslash,

    /// <summary>Separators always part values.</summary>
    None,
}

/// <summary>Where usage comes from: how its files look, and what of them is what.</summary>
/// <param name="Company">The company whose subscriptions it can be for; null for all.</param>
/// <param name="Services">The services whose subscriptions it can be for; empty for all.</param>
/// <param name="Map">Expressions over the columns, by the names of <see cref="UsageFields"/>.</param>
public sealed record UsageSourceItem(
    string Code,
    UsageFileFormat Format,
    int? Company,
    IReadOnlyList<int> Services,
    UsageLayout Layout,
    IReadOnlyDictionary<string, string> Map
)
{
    public UsageIdentifierType IdentifierType { get; init; }

    /// <summary>The field that identifies subscriptions; of <see cref="UsageIdentifierType.Field"/>.</summary>
    public string? IdentifierField { get; init; }

    /// <summary>How times are written: formats, or one of <see cref="UsageTimes"/>.</summary>
    public IReadOnlyList<string> TimeFormats { get; init; } = [];

    /// <summary>The zone of times that do not say their own; null where they all do.</summary>
    public string? TimeZone { get; init; }

    public UsageNumbering Numbering { get; init; } = UsageNumbering.None;

    /// <summary>Lines that head a file, by an expression; null for none.</summary>
    public string? HeaderWhen { get; init; }

    public UsageTrailer? Trailer { get; init; }

    /// <summary>How two lines make one call; null where a line is a whole record.</summary>
    public UsagePairs? Pairs { get; init; }

    /// <summary>What is not billable, and why.</summary>
    public IReadOnlyList<IgnoredUsage> Ignored { get; init; } = [];

    /// <summary>Folder below that of all usage, which is watched; null where files come by command alone.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// A regular expression over file names, whose group <c>sequence</c> counts files up, and whose groups <c>file</c> and <c>version</c>
    /// say which file takes the place of which; null where names say nothing.
    /// </summary>
    public string? FileName { get; init; }

    /// <summary>Lines that cannot be read, beyond which a file is refused as a whole.</summary>
    public int MostUnreadable { get; init; }
}

/// <summary>How a file is laid out.</summary>
/// <param name="Encoding">Name of its encoding.</param>
/// <param name="Columns">Names of the columns, where the file does not give them.</param>
public sealed record UsageLayout(
    string Encoding,
    string Separator,
    TextEscape Escape,
    string? Comment,
    bool HasNames,
    int LinesAfterNames,
    IReadOnlyList<UsageColumn> Columns,
    string? Element
);

/// <summary>A column of a file.</summary>
/// <param name="From">First place, from 1 on; 0 where lines have no places.</param>
/// <param name="Length">Places; 0 where lines have no places.</param>
public sealed record UsageColumn(string Name, int From, int Length);

/// <summary>How numbers become E.164 numbers without <c>+</c>.</summary>
/// <param name="TrunkPrefix">What national numbers begin with.</param>
/// <param name="InternationalPrefixes">What international numbers begin with, besides <c>+</c>.</param>
/// <param name="Rewrites">Tried first, in their order.</param>
public sealed record UsageNumbering(
    string? CountryCode,
    string TrunkPrefix,
    IReadOnlyList<string> InternationalPrefixes,
    IReadOnlyList<NumberRewrite> Rewrites
)
{
    public static UsageNumbering None { get; } = new(null, "", [], []);
}

/// <summary>Puts other digits in place of those that a number begins with.</summary>
public sealed record NumberRewrite(string From, string To);

/// <summary>The line that ends a file, with what the file has in all. Expressions; what is null is not said.</summary>
public sealed record UsageTrailer(string When, string? Records, string? Seconds, string? Charge);

/// <summary>
/// Lines of which two make one call, its begin and its end. The columns of the line that ends it are those of the call with
/// <see cref="UsagePairs.EndPrefix"/> before their names. All are expressions.
/// </summary>
/// <param name="Call">What both lines have in common.</param>
/// <param name="Parties">What both have in common as well, in any order: who hangs up has the first place of the line that ends.</param>
/// <param name="Begin">Holds for lines that begin a call.</param>
/// <param name="End">Holds for lines that end one.</param>
public sealed record UsagePairs(string Call, IReadOnlyList<string> Parties, string Begin, string End)
{
    public const string EndPrefix = "end.";
}

/// <summary>Usage that is not billable.</summary>
/// <param name="When">An expression.</param>
public sealed record IgnoredUsage(string When, string Reason);

/// <summary>Names of what a source's <c>map</c> says.</summary>
public static class UsageFields
{
    public const string Id = "id";
    public const string Identifier = "identifier";
    public const string IdentifierType = "identifierType";
    public const string Start = "start";
    public const string End = "end";
    public const string Seconds = "seconds";
    public const string CallType = "callType";
    public const string Caller = "caller";
    public const string Called = "called";
    public const string Role = "role";
    public const string BytesReceived = "bytesReceived";
    public const string BytesSent = "bytesSent";
    public const string Pages = "pages";
    public const string Events = "events";
    public const string Session = "session";
    public const string IsStartOfSession = "startOfSession";
    public const string WholesaleCharge = "wholesaleCharge";
    public const string Description = "description";
    public const string Sameness = "sameness";

    public static IReadOnlyList<string> All { get; } =
    [
        Id,
        Identifier,
        IdentifierType,
        Start,
        End,
        Seconds,
        CallType,
        Caller,
        Called,
        Role,
        BytesReceived,
        BytesSent,
        Pages,
        Events,
        Session,
        IsStartOfSession,
        WholesaleCharge,
        Description,
        Sameness,
    ];
}

/// <summary>Words for ways of writing times that are no formats.</summary>
public static class UsageTimes
{
    /// <summary>ISO 8601, with an offset or the source's zone.</summary>
    public const string Iso = "iso";

    /// <summary>Seconds since 1970 in UTC, with or without decimals.</summary>
    public const string EpochSeconds = "epochSeconds";

    public const string EpochMilliseconds = "epochMilliseconds";

    public const string EpochMicroseconds = "epochMicroseconds";
}
