using Smile.Cli;
using Smile.Hosting.Security;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Commands;

[Collection(ServerTests.Name)]
public sealed class OperatorTests(ServerFixture server)
{
    [Fact]
    public async Task Reencrypting_takes_all_passwords_to_the_newest_key()
    {
        await using var stage = await server.NewStageAsync("rotation");
        var first = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());
        var second = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray());
        var user = new ApiUser("rotated", "kept-through-it", null, AllAccounts: true, ViewPassword: false, AllPackages: false, []);
        var (usn, _) = await UserCommand.AddAsync(
            stage,
            new PasswordVault(new Dictionary<int, string> { [1] = first }),
            user,
            CancellationToken.None
        );

        var both = new PasswordVault(new Dictionary<int, string> { [1] = first, [2] = second });
        Assert.Equal(1, await PasswordsCommand.ReencryptAsync(stage, both, CancellationToken.None));
        Assert.Equal(0, await PasswordsCommand.ReencryptAsync(stage, both, CancellationToken.None));
        await using var command = stage.Store.Source.CreateCommand($"SELECT password FROM subscription WHERE usn = '{usn}'");
        var onlySecond = new PasswordVault(new Dictionary<int, string> { [2] = second });
        Assert.Equal("kept-through-it", onlySecond.Decrypt((byte[])(await command.ExecuteScalarAsync())!));
    }

    [Fact]
    public async Task Applying_the_same_catalogue_makes_no_new_version()
    {
        var before = await server.QueryAsync<int>("SELECT max(version) FROM catalogue_version");
        var content = ServerFixture.ReadCatalogue();
        Assert.Equal(before, await CatalogueStore.ApplyAsync(server.Stage.Store.Source, content, "test", CancellationToken.None));
    }

    [Fact]
    public async Task A_catalogue_that_lacks_what_is_in_use_is_refused()
    {
        await AdslWithVoipAsync(server);
        var content = ServerFixture.ReadCatalogue();
        var lacking = content with { Services = [.. content.Services.Where(service => service.Id != 17)] };
        var refusal = await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, lacking, "test", CancellationToken.None)
        );
        Assert.Contains("service 17", refusal.Message, StringComparison.Ordinal);

        // An order that waits for a provider gets its contract from the package when it goes on.
        var unordered = content with
        {
            Packages = [.. content.Packages.Where(package => package.Id != AdslWithVoip)],
        };
        refusal = await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, unordered, "test", CancellationToken.None)
        );
        Assert.Contains($"package {AdslWithVoip}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_catalogue_holds_for_the_running_server_and_the_old_version_is_kept()
    {
        var content = ServerFixture.ReadCatalogue();
        var renamed = content with
        {
            Packages = [.. content.Packages.Select(package => package.Id == AdslOnly ? package with { Name = "ADSL renamed" } : package)],
        };
        var version = await CatalogueStore.ApplyAsync(server.Stage.Store.Source, renamed, "test", CancellationToken.None);
        await Until.TrueAsync(
            "the server has the catalogue",
            async () =>
                (await server.Administrator.CallAsync("order", "getOrderForm", P("packageId", AdslOnly))).At("Name") == "ADSL renamed"
        );
        Assert.Equal(version + 1, await CatalogueStore.ApplyAsync(server.Stage.Store.Source, content, "test", CancellationToken.None));
        await Until.TrueAsync(
            "the server has the catalogue",
            async () =>
                (await server.Administrator.CallAsync("order", "getOrderForm", P("packageId", AdslOnly))).At("Name") != "ADSL renamed"
        );
    }

    [Fact]
    public async Task The_audit_trail_has_who_changed_what()
    {
        var customer = await PortalCustomerAsync(server);
        await server.Administrator.CallAsync(
            "account",
            "update",
            P("usn", customer.Usn),
            Document("<Account><Properties><Object><String name='fax'>123</String></Object></Properties></Account>")
        );
        var change = await server.QueryAsync<string>(
            """
            SELECT username || ' ' || action || ' ' || (after -> 'properties')::text FROM audit_change
            JOIN subscription ON usn = audit_change.changed_by WHERE table_name = 'account' AND key = $1 ORDER BY id DESC LIMIT 1
            """,
            customer.Usn
        );
        Assert.StartsWith("administrator UPDATE", change, StringComparison.Ordinal);
        Assert.Contains("\"123\"", change, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_says_that_the_database_answers_and_that_there_is_no_broker()
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal("Healthy", await http.GetStringAsync("/health/live"));
        var ready = await http.GetStringAsync("/health/ready");
        Assert.Contains("\"live.broker\":\"none\"", ready, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outbox_upkeep_makes_partitions_ahead_and_drops_published_ones_after_their_time()
    {
        var source = server.Stage.Store.Source;
        await OutboxAdministration.MaintainAsync(source, 14, CancellationToken.None);
        await server.QueryAsync<object>("SELECT ensure_outbox_partitions(current_date - 30, 2)");
        await server.QueryAsync<long>(
            """
            WITH made AS (INSERT INTO outbox_message (created, shard, aggregate, sequence, topic, message_type, headers, body,
                published) VALUES (current_date - 30, 0, 'x', 1, 't', 'm', '[]', '', now()),
                (current_date - 29, 0, 'x', 2, 't', 'm', '[]', '', NULL) RETURNING 1) SELECT count(*) FROM made
            """
        );
        await OutboxAdministration.MaintainAsync(source, 14, CancellationToken.None);
        Assert.Equal(1L, await server.QueryAsync<long>("SELECT count(*) FROM outbox_message WHERE aggregate = 'x'"));
        await server.QueryAsync<long>(
            "WITH gone AS (DELETE FROM outbox_message WHERE aggregate = 'x' RETURNING 1) SELECT count(*) FROM gone"
        );
        Assert.True(await server.QueryAsync<long>("SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox_message'::regclass") >= 9);
    }
}
