using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Messages;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>The messages about subscriptions, with the header properties of the guide's "Message bus topics".</summary>
public static class SubscriptionMessages
{
    /// <summary>A subscription that was closed, with the username that it had (guide, line 22590).</summary>
    public static OutgoingMessage SubscriptionClosed(CatalogueSnapshot catalogue, ClosedSubscription closed) =>
        new(
            BusMessages.SubscriptionClosed(closed.Subscription.ServiceId, closed.Subscription.Usn.Value),
            closed.Subscription.AccountUsn,
            SmileDocuments.SubscriptionUpdated.Write(
                new SubscriptionUpdatedType
                {
                    Subscription = SubscriptionDocuments.ForMessage(catalogue, closed.Subscription, closed.Username),
                }
            )
        );

    /// <summary>SubscriptionUpdated.</summary>
    public static OutgoingMessage SubscriptionUpdated(CatalogueSnapshot catalogue, Subscription subscription) =>
        new(
            BusMessages.SubscriptionUpdated(subscription.ServiceId, subscription.Usn.Value),
            subscription.AccountUsn,
            SmileDocuments.SubscriptionUpdated.Write(
                new SubscriptionUpdatedType { Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription) }
            )
        );

    /// <summary>
    /// A credit limit is exceeded, or is kept again (guide, lines 22263, 22328). Amounts are texts: those of an invoice, with the decimals
    /// of the currency.
    /// </summary>
    /// <param name="limit">The subscription's or the account's.</param>
    /// <param name="balance">Of the account, without usage that is not billed.</param>
    public static OutgoingMessage CreditLimit(
        CatalogueSnapshot catalogue,
        Subscription subscription,
        bool isExceeded,
        Money limit,
        Money balance
    )
    {
        var (sid, usn, currency) = (subscription.ServiceId, subscription.Usn.Value, balance.Currency.Code);
        return new OutgoingMessage(
            isExceeded
                ? BusMessages.CreditLimitExceeded(sid, usn, Text(limit), Text(balance), currency)
                : BusMessages.CreditLimitOkay(sid, usn, Text(limit), Text(balance), currency),
            subscription.AccountUsn,
            SmileDocuments.Subscription.Write(SubscriptionDocuments.ForMessage(catalogue, subscription))
        );

        static string Text(Money money) => money.Rounded().Amount.ToString($"F{money.Currency.Decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>A plan schedule item is in force from now on (guide, line 22958).</summary>
    public static OutgoingMessage SubscriptionPlanChanged(
        CatalogueSnapshot catalogue,
        BillingTimeZone zone,
        Subscription subscription,
        PlanScheduleItem item
    ) =>
        new(
            BusMessages.SubscriptionPlanChanged(subscription.ServiceId, subscription.Usn.Value),
            subscription.AccountUsn,
            SmileDocuments.SubscriptionPlanChanged.Write(
                new SubscriptionPlanChangedType
                {
                    Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription),
                    PlanScheduleItem = SubscriptionDocuments.PlanScheduleItem(zone, item),
                }
            )
        );

    /// <summary>All addresses that a subscription has now (guide, line 22789).</summary>
    /// <param name="username">The one that it had, where it is closed; null for its own.</param>
    public static OutgoingMessage SubscriptionIpRangesUpdated(
        CatalogueSnapshot catalogue,
        Subscription subscription,
        IReadOnlyList<SubscriptionIpRangeType> ranges,
        string? username
    ) =>
        new(
            BusMessages.SubscriptionIpRangesUpdated(subscription.ServiceId, subscription.Usn.Value),
            subscription.AccountUsn,
            SmileDocuments.SubscriptionIpRangesUpdated.Write(
                new SubscriptionIpRangesUpdatedType
                {
                    Subscription = SubscriptionDocuments.ForMessage(catalogue, subscription, username),
                    IPRanges = new IPRangesType { SubscriptionIpRange = ranges },
                }
            )
        );

    /// <summary>The messages whose body is SubscriptionFeaturesUpdate.</summary>
    public static OutgoingMessage Features(BusMessage message, Subscription subscription, SubscriptionFeaturesUpdateType body) =>
        new(message, subscription.AccountUsn, SmileDocuments.SubscriptionFeaturesUpdate.Write(body));

    /// <summary>Asks for what was used since a time to be rated again; has no body (guide, line 22457).</summary>
    public static OutgoingMessage RatingConfigurationUpdated(Subscription subscription, DateTimeOffset since) =>
        new(
            BusMessages.RatingConfigurationUpdated(
                subscription.Usn.Value,
                subscription.ServiceId,
                ratingPriorityState: 1,
                since.ToUnixTimeMilliseconds()
            ),
            subscription.AccountUsn,
            ""
        );
}
