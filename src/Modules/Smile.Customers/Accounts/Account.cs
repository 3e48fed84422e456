using Smile.Catalogue.Fields;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>
/// A debtor, and the root of a tree of subscriptions. The row is also the lock under which everything in the tree changes.
/// </summary>
public sealed class Account : IChangedRow, IMessageSource
{
    public required Usn Usn { get; init; }

    public required int CompanyId { get; init; }

    public required int AccountTypeId { get; set; }

    public required int AccountTermsId { get; set; }

    /// <summary>The responsive terms that move the account between account terms: null for those of its type, 0 for none.</summary>
    public int? ResponsiveTermsId { get; set; }

    public required string Currency { get; init; }

    public required int TimeZoneId { get; set; }

    public required CycleChoice InvoicingCycle
    {
        get => new(InvoicingCycleType, InvoicingCycleDay, InvoicingCycleTable);
        set => (InvoicingCycleType, InvoicingCycleDay, InvoicingCycleTable) = (value.Type, value.Day, value.Table);
    }

    public required CycleChoice RatingCycle
    {
        get => new(RatingCycleType, RatingCycleDay, RatingCycleTable);
        set => (RatingCycleType, RatingCycleDay, RatingCycleTable) = (value.Type, value.Day, value.Table);
    }

    /// <summary>The account that pays this one's invoices, where it is another (guide, line 2841).</summary>
    public Usn? InvoiceeUsn { get; set; }

    public int? CostCentreId { get; set; }

    public required string Username { get; set; }

    /// <summary>Fields without the username, which has a column of its own.</summary>
    public required FieldValues Properties { get; set; }

    /// <summary>When the e-mail address was last changed: a new one is not trusted with a password at once.</summary>
    public DateTimeOffset? EmailChanged { get; set; }

    /// <summary>Changes fields, and leaves those that are not named.</summary>
    public void Change(FieldValues changes, DateTimeOffset now)
    {
        if (changes[PredefinedFields.EmailAddress] is { } address && address != Properties[PredefinedFields.EmailAddress])
        {
            EmailChanged = now;
        }

        Properties = Properties.With(changes);
    }

    public byte[]? Password { get; set; }

    public ProvisionStatus ProvisionStatus { get; set; }

    public SuspendStatus SuspendStatus { get; set; }

    public ActivateStatus ActivateStatus { get; set; }

    public EnableStatus EnableStatus { get; set; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Closed { get; set; }

    /// <summary>The sum of the closed transactions, in <see cref="Currency"/>: what the customer owes.</summary>
    public decimal Balance { get; set; }

    /// <summary>
    /// Whether credit control has suspended something of the account and not resumed it: then a payment is a reason to look again.
    /// </summary>
    public bool SuspendedByCreditControl { get; set; }

    /// <summary>Last day of the last invoicing period that was billed for the account itself; null before its first bill.</summary>
    public DateOnly? BilledThrough { get; set; }

    /// <summary>The first day for which its own recurring charges have changed since the last bill; null for none.</summary>
    public DateOnly? RebillFrom { get; private set; }

    /// <summary>
    /// Last day of the earliest invoicing period, its own or of a subscription with a cycle of its own, that is not billed yet; null where
    /// none was planned.
    /// </summary>
    public DateOnly? NextBill { get; set; }

    /// <summary>Notes that the account's own charges from a day on may no longer be what was raised.</summary>
    public void RebillFromDay(DateOnly day) => RebillFrom = day < RebillFrom || RebillFrom is null ? day : RebillFrom;

    /// <summary>
    /// Marks charges as billed through the end of an invoicing period. Later changes go on the next bill.
    /// </summary>
    public void MarkBilledThrough(DateOnly through) =>
        (BilledThrough, RebillFrom) = (
            through > BilledThrough || BilledThrough is null ? through : BilledThrough,
            RebillFrom > through ? RebillFrom : null
        );

    /// <summary>Number of the last message that was announced for this account's tree.</summary>
    public long MessageSequence { get; set; }

    string IMessageSource.MessageKey => Usn.Value;

    /// <summary>Who changed the row last; the audit trail takes it from here.</summary>
    public Usn ChangedBy { get; set; }

    // The cycles as columns: EF Core cannot read complex properties from a query that locks.
    internal CycleType InvoicingCycleType { get; private set; }

    internal int? InvoicingCycleDay { get; private set; }

    internal string? InvoicingCycleTable { get; private set; }

    internal CycleType RatingCycleType { get; private set; }

    internal int? RatingCycleDay { get; private set; }

    internal string? RatingCycleTable { get; private set; }
}

/// <summary>A part of an account's organisation that costs are kept apart for.</summary>
public sealed class CostCentre : IChangedRow
{
    /// <summary>Most cost centres of one account (guide, line 5231).</summary>
    public const int LimitPerAccount = 500;

    public int Id { get; init; }

    public required Usn AccountUsn { get; init; }

    public required string Name { get; set; }

    public Usn ChangedBy { get; set; }
}
