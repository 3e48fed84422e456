using Smile.Contracts.Messages;
using Smile.Customers.Subscriptions;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>Announces what happens to prepaid blocks (guide, lines 14886, 14968 and 22391).</summary>
[UseCase]
public sealed class PrepaidMessages(StageSession session, IPrepaidDocuments documents)
{
    internal void Added(Subscription subscription, PrepaidBlockState state) =>
        Announce(subscription, BusMessages.PrepaidAdded, documents.Added(session, subscription, state));

    internal void Updated(Subscription subscription, PrepaidBlockState state) =>
        Announce(subscription, BusMessages.PrepaidUpdated, documents.Updated(session, subscription, state));

    /// <param name="log">The number of the warning.</param>
    internal void Warning(Subscription subscription, PrepaidBlockState state, int log) =>
        Announce(subscription, BusMessages.PrepaidExpiryWarningEvent, documents.Warning(session, subscription, state, log));

    private void Announce(Subscription subscription, Func<int, string, BusMessage> message, string body) =>
        session.Announce(new OutgoingMessage(message(subscription.ServiceId, subscription.Usn.Value), subscription.AccountUsn, body));
}
