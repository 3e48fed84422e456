using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Plans;

/// <summary>Plan schedules and recurring charges.</summary>
public static class PlansTables
{
    extension(IStageDatabase database)
    {
        public DbSet<RecurringCharge> RecurringCharges => database.Set<RecurringCharge>();
    }
}
