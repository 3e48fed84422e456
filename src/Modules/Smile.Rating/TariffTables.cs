using Microsoft.EntityFrameworkCore;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating;

/// <summary>Destinations and the files that they, their prefixes and their tariffs came with.</summary>
public static class TariffTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<DestinationRow> Destinations => database.Set<DestinationRow>();

        internal DbSet<RateCard> RateCards => database.Set<RateCard>();
    }
}
