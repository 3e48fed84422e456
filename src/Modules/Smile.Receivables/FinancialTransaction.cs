using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>
/// Where a transaction stands (guide, "Transaction lifecycle", line 17664). Allocated, reversed and updated are told by other columns.
/// </summary>
public enum TransactionState
{
    /// <summary>Not on the balance yet: a quote, or a transaction that was reopened.</summary>
    Open,

    /// <summary>On the balance.</summary>
    Closed,

    /// <summary>Gone from balance and history; the row stays for what refers to it.</summary>
    Deleted,
}

/// <summary>
/// A financial event that affects an account (guide, "Transaction overview", line 17522). Debits are positive and raise what the customer
/// owes, credits negative. Amounts include GST and are in the account's currency.
/// </summary>
public sealed class FinancialTransaction : IChangedRow
{
    public const int MaxDescriptionLength = 1000;

    /// <summary>Ends in a check digit; from one sequence with the numbers of payments.</summary>
    public required string Number { get; init; }

    /// <summary>
    /// What documents call it instead, where its company counts invoices without gaps: given when it is closed, and kept.
    /// </summary>
    public string? InvoiceNumber { get; set; }

    /// <summary>The number that customers know it by.</summary>
    public string PrintedNumber => InvoiceNumber ?? Number;

    public required Usn AccountUsn { get; set; }

    public required TransactionType Type { get; set; }

    public TransactionState State { get; set; }

    public required int CompanyId { get; init; }

    public required int AccountTypeId { get; init; }

    public required string Currency { get; init; }

    public required decimal Amount { get; set; }

    /// <summary>The GST within <see cref="Amount"/>.</summary>
    public required decimal GstAmount { get; set; }

    /// <summary>What no allocation has used, with the sign of <see cref="Amount"/>.</summary>
    public required decimal UnallocatedAmount { get; set; }

    /// <summary>When it takes effect: <c>entryTimestamp</c>.</summary>
    public required DateTimeOffset Effective { get; set; }

    /// <summary>When it was closed: <c>logTimestamp</c>.</summary>
    public DateTimeOffset? Logged { get; set; }

    public string? SalesReportCategory { get; set; }

    public string? GlCode { get; set; }

    /// <summary>The transaction that this one reverses, releases or mirrors on another account.</summary>
    public string? ReferencedNumber { get; set; }

    /// <summary>The reversal or bond release that took this one back.</summary>
    public string? ReversedBy { get; set; }

    public string? Description { get; set; }

    public required Usn EnteredBy { get; init; }

    /// <summary>The day of <see cref="Effective"/> in the account's time zone.</summary>
    public required DateOnly TransactionDate { get; set; }

    public DateOnly? DueDate { get; set; }

    public required DateOnly OpenDate { get; init; }

    public DateOnly? CloseDate { get; set; }

    /// <summary>What brought it about: Manual, Bulk (a billing run), Bond, Payment (guide, line 3625).</summary>
    public required string Source { get; init; }

    /// <summary>Discount on the whole.</summary>
    public decimal Discount { get; set; }

    public bool SuppressAutoPayment { get; init; }

    /// <summary>
    /// The version of the catalogue that held when it was closed, by which its document looks the same for ever; null for what is open, and
    /// for what was closed before this was kept.
    /// </summary>
    public int? IssuedCatalogue { get; set; }

    /// <summary>The code of the language that its document is in, with <see cref="IssuedCatalogue"/>.</summary>
    public string? IssuedLanguage { get; set; }

    /// <summary>The lines of name and address that its document is for, with <see cref="IssuedCatalogue"/>.</summary>
    public IReadOnlyList<string>? IssuedTo { get; set; }

    /// <summary>The account whose name and address these are: its own, or its invoicee's, with <see cref="IssuedCatalogue"/>.</summary>
    public Usn? IssuedAccount { get; set; }

    public Usn ChangedBy { get; set; }

