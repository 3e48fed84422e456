using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.CreditControl;

/// <summary>Where credit control has brought accounts and invoices.</summary>
internal static class CreditControlTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<CreditControlState> CreditControlStates => database.Set<CreditControlState>();

        internal DbSet<InvoiceTreatment> InvoiceTreatments => database.Set<InvoiceTreatment>();
    }
}
