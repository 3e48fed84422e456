using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Rating.Spend;

/// <summary>What subscriptions override of spend limits.</summary>
public static class SpendTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<SpendLimitOverride> SpendLimitOverrides => database.Set<SpendLimitOverride>();

        internal DbSet<SpendLimitThresholds> SpendLimitThresholds => database.Set<SpendLimitThresholds>();
    }
}
