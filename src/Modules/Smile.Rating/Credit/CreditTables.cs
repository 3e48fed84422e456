using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Rating.Credit;

/// <summary>Credit limits, and what was told of them.</summary>
public static class CreditTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<CreditLimit> CreditLimits => database.Set<CreditLimit>();

        internal DbSet<CreditLimitState> CreditLimitStates => database.Set<CreditLimitState>();
    }
}