    /// <summary>The lines, in the order of their numbers; loaded where the query asks for them.</summary>
    public List<TransactionItem> Items { get; } = [];

    public bool IsDebit => Amount > 0m;

    public bool IsClosed => State == TransactionState.Closed;

    public bool IsReversed => ReversedBy is not null;
}

/// <summary>A line of an itemised transaction; without a transaction, a deferred charge that waits for the next invoice.</summary>
public sealed class TransactionItem : IChangedRow
{
    public const int MaxDescriptionLength = 1000;

    private const string MovedPrefix = "of/";

    public long Id { get; private set; }

    public string? TransactionNumber { get; set; }

    public required Usn AccountUsn { get; set; }

    /// <summary>The account or subscription that the line is for.</summary>
    public required Usn Usn { get; set; }

    public required int LineNumber { get; set; }

    public required string ItemCode { get; init; }

    public required DateOnly ChargeFrom { get; init; }

    /// <summary>The last day that is charged for.</summary>
    public required DateOnly ChargeTo { get; init; }

    public required string Description { get; init; }

    public required decimal Quantity { get; init; }

    public string? DisplayRate { get; init; }

    public required string Currency { get; init; }

    /// <summary>Without GST, the discount taken off.</summary>
    public required decimal Amount { get; init; }

    public required bool IsGst { get; init; }

    public required bool ChargeGst { get; init; }

    public required decimal GstAmount { get; set; }

    public int? GstId { get; init; }

    /// <summary>
    /// The per cent by which the server worked <see cref="GstAmount"/> out; null where the caller stated it, or it goes with another
    /// line's.
    /// </summary>
    public decimal? GstPercent { get; set; }

    /// <summary>What <see cref="Amount"/> would be more without the discount.</summary>
    public required decimal Discount { get; init; }

    public int? DiscountId { get; init; }

    /// <summary>How many times the item was billed; 0 where nobody counted.</summary>
    public required int Count { get; init; }

    public required string SalesReportCategory { get; init; }

    public string? GlCode { get; init; }

    public int? ChargeTypeId { get; init; }

    public bool ExcludeFromGrouping { get; init; }

    public required FieldValues Properties { get; init; }

    /// <summary>Given by the caller, so that the charge is raised once however often the call is repeated.</summary>
    public Guid? ChargeId { get; set; }

    /// <summary>The charge that this line takes back.</summary>
    public Guid? RetractsChargeId { get; init; }

    /// <summary>The deferred charge that this line's transaction withdraws once it is closed.</summary>
    public Guid? WithdrawsChargeId { get; init; }

    /// <summary>Whether the line waited, or waits, as a deferred charge.</summary>
    public bool WasDeferred { get; set; }

    /// <summary>When a deferred charge was taken back before any invoice had it.</summary>
    public DateTimeOffset? Withdrawn { get; set; }

    /// <summary>
    /// Number of the line that shows this charge together with others by an invoice grouping (guide, line 5552). The charge itself stays,
    /// for the general ledger and for its retraction, and is not shown.
    /// </summary>
    public int? RolledUpInto { get; set; }

    public int? LocationId { get; init; }

    public string? PurchaseOrderNumber { get; init; }

    /// <summary>The cost centre that counts: the charge's own or the account's at the time.</summary>
    public int? CostCentreId { get; set; }

    /// <summary>
    /// What raised it by itself, such as a recurring charge of a plan; null for what people charge. Billing knows by it which days were
    /// charged.
    /// </summary>
    public string? ChargeSource { get; private set; }

    /// <summary>The days that it charges or takes back.</summary>
    public DateOnly? CoversFrom { get; private set; }

    public DateOnly? CoversTo { get; private set; }

    /// <summary>The whole period of the charge's cycle that those days are in.</summary>
    public DateOnly? PeriodFrom { get; private set; }

    public DateOnly? PeriodTo { get; private set; }

    /// <summary>The <see cref="ChargeId"/> of the charge of which this line takes back some days.</summary>
    public Guid? TakesBack { get; private set; }

