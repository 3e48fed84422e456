namespace Smile.Server.Tests.Fixture;

/// <summary>
/// What the guide says of each message that the server sends (section "Message bus topics"): topic, header properties with their JMS types,
/// and the body's root.
/// </summary>
internal sealed record MessageContract(string Topic, string Headers, params string[] Bodies)
{
    private const string Transaction =
        "version:string usn:string company:int currency:string amount:double accountType:int transactionNumber:string "
        + "transactionType:string eventType:string";
    private const string SpendLimits = "SubscriptionSpendLimits";
    private const string OfSpendLimit = "sid:int usn:string spendLimitId:int currentThreshold:int previousThreshold:int";
    private const string OfCreditLimit = "sid:int usn:string creditLimit:string balance:string currency:string";
    private const string OfSubscription = "sid:int usn:string";
    private const string OfOrder = "number:string accountUsn:string";
    private const string OfEntry = "companyId:int key:int collectionCode:string entryCode:string";
    private const string Features = "SubscriptionFeaturesUpdate";

    /// <summary>By the message's type. Decimals are double in the header, exact in the body.</summary>
    public static IReadOnlyDictionary<string, MessageContract> All { get; } =
        new Dictionary<string, MessageContract>
        {
            ["AccountUpdated"] = new("SmileAccount", "sid:int accountUsn:string company:int", "Account"),
            ["ChargeDeferred"] = new(
                "SmileCharge",
                "company:int accountType:int usn:string chargeId:string currency:string amount:double",
                "RealisedCharge"
            ),
            ["CorrespondenceSent"] = new(
                "SmileTicket",
                "company:int accountUsn:string subscriptionUsn:string notificationType:string channel:string",
                "TransmittedCorrespondence"
            ),
            ["CreditLimitExceeded"] = new("SmileSubscription", OfCreditLimit, "Subscription"),
            ["CreditLimitOkay"] = new("SmileSubscription", OfCreditLimit, "Subscription"),
            ["CustomCollectionEntryAdded"] = new("SmileCustomCollection", OfEntry, "CustomCollectionEntry"),
            ["CustomCollectionEntryDeleted"] = new("SmileCustomCollection", OfEntry, ""),
            ["CustomCollectionEntryUpdated"] = new("SmileCustomCollection", OfEntry, "CustomCollectionEntry"),
            ["LinkDeallocation"] = new(
                "SmileNumberPool",
                "linkId:string quarantineLinkId:string reservationStatus:boolean",
                "PoolReservationLink"
            ),
            ["OrderApproved"] = new("SmileOrder", OfOrder, "Order"),
            ["OrderCancelled"] = new("SmileOrder", OfOrder, "Order"),
            ["OrderComplete"] = new("SmileOrder", OfOrder, "Order"),
            ["OrderEntered"] = new("SmileOrder", OfOrder, "Order"),
            ["OrderRequiresApproval"] = new("SmileOrder", OfOrder, "Order"),
            ["PrepaidAdded"] = new("SmileSubscription", OfSubscription, "PrepaidAdded"),
            ["PrepaidExpiryWarningEvent"] = new("SmileSubscription", OfSubscription, "PrepaidExpiryWarningEvent"),
            ["PrepaidUpdated"] = new("SmileSubscription", OfSubscription, "PrepaidUpdated"),
            ["RatingConfigurationUpdated"] = new("SmileSubscription", "usn:string sid:int ratingPriorityState:int timestamp:long", ""),
            ["SubscriptionActivated"] = new("SmileSubscription", OfSubscription, Features),
            ["SubscriptionClosed"] = new("SmileSubscription", OfSubscription, "SubscriptionUpdated"),
            ["SubscriptionEnabled"] = new("SmileSubscription", OfSubscription, Features),
            ["SubscriptionFeaturesChanged"] = new("SmileSubscription", OfSubscription, Features),
            ["SubscriptionIpRangesUpdated"] = new("SmileSubscription", OfSubscription, "SubscriptionIpRangesUpdated"),
            ["SubscriptionPlanChanged"] = new("SmileSubscription", OfSubscription, "SubscriptionPlanChanged"),
            ["SubscriptionProvisionCommand"] = new("SmileSubscription", OfSubscription + " command:string commandID:int", Features),
            ["SubscriptionProvisioned"] = new("SmileSubscription", OfSubscription + " provisionRequestId:int", Features),
            ["SubscriptionReadyToProvision"] = new("SmileSubscription", OfSubscription + " provisionRequestId:int", Features),
            ["SubscriptionResumed"] = new("SmileSubscription", OfSubscription, Features),
            ["SubscriptionSpendLimitExceeded"] = new("SmileSubscription", OfSpendLimit, SpendLimits),
            ["SubscriptionSpendLimitReceded"] = new("SmileSubscription", OfSpendLimit, SpendLimits),
            ["SubscriptionSpendLimitStatusUpdated"] = new("SmileSubscription", OfSpendLimit, SpendLimits),
            ["SubscriptionSuspended"] = new("SmileSubscription", OfSubscription, Features),
            ["SubscriptionUpdated"] = new("SmileSubscription", OfSubscription, "SubscriptionUpdated"),
            ["TransactionAllocated"] = new(
                "SmileTransaction",
                "version:string usn:string company:int currency:string amount:double accountType:int debitNumber:string "
                    + "creditNumber:string allocationType:string eventType:string",
                "TransactionAllocatedEvent"
            ),
            ["TransactionClosed"] = new("SmileTransaction", Transaction, "ItemisedTransactionDetailEvent", "TransactionDetailEvent"),
            ["TransactionDeleted"] = new("SmileTransaction", Transaction, "TransactionEvent"),
            ["TransactionReopened"] = new("SmileTransaction", Transaction, "TransactionEvent"),
            ["TransactionReversed"] = new("SmileTransaction", Transaction, "TransactionEvent"),
            ["TransactionUpdated"] = new("SmileTransaction", Transaction, "ItemisedTransactionDetailEvent", "TransactionDetailEvent"),
        };

    /// <summary>The name of a header's JMS type.</summary>
    public static string TypeOf(object value) =>
        value switch
        {
            string => "string",
            int => "int",
            long => "long",
            bool => "boolean",
            double => "double",
            _ => value.GetType().Name,
        };

    /// <summary>Holds a message to what the guide says of its type.</summary>
    public static void AssertKept(AnnouncedMessage message)
    {
        Assert.True(
            All.TryGetValue(message.Type, out var expected),
            $"{message.Type} is no message that this server is known to send: add it to {nameof(MessageContract)} and docs/messages.md."
        );
        Assert.Equal(expected.Topic, message.Topic);
        Assert.Equal(
            expected.Headers.Split(' ').Order(StringComparer.Ordinal),
            message.Headers.Select(header => $"{header.Key}:{TypeOf(header.Value)}").Order(StringComparer.Ordinal)
        );
        Assert.Contains(message.Body.Length == 0 ? "" : System.Xml.Linq.XElement.Parse(message.Body).Name.LocalName, expected.Bodies);
    }
}
