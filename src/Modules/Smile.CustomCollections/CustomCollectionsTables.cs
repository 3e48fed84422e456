using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>The entries of custom collections.</summary>
public static class CustomCollectionsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<CustomCollectionEntry> CollectionEntries => database.Set<CustomCollectionEntry>();
    }
}
