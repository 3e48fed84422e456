using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Smile.Catalogue;
using Smile.Rating.RateCards;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating.Storage;

/// <summary>Reads the tariffs of a service, each table by one statement: there may be hundreds of thousands of prefixes.</summary>
internal static class TariffRows
{
    private const string All = """
        SELECT id, company, name, class, is_overrideable, on_net FROM destination WHERE service = $1 ORDER BY id;
        SELECT prefix, destination FROM destination_prefix WHERE service = $1;
        SELECT tariff.id, destination, tariff_type, call_type, plan, tariff.company, calendar, band, first_day, flagfall, rate, units,
            first_increment, next_increment, minimum_charge, maximum_charge, decimals, rounding
        FROM tariff JOIN destination ON destination.id = destination WHERE service = $1 ORDER BY tariff.id;
        SELECT id, code FROM charging_zone WHERE service = $1 ORDER BY id;
        SELECT prefix, zone FROM charging_zone_prefix WHERE service = $1;
        SELECT caller, called, destination FROM charging_zone_pair JOIN charging_zone ON id = caller WHERE service = $1
        """;

    extension(IStageDatabase database)
    {
        /// <summary>Counts up with each change of tariffs.</summary>
        public async Task<long> TariffVersionAsync(CancellationToken cancellation) =>
            (await database.Statements.SqlQuery<long>($"""SELECT version AS "Value" FROM tariff_state""").ToListAsync(cancellation))[0];

        /// <summary>Reads all as it is at one moment, besides the transaction.</summary>
        /// <returns>With the version that it is.</returns>
        public async Task<(long Version, ServiceTariffs Tariffs)> ReadTariffsAsync(int service, CancellationToken cancellation)
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var version = connection.CreateCommand();
            version.Transaction = transaction;
            version.CommandText = "SELECT version FROM tariff_state";
            var read = (long)(await version.ExecuteScalarAsync(cancellation))!;
            return (read, await ReadAsync(connection, transaction, service, cancellation));
        }

        /// <summary>The prefixes that a number begins with, each with its destination; the longest first.</summary>
        public async Task<IReadOnlyList<FoundPrefix>> PrefixesOfAsync(int service, string number, CancellationToken cancellation)
        {
            var beginnings = Beginnings(number);
            return await database
                .Statements.SqlQuery<FoundPrefix>(
                    $"""
                    SELECT prefix AS "Prefix", name AS "Name" FROM destination_prefix JOIN destination ON id = destination
                    WHERE destination_prefix.service = {service} AND prefix = ANY ({beginnings}) ORDER BY length(prefix) DESC
                    """
                )
                .ToListAsync(cancellation);
        }

        /// <summary>The prefixes of zones that a number begins with, each with its zone's code; the longest first.</summary>
        public async Task<IReadOnlyList<FoundPrefix>> ZonePrefixesOfAsync(int service, string number, CancellationToken cancellation)
        {
            var beginnings = Beginnings(number);
            return await database
                .Statements.SqlQuery<FoundPrefix>(
                    $"""
                    SELECT prefix AS "Prefix", code AS "Name" FROM charging_zone_prefix JOIN charging_zone ON id = zone
                    WHERE charging_zone_prefix.service = {service} AND prefix = ANY ({beginnings}) ORDER BY length(prefix) DESC
                    """
                )
                .ToListAsync(cancellation);
        }

        /// <summary>The rate cards that tariffs came with, by the tariffs' ids.</summary>
        public async Task<IReadOnlyDictionary<long, int>> RateCardsOfAsync(long[] tariffs, CancellationToken cancellation) =>
            (
                await database
                    .Statements.SqlQuery<CardOfTariff>($"""SELECT id AS "Id", rate_card AS "Card" FROM tariff WHERE id = ANY ({tariffs})""")
                    .ToListAsync(cancellation)
            ).ToDictionary(row => row.Id, row => row.Card);

