using Smile.Contracts;
using Smile.NumberPools;

namespace Smile.Hosting.NumberPools;

/// <summary>Links to numbers as documents of the wire: one mapping, for answers and messages.</summary>
public sealed class LinkDocuments : ILinkDocuments
{
    public string Write(ReservationLink link) => SmileDocuments.PoolReservationLink.Write(Document(link));

    /// <param name="namesPool">Whether the kind of the pool is said: one answer of the guide does (line 9764), the others do not.</param>
    public static PoolReservationLinkType Document(ReservationLink link, bool namesPool = false) =>
        new()
        {
            LinkId = link.LinkId.ToString(),
            LinkType = ToWire(link.Type),
            Reservation = new PoolReservationType
            {
                ReservationId = link.ReservationId.ToString(),
                Start = link.Start,
                End = link.End,
                PoolType = namesPool && link.Pool.IsOfAddresses ? "IP" : null,
            },
            Expiry = link.Expiry,
        };

    private static LinkTypeType ToWire(PoolLinkType type) =>
        type switch
        {
            PoolLinkType.Temporary => LinkTypeType.Temporary,
            PoolLinkType.PreAllocation => LinkTypeType.PreAllocation,
            PoolLinkType.Allocation => LinkTypeType.Allocation,
            PoolLinkType.Quarantine => LinkTypeType.Quarantine,
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
}
