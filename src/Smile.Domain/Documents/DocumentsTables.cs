using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Documents;

/// <summary>Downloads that a login has asked for.</summary>
public static class DocumentsTables
{
    extension(IStageDatabase database)
    {
        public DbSet<DocumentDownload> DocumentDownloads => database.Set<DocumentDownload>();
    }
}