        /// <summary>Reads all within the transaction.</summary>
        public Task<ServiceTariffs> LoadTariffsAsync(int service, CancellationToken cancellation) =>
            ReadAsync(
                database.Statements.GetDbConnection(),
                database.Statements.CurrentTransaction!.GetDbTransaction(),
                service,
                cancellation
            );
    }

    private static string[] Beginnings(string number) =>
        [.. Enumerable.Range(0, Math.Min(number.Length, CardCells.LongestPrefix) + 1).Select(length => number[..length])];

    private static async Task<ServiceTariffs> ReadAsync(
        DbConnection connection,
        DbTransaction transaction,
        int service,
        CancellationToken cancellation
    )
    {
        // Npgsql sends several statements with a parameter each time anew: one command for each, in one round trip.
        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var statement in All.Split(';'))
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = statement;
            var parameter = command.CreateParameter();
            parameter.Value = service;
            command.Parameters.Add(parameter);
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var destinations = await RowsAsync(reader, row => DestinationOf(service, row), cancellation);
        var prefixes = await RowsAsync(reader, row => KeyValuePair.Create(row.GetString(0), row.GetInt32(1)), cancellation);
        var tariffs = await RowsAsync(reader, TariffOf, cancellation);
        var zones = await RowsAsync(reader, row => KeyValuePair.Create(row.GetInt32(0), row.GetString(1)), cancellation);
        var zonePrefixes = await RowsAsync(reader, row => KeyValuePair.Create(row.GetString(0), row.GetInt32(1)), cancellation);
        var pairs = await RowsAsync(reader, row => KeyValuePair.Create((row.GetInt32(0), row.GetInt32(1)), row.GetInt32(2)), cancellation);
        return new ServiceTariffs
        {
            Destinations = destinations,
            Prefixes = prefixes,
            Tariffs = tariffs,
            Zones = zones,
            ZonePrefixes = zonePrefixes,
            ZonePairs = pairs,
        };
    }

    private static async Task<List<T>> RowsAsync<T>(DbDataReader reader, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        await reader.NextResultAsync(cancellation);
        return rows;
    }

    private static DestinationRow DestinationOf(int service, DbDataReader row) =>
        new()
        {
            Id = row.GetInt32(0),
            Service = service,
            Company = row.IsDBNull(1) ? null : row.GetInt32(1),
            Name = row.GetString(2),
            Class = row.GetString(3),
            IsOverrideable = row.GetBoolean(4),
            OnNet = Enum.Parse<OnNet>(row.GetString(5)),
        };

    private static Tariff TariffOf(DbDataReader row) =>
        new(
            row.GetInt64(0),
            row.GetInt32(1),
            row.GetInt32(2),
            row.GetDecimal(9),
            row.GetDecimal(10),
            row.GetDecimal(11),
            row.GetDecimal(12),
            row.GetDecimal(13),
            row.GetFieldValue<DateOnly>(8)
        )
        {
            CallType = row.IsDBNull(3) ? null : Enum.Parse<CallType>(row.GetString(3)),
            Plan = row.IsDBNull(4) ? null : row.GetString(4),
            Company = row.IsDBNull(5) ? null : row.GetInt32(5),
            Calendar = row.IsDBNull(6) ? null : row.GetString(6),
            Band = row.IsDBNull(7) ? null : row.GetString(7),
            MinimumCharge = row.IsDBNull(14) ? null : row.GetDecimal(14),
            MaximumCharge = row.IsDBNull(15) ? null : row.GetDecimal(15),
            Decimals = row.GetInt32(16),
            Rounding = Enum.Parse<RateRounding>(row.GetString(17)),
        };
}

/// <summary>A prefix of a number, with the destination or zone that has it.</summary>
internal sealed record FoundPrefix(string Prefix, string Name);

/// <summary>The rate card that a tariff came with.</summary>
internal sealed record CardOfTariff(long Id, int Card);
