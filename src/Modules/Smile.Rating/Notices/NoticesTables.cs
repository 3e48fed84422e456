using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Rating.Notices;

/// <summary>What usage has brought about.</summary>
public static class NoticesTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<UsageTreatment> UsageTreatments => database.Set<UsageTreatment>();

        internal DbSet<ToldUsageNotice> ToldUsageNotices => database.Set<ToldUsageNotice>();
    }
}
