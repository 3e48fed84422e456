using Smile.Kernel;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>A prepaid block that a subscription was given, whoever paid for it (guide, line 14757).</summary>
public sealed class PurchasedBlock : IChangedRow
{
    /// <summary>The number by which updatePrepaid() asks for it (guide, line 14944).</summary>
    public int Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>
    /// The block of which somebody has set what was left: from the start of this row on it is used by it. Null for a block of its own.
    /// </summary>
    public int? Continues { get; init; }

    /// <summary>Which of the catalogue's it is.</summary>
    public required string Code { get; init; }

    /// <summary>The component of usage that it pays for: the catalogue's when it was given.</summary>
    public required int ChargeType { get; init; }

    /// <summary>Units, as answers show them; null for any number while it can be used.</summary>
    public decimal? Purchased { get; set; }

    /// <summary>What of it can be used by this row; null for any number. Of a row that continues another, what was left then.</summary>
    public decimal? Units { get; set; }

    public required DateTimeOffset Start { get; set; }

    /// <summary>Until when it can be used, which no longer belongs to it; null for no end.</summary>
    public DateTimeOffset? End { get; set; }

    /// <summary>The tier of self-service in which it was bought; null where it was not (reference 33).</summary>
    public int? Tier { get; init; }

    /// <summary>The number of the voucher that was redeemed for it; null for none.</summary>
    public string? Voucher { get; init; }

    public Usn ChangedBy { get; set; }
}
