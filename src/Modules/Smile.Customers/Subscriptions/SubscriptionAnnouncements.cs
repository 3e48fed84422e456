using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Messages;
using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>Announces what happens to subscriptions, with their active features and their plan schedules.</summary>
[UseCase]
public sealed class SubscriptionAnnouncements(StageSession session)
{
    /// <summary>Announces a message that shows the subscription with its active features and its plan schedule.</summary>
    /// <param name="message">Makes it of the service and the USN, such as <see cref="BusMessages.SubscriptionSuspended"/>.</param>
    public async Task AnnounceAsync(
        Func<int, string, BusMessage> message,
        Account account,
        Subscription subscription,
        CancellationToken cancellation
    )
    {
        var planItems = await PlanItemsAsync(subscription, cancellation);
        var features = await ActiveFeaturesAsync(subscription, cancellation);
        Announce(message, account, subscription, planItems, features);
    }

    /// <summary>The same where features and plan schedule are at hand.</summary>
    public void Announce(
        Func<int, string, BusMessage> message,
        Account account,
        Subscription subscription,
        IEnumerable<PlanScheduleItem> planItems,
        IEnumerable<SubscriptionFeature> features
    ) =>
        session.Announce(
            SubscriptionMessages.Features(
                message(subscription.ServiceId, subscription.Usn.Value),
                subscription,
                SubscriptionDocuments.FeaturesUpdate(
                    session.Catalogue,
                    session.ZoneOf(account),
                    subscription,
                    features,
                    planItems.Where(item => item.PlanCode is not null)
                )
            )
        );

    public Task<List<PlanScheduleItem>> PlanItemsAsync(Subscription subscription, CancellationToken cancellation) =>
        session.Database.PlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn).ToListAsync(cancellation);

    public async Task<IReadOnlyCollection<SubscriptionFeature>> ActiveFeaturesAsync(
        Subscription subscription,
        CancellationToken cancellation
    )
    {
        var features = await session
            .Database.SubscriptionFeatures.Where(feature => feature.SubscriptionUsn == subscription.Usn)
            .ToListAsync(cancellation);
        return
        [
            .. features
                .Concat(session.Database.SubscriptionFeatures.Local.Where(feature => feature.SubscriptionUsn == subscription.Usn))
                .Distinct()
                .Where(feature => feature.IsActiveAt(session.Now)),
        ];
    }
}
