using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>Accounts and their cost centres.</summary>
public static class AccountsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<Account> Accounts => database.Set<Account>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<Account> ReadAccounts => database.Set<Account>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<Account> LoadAccounts => database.Set<Account>();

        /// <summary>Those that this unit of work has read or added.</summary>
        public IEnumerable<Account> TrackedAccounts => database.Set<Account>().Local;

        public void AddAccount(Account added) => database.Set<Account>().Add(added);

        internal DbSet<CostCentre> CostCentres => database.Set<CostCentre>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<CostCentre> ReadCostCentres => database.Set<CostCentre>().AsNoTracking();
    }
}
