using System.Globalization;
using System.Xml.Linq;

namespace Smile.Testing;

/// <summary>
/// A ledger that is kept from bus messages alone, as a general ledger that listens to the topic SmileTransaction keeps it (guide, line
/// 17720): what is closed is added, what is reopened or deleted subtracted, and what is allocated settles both sides. It must equal the
/// server's.
/// </summary>
public sealed class BooksOfMessages
{
    private static readonly XNamespace Data = "http://xml.inomial.com/smile/2.xsd";

    // The transaction types of the messages' tables (guide, lines 23880 to 24230) and those of this server's notes and bonds.
    private static readonly string[] Types =
    [
        "CreditNote",
        "CreditTransferCredit",
        "CreditTransferDebit",
        "DebitNote",
        "Invoice",
        "InvoiceReversal",
        "ItemisedCredit",
        "ItemisedCreditReversal",
        "ItemisedDebit",
        "ItemisedDebitReversal",
        "Receipt",
        "ReceiptReversal",
        "RecipientCreatedTaxInvoice",
        "RecipientCreatedTaxInvoiceReversal",
        "Surcharge",
        "SurchargeReversal",
        "TransferredCredit",
        "TransferredDebit",
        "Bond",
        "BondRelease",
        "BondReversal",
        "Reimbursement",
        "ReimbursementReversal",
    ];

    private readonly Dictionary<string, decimal> _balances = [];
    private readonly Dictionary<string, decimal> _unallocated = [];
    private readonly HashSet<string> _reopened = [];

    /// <summary>The balance of an account, in its currency.</summary>
    public decimal Balance(string usn) => _balances.GetValueOrDefault(usn);

    /// <summary>What is unallocated of a transaction, with its sign; 0 for one that was never closed.</summary>
    public decimal Unallocated(string number) => _unallocated.GetValueOrDefault(number);

    /// <summary>Enters a message of the topic; those of other types say nothing of money.</summary>
    /// <param name="type">The header smileMessageType.</param>
    /// <param name="allocationType">The header allocationType, of allocations.</param>
    /// <exception cref="InvalidDataException">The message has a transaction type that the guide's tables do not list.</exception>
    public void Hear(string type, string allocationType, string body)
    {
        switch (type)
        {
            case "TransactionClosed":
                Add(body, 1);
                break;
            case "TransactionReopened":
                _reopened.Add(Add(body, -1));
                break;
            case "TransactionDeleted":
                Add(body, -1);
                break;
            case "TransactionUpdated" when _reopened.Remove(Number(Transaction(body))):
                Add(body, 1);
                break;
            case "TransactionAllocated":
                Allocate(XElement.Parse(body), allocationType == "Deallocation" ? -1 : 1);
                break;
            default:
                break;
        }
    }

    private string Add(string body, int sign)
    {
        var transaction = Transaction(body);
        var (number, usn, kind) = (
            Number(transaction),
            transaction.Element(Data + "usn")!.Value,
            transaction.Element(Data + "transactionType")!.Value
        );
        if (!Types.Contains(kind))
        {
            throw new InvalidDataException($"A message has the transaction type {kind}, which the guide's tables do not have.");
        }

        var amount = sign * decimal.Parse(transaction.Element(Data + "amount")!.Value, CultureInfo.InvariantCulture);
        _balances[usn] = Balance(usn) + amount;
        _unallocated[number] = Unallocated(number) + amount;
        return number;
    }

    private void Allocate(XElement body, int sign)
    {
        // The sides are shown as they were before; the amount settles both, or ends that (guide, line 23739).
        var (debit, credit) = (Number(body.Element(Data + "debitTransaction")!), Number(body.Element(Data + "creditTransaction")!));
        var amount = decimal.Parse(body.Element(Data + "amount")!.Value, CultureInfo.InvariantCulture);
        _unallocated[debit] = Unallocated(debit) - (sign * amount);
        _unallocated[credit] = Unallocated(credit) + (sign * amount);
    }

    private static XElement Transaction(string body) => XElement.Parse(body).Element(Data + "transaction")!;

    private static string Number(XElement transaction) => transaction.Element(Data + "transactionNumber")!.Value;
}
