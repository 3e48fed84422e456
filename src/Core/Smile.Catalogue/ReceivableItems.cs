namespace Smile.Catalogue;

/// <summary>Amounts of single currencies, beside one that counts in all others.</summary>
internal static class CurrencyAmounts
{
    public static IReadOnlyDictionary<string, decimal> None { get; } = new Dictionary<string, decimal>();

    public static decimal? In(this IReadOnlyDictionary<string, decimal> amounts, string currency) =>
        amounts.TryGetValue(currency, out var own) ? own : null;
}

/// <summary>
/// The codes in a company's chart of accounts that transactions are posted to. Items, payment types and adjustment types may name others.
/// </summary>
public sealed record LedgerAccounts
{
    /// <summary>What customers owe: debits.</summary>
    public string Debtors { get; init; } = "1100";

    /// <summary>Credits that settle no debit yet.</summary>
    public string UnallocatedCredits { get; init; } = "2050";

    public string Gst { get; init; } = "2200";

    public string BondsHeld { get; init; } = "2300";

    /// <summary>Charged and not yet earned.</summary>
    public string DeferredIncome { get; init; } = "2400";

    /// <summary>Between two accounts of customers; zero when both sides are posted.</summary>
    public string Transfers { get; init; } = "2900";

    /// <summary>Money received or paid back by ways that name no account of their own.</summary>
    public string Bank { get; init; } = "1000";

    /// <summary>Income of items without a code.</summary>
    public string Revenue { get; init; } = "4000";

    public string Surcharges { get; init; } = "4200";

    public string Adjustments { get; init; } = "4900";

    public string Rounding { get; init; } = "4950";

    /// <summary>Whether what is charged for coming months is income of those months only.</summary>
    public bool DefersIncome { get; init; }
}

/// <summary>How long something has been owed (guide, line 3335).</summary>
/// <param name="FromDays">The youngest age in days; the group reaches to the next one.</param>
public sealed record AgeGroup(string Name, int FromDays)
{
    /// <summary>The groups of a company that configures none.</summary>
    public static IReadOnlyList<AgeGroup> Usual { get; } = [new("Current", 0), new("30 days", 30), new("60 days", 60), new("90+ days", 90)];
}

/// <summary>What the age of a debt is counted from.</summary>
public enum AgedFrom
{
    TransactionDate,
    DueDate,
}

/// <summary>How strictly an account that is late with its payments is treated (guide, line 3333).</summary>
/// <param name="OverdueDays">The level begins when something has been overdue for so many days.</param>
/// <param name="MinimumAmount">What is owed less than this does not count, in each currency that has no minimum of its own.</param>
public sealed record TreatmentLevel(string Name, int OverdueDays, decimal MinimumAmount)
{
    /// <summary>Minimums of single currencies, by their codes.</summary>
    public IReadOnlyDictionary<string, decimal> MinimumAmounts { get; init; } = CurrencyAmounts.None;

    /// <summary>What is owed less than this does not count.</summary>
    public decimal MinimumIn(string currency) => MinimumAmounts.In(currency) ?? MinimumAmount;

    /// <summary>What the credit control run does when an account reaches the level, in this order.</summary>
    public IReadOnlyList<TreatmentAction> Actions { get; init; } = [];

    /// <summary>Whether an account that reaches the level loses something that it had.</summary>
    public bool Suspends => Actions.Any(action => action.Kind is TreatmentActionKind.Suspend or TreatmentActionKind.DisableLogin);

    /// <summary>How many of some levels come before the first that suspends; all where none does.</summary>
    public static int BeforeSuspension(IReadOnlyList<TreatmentLevel> levels) => levels.TakeWhile(level => !level.Suspends).Count();

    /// <summary>The level of an account that is late with nothing.</summary>
    public const string Settled = "Settled";

    /// <summary>The levels of terms that configure none.</summary>
    public static IReadOnlyList<TreatmentLevel> Usual { get; } = [new("Overdue", 1, 0m), new("Delinquent", 30, 0m)];
}

/// <summary>What credit control can do about an account.</summary>
public enum TreatmentActionKind
{
    /// <summary>Writes to the customer.</summary>
    Notice,

    /// <summary>Raises an invoice over a fee.</summary>
    LateFee,

    /// <summary>Suspends the account's services: no access, no recurring charges.</summary>
    Suspend,

    /// <summary>Suspends the account's logins.</summary>
    DisableLogin,

    /// <summary>
    /// Lifts what credit control has suspended when an account comes back to the level from a stricter one. A settled account needs none.
    /// </summary>
    Resume,

    /// <summary>Raises a ticket, so that somebody of the company sees to it.</summary>
    Ticket,
}

/// <summary>What goes with a notice besides its text.</summary>
public enum NoticeAttachment
{
    None,

    /// <summary>The invoices that are overdue, each as PDF.</summary>
    Invoices,

    /// <summary>The account's statement as PDF.</summary>
    Statement,
}

/// <summary>An action of a treatment level.</summary>
public sealed record TreatmentAction(TreatmentActionKind Kind)
{
    /// <summary>The mail template of a notice.</summary>
    public string? Template { get; init; }

    /// <summary>What goes with a notice.</summary>
    public NoticeAttachment Attach { get; init; }

    /// <summary>Number of the template of a ticket.</summary>
    public int? TemplateTicket { get; init; }

    /// <summary>The item description of a late fee.</summary>
    public string? ItemCode { get; init; }

