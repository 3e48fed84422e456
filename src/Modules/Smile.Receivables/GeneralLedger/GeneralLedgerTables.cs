using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Receivables.GeneralLedger;

/// <summary>The journal.</summary>
internal static class GeneralLedgerTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<LedgerEntry> LedgerEntries => database.Set<LedgerEntry>();
    }
}
