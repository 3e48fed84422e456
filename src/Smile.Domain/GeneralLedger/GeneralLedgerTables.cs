using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.GeneralLedger;

/// <summary>The journal.</summary>
public static class GeneralLedgerTables
{
    extension(IStageDatabase database)
    {
        public DbSet<LedgerEntry> LedgerEntries => database.Set<LedgerEntry>();
    }
}
