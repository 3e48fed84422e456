using Smile.Catalogue;
using Smile.Contracts;
using Smile.Domain.Accounts;
using Smile.Domain.Ordering;
using Smile.Domain.Receivables;
using Smile.Domain.Subscriptions;
using Smile.Kernel;
using Smile.Soap.Xml;

namespace Smile.Domain.Messaging;

/// <summary>Makes the messages of the guide's "Message bus topics", with their header properties in its names and types.</summary>
internal static class SmileMessages
{
    private const string OrderTopic = "SmileOrder";
    private const string SubscriptionTopic = "SmileSubscription";
    private const string TransactionTopic = "SmileTransaction";
    private const string TransactionVersion = "2.0";

    /// <summary>The service of accounts themselves, as the <c>sid</c> of AccountUpdated.</summary>
    private const int AccountServiceId = 1;

    public static OutgoingMessage AccountUpdated(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyCollection<CostCentre> costCentres
    ) =>
        new(
            "SmileAccount",
            "AccountUpdated",
            account.Usn,
            [new("sid", AccountServiceId), new("accountUsn", account.Usn.Value), new("company", account.CompanyId)],
            SmileDocuments.Account.Write(AccountDocuments.WithoutSubscriptions(catalogue, account, costCentres))
        );

    /// <summary>OrderEntered, OrderRequiresApproval, OrderApproved, OrderComplete, OrderCancelled.</summary>
    public static OutgoingMessage Order(string messageType, CustomerOrder order) =>
        new(
            OrderTopic,
            messageType,
            order.AccountUsn,
            [new("number", order.Number), new("accountUsn", order.AccountUsn.Value)],
            SmileDocuments.Order.Write(OrderDocuments.Order(order))
        );

    /// <summary>A subscription that was closed, with the username that it had (guide, line 22590).</summary>
    public static OutgoingMessage SubscriptionClosed(CatalogueSnapshot catalogue, Subscription subscription, string username) =>
        new(
            SubscriptionTopic,
            "SubscriptionClosed",
            subscription.AccountUsn,
            Headers(subscription),
            SmileDocuments.SubscriptionUpdated.Write(
                new SubscriptionUpdatedType { Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription, username) }
            )
        );

    /// <summary>SubscriptionUpdated.</summary>
    public static OutgoingMessage SubscriptionUpdated(string messageType, CatalogueSnapshot catalogue, Subscription subscription) =>
        new(
            SubscriptionTopic,
            messageType,
            subscription.AccountUsn,
            Headers(subscription),
            SmileDocuments.SubscriptionUpdated.Write(
                new SubscriptionUpdatedType { Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription) }
            )
        );

    /// <summary>A plan schedule item is in force from now on (guide, line 22958).</summary>
    public static OutgoingMessage SubscriptionPlanChanged(
        CatalogueSnapshot catalogue,
        BillingTimeZone zone,
        Subscription subscription,
        PlanScheduleItem item
    ) =>
        new(
            SubscriptionTopic,
            "SubscriptionPlanChanged",
            subscription.AccountUsn,
            Headers(subscription),
            SmileDocuments.SubscriptionPlanChanged.Write(
                new SubscriptionPlanChangedType
                {
                    Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription),
                    PlanScheduleItem = SubscriptionDocuments.PlanScheduleItem(zone, item),
                }
            )
        );

    /// <summary>The messages whose body is SubscriptionFeaturesUpdate.</summary>
    public static OutgoingMessage Features(
        string messageType,
        Subscription subscription,
        SubscriptionFeaturesUpdateType body,
        params MessageHeader[] more
    ) =>
        new(
            SubscriptionTopic,
            messageType,
            subscription.AccountUsn,
            [.. Headers(subscription), .. more],
            SmileDocuments.SubscriptionFeaturesUpdate.Write(body)
        );

    /// <summary>Asks for what was used since a time to be rated again; has no body (guide, line 22457).</summary>
    public static OutgoingMessage RatingConfigurationUpdated(Subscription subscription, DateTimeOffset since) =>
        new(
            SubscriptionTopic,
            "RatingConfigurationUpdated",
            subscription.AccountUsn,
            [.. Headers(subscription), new("ratingPriorityState", 1), new("timestamp", since.ToUnixTimeMilliseconds())],
            ""
        );

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

    /// <summary>
    /// A customer was written to; it does not say that it arrived (guide, line 21776). The subscription is empty where it is about the
    /// account.
    /// </summary>
    public static OutgoingMessage CorrespondenceSent(Account account, TransmittedCorrespondenceType body) =>
        new(
            "SmileTicket",
            "CorrespondenceSent",
            account.Usn,
            [
                new("company", account.CompanyId),
                new("accountUsn", account.Usn.Value),
                new("subscriptionUsn", body.SubscriptionUsn ?? ""),
                new("notificationType", body.NotificationType.NotificationTypeId),
                new("channel", body.Channel.ToString()),
            ],
            SmileDocuments.TransmittedCorrespondence.Write(body)
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

    private static MessageHeader[] Headers(Subscription subscription) =>
        [new("sid", subscription.ServiceId), new("usn", subscription.Usn.Value)];
}