    public required DateTimeOffset Created { get; init; }

    public Usn ChangedBy { get; set; }

    /// <summary>Notes what the line is for, so that it is not raised again.</summary>
    /// <param name="takesBack">The charge that days are taken back of; null for a charge.</param>
    public TransactionItem Covering(string source, DayRange days, DayRange period, Guid? takesBack = null)
    {
        (ChargeSource, CoversFrom, CoversTo, PeriodFrom, PeriodTo, TakesBack) = (
            source,
            days.From,
            days.To,
            period.From,
            period.To,
            takesBack
        );
        return this;
    }

    /// <summary>
    /// Notes that the line is for what another would have been for, though it may be charged to another USN (guide, line 9512).
    /// </summary>
    public void CoverAs(TransactionItem other) =>
        Covering(
            other.Usn == Usn ? other.ChargeSource! : $"{MovedPrefix}{other.Usn}/{other.ChargeSource}",
            new DayRange(other.CoversFrom!.Value, other.CoversTo!.Value),
            new DayRange(other.PeriodFrom!.Value, other.PeriodTo!.Value),
            other.TakesBack
        );

    /// <summary>What the line is for was moved to another USN: then its source says whose it is.</summary>
    private bool IsMoved => ChargeSource?.StartsWith(MovedPrefix, StringComparison.Ordinal) == true;

    /// <summary>The account or subscription whose days the line covers.</summary>
    public Usn CoveredUsn => IsMoved ? new Usn(ChargeSource!.Split('/', 3)[1]) : Usn;

    /// <summary>The source as the one that it covers has it.</summary>
    public string? CoveredSource => IsMoved ? ChargeSource!.Split('/', 3)[2] : ChargeSource;

    /// <summary>
    /// The transaction that a deferred charge was invoiced with is deleted: it waits again, as a line of its own, and this one stays for
    /// the history.
    /// </summary>
    public TransactionItem WaitAgain()
    {
        var waiting = (TransactionItem)MemberwiseClone();
        (waiting.Id, waiting.TransactionNumber, waiting.LineNumber, waiting.RolledUpInto) = (0, null, 0, null);
        ChargeId = null;
        Uncover();
        return waiting;
    }

    /// <summary>The line was never raised after all: its days are due again.</summary>
    public void Uncover() => (ChargeSource, CoversFrom, CoversTo, PeriodFrom, PeriodTo, TakesBack) = (null, null, null, null, null, null);
}

/// <summary>An amount by which a credit settles a debit of the same account.</summary>
public sealed class Allocation : IChangedRow
{
    public long Id { get; init; }

    public required Usn AccountUsn { get; init; }

    public required string DebitNumber { get; init; }

    public required string CreditNumber { get; init; }

    /// <summary>Positive, in the account's currency.</summary>
    public required decimal Amount { get; init; }

    public required DateTimeOffset Allocated { get; init; }

    public DateTimeOffset? Deallocated { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>The day up to which a company's transactions are locked (guide, line 24467).</summary>
public sealed class DebtorCloseDate : IChangedRow
{
    public required int CompanyId { get; init; }

    /// <summary>The last locked day, in each account's time zone.</summary>
    public required DateOnly ClosedThrough { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>A customer disputes what the account owes: credit control waits.</summary>
public sealed class AccountDispute : IChangedRow
{
    public long Id { get; init; }

    public required Usn AccountUsn { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset Opened { get; init; }

    public DateTimeOffset? Settled { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>A discount of the catalogue that one account or subscription was given.</summary>
public sealed class AssignedDiscount : IChangedRow
{
    public long Id { get; init; }

    public required Usn AccountUsn { get; set; }

    /// <summary>The account itself, or a subscription of it.</summary>
    public required Usn Usn { get; init; }

    public required int DiscountId { get; init; }

    public DateOnly? ActiveFrom { get; init; }

    public DateOnly? ActiveTo { get; set; }

    public Usn ChangedBy { get; set; }
}
