using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;
using Smile.Session;

namespace Smile.Rating.Storage;

/// <summary>Writes zones, their prefixes and pairs, with a fixed number of statements.</summary>
internal static class ZoneRows
{
    extension(IStageDatabase database)
    {
        /// <returns>The ids of the new zones, by their codes.</returns>
        public async Task<IReadOnlyDictionary<string, int>> AddZonesAsync(
            int service,
            string[] codes,
            string changedBy,
            CancellationToken cancellation
        )
        {
            var rows = await database
                .Statements.SqlQuery<NamedRow>(
                    $"""
                    INSERT INTO charging_zone (service, code, changed_by)
                    SELECT {service}, code, {changedBy} FROM unnest({codes}) AS added (code)
                    RETURNING id AS "Id", code AS "Name"
                    """
                )
                .ToListAsync(cancellation);
            return rows.ToDictionary(row => row.Name, row => row.Id);
        }

        /// <summary>Adds pairs, and gives those that are there another destination.</summary>
        public Task PutZonePairsAsync(
            int rateCard,
            IReadOnlyList<KeyValuePair<(int Caller, int Called), int>> pairs,
            CancellationToken cancellation
        ) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                INSERT INTO charging_zone_pair (caller, called, destination, rate_card)
                SELECT caller, called, destination, {rateCard}
                FROM unnest(
                    {pairs.Select(each => each.Key.Caller).ToArray()}, {pairs.Select(each => each.Key.Called).ToArray()},
                    {pairs.Select(each => each.Value).ToArray()}
                ) AS put (caller, called, destination)
                ON CONFLICT (caller, called) DO UPDATE SET destination = excluded.destination, rate_card = excluded.rate_card
                """,
                cancellation
            );
    }
}
