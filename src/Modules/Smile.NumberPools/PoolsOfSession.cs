using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>Finds the pools of a session's catalogue.</summary>
internal static class PoolsOfSession
{
    extension(StageSession session)
    {
        /// <exception cref="SmileException">There is no such pool.</exception>
        public NumberPool RequirePool(string poolId) =>
            (Guid.TryParseExact(poolId.Trim(), "D", out var id) ? session.Catalogue.NumberPool(id) : null)
            ?? throw Refuse.NotFound("poolId", poolId, "There is no such pool.", Missing.Pool);

        /// <summary>What the catalogue says of a pool that has numbers: it cannot be without it.</summary>
        public NumberPool PoolOf(NumberPoolRow row) =>
            session.Catalogue.NumberPool(row.Id) ?? throw new InvalidOperationException($"The catalogue has no pool {row.Id}.");
    }
}