    /// <summary>The late fee without tax, in each currency that has none of its own; null for the item's rate.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Late fees of single currencies, by their codes.</summary>
    public IReadOnlyDictionary<string, decimal> Amounts { get; init; } = CurrencyAmounts.None;

    /// <summary>The late fee without tax; null for the item's rate.</summary>
    public decimal? FeeIn(string currency) => Amounts.In(currency) ?? Amount;
}

/// <summary>What credit control leaves alone.</summary>
public sealed record CreditControlLimits
{
    /// <summary>Days behind its due date from which an invoice is overdue.</summary>
    public int GraceDays { get; init; }

    /// <summary>An account that owes less is settled: in each currency that has no minimum of its own.</summary>
    public decimal MinimumAccount { get; init; }

    public IReadOnlyDictionary<string, decimal> MinimumAccounts { get; init; } = CurrencyAmounts.None;

    /// <summary>A debit of which less is owed does not count: in each currency that has no minimum of its own.</summary>
    public decimal MinimumInvoice { get; init; }

    public IReadOnlyDictionary<string, decimal> MinimumInvoices { get; init; } = CurrencyAmounts.None;

    public decimal MinimumAccountIn(string currency) => MinimumAccounts.In(currency) ?? MinimumAccount;

    public decimal MinimumInvoiceIn(string currency) => MinimumInvoices.In(currency) ?? MinimumInvoice;
}

/// <summary>Account terms by how an account has paid in its recent past.</summary>
/// <param name="AccountTypes">Accounts of these types are on it, unless they have a choice of their own.</param>
/// <param name="DefaultTerms">The account terms of those who pay in time.</param>
/// <param name="Rules">The first one that holds says the terms.</param>
public sealed record ResponsiveTermsItem(
    int Id,
    string Name,
    IReadOnlyList<int> AccountTypes,
    int DefaultTerms,
    IReadOnlyList<ResponsiveTermsRule> Rules
);

/// <summary>At least so many invoices of which so much was owing so many days after the due date, in the last months.</summary>
/// <param name="Owing">In each currency that has no amount of its own.</param>
/// <param name="Then">The account terms where the rule holds.</param>
public sealed record ResponsiveTermsRule(int AtLeast, decimal Owing, int OverdueDays, int InMonths, int Then)
{
    public IReadOnlyDictionary<string, decimal> Owings { get; init; } = CurrencyAmounts.None;

    public decimal OwingIn(string currency) => Owings.In(currency) ?? Owing;
}

/// <summary>How documents and notices reach a customer.</summary>
public enum DispatchChannel
{
    Email,

    /// <summary>A file in the stage's folder, for a print shop.</summary>
    File,

    /// <summary>Not at all: the customer looks at a portal.</summary>
    None,
}

/// <summary>Which notes an adjustment type allows.</summary>
public enum AdjustmentDirection
{
    Both,
    Credit,
    Debit,
}

/// <summary>A kind of adjustment and its limits (guide, line 4670).</summary>
/// <param name="SalesReportCategory">Code that it is counted under.</param>
/// <param name="MaximumAmount">Largest absolute amount with GST; null for no limit.</param>
/// <param name="DefaultAmount">Signed amount with GST of a call that names none; null where every call must.</param>
/// <param name="DefaultGst">The GST in it, with the same sign.</param>
public sealed record AdjustmentType(
    int Id,
    string Name,
    int? Company,
    AdjustmentDirection Direction,
    string? SalesReportCategory,
    string? GlCode,
    decimal? MaximumAmount,
    decimal? DefaultAmount,
    decimal? DefaultGst
);

/// <summary>Where a sale was made (guide, line 4203).</summary>
public sealed record Office(int Id, string Name);

/// <summary>A reduction of charges.</summary>
/// <param name="Percent">Of the charge without tax; 0 for none.</param>
/// <param name="Amount">Fixed amount of each charge without tax; 0 for none.</param>
/// <param name="AccountTypes">Accounts of these types have it; none for only those that it is assigned to.</param>
/// <param name="ItemCodes">The items that it is for; none for all.</param>
public sealed record Discount(
    int Id,
    string Name,
    decimal Percent,
    decimal Amount,
    IReadOnlyList<int> AccountTypes,
    IReadOnlyList<int> Services,
    IReadOnlyList<string> ItemCodes
)
{
    /// <summary>What it takes off a charge, with the charge's sign and never more than the charge; not rounded.</summary>
    public decimal Of(decimal charge) => Math.Sign(charge) * Math.Min(Math.Abs(charge), (Math.Abs(charge) * Percent / 100m) + Amount);

    public bool IsFor(string itemCode) => ItemCodes.Count == 0 || ItemCodes.Contains(itemCode);
}

/// <summary>Codes of the sales report categories that transactions and lines are counted under by themselves.</summary>
public static class SalesReportCategories
{
    public const string Invoice = "invoice";
    public const string Receipt = "receipt";
    public const string Credit = "credit";
    public const string Debit = "debit";
    public const string Surcharge = "surchrg";
    public const string Bond = "bond";
    public const string BondRelease = "bondrel";
    public const string Reimbursement = "reibt";
    public const string Transfer = "transfer";
    public const string Gst = "gst";
    public const string Rounding = "round";

    /// <summary>Of items without a category (guide, line 2565).</summary>
    public const string Unknown = "unknown";

    public static IReadOnlyList<string> All { get; } =
    [Invoice, Receipt, Credit, Debit, Surcharge, Bond, BondRelease, Reimbursement, Transfer, Gst, Rounding, Unknown];
}
