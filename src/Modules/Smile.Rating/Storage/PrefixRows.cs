using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;
using Smile.Session;

namespace Smile.Rating.Storage;

/// <summary>A table that has something of a service by the prefixes of numbers.</summary>
/// <param name="Name">Of the table.</param>
/// <param name="Value">The column with what the prefix is for.</param>
internal sealed record PrefixTable(string Name, string Value)
{
    public static PrefixTable Destinations { get; } = new("destination_prefix", "destination");

    public static PrefixTable Zones { get; } = new("charging_zone_prefix", "zone");
}

/// <summary>Writes prefixes, of which there may be hundreds of thousands.</summary>
internal static class PrefixRows
{
    extension(IStageDatabase database)
    {
        public async Task AddPrefixesAsync(
            PrefixTable table,
            int service,
            int rateCard,
            IEnumerable<KeyValuePair<string, int>> prefixes,
            CancellationToken cancellation
        )
        {
            await using var copy = await RateCardRows
                .Connection(database)
                .BeginBinaryImportAsync(
                    $"COPY {table.Name} (service, prefix, {table.Value}, rate_card) FROM STDIN (FORMAT BINARY)",
                    cancellation
                );
            foreach (var (prefix, value) in prefixes)
            {
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(service, NpgsqlDbType.Integer, cancellation);
                await copy.WriteAsync(prefix, NpgsqlDbType.Text, cancellation);
                await copy.WriteAsync(value, NpgsqlDbType.Integer, cancellation);
                await copy.WriteAsync(rateCard, NpgsqlDbType.Integer, cancellation);
            }

            await copy.CompleteAsync(cancellation);
        }

        public Task MovePrefixesAsync(
            PrefixTable table,
            int service,
            int rateCard,
            IReadOnlyList<KeyValuePair<string, int>> prefixes,
            CancellationToken cancellation
        ) =>
#pragma warning disable EF1002 // The names are those of PrefixTable, the values are parameters.
            database.Statements.ExecuteSqlRawAsync(
                $$"""
                UPDATE {{table.Name}} AS known SET {{table.Value}} = moved.value, rate_card = {0}
                FROM unnest({1}, {2}) AS moved (prefix, value) WHERE known.service = {3} AND known.prefix = moved.prefix
                """,
                [rateCard, prefixes.Select(each => each.Key).ToArray(), prefixes.Select(each => each.Value).ToArray(), service],
                cancellation
            );
#pragma warning restore EF1002
    }
}
