using Smile.Catalogue;
using Smile.Rating.Tariffs;

namespace Smile.Rating.Engine;

/// <summary>A record of usage that is bound to a subscription, as rating sees it.</summary>
public sealed record UsageToRate(long Id, DateTimeOffset Start, CallType CallType)
{
    /// <summary>Whose calls they are: numbers in E.164 form without <c>+</c>; empty for none.</summary>
    public string Caller { get; init; } = "";

    public string Called { get; init; } = "";

    /// <summary>Which party the subscription is.</summary>
    public UsageRole Role { get; init; }

    public OnNet OnNet { get; init; }

    /// <summary>Seconds that are charged: of talk, or online.</summary>
    public decimal Seconds { get; init; }

    public long BytesReceived { get; init; }

    public long BytesSent { get; init; }

    public int Pages { get; init; }

    /// <summary>How many messages or events it is; 1 for one call.</summary>
    public int Events { get; init; } = 1;

    /// <summary>What the wholesaler charges without tax; null where he does not say.</summary>
    public decimal? WholesaleCharge { get; init; }

    /// <summary>The session that it is a piece of; null where it is one by itself.</summary>
    public string? Session { get; init; }

    /// <summary>Whether it is the first of its session: only that has a flagfall.</summary>
    public bool IsStartOfSession { get; init; } = true;

    /// <summary>How much it has of a measure; 0 for nothing.</summary>
    internal decimal UnitsOf(UsageMeasure measure) =>
        measure switch
        {
            UsageMeasure.Flagfall => IsStartOfSession ? Events : 0m,
            UsageMeasure.Time => Seconds,
            UsageMeasure.Pages => Pages,
            UsageMeasure.BytesReceived => BytesReceived,
            UsageMeasure.BytesSent => BytesSent,
            UsageMeasure.Bytes => (decimal)BytesReceived + BytesSent,
            UsageMeasure.BytesReceivedRate => PerSecond(BytesReceived),
            UsageMeasure.BytesSentRate => PerSecond(BytesSent),
            _ => PerSecond((decimal)BytesReceived + BytesSent),
        };

    private decimal PerSecond(decimal bytes) => bytes / Math.Max(1m, Seconds);
}
