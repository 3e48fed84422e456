using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Receivables;

/// <summary>Transactions with their lines and allocations, disputes, discounts and close dates.</summary>
public static class ReceivablesTables
{
    extension(IStageDatabase database)
    {
        public DbSet<FinancialTransaction> Transactions => database.Set<FinancialTransaction>();

        public DbSet<TransactionItem> TransactionItems => database.Set<TransactionItem>();

        public DbSet<Allocation> Allocations => database.Set<Allocation>();

        public DbSet<DebtorCloseDate> DebtorCloseDates => database.Set<DebtorCloseDate>();

        public DbSet<AccountDispute> AccountDisputes => database.Set<AccountDispute>();

        public DbSet<AssignedDiscount> AssignedDiscounts => database.Set<AssignedDiscount>();
    }
}
