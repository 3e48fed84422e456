using Microsoft.EntityFrameworkCore;
using Smile.Prepaid.Vouchers;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>What subscriptions have of prepaid.</summary>
public static class PrepaidTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<PurchasedBlock> PurchasedBlocks => database.Set<PurchasedBlock>();

        internal DbSet<Voucher> Vouchers => database.Set<Voucher>();

        internal DbSet<VoucherBatch> VoucherBatches => database.Set<VoucherBatch>();

        internal DbSet<PrepaidWarning> PrepaidWarnings => database.Set<PrepaidWarning>();
    }
}
