using System.Numerics;
using Smile.Kernel;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>
/// Quarantine that its own holder's temporary link has put off: where nothing else becomes of the reservation, it holds again, to the end
/// that it had.
/// </summary>
internal sealed class PausedQuarantine : IChangedRow
{
    public long Id { get; init; }

    /// <summary>The reservation that the temporary link has.</summary>
    public required Guid ReservationId { get; init; }

    /// <summary>Position of the first number that was in quarantine.</summary>
    public required BigInteger First { get; init; }

    /// <summary>Position of the last.</summary>
    public required BigInteger Last { get; init; }

    public required string BackLinkType { get; init; }

    public required string BackLinkKey { get; init; }

    public required DateTimeOffset Expiry { get; init; }

    public Usn ChangedBy { get; set; }

    public NumberRange Range => new(First, Last);

    public BackLink BackLink => new(BackLinkType, BackLinkKey);

    public static PausedQuarantine Of(PoolReservation reservation, KeptRange kept, BackLink holder) =>
        new()
        {
            ReservationId = reservation.Id,
            First = kept.Range.First,
            Last = kept.Range.Last,
            BackLinkType = holder.Type,
            BackLinkKey = holder.Key,
            Expiry = kept.Until,
        };
}

/// <summary>Numbers that were kept back, and until when.</summary>
internal sealed record KeptRange(NumberRange Range, DateTimeOffset Until);
