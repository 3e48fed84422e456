using Smile.Contracts;
using Smile.Contracts.Messages;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>The messages about prepaid blocks (guide, lines 14886, 14968 and 22391).</summary>
internal static class PrepaidMessages
{
    public static OutgoingMessage Added(StageSession session, Account account, Subscription subscription, PrepaidBlockState state) =>
        new(
            BusMessages.PrepaidAdded(subscription.ServiceId, subscription.Usn.Value),
            account.Usn,
            SmileDocuments.PrepaidAdded.Write(
                new PrepaidAddedType
                {
                    Subscription = SubscriptionDocuments.ForMessage(session.Catalogue, subscription),
                    EventTimestamp = session.ZoneOf(account).At(session.Now),
                    PrepaidState = PrepaidDocuments.Element(session, account, subscription, state),
                }
            )
        );

    public static OutgoingMessage Updated(StageSession session, Account account, Subscription subscription, PrepaidBlockState state) =>
        new(
            BusMessages.PrepaidUpdated(subscription.ServiceId, subscription.Usn.Value),
            account.Usn,
            SmileDocuments.PrepaidUpdated.Write(
                new PrepaidUpdatedType
                {
                    Subscription = SubscriptionDocuments.ForMessage(session.Catalogue, subscription),
                    EventTimestamp = session.ZoneOf(account).At(session.Now),
                    PrepaidState = PrepaidDocuments.Element(session, account, subscription, state),
                }
            )
        );

    /// <param name="log">The number of the warning.</param>
    public static OutgoingMessage Warning(
        StageSession session,
        Account account,
        Subscription subscription,
        PrepaidBlockState state,
        int log
    ) =>
        new(
            BusMessages.PrepaidExpiryWarningEvent(subscription.ServiceId, subscription.Usn.Value),
            account.Usn,
            SmileDocuments.PrepaidExpiryWarningEvent.Write(
                new PrepaidExpiryWarningEventType
                {
                    Subscription = SubscriptionDocuments.ForMessage(session.Catalogue, subscription),
                    PrepaidWarningLogId = log,
                    EventTimestamp = session.ZoneOf(account).At(session.Now),
                    PrepaidState = PrepaidDocuments.Element(session, account, subscription, state),
                }
            )
        );
}
