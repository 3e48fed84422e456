using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Smile.Rating.RateCards;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating.Storage;

/// <summary>Writes what rate cards bring, however much it is, with a fixed number of statements.</summary>
internal static class RateCardRows
{
    extension(IStageDatabase database)
    {
        /// <summary>Locks tariffs for a change, before anything of them is read: imports come one after the other.</summary>
        public Task<List<long>> LockTariffsAsync(CancellationToken cancellation) =>
            database.Statements.SqlQuery<long>($"""SELECT version AS "Value" FROM tariff_state FOR UPDATE""").ToListAsync(cancellation);

        /// <summary>Notes that tariffs have changed.</summary>
        public Task CountTariffChangeAsync(CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync($"UPDATE tariff_state SET version = version + 1", cancellation);

        /// <returns>The ids of the new destinations, by their names.</returns>
        public async Task<IReadOnlyDictionary<string, int>> AddDestinationsAsync(
            int service,
            IReadOnlyList<CardDestination> added,
            string changedBy,
            CancellationToken cancellation
        )
        {
            var rows = await database
                .Statements.SqlQuery<NamedRow>(
                    $"""
                    INSERT INTO destination (service, company, name, class, is_overrideable, on_net, changed_by)
                    SELECT {service}, company, name, class, is_overrideable, on_net, {changedBy}
                    FROM unnest(
                        {added.Select(each => each.Company).ToArray()}, {added.Select(each => each.Name).ToArray()},
                        {added.Select(each => each.Class).ToArray()}, {added.Select(each => each.IsOverrideable).ToArray()},
                        {added.Select(each => each.OnNet.ToString()).ToArray()}
                    ) AS added (company, name, class, is_overrideable, on_net)
                    RETURNING id AS "Id", name AS "Name"
                    """
                )
                .ToListAsync(cancellation);
            return rows.ToDictionary(row => row.Name, row => row.Id);
        }

        public Task ChangeDestinationsAsync(IReadOnlyList<CardDestination> changed, string changedBy, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                UPDATE destination
                SET company = changed.company, class = changed.class, is_overrideable = changed.is_overrideable, on_net = changed.on_net,
                    changed_by = {changedBy}
                FROM unnest(
                    {changed.Select(each => each.Id).ToArray()}, {changed.Select(each => each.Company).ToArray()},
                    {changed.Select(each => each.Class).ToArray()}, {changed.Select(each => each.IsOverrideable).ToArray()},
                    {changed.Select(each => each.OnNet.ToString()).ToArray()}
                ) AS changed (id, company, class, is_overrideable, on_net)
                WHERE destination.id = changed.id
                """,
                cancellation
            );

        public async Task AddTariffsAsync(int rateCard, IEnumerable<Tariff> tariffs, CancellationToken cancellation)
        {
            await using var copy = await Connection(database)
                .BeginBinaryImportAsync(
                    "COPY tariff (destination, tariff_type, call_type, plan, company, calendar, band, first_day, flagfall, rate, units, "
                        + "first_increment, next_increment, minimum_charge, maximum_charge, decimals, rounding, rate_card) "
                        + "FROM STDIN (FORMAT BINARY)",
                    cancellation
                );
            foreach (var tariff in tariffs)
            {
                await copy.StartRowAsync(cancellation);
                await copy.WriteAsync(tariff.Destination, NpgsqlDbType.Integer, cancellation);
                await copy.WriteAsync(tariff.TariffType, NpgsqlDbType.Integer, cancellation);
                await TextAsync(tariff.CallType?.ToString());
                await TextAsync(tariff.Plan);
                await NumberAsync(tariff.Company, NpgsqlDbType.Integer);
                await TextAsync(tariff.Calendar);
                await TextAsync(tariff.Band);
                await copy.WriteAsync(tariff.From, NpgsqlDbType.Date, cancellation);
                await copy.WriteAsync(tariff.Flagfall, NpgsqlDbType.Numeric, cancellation);
                await copy.WriteAsync(tariff.Rate, NpgsqlDbType.Numeric, cancellation);
                await copy.WriteAsync(tariff.Units, NpgsqlDbType.Numeric, cancellation);
                await copy.WriteAsync(tariff.FirstIncrement, NpgsqlDbType.Numeric, cancellation);
                await copy.WriteAsync(tariff.NextIncrement, NpgsqlDbType.Numeric, cancellation);
                await NumberAsync(tariff.MinimumCharge, NpgsqlDbType.Numeric);
                await NumberAsync(tariff.MaximumCharge, NpgsqlDbType.Numeric);
                await copy.WriteAsync(tariff.Decimals, NpgsqlDbType.Integer, cancellation);
                await TextAsync(tariff.Rounding.ToString());
                await copy.WriteAsync(rateCard, NpgsqlDbType.Integer, cancellation);
            }

            await copy.CompleteAsync(cancellation);

            Task TextAsync(string? value) =>
                value is null ? copy.WriteNullAsync(cancellation) : copy.WriteAsync(value, NpgsqlDbType.Text, cancellation);

            Task NumberAsync<T>(T? value, NpgsqlDbType type)
                where T : struct => value is { } number ? copy.WriteAsync(number, type, cancellation) : copy.WriteNullAsync(cancellation);
        }
    }

    internal static NpgsqlConnection Connection(IStageDatabase database) => (NpgsqlConnection)database.Statements.GetDbConnection();
}

/// <summary>A row as a statement gives it back.</summary>
internal sealed record NamedRow(int Id, string Name);
