using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Receivables;

/// <summary>The messages about transactions and charges, with the header properties of the guide's "Message bus topics".</summary>
internal static class TransactionMessages
{
    private const string TransactionTopic = "SmileTransaction";
    private const string TransactionVersion = "2.0";

    /// <summary>TransactionClosed and TransactionUpdated (guide, lines 23844, 24172).</summary>
    public static OutgoingMessage TransactionDetail(
        TransactionEventTypeType eventType,
        Account account,
        FinancialTransaction transaction,
        TransactionDocuments documents
    ) =>
        new(
            TransactionTopic,
            eventType.ToString(),
            account.Usn,
            Headers(account, transaction, eventType),
            transaction.Type.IsItemised()
                ? SmileDocuments.ItemisedTransactionDetailEvent.Write(
                    new ItemisedTransactionDetailEventType
                    {
                        TransactionEventType = eventType,
                        Transaction = documents.Itemised(transaction, TransactionView.Result),
                    }
                )
                : SmileDocuments.TransactionDetailEvent.Write(
                    new TransactionDetailEventType
                    {
                        TransactionEventType = eventType,
                        Transaction = documents.Detail(transaction, TransactionView.Result),
                    }
                )
        );

    /// <summary>TransactionDeleted, TransactionReopened and TransactionReversed (guide, lines 23944, 24020, 24094).</summary>
    /// <param name="effectiveDate">Day from which a reversal counts.</param>
    public static OutgoingMessage Transaction(
        TransactionEventTypeType eventType,
        Account account,
        FinancialTransaction transaction,
        TransactionDocuments documents,
        XmlDate? effectiveDate = null
    ) =>
        new(
            TransactionTopic,
            eventType.ToString(),
            account.Usn,
            Headers(account, transaction, eventType),
            SmileDocuments.TransactionEvent.Write(
                new TransactionEventType
                {
                    TransactionEventTypeValue = eventType,
                    Transaction = documents.Detail(transaction, TransactionView.Short),
                    EffectiveDate = effectiveDate,
                }
            )
        );

    /// <summary>A debit and a credit settle each other, or no longer do (guide, line 23739).</summary>
    /// <param name="amount">Positive.</param>
    /// <param name="allocationType">Allocation or Deallocation.</param>
    public static OutgoingMessage TransactionAllocated(
        Account account,
        FinancialTransaction debit,
        FinancialTransaction credit,
        decimal amount,
        string allocationType,
        TransactionDocuments documents
    ) =>
        new(
            TransactionTopic,
            nameof(TransactionEventTypeType.TransactionAllocated),
            account.Usn,
            [
                new("version", TransactionVersion),
                new("usn", account.Usn.Value),
                new("company", account.CompanyId),
                new("currency", account.Currency),
                new("amount", (double)amount),
                new("accountType", account.AccountTypeId),
                new("debitNumber", debit.Number),
                new("creditNumber", credit.Number),
                new("allocationType", allocationType),
                new("eventType", nameof(TransactionEventTypeType.TransactionAllocated)),
            ],
            SmileDocuments.TransactionAllocatedEvent.Write(
                new TransactionAllocatedEventType
                {
                    TransactionEventType = TransactionEventTypeType.TransactionAllocated,
                    DebitTransaction = documents.Detail(debit, TransactionView.Side),
                    CreditTransaction = documents.Detail(credit, TransactionView.Side),
                    Amount = amount,
                }
            )
        );

    /// <summary>A charge waits for the next invoice, or no longer does (guide, line 21449): then its amount is zero.</summary>
    public static OutgoingMessage ChargeDeferred(Account account, TransactionItem charge, RealisedChargeType body) =>
        new(
            "SmileCharge",
            "ChargeDeferred",
            account.Usn,
            [
                new("company", account.CompanyId),
                new("accountType", account.AccountTypeId),
                new("usn", charge.Usn.Value),
                new("chargeId", charge.ChargeId?.ToString() ?? ""),
                new("currency", charge.Currency),
                new("amount", (double)(body.Charge ?? 0m)),
            ],
            SmileDocuments.RealisedCharge.Write(body)
        );

    private static MessageHeader[] Headers(Account account, FinancialTransaction transaction, TransactionEventTypeType eventType) =>
        [
            new("version", TransactionVersion),
            new("usn", account.Usn.Value),
            new("company", account.CompanyId),
            new("currency", transaction.Currency),
            new("amount", (double)transaction.Amount),
            new("accountType", transaction.AccountTypeId),
            new("transactionNumber", transaction.Number),
            new("transactionType", transaction.Type.ToString()),
            new("eventType", eventType.ToString()),
        ];
}
