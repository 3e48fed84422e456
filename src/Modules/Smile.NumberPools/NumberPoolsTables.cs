using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>Pools that have numbers, their reservations and what holds them.</summary>
public static class NumberPoolsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<NumberPoolRow> NumberPools => database.Set<NumberPoolRow>();

        internal DbSet<PoolReservation> PoolReservations => database.Set<PoolReservation>();

        internal DbSet<PoolLink> PoolLinks => database.Set<PoolLink>();

        internal DbSet<PausedQuarantine> PausedQuarantines => database.Set<PausedQuarantine>();
    }
}
