using Smile.Catalogue;
using Smile.Contracts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>The messages about subscriptions, with the header properties of the guide's "Message bus topics".</summary>
public static class SubscriptionMessages
{
    private const string SubscriptionTopic = "SmileSubscription";

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

    private static MessageHeader[] Headers(Subscription subscription) =>
        [new("sid", subscription.ServiceId), new("usn", subscription.Usn.Value)];
}
