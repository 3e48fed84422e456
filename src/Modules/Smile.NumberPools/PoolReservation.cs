using System.Numerics;
using Smile.Kernel;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>What a link makes of its reservation (guide, line 19309).</summary>
public enum PoolLinkType
{
    /// <summary>Selected, and not yet kept.</summary>
    Temporary,

    /// <summary>Kept for somebody, and not yet in use.</summary>
    PreAllocation,

    Allocation,

    /// <summary>No longer in use, and kept back.</summary>
    Quarantine,
}

/// <summary>A pool that has numbers: the row that changes of the pool lock, and that its messages are counted by.</summary>
public sealed class NumberPoolRow : IChangedRow, IMessageSource
{
    /// <summary>Names the pool in its other rows, and is the high part of where its numbers are among those of all pools.</summary>
    public int Number { get; init; }

    /// <summary>That of the catalogue.</summary>
    public required Guid Id { get; init; }

    /// <summary>How its numbers are written.</summary>
    public required string Form { get; init; }

    public long MessageSequence { get; set; }

    public Usn ChangedBy { get; set; }

    string IMessageSource.MessageKey => Id.ToString();
}

/// <summary>A range of a pool that is held by its links, and free again when the last of them is gone.</summary>
public sealed class PoolReservation : IChangedRow
{
    public required Guid Id { get; init; }

    /// <summary><see cref="NumberPoolRow.Number"/>.</summary>
    public required int Pool { get; init; }

    /// <summary>Position of its first number.</summary>
    public required BigInteger First { get; init; }

    /// <summary>Position of its last number.</summary>
    public required BigInteger Last { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When its last link went; null while it is active.</summary>
    public DateTimeOffset? Ended { get; set; }

    public Usn ChangedBy { get; set; }

    public List<PoolLink> Links { get; init; } = [];

    public NumberRange Range => new(First, Last);
}

/// <summary>What holds a reservation. It is gone when it has ended.</summary>
public sealed class PoolLink : IChangedRow
{
    public required Guid Id { get; init; }

    public required Guid ReservationId { get; init; }

    /// <summary>A pre-allocation becomes an allocation, and stays the same link.</summary>
    public required PoolLinkType Type { get; set; }

    public string? BackLinkType { get; init; }

    public string? BackLinkKey { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ends by itself; only temporary and quarantine links do.</summary>
    public DateTimeOffset? Expiry { get; init; }

    public Usn ChangedBy { get; set; }

    /// <summary>Null where nobody is said to hold it.</summary>
    public BackLink? BackLink => BackLinkType is { } type ? new BackLink(type, BackLinkKey!) : null;

    public bool IsOver(DateTimeOffset now) => Expiry <= now;
}
