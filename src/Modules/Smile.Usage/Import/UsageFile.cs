namespace Smile.Usage.Import;

/// <summary>Where a file stands.</summary>
public enum UsageFileStatus
{
    /// <summary>It is being read, or who read it was stopped: the same file brought again goes on.</summary>
    Reading,
    Done,

    /// <summary>Nothing of it was taken beyond what it says.</summary>
    Refused,

    /// <summary>A later version has taken its place.</summary>
    Superseded,
}

/// <summary>Which version of which file: a later one takes the place of earlier ones.</summary>
/// <param name="Key">What all versions of the file have in common.</param>
public sealed record UsageFileVersion(string Key, int Number);

/// <summary>Another file, by its number and its name.</summary>
public readonly record struct NamedUsageFile(long Id, string Name);

/// <summary>A file of usage that came, with what became of its lines.</summary>
/// <param name="Bytes">Unpacked.</param>
/// <param name="Sequence">The number that its name gives it; null for none.</param>
/// <param name="Message">What is to be said about it, such as that its trailer does not agree; null for nothing.</param>
public sealed record UsageFile(
    long Id,
    string Source,
    string Name,
    long Bytes,
    UsageFileStatus Status,
    DateTimeOffset Arrived,
    DateTimeOffset? Finished,
    UsageCounts Counts,
    long? Sequence,
    string? Message
)
{
    /// <summary>How many lines were ignored for which reason.</summary>
    public IReadOnlyDictionary<string, int> IgnoredFor { get; init; } = new Dictionary<string, int>();

    /// <summary>Null where its name does not say that.</summary>
    public UsageFileVersion? Version { get; init; }

    /// <summary>Number of the file that has taken its place; null where none has.</summary>
    public long? SupersededBy { get; init; }

    /// <summary>Files whose place it has taken.</summary>
    public IReadOnlyList<NamedUsageFile> Supersedes { get; init; } = [];

    /// <summary>Records of those files that it does not have, or has otherwise.</summary>
    public int TakenBack { get; init; }

    /// <summary>Numbers of files before it that never came.</summary>
    public IReadOnlyList<long> MissingBefore { get; init; } = [];
}

/// <summary>What became of lines, or of records where they have no lines of their own: they add up to what was read.</summary>
/// <param name="Seconds">Of what was bound or suspended.</param>
/// <param name="Charge">What the wholesaler charges for that, without tax.</param>
public sealed record UsageCounts(
    int Read,
    int Bound,
    int Suspended,
    int Duplicates,
    int Conflicts,
    int Ignored,
    int Headers,
    int Trailers,
    decimal Seconds,
    decimal Charge
)
{
    public static UsageCounts None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0m, 0m);

    public static UsageCounts operator +(UsageCounts one, UsageCounts other) =>
        new(
            one.Read + other.Read,
            one.Bound + other.Bound,
            one.Suspended + other.Suspended,
            one.Duplicates + other.Duplicates,
            one.Conflicts + other.Conflicts,
            one.Ignored + other.Ignored,
            one.Headers + other.Headers,
            one.Trailers + other.Trailers,
            one.Seconds + other.Seconds,
            one.Charge + other.Charge
        );
}
