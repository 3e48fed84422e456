using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.CreditControlRun;

/// <summary>Where credit control has brought accounts and invoices.</summary>
public static class CreditControlRunTables
{
    extension(IStageDatabase database)
    {
        public DbSet<CreditControlState> CreditControlStates => database.Set<CreditControlState>();

        public DbSet<InvoiceTreatment> InvoiceTreatments => database.Set<InvoiceTreatment>();
    }
}
