using Smile.Contracts;
using Smile.Domain.Accounts;
using Smile.Domain.Catalogue;
using Smile.Domain.Ordering;
using Smile.Domain.Subscriptions;

namespace Smile.Domain.Messaging;

/// <summary>Makes the messages of the guide's "Message bus topics", with their header properties in its names and types.</summary>
internal static class SmileMessages
{
    private const string OrderTopic = "SmileOrder";
    private const string SubscriptionTopic = "SmileSubscription";

    /// <summary>The service of accounts themselves, as the <c>sid</c> of AccountUpdated.</summary>
    private const int AccountServiceId = 1;

    public static OutgoingMessage AccountUpdated(CatalogueSnapshot catalogue, Account account, IReadOnlyCollection<CostCentre> costCentres) => new(
        "SmileAccount",
        "AccountUpdated",
        account.Usn,
        [new("sid", AccountServiceId), new("accountUsn", account.Usn.Value), new("company", account.CompanyId)],
        SmileDocuments.Account.Write(AccountDocuments.WithoutSubscriptions(catalogue, account, costCentres)));

    /// <summary>OrderEntered, OrderRequiresApproval, OrderApproved, OrderComplete, OrderCancelled.</summary>
    public static OutgoingMessage Order(string messageType, CustomerOrder order) => new(
        OrderTopic,
        messageType,
        order.AccountUsn,
        [new("number", order.Number), new("accountUsn", order.AccountUsn.Value)],
        SmileDocuments.Order.Write(OrderDocuments.Order(order)));

    /// <summary>SubscriptionUpdated and SubscriptionClosed.</summary>
    public static OutgoingMessage SubscriptionUpdated(string messageType, CatalogueSnapshot catalogue, Subscription subscription) => new(
        SubscriptionTopic,
        messageType,
        subscription.AccountUsn,
        Headers(subscription),
        SmileDocuments.SubscriptionUpdated.Write(new SubscriptionUpdatedType { Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription) }));

    /// <summary>The messages whose body is SubscriptionFeaturesUpdate.</summary>
    public static OutgoingMessage Features(string messageType, Subscription subscription, SubscriptionFeaturesUpdateType body, params MessageHeader[] more) => new(
        SubscriptionTopic,
        messageType,
        subscription.AccountUsn,
        [.. Headers(subscription), .. more],
        SmileDocuments.SubscriptionFeaturesUpdate.Write(body));

    /// <summary>Asks for what was used since a time to be rated again; has no body (guide, line 22457).</summary>
    public static OutgoingMessage RatingConfigurationUpdated(Subscription subscription, DateTimeOffset since) => new(
        SubscriptionTopic,
        "RatingConfigurationUpdated",
        subscription.AccountUsn,
        [.. Headers(subscription), new("ratingPriorityState", 1), new("timestamp", since.ToUnixTimeMilliseconds())],
        "");

    private static MessageHeader[] Headers(Subscription subscription) => [new("sid", subscription.ServiceId), new("usn", subscription.Usn.Value)];
}
