using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Subscriptions;

/// <summary>Subscriptions with what happened to them and their features.</summary>
public static class SubscriptionsTables
{
    extension(IStageDatabase database)
    {
        public DbSet<Subscription> Subscriptions => database.Set<Subscription>();

        public DbSet<PlanScheduleItem> PlanScheduleItems => database.Set<PlanScheduleItem>();

        public DbSet<SubscriptionFeature> SubscriptionFeatures => database.Set<SubscriptionFeature>();

        public DbSet<SubscriptionEvent> SubscriptionEvents => database.Set<SubscriptionEvent>();
    }
}
