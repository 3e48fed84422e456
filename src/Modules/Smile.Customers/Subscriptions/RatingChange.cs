using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>
/// That what a subscription's usage costs has changed: it is rated again. It stands in the stage's database until the one of usage knows.
/// </summary>
public sealed class RatingChange
{
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>Usage from then on.</summary>
    public required DateTimeOffset Since { get; init; }
}

/// <summary>Says that what usage costs has changed.</summary>
public static class RatingChanges
{
    extension(StageSession session)
    {
        /// <summary>
        /// Announces it, and has what was used since a time rated again, before what is only new (guide, line 22457).
        /// </summary>
        public void ChangeRating(Subscription subscription, DateTimeOffset since)
        {
            session.Announce(SubscriptionMessages.RatingConfigurationUpdated(subscription, since));
            session.RateAgain(subscription, since);
        }

        /// <summary>
        /// Has a new subscription rated where it may bring something to a value pool that others share: all know of it at once.
        /// </summary>
        public void RateWithOthers(Subscription subscription)
        {
            if (session.Catalogue.Content.Plans.Any(plan => plan.Service == subscription.ServiceId && plan.Shares))
            {
                session.RateAgain(subscription, session.Now);
            }
        }

        /// <summary>Has it rated again without a message.</summary>
        public void RateAgain(Subscription subscription, DateTimeOffset since)
        {
            if (session.Catalogue.Service(subscription.ServiceId)?.UsageChargeTypes is { Count: > 0 })
            {
                session.Database.RatingChanges.Add(new RatingChange { SubscriptionUsn = subscription.Usn, Since = since });
            }
        }
    }
}
