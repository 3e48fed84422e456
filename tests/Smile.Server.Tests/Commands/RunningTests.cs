using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Smile.Data;
using Smile.Domain.Billing;
using Smile.Domain.Foundation;
using Smile.Server.Billing;
using Smile.Server.Commands;
using Smile.Server.Security;
using Smile.Server.Tests.Fixture;
using Smile.Testing;

namespace Smile.Server.Tests.Commands;

/// <summary>What operators run into.</summary>
[Collection(ServerTests.Name)]
public sealed class RunningTests(ServerFixture server)
{
    /// <summary>R9: a server that is newer than the schema says so, and does not start.</summary>
    [Fact]
    public async Task A_schema_that_lacks_something_is_named()
    {
        var connectionString = server.Settings.Stages["live"].Database.Replace("Database=live", "Database=lacking", StringComparison.Ordinal);
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(connectionString);
        Assert.StartsWith("its schema is at migration none and lacks 0001_base.sql, ", await Migrator.LackingAsync(source, CancellationToken.None), StringComparison.Ordinal);
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        Assert.Null(await Migrator.LackingAsync(source, CancellationToken.None));
        await using (var command = source.CreateCommand("DELETE FROM schema_migration WHERE number = 14"))
        {
            await command.ExecuteNonQueryAsync();
        }

        var settings = new ServerSettings { Stages = { ["old"] = new StageSettings { Database = connectionString } } };
        var refusal = await Assert.ThrowsAsync<CommandException>(() => ServeCommand.DemandSchemasAsync(settings, CancellationToken.None));
        Assert.EndsWith("lacks 0014_invoice_treatment.sql. Run: smile migrate", refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("Stage old: ", refusal.Message, StringComparison.Ordinal);
        var health = await server.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, health.Entries["database"].Status);
    }

    /// <summary>R23: the stage is named, and where its database should be.</summary>
    [Fact]
    public async Task A_database_that_does_not_answer_is_named()
    {
        var port = LoopbackPort.Free();
        var settings = new ServerSettings { StartupWait = TimeSpan.Zero, Stages = { ["away"] = new StageSettings { Database = $"Host=127.0.0.1;Port={port};Username=x;Database=x" } } };
        var refusal = await Assert.ThrowsAsync<CommandException>(() => ServeCommand.DemandDatabasesAsync(settings, CancellationToken.None));
        Assert.StartsWith($"Stage away: its database on 127.0.0.1:{port} does not answer: ", refusal.Message, StringComparison.Ordinal);
        await ServeCommand.DemandDatabasesAsync(server.Settings, CancellationToken.None);
    }

    /// <summary>R16: what there cannot be is refused, with what there is.</summary>
    [Fact]
    public async Task Commands_refuse_what_is_not_there()
    {
        var tomorrow = DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime).AddDays(3);
        await RefusedAsync("There is no account 99", () => BillCommand.DemandAsync(server.Stage, new BillingRequest(null, BillApproval.Automatic, new Usn("99")), false, CancellationToken.None));
        await RefusedAsync("has not come yet", () => BillCommand.DemandAsync(server.Stage, new BillingRequest(tomorrow, BillApproval.Automatic, null), false, CancellationToken.None));
        await BillCommand.DemandAsync(server.Stage, new BillingRequest(tomorrow, BillApproval.Automatic, null), true, CancellationToken.None);
        await RefusedAsync("There is no billing run 99", () => BillCommand.DemandRunAsync(server.Stage, 99, CancellationToken.None));
        await RefusedAsync("There is no company 77. There are: 1", () => ExportAsync(tomorrow, tomorrow, 77));
        await RefusedAsync("is before the first one", () => ExportAsync(tomorrow, tomorrow.AddDays(-1), null));
        await RefusedAsync("neither a .pdf nor an .xlsx", () => StatementCommand.WriteAsync(server.Stage, new Usn("1"), tomorrow, tomorrow, "x.docx", CancellationToken.None));
        var user = new ApiUser(server.Unique("user"), "some-password", null, null, null, null, [9999]);
        await RefusedAsync("There is no package 9999", () => UserCommand.AddAsync(server.Stage, new PasswordVault(server.Settings.PasswordKeys), user, CancellationToken.None));

        Task ExportAsync(DateOnly from, DateOnly to, int? company)
        {
            GeneralLedgerCommand.DemandRange(server.Stage, from, to, company);
            return Task.CompletedTask;
        }
    }

    /// <summary>R12: a dry run refuses what the real one would.</summary>
    [Fact]
    public async Task A_dry_run_checks_what_is_in_use()
    {
        await Orders.PortalCustomerAsync(server);
        var content = ServerFixture.ReadCatalogue();
        var lacking = content with { Services = [.. content.Services.Where(service => !service.IsCatAccess)] };
        await Assert.ThrowsAsync<CatalogueInUseException>(() => CatalogueStore.ApplyAsync(server.Stage.Store.Source, lacking, "test", CancellationToken.None, dryRun: true));
        var renamed = content with { Companies = [.. content.Companies.Select(company => company with { Name = company.Name + " renamed" })] };
        var version = server.Stage.Catalogue.Version;
        Assert.Equal(version, await CatalogueStore.ApplyAsync(server.Stage.Store.Source, renamed, "test", CancellationToken.None, dryRun: true));
        Assert.Equal(version, (await CatalogueStore.LoadAsync(server.Stage.Store.Source, CancellationToken.None))!.Version);
    }

    /// <summary>R15: a sentence for each kind of failure that an operator can mend.</summary>
    [Fact]
    public void What_goes_wrong_with_a_command_is_a_sentence()
    {
        Assert.Equal("no such folder", CommandFailure.Explain(new IOException("no such folder")));
        Assert.Contains("until 'reencrypt' has been run", CommandFailure.Explain(new System.Security.Cryptography.CryptographicException("The key is gone.")), StringComparison.Ordinal);
        Assert.Equal("The database does not answer: refused", CommandFailure.Explain(new InvalidOperationException("x", new NpgsqlException("x", new IOException("refused")))));
        Assert.Null(CommandFailure.Explain(new InvalidOperationException("nobody thought of it")));
    }

    /// <summary>R10: a new key decrypts on every server before it encrypts on one.</summary>
    [Fact]
    public void The_key_in_use_encrypts()
    {
        var keys = new Dictionary<int, string> { [1] = Convert.ToBase64String(new byte[32]), [2] = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]) };
        var first = new PasswordVault(keys, current: 1);
        var second = new PasswordVault(keys);
        Assert.Equal("old", new PasswordVault(new Dictionary<int, string> { [1] = keys[1] }).Decrypt(first.Encrypt("old")));
        Assert.Equal("new", first.Decrypt(second.Encrypt("new")));
        Assert.True(first.IsStale(second.Encrypt("new")));
    }

    private static async Task RefusedAsync(string expected, Func<Task> command) =>
        Assert.Contains(expected, (await Assert.ThrowsAsync<CommandException>(command)).Message, StringComparison.Ordinal);
}
