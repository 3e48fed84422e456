namespace Smile.Rating.Engine;

/// <summary>What a meter counts.</summary>
public enum MeterKind
{
    /// <summary>Units of a charging rule.</summary>
    Rule,
    ValuePool,
    UsageAlertGroup,
    SpendLimit,

    /// <summary>Units of a prepaid block.</summary>
    Prepaid,

    /// <summary>When a charging rule last charged what no prepaid block has paid for.</summary>
    LastCharge,
}

/// <summary>How far a meter is.</summary>
/// <param name="Stint">The plan schedule item; 0 for a spend limit; the block of <see cref="MeterKind.Prepaid"/>.</param>
public sealed record MeterReading(MeterKind Kind, long Stint, int Id, decimal Used);

/// <summary>How far a session is.</summary>
/// <param name="Units">What rules have charged of it.</param>
/// <param name="HasStarted">Whether a record of it was its start, of which flagfalls are charged.</param>
public sealed record SessionReading(string Session, decimal Seconds, IReadOnlyDictionary<int, decimal> Units, bool HasStarted);

/// <summary>What the meters of a rating period show after its last record, so that rating goes on from there.</summary>
/// <param name="Plan">The plan schedule item that the last record was charged by; null for none.</param>
public sealed record RatingMeters(long? Plan, IReadOnlyList<MeterReading> Readings, IReadOnlyList<SessionReading> Sessions)
{
    public static RatingMeters None { get; } = new(null, [], []);
}
