using System.Numerics;
using Smile.Kernel;
using Smile.Session;

namespace Smile.NumberPools.IpRanges;

/// <summary>Addresses that a subscription has, or had until <see cref="End"/> (guide, line 9886).</summary>
public sealed class SubscriptionIpRange : IChangedRow
{
    public required Guid Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>The lowest address, as it was given.</summary>
    public required string FromAddress { get; init; }

    /// <summary>The highest.</summary>
    public required string ToAddress { get; init; }

    /// <summary>4 or 6.</summary>
    public required int Version { get; init; }

    /// <summary>Position of the lowest address.</summary>
    public required BigInteger First { get; init; }

    /// <summary>Position of the highest.</summary>
    public required BigInteger Last { get; init; }

    /// <summary>The link to the reservation that it comes from; null where no pool manages it.</summary>
    public Guid? LinkId { get; init; }

    public required DateTimeOffset Start { get; init; }

    public DateTimeOffset? End { get; set; }

    public Usn ChangedBy { get; set; }
}
