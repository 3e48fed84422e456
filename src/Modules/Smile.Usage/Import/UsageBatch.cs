using Smile.Usage.Binding;
using Smile.Usage.Files;

namespace Smile.Usage.Import;

/// <summary>A line that has usage, or could not be read, with what tells it from others.</summary>
/// <param name="Entry">Null where it could not be read.</param>
internal sealed record UsageItem(UsageLine Line, UsageEntry? Entry, UsageFingerprint Fingerprint, BoundUsage Binding);

/// <summary>Lines of a file that are brought to the database together: all of them or none.</summary>
/// <param name="Before">The lines of the file that are accounted for before it.</param>
/// <param name="Items">Those that may be taken.</param>
/// <param name="Passed">What became of the others.</param>
internal sealed record UsageBatch(
    long FileId,
    string Source,
    UsageNumbers Numbers,
    int Before,
    IReadOnlyList<UsageItem> Items,
    UsageCounts Passed,
    IReadOnlyDictionary<string, int> Ignored,
    DateTimeOffset Now
)
{
    /// <summary>Which version of which file it is; null where its name does not say that.</summary>
    public UsageFileVersion? Version { get; init; }

    /// <summary>Whether files of the source have versions.</summary>
    public bool HasVersions { get; init; }
}
