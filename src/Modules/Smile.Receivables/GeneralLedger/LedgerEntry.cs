using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables.GeneralLedger;

/// <summary>One line of the general ledger's journal. Written once and never changed.</summary>
internal sealed class LedgerEntry : IChangedRow
{
    public long Id { get; init; }

    /// <summary>The entries of one posting add up to zero on each of its days.</summary>
    public required Guid PostingId { get; init; }

    /// <summary>The day that it counts on; later than the transaction's for income that is recognised later.</summary>
    public required DateOnly PostingDate { get; init; }

    public required int CompanyId { get; init; }

    /// <summary>Code in the company's chart of accounts.</summary>
    public required string LedgerAccount { get; init; }

    public required string Currency { get; init; }

    /// <summary>Debits positive, credits negative.</summary>
    public required decimal Amount { get; init; }

    public required Usn AccountUsn { get; init; }

    public required string TransactionNumber { get; init; }

    /// <summary>What happened: Closed, Reopened, Deleted, Allocated, Deallocated.</summary>
    public required string Event { get; init; }

    public required DateTimeOffset Entered { get; init; }

    public Usn ChangedBy { get; set; }
}
