using Smile.Contracts;
using Smile.Contracts.Messages;
using Smile.Customers.Accounts;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Receivables;

/// <summary>The messages about transactions and charges, with the header properties of the guide's "Message bus topics".</summary>
internal static class TransactionMessages
{
    private const string TransactionVersion = "2.0";

    /// <summary>TransactionClosed and TransactionUpdated (guide, lines 23844, 24172).</summary>
    public static OutgoingMessage TransactionDetail(
        TransactionEventTypeType eventType,
        Account account,
        FinancialTransaction transaction,
        TransactionDocuments documents
    ) =>
        new(
            Message(account, transaction, eventType),
            account.Usn,
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
            Message(account, transaction, eventType),
            account.Usn,
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
            BusMessages.TransactionAllocated(
                TransactionVersion,
                account.Usn.Value,
                account.CompanyId,
                account.Currency,
                (double)amount,
                account.AccountTypeId,
                debit.Number,
                credit.Number,
                allocationType,
                nameof(TransactionEventTypeType.TransactionAllocated)
            ),
            account.Usn,
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
            BusMessages.ChargeDeferred(
                account.CompanyId,
                account.AccountTypeId,
                charge.Usn.Value,
                charge.ChargeId?.ToString() ?? "",
                charge.Currency,
                (double)(body.Charge ?? 0m)
            ),
            account.Usn,
            SmileDocuments.RealisedCharge.Write(body)
        );

    private static BusMessage Message(Account account, FinancialTransaction transaction, TransactionEventTypeType eventType)
    {
        Func<string, string, int, string, double, int, string, string, string, BusMessage> message = eventType switch
        {
            TransactionEventTypeType.TransactionClosed => BusMessages.TransactionClosed,
            TransactionEventTypeType.TransactionDeleted => BusMessages.TransactionDeleted,
            TransactionEventTypeType.TransactionReopened => BusMessages.TransactionReopened,
            TransactionEventTypeType.TransactionReversed => BusMessages.TransactionReversed,
            TransactionEventTypeType.TransactionUpdated => BusMessages.TransactionUpdated,
            _ => throw new ArgumentOutOfRangeException(nameof(eventType), eventType, null),
        };
        return message(
            TransactionVersion,
            account.Usn.Value,
            account.CompanyId,
            transaction.Currency,
            (double)transaction.Amount,
            transaction.AccountTypeId,
            transaction.Number,
            transaction.Type.ToString(),
            eventType.ToString()
        );
    }
}
