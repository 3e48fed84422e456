using Smile.Usage.Binding;

namespace Smile.Usage.Errors;

/// <summary>Usage that waits for something, such as that its number becomes a subscription's.</summary>
/// <param name="Entry">Null where the line could not be read.</param>
/// <param name="Raw">The line, shortened where it is long.</param>
public sealed record SuspendedUsage(
    Guid Key,
    long Content,
    string Source,
    long FileId,
    int Line,
    bool IsWrittenOff,
    SuspenseReason Reason,
    string Detail,
    UsageEntry? Entry,
    string Raw,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastTried,
    int Attempts,
    string? Comment
);

/// <summary>Which suspended usage is meant; what is null is not asked for.</summary>
public sealed record SuspenseFilter
{
    public Guid? Key { get; init; }

    public string? Source { get; init; }

    public SuspenseReason? Reason { get; init; }

    /// <summary>Whatever the case of its letters.</summary>
    public string? Identifier { get; init; }

    /// <summary>Any of these, in lower case and without <c>+</c>; null for all.</summary>
    public IReadOnlyList<string>? Identifiers { get; init; }

    public long? FileId { get; init; }

    /// <summary>Usage that began then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Usage that began before.</summary>
    public DateTimeOffset? Until { get; init; }

    public bool WrittenOff { get; init; }

    /// <summary>Whether it leaves out nothing that waits.</summary>
    public bool IsOfAll => this with { WrittenOff = false } == new SuspenseFilter();
}

/// <summary>How much waits for a reason.</summary>
/// <param name="Seconds">Seconds of usage.</param>
/// <param name="Charge">What the wholesalers charge for it, without tax: at least that is at risk.</param>
public sealed record SuspenseSum(
    string Source,
    SuspenseReason Reason,
    long Records,
    decimal Seconds,
    decimal Charge,
    DateTimeOffset Oldest
);
