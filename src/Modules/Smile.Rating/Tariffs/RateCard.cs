using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Tariffs;

/// <summary>What a file that is imported has.</summary>
public enum RateCardKind
{
    Tariffs,

    /// <summary>Zones with their prefixes.</summary>
    Zones,

    /// <summary>Destinations by pairs of zones.</summary>
    ZonePairs,
}

/// <summary>A file that was imported: the trail of the prefixes and tariffs that came with it.</summary>
public sealed class RateCard : IChangedRow
{
    public int Id { get; init; }

    public required int Service { get; init; }

    public required RateCardKind Kind { get; init; }

    public required string FileName { get; init; }

    /// <summary>SHA-256 of the file, in hexadecimal digits.</summary>
    public required string FileHash { get; init; }

    /// <summary>Why it was imported, in the operator's words.</summary>
    public string? Comment { get; init; }

    public required DateTimeOffset Imported { get; init; }

    public required int Lines { get; init; }

    /// <summary>Destinations, or zones, that are new.</summary>
    public required int Destinations { get; init; }

    /// <summary>Prefixes, or pairs of zones, that are new.</summary>
    public required int Prefixes { get; init; }

    /// <summary>Prefixes, or pairs of zones, that were another destination's before.</summary>
    public required int Moved { get; init; }

    /// <summary>Tariffs that are new, or take the place of others.</summary>
    public required int Tariffs { get; init; }

    public Usn ChangedBy { get; set; }
}
