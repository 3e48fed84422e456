using Smile.Kernel;
using Smile.Session;

namespace Smile.Prepaid.Vouchers;

/// <summary>Vouchers that were made or taken over together.</summary>
public sealed class VoucherBatch : IChangedRow
{
    public int Id { get; init; }

    /// <summary>The company that issues them.</summary>
    public required int CompanyId { get; init; }

    /// <summary>The catalogue's prepaid block that they are for.</summary>
    public required string Code { get; init; }

    /// <summary>The first instant at which they can no longer be redeemed.</summary>
    public required DateTimeOffset Expires { get; init; }

    public required DateTimeOffset Made { get; init; }

    public string? Note { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>A prepaid voucher (guide, line 14551). It is redeemed once.</summary>
public sealed class Voucher
{
    public required int CompanyId { get; init; }

    /// <summary>Unique in the company (guide, line 14553).</summary>
    public required string Number { get; init; }

    public int BatchId { get; private set; }

    public VoucherBatch Batch { get; init; } = null!;

    /// <summary>What its secret code is checked by: see <see cref="VoucherCodes"/>.</summary>
    public required byte[] Secret { get; init; }

    public DateTimeOffset? Voided { get; set; }

    public DateTimeOffset? Redeemed { get; set; }

    /// <summary>The block that it was redeemed for.</summary>
    public int? BlockId { get; set; }
}
