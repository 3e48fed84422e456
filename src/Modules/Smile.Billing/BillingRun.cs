using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing;

/// <summary>Whether the invoices of a run enter the balance at once or wait for somebody to look at them.</summary>
public enum BillApproval
{
    Automatic,
    Manual,
}

/// <summary>A billing run: bills every invoicing period that has ended by a day.</summary>
public sealed class BillingRun : IChangedRow
{
    public int Id { get; init; }

    /// <summary>The last day of the last periods that it bills.</summary>
    public required DateOnly Through { get; init; }

    public required BillApproval Approval { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>When nothing was left to bill; null while it goes on or was stopped.</summary>
    public DateTimeOffset? Finished { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>What became of an account's invoicing period (guide, line 10421). A period without a bill is Open.</summary>
internal enum BillStatus
{
    /// <summary>Somebody has taken it out of automatic billing.</summary>
    Holding,

    /// <summary>Its invoice waits for approval.</summary>
    Approving,

    /// <summary>Billed.</summary>
    Closed,

    /// <summary>It could not be billed; the next run tries again.</summary>
    Error,
}

/// <summary>The bill of an account for an invoicing period.</summary>
internal sealed class Bill : IChangedRow
{
    public const int MaxErrorLength = 2_000;

    public long Id { get; init; }

    public required Usn AccountUsn { get; init; }

    /// <summary>Last day of the period, in the account's time zone.</summary>
    public required DateOnly PeriodEnd { get; init; }

    public required BillStatus Status { get; set; }

    public int? BillingRunId { get; set; }

    /// <summary>The invoices: none where nothing was due, several where purchase orders have one of their own.</summary>
    public required string[] TransactionNumbers { get; set; }

    /// <summary>The total with GST, in the account's currency.</summary>
    public required decimal Amount { get; set; }

    public string? Error { get; set; }

    public required DateTimeOffset Billed { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>A rating period that somebody has asked for, with the number that its activity is asked for by (guide, line 10418).</summary>
public sealed class RatingPeriod : IChangedRow
{
    public int Id { get; init; }

    /// <summary>The subscription whose period it is; null for an account's own.</summary>
    public Usn? SubscriptionUsn { get; init; }

    /// <summary>The account whose own period it is; null for a subscription's.</summary>
    public Usn? AccountUsn { get; init; }

    /// <summary>Last day, in the account's time zone.</summary>
    public required DateOnly RatingPeriodEnd { get; init; }

    /// <summary>Last day of the invoicing period whose bill it is on.</summary>
    public required DateOnly InvoicingPeriodEnd { get; init; }

    public Usn ChangedBy { get; set; }
}
