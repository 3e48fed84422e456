namespace Smile.Rating.Archive;

/// <summary>What has become of a month that is archived.</summary>
public enum ArchiveStatus
{
    /// <summary>It is being brought to files; what is there of them is worth nothing yet.</summary>
    Exporting,

    /// <summary>Its files are whole, and it is being taken out of the database.</summary>
    Exported,

    /// <summary>It is in its files alone.</summary>
    Dropped,
}

/// <summary>A month of usage that is archived, by the start of records in UTC and the first days of rating periods.</summary>
/// <param name="Part">Counts up where a month got rows again after it was archived.</param>
/// <param name="Id">Tells its files from those of others.</param>
/// <param name="Folder">Where its files were written to.</param>
public sealed record ArchivedMonth(
    DateOnly Month,
    int Part,
    Guid Id,
    ArchiveStatus Status,
    long Records,
    long Ratings,
    string Folder,
    DateTimeOffset? Dropped,
    string By
);

/// <summary>What archiving would do.</summary>
/// <param name="Months">Those that would be archived, with how many records and ratings they have.</param>
/// <param name="TakenFrom">Usage that began before would not be taken any more.</param>
/// <param name="Obstacles">Why it would be refused; none where it would not.</param>
public sealed record ArchivePlan(
    IReadOnlyList<(DateOnly Month, long Records, long Ratings)> Months,
    DateTimeOffset TakenFrom,
    IReadOnlyList<string> Obstacles
);

/// <summary>What is being done with a month.</summary>
public enum ArchiveStep
{
    /// <summary>Rows are written to files.</summary>
    Export,

    /// <summary>The keys of records are deleted.</summary>
    Forget,

    /// <summary>The tables of the month go next.</summary>
    Drop,

    /// <summary>They are gone.</summary>
    Done,
}

/// <summary>How far the archiving of a month is.</summary>
public readonly record struct ArchiveProgress(DateOnly Month, ArchiveStep Step, long Done, long All);

/// <summary>A month cannot be archived as it is. The message says why; nothing was dropped.</summary>
public sealed class ArchiveStoppedException(string message) : Exception(message);
