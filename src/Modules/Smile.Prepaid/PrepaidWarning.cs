namespace Smile.Prepaid;

/// <summary>Why it is told of a prepaid block.</summary>
public enum PrepaidWarningReason
{
    /// <summary>It can soon be used no more.</summary>
    Expiry,

    /// <summary>A part of it is used.</summary>
    Use,
}

/// <summary>That it was told of a prepaid block (guide, line 22393).</summary>
public sealed class PrepaidWarning
{
    /// <summary>The message's <c>PrepaidWarningLogId</c>.</summary>
    public int Id { get; init; }

    public required int BlockId { get; init; }

    public required PrepaidWarningReason Reason { get; init; }

    /// <summary>Hours before the end, or per cent of what was purchased.</summary>
    public required decimal Threshold { get; init; }

    public required DateTimeOffset Told { get; init; }
}
