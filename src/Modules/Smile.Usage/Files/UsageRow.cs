namespace Smile.Usage.Files;

/// <summary>A record of a file, before anything is made of it.</summary>
/// <param name="Line">Where it begins, counted from 1.</param>
/// <param name="Raw">As it is written, shortened.</param>
/// <param name="Column">The value of a column; empty where there is none.</param>
/// <param name="Problem">Why it cannot be taken apart; null where it can.</param>
internal sealed record UsageRow(int Line, string Raw, Func<string, string> Column, string? Problem = null)
{
    /// <summary>Longer texts are shortened where they are kept to be looked at.</summary>
    public const int LongestRaw = 4_000;

    public static string Shortened(string raw) => raw.Length <= LongestRaw ? raw : raw[..LongestRaw];

    /// <summary>The columns that it names, so that it is no record; null where it names none.</summary>
    public IReadOnlyCollection<string>? Names { get; init; }

    /// <summary>Whether it is something else than a record: a header, where nothing says that it is a trailer.</summary>
    public bool IsOther { get; init; }

    /// <summary>What the file charges for it, as far as its format says that; its totals have it whatever becomes of it.</summary>
    public decimal? StatedCharge { get; init; }

    /// <summary>Something that cannot be taken apart.</summary>
    public static UsageRow Broken(int line, string raw, string problem) => new(line, Shortened(raw), _ => "", problem);
}

/// <summary>A file that cannot be read as what its source says it is. The message says what is wrong.</summary>
public sealed class UsageFileException(string message) : Exception(message);
