using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>Subscriptions with what happened to them and their features.</summary>
public static class SubscriptionsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<Subscription> Subscriptions => database.Set<Subscription>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<Subscription> ReadSubscriptions => database.Set<Subscription>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<Subscription> LoadSubscriptions => database.Set<Subscription>();

        /// <summary>Those that this unit of work has read or added.</summary>
        public IEnumerable<Subscription> TrackedSubscriptions => database.Set<Subscription>().Local;

        public void AddSubscription(Subscription added) => database.Set<Subscription>().Add(added);

        public void AddSubscriptions(IEnumerable<Subscription> added) => database.Set<Subscription>().AddRange(added);

        internal DbSet<PlanScheduleItem> PlanScheduleItems => database.Set<PlanScheduleItem>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<PlanScheduleItem> ReadPlanScheduleItems => database.Set<PlanScheduleItem>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<PlanScheduleItem> LoadPlanScheduleItems => database.Set<PlanScheduleItem>();

        public void AddPlanScheduleItem(PlanScheduleItem added) => database.Set<PlanScheduleItem>().Add(added);

        public void AddPlanScheduleItems(IEnumerable<PlanScheduleItem> added) => database.Set<PlanScheduleItem>().AddRange(added);

        public void RemovePlanScheduleItems(IEnumerable<PlanScheduleItem> removed) => database.Set<PlanScheduleItem>().RemoveRange(removed);

        /// <summary>To be read by other modules.</summary>
        public IQueryable<SubscriptionIdentifier> ReadSubscriptionIdentifiers => database.Set<SubscriptionIdentifier>().AsNoTracking();

        internal DbSet<SubscriptionIdentifier> SubscriptionIdentifiers => database.Set<SubscriptionIdentifier>();

        internal DbSet<RatingChange> RatingChanges => database.Set<RatingChange>();

        /// <summary>To be taken by the module that rates.</summary>
        public IQueryable<RatingChange> LoadRatingChanges => database.Set<RatingChange>();

        internal DbSet<SubscriptionFeature> SubscriptionFeatures => database.Set<SubscriptionFeature>();

        internal DbSet<SubscriptionEvent> SubscriptionEvents => database.Set<SubscriptionEvent>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<SubscriptionEvent> ReadSubscriptionEvents => database.Set<SubscriptionEvent>().AsNoTracking();

        public void AddSubscriptionEvent(SubscriptionEvent added) => database.Set<SubscriptionEvent>().Add(added);
    }
}
