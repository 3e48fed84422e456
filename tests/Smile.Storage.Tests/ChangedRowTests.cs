using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;
using Smile.Testing;

namespace Smile.Storage.Tests;

/// <summary>Who changed a row stands in it, and in the audit trail, without any use case saying so.</summary>
public sealed class ChangedRowTests : IAsyncLifetime, IDisposable
{
    private const string Account = """
        INSERT INTO account (usn, company_id, account_type_id, account_terms_id, currency, time_zone_id, invoicing_cycle_type,
            invoicing_cycle_day, rating_cycle_type, rating_cycle_day, username, properties,
            provision_status, suspend_status, activate_status, enable_status, created, message_sequence, changed_by, balance)
        VALUES ('1', 1, 1, 1, 'AUD', 1, 'Anniversary', 1, 'Anniversary', 1, 'joe', '[]', 'Provisioned', 'Active', 'Activated',
            'Enabled', now(), 0, 'before', 0);
        """;

    private readonly OutboxSignal _signal = new();
    private PrivateDatabase? _database;
    private StageStore? _store;

    public async Task InitializeAsync()
    {
        _database = await PrivateDatabase.StartNewAsync();
        var connectionString = _database.ConnectionString("changed_rows");
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        _store = new StageStore(connectionString, _signal, NullLoggerFactory.Instance);
        await using var command = _store.Source.CreateCommand(Account);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        await _store!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    public void Dispose() => _signal.Dispose();

    [Fact]
    public async Task Every_row_that_says_who_changed_it_can_be_signed()
    {
        await using var context = _store!.CreateContext();
        Assert.All(
            context.Model.GetEntityTypes().Where(entity => entity.FindProperty(nameof(IChangedRow.ChangedBy)) is not null),
            entity => Assert.True(entity.ClrType.IsAssignableTo(typeof(IChangedRow)), entity.ClrType.Name)
        );
    }

    [Fact]
    public async Task What_is_added_changed_and_removed_names_who_did_it()
    {
        await ChangeAsync("amy", database => database.Set<CostCentre>().Add(new CostCentre { AccountUsn = new Usn("1"), Name = "First" }));
        await ChangeAsync("bob", database => database.Set<CostCentre>().Single().Name = "Second");
        await ChangeAsync("cat", database => database.Set<Account>().Single().EmailChanged = DateTimeOffset.UnixEpoch);
        await ChangeAsync("dan", database => database.Set<CostCentre>().Remove(database.Set<CostCentre>().Single()));

        Assert.Equal(
            ["cost_centre INSERT amy", "cost_centre UPDATE bob", "account UPDATE cat", "cost_centre DELETE dan"],
            await ReadAsync(
                "SELECT table_name || ' ' || action || ' ' || changed_by FROM audit_change WHERE changed_by <> 'before' ORDER BY id"
            )
        );
        Assert.Equal(["cat"], await ReadAsync("SELECT changed_by FROM account"));
    }

    [Fact]
    public async Task What_does_not_change_is_not_signed_and_what_a_use_case_says_stands()
    {
        await ChangeAsync("amy", database => database.Set<Account>().Single().EmailChanged = null);
        Assert.Equal(["before"], await ReadAsync("SELECT changed_by FROM account"));
        await ChangeAsync("amy", database => database.Set<Account>().Single().ChangedBy = new Usn("bob"));
        Assert.Equal(["bob"], await ReadAsync("SELECT changed_by FROM account"));
    }

    /// <summary>What one transaction has said of itself does not hold for the next one on the connection.</summary>
    [Fact]
    public async Task Who_removed_rows_is_forgotten_with_the_transaction()
    {
        await ChangeAsync("amy", database => database.Set<CostCentre>().Add(new CostCentre { AccountUsn = new Usn("1"), Name = "First" }));
        await ChangeAsync("bob", database => database.Set<CostCentre>().Remove(database.Set<CostCentre>().Single()));
        await using (var connection = await _store!.Source.OpenConnectionAsync())
        {
            await using var setting = new NpgsqlCommand("SELECT coalesce(current_setting('smile.changed_by', true), '')", connection);
            Assert.Equal("", await setting.ExecuteScalarAsync());
        }

        await ChangeAsync("amy", database => database.Set<CostCentre>().Add(new CostCentre { AccountUsn = new Usn("1"), Name = "Second" }));
        await using (var byHand = _store.Source.CreateCommand("DELETE FROM cost_centre"))
        {
            await byHand.ExecuteNonQueryAsync();
        }

        Assert.Equal(["bob", "amy"], await ReadAsync("SELECT changed_by FROM audit_change WHERE action = 'DELETE' ORDER BY id"));
    }

    private async Task ChangeAsync(string changer, Action<IStageDatabase> change)
    {
        await using var database = _store!.CreateDatabase();
        database.ChangedBy = new Usn(changer);
        await database.BeginAsync(CancellationToken.None);
        change(database);
        await database.CommitAsync([], CancellationToken.None);
    }

    private async Task<List<string>> ReadAsync(string sql)
    {
        await using var command = _store!.Source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
