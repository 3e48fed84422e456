using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>Transactions with their lines and allocations, disputes, discounts and close dates.</summary>
public static class ReceivablesTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<FinancialTransaction> Transactions => database.Set<FinancialTransaction>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<FinancialTransaction> ReadTransactions => database.Set<FinancialTransaction>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<FinancialTransaction> LoadTransactions => database.Set<FinancialTransaction>();

        /// <summary>Those that this unit of work has read or added.</summary>
        public IEnumerable<FinancialTransaction> TrackedTransactions => database.Set<FinancialTransaction>().Local;

        internal DbSet<TransactionItem> TransactionItems => database.Set<TransactionItem>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<TransactionItem> ReadTransactionItems => database.Set<TransactionItem>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<TransactionItem> LoadTransactionItems => database.Set<TransactionItem>();

        /// <summary>Those that this unit of work has read or added.</summary>
        public IEnumerable<TransactionItem> TrackedTransactionItems => database.Set<TransactionItem>().Local;

        internal DbSet<Allocation> Allocations => database.Set<Allocation>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<Allocation> ReadAllocations => database.Set<Allocation>().AsNoTracking();

        /// <summary>Those that this unit of work has read or added.</summary>
        public IEnumerable<Allocation> TrackedAllocations => database.Set<Allocation>().Local;

        internal DbSet<DebtorCloseDate> DebtorCloseDates => database.Set<DebtorCloseDate>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<DebtorCloseDate> ReadDebtorCloseDates => database.Set<DebtorCloseDate>().AsNoTracking();

        internal DbSet<AccountDispute> AccountDisputes => database.Set<AccountDispute>();

        /// <summary>Those that are not settled.</summary>
        internal IQueryable<AccountDispute> OpenDisputes => database.Set<AccountDispute>().Where(dispute => dispute.Settled == null);

        /// <summary>Those that are not settled, to be read by other modules.</summary>
        public IQueryable<AccountDispute> ReadOpenDisputes => database.OpenDisputes.AsNoTracking();

        internal DbSet<AssignedDiscount> AssignedDiscounts => database.Set<AssignedDiscount>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<AssignedDiscount> ReadAssignedDiscounts => database.Set<AssignedDiscount>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<AssignedDiscount> LoadAssignedDiscounts => database.Set<AssignedDiscount>();
    }
}
