using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>Announces what happens to subscriptions, with their active features and their plan schedules.</summary>
[UseCase]
public sealed class SubscriptionAnnouncements(StageSession session)
{
    /// <summary>Announces a message that shows the subscription with its active features and its plan schedule.</summary>
    public async Task AnnounceAsync(
        string messageType,
        Account account,
        Subscription subscription,
        CancellationToken cancellation,
        params MessageHeader[] more
    )
    {
        var planItems = await PlanItemsAsync(subscription, cancellation);
        var features = await ActiveFeaturesAsync(subscription, cancellation);
        Announce(messageType, account, subscription, planItems, features, more);
    }

    /// <summary>The same where features and plan schedule are at hand.</summary>
    public void Announce(
        string messageType,
        Account account,
        Subscription subscription,
        IEnumerable<PlanScheduleItem> planItems,
        IEnumerable<SubscriptionFeature> features,
        params MessageHeader[] more
    ) =>
        session.Announce(
            SubscriptionMessages.Features(
                messageType,
                subscription,
                SubscriptionDocuments.FeaturesUpdate(
                    session.Catalogue,
                    session.Catalogue.Zone(account.TimeZoneId),
                    subscription,
                    features,
                    planItems.Where(item => item.PlanCode is not null)
                ),
                more
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
