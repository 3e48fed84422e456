using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Receivables;

/// <summary>What the kinds of transaction have in common (guide, "Transaction types", line 17560).</summary>
public static class TransactionTypes
{
    /// <summary>Whether transactions of the kind list their charges.</summary>
    public static bool IsItemised(this TransactionType type) =>
        type
            is TransactionType.Quote
                or TransactionType.Invoice
                or TransactionType.ItemisedCredit
                or TransactionType.ItemisedDebit
                or TransactionType.RecipientCreatedTaxInvoice
                or TransactionType.Bond;

    /// <summary>With its article, for messages: an Invoice, a Receipt.</summary>
    public static string WithArticle(this TransactionType type) =>
        (type.ToString()[0] is 'A' or 'E' or 'I' or 'O' or 'U' ? "an " : "a ") + type;

    /// <summary>The same at the beginning of a sentence.</summary>
    public static string WithCapitalArticle(this TransactionType type) =>
        type.WithArticle() is var text ? char.ToUpperInvariant(text[0]) + text[1..] : "";

    /// <summary>The kind of transaction that takes one of this kind back; null where none can.</summary>
    public static TransactionType? Reversal(this TransactionType type) =>
        type switch
        {
            TransactionType.Invoice => TransactionType.InvoiceReversal,
            TransactionType.Surcharge => TransactionType.SurchargeReversal,
            TransactionType.Receipt => TransactionType.ReceiptReversal,
            TransactionType.ItemisedCredit => TransactionType.ItemisedCreditReversal,
            TransactionType.ItemisedDebit => TransactionType.ItemisedDebitReversal,
            TransactionType.RecipientCreatedTaxInvoice => TransactionType.RecipientCreatedTaxInvoiceReversal,
            TransactionType.Bond => TransactionType.BondReversal,
            TransactionType.Reimbursement => TransactionType.ReimbursementReversal,

            // There are no reversals of notes: the opposite note takes one back.
            TransactionType.CreditNote => TransactionType.DebitNote,
            TransactionType.DebitNote => TransactionType.CreditNote,
            _ => null,
        };

    /// <summary>The one kind that a reversal may be allocated to; null for transactions that are no reversals (guide, line 4506).</summary>
    public static TransactionType? Reverses(this TransactionType type) =>
        type switch
        {
            TransactionType.InvoiceReversal => TransactionType.Invoice,
            TransactionType.SurchargeReversal => TransactionType.Surcharge,
            TransactionType.ReceiptReversal => TransactionType.Receipt,
            TransactionType.ItemisedCreditReversal => TransactionType.ItemisedCredit,
            TransactionType.ItemisedDebitReversal => TransactionType.ItemisedDebit,
            TransactionType.RecipientCreatedTaxInvoiceReversal => TransactionType.RecipientCreatedTaxInvoice,
            TransactionType.BondReversal => TransactionType.Bond,
            TransactionType.BondRelease => TransactionType.Bond,
            TransactionType.ReimbursementReversal => TransactionType.Reimbursement,
            _ => null,
        };

    /// <summary>The category of a transaction that names none.</summary>
    public static string SalesReportCategory(this TransactionType type) =>
        type switch
        {
            TransactionType.Receipt => SalesReportCategories.Receipt,
            TransactionType.CreditNote or TransactionType.ItemisedCredit => SalesReportCategories.Credit,
            TransactionType.DebitNote or TransactionType.ItemisedDebit => SalesReportCategories.Debit,
            TransactionType.Surcharge => SalesReportCategories.Surcharge,
            TransactionType.Bond => SalesReportCategories.Bond,
            TransactionType.BondRelease => SalesReportCategories.BondRelease,
            TransactionType.Reimbursement => SalesReportCategories.Reimbursement,
            TransactionType.TransferredCredit
            or TransactionType.TransferredDebit
            or TransactionType.CreditTransferCredit
            or TransactionType.CreditTransferDebit => SalesReportCategories.Transfer,
            _ => SalesReportCategories.Invoice,
        };

    /// <summary>Whether queries show the category of such a transaction itself and not only of its lines (guide, line 3590).</summary>
    public static bool ShowsCategory(this TransactionType type) =>
        type is TransactionType.CreditNote or TransactionType.DebitNote or TransactionType.Surcharge or TransactionType.SurchargeReversal;
}
