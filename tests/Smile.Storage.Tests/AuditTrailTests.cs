using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Smile.Testing;

namespace Smile.Storage.Tests;

/// <summary>
/// The trail of migration 0042 is the one of 0032, whatever is changed: both functions watch the same table over random changes.
/// </summary>
public sealed class AuditTrailTests : IAsyncLifetime
{
    private const int Changes = 1_500;

    /// <summary>Columns of every kind that the functions know: the key, audited ones, secrets, and bookkeeping.</summary>
    private static readonly string[] Columns = ["name", "amount", "extra", "password", "payment_secret", "balance", "message_sequence"];

    private PrivateDatabase? _database;
    private NpgsqlDataSource? _source;

    public async Task InitializeAsync()
    {
        _database = await PrivateDatabase.StartNewAsync();
        var connectionString = _database.ConnectionString("audit_trail");
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        _source = NpgsqlDataSource.Create(connectionString);
    }

    public async Task DisposeAsync()
    {
        await _source!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task The_trail_of_every_change_is_what_it_was()
    {
        await ExecuteAsync(
            """
            CREATE TABLE thing (id int PRIMARY KEY, key text NOT NULL, name text, amount numeric, extra jsonb, password bytea,
                payment_secret bytea, balance numeric, message_sequence bigint, changed_by text NOT NULL);
            CREATE TABLE audit_before (LIKE audit_change INCLUDING ALL);
            """
        );
        await ExecuteAsync(FunctionOfBefore());
        await ExecuteAsync(
            """
            CREATE TRIGGER now AFTER INSERT OR UPDATE OR DELETE ON thing FOR EACH ROW EXECUTE FUNCTION audit_change('key');
            CREATE TRIGGER was AFTER INSERT OR UPDATE OR DELETE ON thing FOR EACH ROW EXECUTE FUNCTION audit_before('key');
            """
        );
        var random = new Random(42);
        var statements = Enumerable.Range(0, Changes).Select(_ => Change(random)).ToList();
        await ExecuteAsync(string.Join('\n', statements));

        const string rows = "SELECT changed_by, table_name, key, action, before, after FROM";
        Assert.Equal(0L, await ScalarAsync($"SELECT count(*) FROM (({rows} audit_change) EXCEPT ALL ({rows} audit_before)) AS more"));
        Assert.Equal(0L, await ScalarAsync($"SELECT count(*) FROM (({rows} audit_before) EXCEPT ALL ({rows} audit_change)) AS less"));

        // The random changes reach each case that the functions tell apart, and some that leave no trail.
        foreach (var action in new[] { "INSERT", "UPDATE", "DELETE" })
        {
            Assert.True(await ScalarAsync($"SELECT count(*) FROM audit_change WHERE action = '{action}'") > 50, action);
        }

        foreach (var secret in new[] { "password", "payment_secret" })
        {
            Assert.True(await ScalarAsync($"SELECT count(*) FROM audit_change WHERE after ->> '{secret}' = 'changed'") > 20, secret);
        }

        Assert.True(await ScalarAsync("SELECT count(*) FROM audit_change") < Changes - 50);
    }

    /// <summary>Of ten rows one is added, removed, or changed in a few columns, often to what it has already.</summary>
    private static string Change(Random random)
    {
        var id = random.Next(10);
        var set = Columns.Where(_ => random.Next(4) == 0).DefaultIfEmpty("name").Append("key").Append("changed_by").ToList();
        var columns = string.Join(", ", set);
        return random.Next(6) switch
        {
            0 => $"DELETE FROM thing WHERE id = {id};",
            1 => $"INSERT INTO thing (id, {columns}) VALUES ({id}, {string.Join(", ", set.Select(Value))}) ON CONFLICT DO NOTHING;",
            _ => $"UPDATE thing SET {string.Join(", ", set.Select(column => $"{column} = {Value(column)}"))} WHERE id = {id};",
        };

        string Value(string column) =>
            column == "changed_by" ? $"'c{random.Next(3)}'"
            : column != "key" && random.Next(5) == 0 ? "NULL"
            : column switch
            {
                "extra" => $"'[{{\"n\": \"a\", \"v\": \"{random.Next(2)}\"}}]'",
                "password" or "payment_secret" => $"'\\x0{random.Next(3)}'",
                "key" or "name" => $"'{random.Next(3)}'",
                _ => random.Next(3).ToString(CultureInfo.InvariantCulture),
            };
    }

    private static string FunctionOfBefore()
    {
        var migration = File.ReadAllText(
            Path.Combine(Repository.Folder(), "src/Adapters/Smile.Storage/Migrations/0032_password_links.sql")
        );
        var function = Regex.Match(migration, @"CREATE OR REPLACE FUNCTION audit_change\(\).*?END \$\$;", RegexOptions.Singleline).Value;
        Assert.NotEqual("", function);
        return function
            .Replace("FUNCTION audit_change()", "FUNCTION audit_before()", StringComparison.Ordinal)
            .Replace("INSERT INTO audit_change ", "INSERT INTO audit_before ", StringComparison.Ordinal);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _source!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = _source!.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
