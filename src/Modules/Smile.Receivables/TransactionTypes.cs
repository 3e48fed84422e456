using Smile.Catalogue;
using Smile.Contracts;

namespace Smile.Receivables;

/// <summary>What the kinds of transaction have in common (guide, "Transaction types", line 17560).</summary>
public static class TransactionTypes
{
    /// <summary>Whether transactions of the kind list their charges.</summary>
    public static bool IsItemised(this TransactionTypeType type) =>
        type
            is TransactionTypeType.Quote
                or TransactionTypeType.Invoice
                or TransactionTypeType.ItemisedCredit
                or TransactionTypeType.ItemisedDebit
                or TransactionTypeType.RecipientCreatedTaxInvoice
                or TransactionTypeType.Bond;

    /// <summary>With its article, for messages: an Invoice, a Receipt.</summary>
    public static string WithArticle(this TransactionTypeType type) =>
        (type.ToString()[0] is 'A' or 'E' or 'I' or 'O' or 'U' ? "an " : "a ") + type;

    /// <summary>The same at the beginning of a sentence.</summary>
    public static string WithCapitalArticle(this TransactionTypeType type) =>
        type.WithArticle() is var text ? char.ToUpperInvariant(text[0]) + text[1..] : "";

    /// <summary>The kind of transaction that takes one of this kind back; null where none can.</summary>
    public static TransactionTypeType? Reversal(this TransactionTypeType type) =>
        type switch
        {
            TransactionTypeType.Invoice => TransactionTypeType.InvoiceReversal,
            TransactionTypeType.Surcharge => TransactionTypeType.SurchargeReversal,
            TransactionTypeType.Receipt => TransactionTypeType.ReceiptReversal,
            TransactionTypeType.ItemisedCredit => TransactionTypeType.ItemisedCreditReversal,
            TransactionTypeType.ItemisedDebit => TransactionTypeType.ItemisedDebitReversal,
            TransactionTypeType.RecipientCreatedTaxInvoice => TransactionTypeType.RecipientCreatedTaxInvoiceReversal,
            TransactionTypeType.Bond => TransactionTypeType.BondReversal,
            TransactionTypeType.Reimbursement => TransactionTypeType.ReimbursementReversal,

            // There are no reversals of notes: the opposite note takes one back.
            TransactionTypeType.CreditNote => TransactionTypeType.DebitNote,
            TransactionTypeType.DebitNote => TransactionTypeType.CreditNote,
            _ => null,
        };

    /// <summary>The one kind that a reversal may be allocated to; null for transactions that are no reversals (guide, line 4506).</summary>
    public static TransactionTypeType? Reverses(this TransactionTypeType type) =>
        type switch
        {
            TransactionTypeType.InvoiceReversal => TransactionTypeType.Invoice,
            TransactionTypeType.SurchargeReversal => TransactionTypeType.Surcharge,
            TransactionTypeType.ReceiptReversal => TransactionTypeType.Receipt,
            TransactionTypeType.ItemisedCreditReversal => TransactionTypeType.ItemisedCredit,
            TransactionTypeType.ItemisedDebitReversal => TransactionTypeType.ItemisedDebit,
            TransactionTypeType.RecipientCreatedTaxInvoiceReversal => TransactionTypeType.RecipientCreatedTaxInvoice,
            TransactionTypeType.BondReversal => TransactionTypeType.Bond,
            TransactionTypeType.BondRelease => TransactionTypeType.Bond,
            TransactionTypeType.ReimbursementReversal => TransactionTypeType.Reimbursement,
            _ => null,
        };

    /// <summary>The category of a transaction that names none.</summary>
    public static string SalesReportCategory(this TransactionTypeType type) =>
        type switch
        {
            TransactionTypeType.Receipt => SalesReportCategories.Receipt,
            TransactionTypeType.CreditNote or TransactionTypeType.ItemisedCredit => SalesReportCategories.Credit,
            TransactionTypeType.DebitNote or TransactionTypeType.ItemisedDebit => SalesReportCategories.Debit,
            TransactionTypeType.Surcharge => SalesReportCategories.Surcharge,
            TransactionTypeType.Bond => SalesReportCategories.Bond,
            TransactionTypeType.BondRelease => SalesReportCategories.BondRelease,
            TransactionTypeType.Reimbursement => SalesReportCategories.Reimbursement,
            TransactionTypeType.TransferredCredit
            or TransactionTypeType.TransferredDebit
            or TransactionTypeType.CreditTransferCredit
            or TransactionTypeType.CreditTransferDebit => SalesReportCategories.Transfer,
            _ => SalesReportCategories.Invoice,
        };

    /// <summary>Whether queries show the category of such a transaction itself and not only of its lines (guide, line 3590).</summary>
    public static bool ShowsCategory(this TransactionTypeType type) =>
        type
            is TransactionTypeType.CreditNote
                or TransactionTypeType.DebitNote
                or TransactionTypeType.Surcharge
                or TransactionTypeType.SurchargeReversal;
}
