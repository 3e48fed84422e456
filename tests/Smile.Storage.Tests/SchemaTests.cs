using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smile.Testing;

namespace Smile.Storage.Tests;

/// <summary>The migrated schema against the model, and how migrations are applied.</summary>
public sealed class SchemaTests : IAsyncLifetime
{
    private PrivateDatabase? _database;

    public async Task InitializeAsync() => _database = await PrivateDatabase.StartNewAsync();

    public async Task DisposeAsync() => await _database!.DisposeAsync();

    [Fact]
    public async Task The_model_has_the_schemas_columns_one_by_one()
    {
        var connectionString = await MigratedAsync("model");
        using var signal = new OutboxSignal();
        await using var store = new StageStore(connectionString, signal, NullLoggerFactory.Instance);
        await using var context = store.CreateContext();
        var problems = new List<string>();
        foreach (var entity in context.Model.GetEntityTypes())
        {
            var columns = await ColumnsAsync(store.Source, entity.GetTableName()!);
            foreach (var property in entity.GetProperties())
            {
                Compare(entity, property, columns, problems);
                columns.Remove(property.GetColumnName());
            }

            problems.AddRange(columns.Keys.Select(column => $"{entity.GetTableName()}.{column} is not in the model"));
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    /// <summary>A word of the contract that changes is no change of the data.</summary>
    [Fact]
    public async Task Stored_enumerations_are_the_modules_own()
    {
        using var signal = new OutboxSignal();
        await using var store = new StageStore("Host=nowhere", signal, NullLoggerFactory.Instance);
        await using var context = store.CreateContext();
        var stored = context
            .Model.GetEntityTypes()
            .SelectMany(entity => entity.GetProperties())
            .Select(property => Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType)
            .Where(type => type.IsEnum)
            .ToHashSet();
        Assert.True(stored.Count > 10);
        Assert.DoesNotContain(stored, type => type.Namespace!.StartsWith("Smile.Contracts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_foreign_key_has_an_index_that_begins_with_it()
    {
        await using var source = NpgsqlDataSource.Create(await MigratedAsync("keys"));
        await using var command = source.CreateCommand(
            """
            SELECT conrelid::regclass || '.' || attname
            FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
            WHERE contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1])
            """
        );
        var missing = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            missing.Add(reader.GetString(0));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Migrations_are_applied_once_even_by_several_servers_at_a_time()
    {
        var connectionString = _database!.ConnectionString("together");
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        var applied = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => Migrator.MigrateAsync(connectionString, CancellationToken.None))
        );
        Assert.Single(applied, names => names.Count > 0);
        Assert.Empty(await Migrator.MigrateAsync(connectionString, CancellationToken.None));
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_refused()
    {
        var connectionString = await MigratedAsync("changed");
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using (var change = source.CreateCommand("UPDATE schema_migration SET checksum = 'other'"))
        {
            await change.ExecuteNonQueryAsync();
        }

        var exception = await Assert.ThrowsAsync<MigrationException>(() => Migrator.MigrateAsync(connectionString, CancellationToken.None));
        Assert.Contains("0001_base.sql", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>R5: whichever server enters it, a later transaction has a higher number, and none is left out.</summary>
    [Fact]
    public async Task R5_numbers_of_transactions_follow_time_on_all_servers()
    {
        var connectionString = await MigratedAsync("order");
        using var signal = new OutboxSignal();
        await using var first = new StageStore(connectionString, signal, NullLoggerFactory.Instance);
        await using var second = new StageStore(connectionString, signal, NullLoggerFactory.Instance);
        var taken = new List<long>();
        for (var turn = 0; turn < 6; turn++)
        {
            await using var database = (turn % 2 == 0 ? first : second).CreateDatabase();
            taken.AddRange(await database.NextNumbersAsync(Smile.Session.NumberSequence.Transaction, turn + 1, CancellationToken.None));
        }

        Assert.Equal(Enumerable.Range(2_143_000, 21).Select(number => (long)number), taken);
    }

    /// <summary>
    /// R5: servers of the version before go on with their blocks while they are restarted one by one; no number is given twice.
    /// </summary>
    [Fact]
    public async Task R5_numbers_go_on_behind_those_that_were_taken_in_blocks()
    {
        var connectionString = _database!.ConnectionString("blocks");
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        await Migrator.MigrateAsync(connectionString, 22, CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(connectionString);
        await ExecuteAsync("SELECT nextval('transaction_number') FROM generate_series(1, 3)");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using var next = source.CreateCommand("SELECT nextval('transaction_in_order')");
        Assert.Equal(2_143_000L + 200 + 10_100, await next.ExecuteScalarAsync());

        async Task ExecuteAsync(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task Numbers_are_given_once_across_servers()
    {
        var connectionString = await MigratedAsync("numbers");
        using var signal = new OutboxSignal();
        await using var first = new StageStore(connectionString, signal, NullLoggerFactory.Instance);
        await using var second = new StageStore(connectionString, signal, NullLoggerFactory.Instance);
        var taken = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(async index =>
                {
                    await using var database = (index % 2 == 0 ? first : second).CreateDatabase();
                    return await database.NextNumbersAsync(Smile.Session.NumberSequence.Usn, (index % 7) + 1, CancellationToken.None);
                })
        );
        var numbers = taken.SelectMany(each => each).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    /// <summary>
    /// Of four instalments one has a payment that was replaced twice, one that was never, one that is of a request, and one has none.
    /// </summary>
    [Fact]
    public async Task An_instalment_of_before_names_the_payment_that_is_tried_for_it()
    {
        var connectionString = _database!.ConnectionString("instalments");
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        await Migrator.MigrateAsync(connectionString, 13, CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using (
            var rows = source.CreateCommand(
                """
                INSERT INTO account (usn, company_id, account_type_id, account_terms_id, currency, time_zone_id, invoicing_cycle_type,
                    invoicing_cycle_day, rating_cycle_type, rating_cycle_day, username, properties,
                    provision_status, suspend_status, activate_status, enable_status, created, message_sequence, changed_by, balance)
                VALUES ('1', 1, 1, 1, 'AUD', 1, 'Anniversary', 1, 'Anniversary', 1, 'joe', '[]', 'Provisioned', 'Active', 'Activated',
                    'Enabled', now(), 0, '1', 0);
                INSERT INTO payment_plan (number, account_usn, state, created, changed_by) VALUES ('plan', '1', 'Active', now(), '1');
                INSERT INTO payment (number, account_usn, payment_type_code, origin, status, currency, amount, surcharge_amount,
                    surcharge_tax, next_transfer, manually_entered, manually_declined, auto_allocate, created, changed_by,
                    payment_plan_number, replaces)
                SELECT number, '1', 'visa', origin, status, 'AUD', 10, 0, 0, CASE status WHEN 'Waiting'
                THEN now() END, false, false, false, now(), '1', plan, replaces
                FROM (VALUES ('a', 'Plan', 'Cancelled', 'plan', NULL), ('b', 'Plan', 'Cancelled', 'plan', 'a'),
                    ('c', 'Plan', 'Waiting', 'plan', 'b'), ('d', 'Plan', 'Waiting', 'plan', NULL),
                    ('e', 'Request', 'Cancelled', NULL, NULL), ('f', 'Request', 'Waiting', NULL, 'e'))
                    AS made (number, origin, status, plan, replaces);
                INSERT INTO payment_plan_instalment (payment_plan_number, position, due, amount, payment_number, changed_by)
                SELECT 'plan', position, '2026-01-01'::date + position, 10, number, '1'
                FROM (VALUES (0, 'a'), (1, 'd'), (2, 'e'), (3, NULL)) AS made (position, number);
                INSERT INTO dispatch_item (account_usn, kind, template, treatment_level, channel, status, attempts, next_attempt, queued,
                    changed_by) VALUES ('1', 'Notice', 'notice-reminder', 1, 'Email', 'Queued', 0, now(), now(), '1');
                """
            )
        )
        {
            await rows.ExecuteNonQueryAsync();
        }

        Assert.Contains(
            await Migrator.MigrateAsync(connectionString, CancellationToken.None),
            name => name.StartsWith("0014", StringComparison.Ordinal)
        );
        await using var result = source.CreateCommand(
            """
            SELECT string_agg(coalesce(payment_number, '-'), ' '
            ORDER BY position) || ', ' || (SELECT kind || ' ' || attach || ' ' || coalesce(account_terms_id, 0) FROM dispatch_item)
            FROM payment_plan_instalment
            """
        );
        Assert.Equal("c d e -, Notice None 0", await result.ExecuteScalarAsync());
    }

    private static void Compare(
        IEntityType entity,
        IProperty property,
        Dictionary<string, (string Type, bool Nullable)> columns,
        List<string> problems
    )
    {
        var name = $"{entity.GetTableName()}.{property.GetColumnName()}";
        if (!columns.TryGetValue(property.GetColumnName(), out var column))
        {
            problems.Add($"{name} is not in the schema");
            return;
        }

        var expected = property.GetColumnType() switch
        {
            "character varying" => "text",
            "timestamp with time zone" => "timestamptz",
            var type => type,
        };
        var actual = column.Type switch
        {
            "timestamp with time zone" => "timestamptz",
            var type => type,
        };
        if (expected != actual)
        {
            problems.Add($"{name} is {actual} in the schema and {expected} in the model");
        }

        if (property.IsNullable != column.Nullable)
        {
            problems.Add($"{name} is {(column.Nullable ? "nullable" : "required")} in the schema and not so in the model");
        }
    }

    private static async Task<Dictionary<string, (string Type, bool Nullable)>> ColumnsAsync(NpgsqlDataSource source, string table)
    {
        await using var command = source.CreateCommand(
            """
            SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute WHERE attrelid = to_regclass($1)
                AND attnum > 0 AND NOT attisdropped
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = table });
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new Dictionary<string, (string, bool)>();
        while (await reader.ReadAsync())
        {
            columns[reader.GetString(0)] = (reader.GetString(1), reader.GetBoolean(2));
        }

        return columns;
    }

    private async Task<string> MigratedAsync(string name)
    {
        var connectionString = _database!.ConnectionString(name);
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        return connectionString;
    }
}
