using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Correspondence.Documents;

/// <summary>Downloads that a login has asked for.</summary>
internal static class DocumentsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<DocumentDownload> DocumentDownloads => database.Set<DocumentDownload>();
    }
}
