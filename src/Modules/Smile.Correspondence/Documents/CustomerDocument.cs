using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Kernel;

namespace Smile.Correspondence.Documents;

/// <summary>What a customer is sent, whole: everything that a renderer prints and nothing of where it came from.</summary>
public sealed record CustomerDocument
{
    public required DocumentKind Kind { get; init; }

    /// <summary>What its words and formats are in.</summary>
    public Language Language { get; init; } = BuiltInLanguages.Default;

    /// <summary>Such as <c>Tax invoice</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The transaction's number, or what a statement is called by.</summary>
    public required string Number { get; init; }

    /// <summary>The transaction that it is of; null for a statement. Companies that count invoices print another number.</summary>
    public string? TransactionNumber { get; init; }

    public required DateOnly IssueDate { get; init; }

    public DateOnly? DueDate { get; init; }

    public required DocumentIssuer Issuer { get; init; }

    /// <summary>Lines of the customer's name and address.</summary>
    public required IReadOnlyList<string> Addressee { get; init; }

    public required Usn AccountUsn { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>What else the head of the document says, such as a purchase order's number.</summary>
    public IReadOnlyList<DocumentFact> Facts { get; init; } = [];

    /// <summary>Whether it is to the customer's credit, so that what is allocated of it pays something else.</summary>
    public bool IsCredit { get; init; }

    /// <summary>Whether it was taken back: then nothing of it is due, and it was not paid either.</summary>
    public bool IsReversed { get; init; }

    /// <summary>The amount that matters most, such as what is due; null for none.</summary>
    public DocumentHeadline? Headline { get; init; }

    public IReadOnlyList<DocumentGroup> Groups { get; init; } = [];

    /// <summary>What was used of what it charges, record by record, by subscription and type.</summary>
    public IReadOnlyList<DocumentUsage> Usage { get; init; } = [];

    /// <summary>Whether more was used than <see cref="Usage"/> says.</summary>
    public bool HasMoreUsage { get; init; }

    /// <summary>Whether some of it is archived, so that <see cref="Usage"/> does not say it.</summary>
    public bool HasArchivedUsage { get; init; }

    public DocumentTotals? Totals { get; init; }

    /// <summary>What the tax is called.</summary>
    public string TaxName { get; init; } = "GST";

    public IReadOnlyList<TaxSummaryLine> Taxes { get; init; } = [];

    /// <summary>What a receipt or a credit was used for, or an invoice was paid with.</summary>
    public IReadOnlyList<DocumentAllocation> Allocations { get; init; } = [];

    public DocumentStatement? Statement { get; init; }

    public PaymentSlip? PaymentSlip { get; init; }

    /// <summary>How what is due of it will be paid without the customer; null where the customer has to.</summary>
    public PlannedDebit? Debit { get; init; }

    /// <summary>What it is laid out by; null where its company has none for its kind.</summary>
    public Stationery? Stationery { get; init; }
}

/// <summary>The company that issues a document.</summary>
/// <param name="TaxNumber">With what it is called: <c>ABN 12 345 678 901</c>.</param>
public sealed record DocumentIssuer(int CompanyId, string Name, string? TaxNumber, IReadOnlyList<string> ContactLines);

/// <summary>A label and what stands behind it.</summary>
public sealed record DocumentFact(string Label, string Value);

/// <summary>The one amount that the customer looks for, such as <c>Amount due</c>.</summary>
public sealed record DocumentHeadline(string Label, Money Amount);

/// <summary>Lines that belong together, such as those of a subscription: <c>Subscription 2142472303 - ADSL</c>.</summary>
public sealed record DocumentGroup(string Heading, IReadOnlyList<DocumentLine> Lines)
{
    public decimal AmountExTax => Lines.Sum(line => line.AmountExTax.Amount);

    public decimal Tax => Lines.Sum(line => line.Tax.Amount);
}

/// <summary>A line that something is charged with.</summary>
/// <param name="From">First day that it is for, or null.</param>
/// <param name="To">Last day that it is for, or null.</param>
/// <param name="DisplayRate">The price as free text, such as <c>$100/hr</c> (guide, line 18415).</param>
public sealed record DocumentLine(
    string Description,
    DateOnly? From,
    DateOnly? To,
    decimal? Quantity,
    string? DisplayRate,
    Money AmountExTax,
    Money Tax
);

/// <summary>Usage that belongs together: <c>0491570156: Local</c>.</summary>
public sealed record DocumentUsage(string Heading, IReadOnlyList<DocumentUsageLine> Lines)
{
    /// <summary>Without tax, and not rounded.</summary>
    public decimal AmountExTax => Lines.Sum(line => line.AmountExTax);
}

/// <summary>A call, a message or a session.</summary>
/// <param name="Start">On the clocks of the account.</param>
/// <param name="Number">The other party's; empty for none.</param>
/// <param name="Destination">Empty for none.</param>
/// <param name="Used">How long, or how much.</param>
/// <param name="AmountExTax">Not rounded.</param>
public sealed record DocumentUsageLine(DateTime Start, string Number, string Destination, string Used, decimal AmountExTax);

/// <summary>The sums of a document. Credits are negative.</summary>
/// <param name="Charges">Before discount, rounding and tax.</param>
/// <param name="Allocated">What of the total is paid, or used.</param>
/// <param name="Due">The total less what is paid.</param>
public sealed record DocumentTotals(Money Charges, Money Discount, Money Rounding, Money Tax, Money Total, Money Allocated, Money Due);

/// <summary>What was taxed at a rate.</summary>
/// <param name="Percent">In per cent.</param>
public sealed record TaxSummaryLine(decimal Percent, Money Taxable, Money Tax);

/// <summary>Another transaction that this one pays or is paid with.</summary>
public sealed record DocumentAllocation(DateOnly Date, string Type, string Number, Money Amount);

/// <summary>An account's transactions of a period.</summary>
public sealed record DocumentStatement(
    DateOnly From,
    DateOnly To,
    Money OpeningBalance,
    IReadOnlyList<StatementRow> Rows,
    Money ClosingBalance,
    IReadOnlyList<AgedBalance> Aged
);

/// <summary>A transaction on a statement.</summary>
/// <param name="Debit">What the customer owes by it, or null.</param>
/// <param name="Credit">What the customer is credited by it, as a positive amount, or null.</param>
/// <param name="Balance">What is owed after it.</param>
public sealed record StatementRow(DateOnly Date, string Type, string Number, Money? Debit, Money? Credit, Money Balance);

/// <summary>What has been owed for how long, such as <c>31 - 60 days</c>.</summary>
public sealed record AgedBalance(string Label, Money Amount);

/// <summary>An automatic payment that is to come.</summary>
/// <param name="Day">In the account's time zone.</param>
/// <param name="Amount">What will be taken as it now stands, with its surcharge; of the account's balance, all of that.</param>
/// <param name="From">What is debited, as the customer knows it: <c>Direct debit, 1234…89</c>.</param>
public sealed record PlannedDebit(DateOnly Day, Money Amount, string From);

/// <summary>What the customer cuts off and pays with.</summary>
public sealed record PaymentSlip(string Reference, Money Amount, DateOnly? DueDate);
