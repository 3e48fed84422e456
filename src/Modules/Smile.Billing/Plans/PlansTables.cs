using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Billing.Plans;

/// <summary>Plan schedules and recurring charges.</summary>
public static class PlansTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<RecurringCharge> RecurringCharges => database.Set<RecurringCharge>();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<RecurringCharge> LoadRecurringCharges => database.Set<RecurringCharge>();
    }
}
