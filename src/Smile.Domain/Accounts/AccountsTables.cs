using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Accounts;

/// <summary>Accounts and their cost centres.</summary>
public static class AccountsTables
{
    extension(IStageDatabase database)
    {
        public DbSet<Account> Accounts => database.Set<Account>();

        public DbSet<CostCentre> CostCentres => database.Set<CostCentre>();
    }
}
