namespace Smile.Kernel;

/// <summary>
/// The kinds of transaction of the ledger (guide, "Transaction types", line 17560). Their names are stored, and are keys of the catalogue's
/// wording.
/// </summary>
public enum TransactionType
{
    /// <summary>What services or equipment would cost. Changes no balance while it is open. (guide, line 17565)</summary>
    Quote,

    /// <summary>Itemised charges over a period. (guide, line 17570)</summary>
    Invoice,

    /// <summary>Takes back an invoice. (guide, line 5168)</summary>
    InvoiceReversal,

    /// <summary>A fee on top of another charge, for example for paying by card. (guide, line 17573)</summary>
    Surcharge,

    /// <summary>Takes back a surcharge. (guide, line 4508)</summary>
    SurchargeReversal,

    /// <summary>A payment that was made. (guide, line 17576)</summary>
    Receipt,

    /// <summary>Takes back a receipt. (guide, line 4507)</summary>
    ReceiptReversal,

    /// <summary>An adjustment that lowers the balance. (guide, line 17578)</summary>
    CreditNote,

    /// <summary>An adjustment that raises the balance. (guide, line 17584)</summary>
    DebitNote,

    /// <summary>A credit note that lists what it is for. (guide, line 17589)</summary>
    ItemisedCredit,

    /// <summary>Takes back an itemised credit. (guide, line 23878)</summary>
    ItemisedCreditReversal,

    /// <summary>A debit note that lists what it is for. (guide, line 17596)</summary>
    ItemisedDebit,

    /// <summary>Takes back an itemised debit. (guide, line 23878)</summary>
    ItemisedDebitReversal,

    /// <summary>An invoice that a company makes out to itself on behalf of a creditor, for commissions. (guide, line 17601)</summary>
    RecipientCreatedTaxInvoice,

    /// <summary>Takes back a recipient created tax invoice. (guide, line 23880)</summary>
    RecipientCreatedTaxInvoiceReversal,

    /// <summary>On the invoice's account, when a receipt of another account is allocated to the invoice. (guide, line 17606)</summary>
    CreditTransferCredit,

    /// <summary>On the receipt's account, when the receipt is allocated to an invoice of another account. (guide, line 17610)</summary>
    CreditTransferDebit,

    /// <summary>On the account whose balance a transfer of funds lowers. (guide, line 17616)</summary>
    TransferredCredit,

    /// <summary>On the account whose balance a transfer of funds raises. (guide, line 17621)</summary>
    TransferredDebit,

    /// <summary>Security held from the customer. (guide, line 6541)</summary>
    Bond,

    /// <summary>Gives a bond free. (guide, line 6748)</summary>
    BondRelease,

    /// <summary>Takes back a bond. (guide, line 4509)</summary>
    BondReversal,

    /// <summary>Money paid back to the customer. (guide, line 5063)</summary>
    Reimbursement,

    /// <summary>Takes back a reimbursement that was not paid out after all.</summary>
    ReimbursementReversal,
}
