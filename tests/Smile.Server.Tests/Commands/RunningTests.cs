using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Cli;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Billing;
using Smile.Hosting.Mail;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Server.Commands;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
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
        var connectionString = server
            .Settings.Stages["live"]
            .Database.Replace("Database=live", "Database=lacking", StringComparison.Ordinal);
        await Migrator.CreateDatabaseAsync(connectionString, CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(connectionString);
        Assert.StartsWith(
            "its schema is at migration none and lacks 0001_base.sql, ",
            await Migrator.LackingAsync(source, CancellationToken.None),
            StringComparison.Ordinal
        );
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        Assert.Null(await Migrator.LackingAsync(source, CancellationToken.None));
        await using (var command = source.CreateCommand("DELETE FROM schema_migration WHERE number = 14"))
        {
            await command.ExecuteNonQueryAsync();
        }

        var settings = new ServerSettings { Stages = { ["old"] = new StageSettings { Database = connectionString } } };
        var refusal = await Assert.ThrowsAsync<CommandException>(() => ServeCommand.RequireSchemasAsync(settings, CancellationToken.None));
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
        var settings = new ServerSettings
        {
            StartupWait = TimeSpan.Zero,
            Stages = { ["away"] = new StageSettings { Database = $"Host=127.0.0.1;Port={port};Username=x;Database=x" } },
        };
        var refusal = await Assert.ThrowsAsync<CommandException>(() =>
            ServeCommand.RequireDatabasesAsync(settings, CancellationToken.None)
        );
        Assert.StartsWith($"Stage away: its database on 127.0.0.1:{port} does not answer: ", refusal.Message, StringComparison.Ordinal);
        await ServeCommand.RequireDatabasesAsync(server.Settings, CancellationToken.None);
    }

    /// <summary>R16: what there cannot be is refused, with what there is.</summary>
    [Fact]
    public async Task Commands_refuse_what_is_not_there()
    {
        var tomorrow = DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime).AddDays(3);
        await RefusedAsync(
            "There is no account 99",
            () =>
                BillCommand.RequireAsync(
                    server.Stage,
                    new BillingRequest(null, BillApproval.Automatic, new Usn("99")),
                    false,
                    CancellationToken.None
                )
        );
        await RefusedAsync(
            "has not come yet",
            () =>
                BillCommand.RequireAsync(
                    server.Stage,
                    new BillingRequest(tomorrow, BillApproval.Automatic, null),
                    false,
                    CancellationToken.None
                )
        );
        await BillCommand.RequireAsync(
            server.Stage,
            new BillingRequest(tomorrow, BillApproval.Automatic, null),
            true,
            CancellationToken.None
        );
        await RefusedAsync("There is no billing run 99", () => BillCommand.RequireRunAsync(server.Stage, 99, CancellationToken.None));
        await RefusedAsync("There is no company 77. There are: 1", () => ExportAsync(tomorrow, tomorrow, 77));
        await RefusedAsync("is before the first one", () => ExportAsync(tomorrow, tomorrow.AddDays(-1), null));
        await RefusedAsync(
            "neither a .pdf nor an .xlsx",
            () => StatementCommand.WriteAsync(server.Stage, new Usn("1"), tomorrow, tomorrow, "x.docx", CancellationToken.None)
        );
        var user = new ApiUser(server.Unique("user"), "some-password", null, null, null, null, [9999]);
        await RefusedAsync("There is no package 9999", () => AddAsync(user));
        var known = new ApiUser("administrator", null, null, null, null, null, null);
        await RefusedAsync("--account is for a new one", () => AddAsync(known with { AccountUsn = "99" }));
        await RefusedAsync("--only default gives", () => AddAsync(known with { Only = ["default"], Allow = ["catalogue"] }));

        Task AddAsync(ApiUser asked) =>
            UserCommand.AddAsync(server.Stage, new PasswordVault(server.Settings.PasswordKeys), asked, CancellationToken.None);

        Task ExportAsync(DateOnly from, DateOnly to, int? company)
        {
            GeneralLedgerCommand.RequireRange(server.Stage, from, to, company);
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
        await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, lacking, "test", CancellationToken.None, dryRun: true)
        );
        var renamed = content with
        {
            Companies = [.. content.Companies.Select(company => company with { Name = company.Name + " renamed" })],
        };
        var version = server.Stage.Catalogue.Version;
        Assert.Equal(
            version,
            await CatalogueStore.ApplyAsync(server.Stage.Store.Source, renamed, "test", CancellationToken.None, dryRun: true)
        );
        Assert.Equal(version, (await CatalogueStore.LoadAsync(server.Stage.Store.Source, CancellationToken.None))!.Version);
    }

    /// <summary>R15: a sentence for each kind of failure that an operator can mend.</summary>
    [Fact]
    public void What_goes_wrong_with_a_command_is_a_sentence()
    {
        Assert.Equal("no such folder", CommandFailure.Explain(new IOException("no such folder")));
        Assert.Contains(
            "until 'reencrypt' has been run",
            CommandFailure.Explain(new System.Security.Cryptography.CryptographicException("The key is gone.")),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "The database does not answer: refused",
            CommandFailure.Explain(new InvalidOperationException("x", new NpgsqlException("x", new IOException("refused"))))
        );
        Assert.Null(CommandFailure.Explain(new InvalidOperationException("nobody thought of it")));
    }

    /// <summary>R6: what the database refuses, and a stage without a catalogue, are sentences too.</summary>
    [Fact]
    public async Task R6_trouble_with_the_database_is_a_sentence()
    {
        await using var wrong = server.Stage.Store.Source.CreateCommand("SELECT nothing FROM installation");
        Assert.Equal(
            "The database is not of this version: column \"nothing\" does not exist. Run: smile migrate",
            CommandFailure.Explain(await Assert.ThrowsAnyAsync<Exception>(() => wrong.ExecuteScalarAsync()))
        );
        await using var refused = server.Stage.Store.Source.CreateCommand("SELECT 1 / 0");
        Assert.Equal(
            "The database refused the command: division by zero",
            CommandFailure.Explain(await Assert.ThrowsAnyAsync<Exception>(() => refused.ExecuteScalarAsync()))
        );
        await using var bare = StageFactory.Create(
            "bare",
            server.Settings.Stages["live"],
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
        );
        Assert.Equal(
            "Stage bare has no catalogue. Apply one: smile catalogue apply FILES",
            CommandFailure.Explain(Assert.ThrowsAny<Exception>(() => bare.Catalogue))
        );
        Assert.Equal(
            ("1 invoice", "2 invoices", "0 entries"),
            (Counted.Of(1, "invoice"), Counted.Of(2, "invoice"), Counted.Of(0, "entry", "entries"))
        );
    }

    /// <summary>R13: a copy of a database, as pg_restore or a template makes one, does nothing by itself until it is opened.</summary>
    [Fact]
    public async Task R13_a_restored_copy_is_quiet_until_it_is_opened()
    {
        string original;
        await using (var stage = await server.NewStageAsync("original"))
        {
            await stage.ReadInstallationAsync(CancellationToken.None);
            Assert.True(stage.Gate.IsOpen);
            original = stage.Installation!;
        }

        await using (var copying = server.Stage.Store.Source.CreateCommand("CREATE DATABASE restored TEMPLATE original"))
        {
            await copying.ExecuteNonQueryAsync();
        }

        var settings = new StageSettings
        {
            Database = server.Settings.Stages["live"].Database.Replace("Database=live", "Database=restored", StringComparison.Ordinal),
        };
        await using var copy = StageFactory.Create(
            "restored",
            settings,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
        );
        await copy.ReadInstallationAsync(CancellationToken.None);
        Assert.False(copy.Gate.IsOpen);
        Assert.Equal(
            "Stage restored is quiet: its database was restored from another's dump. It neither bills, mails, suspends, pays nor "
                + "publishes. To open it: smile stage open --stage restored",
            Assert.Throws<CommandException>(() => StageCommand.RequireOpen(copy)).Message
        );

        // Both have the same work; only the one that is open is worked for.
        using var stop = new CancellationTokenSource();
        var (quiet, open, published) = (0, 0, 0);
        var running = new[]
        {
            Repeat(copy, () => Interlocked.Increment(ref quiet)),
            Repeat(server.Stage, () => Interlocked.Increment(ref open)),
            Smile.Hosting.Background.StageWork.RunAllAsync(
                [
                    copy.Gate.RunAsync(
                        async stopping =>
                        {
                            Interlocked.Increment(ref published);
                            await Task.Delay(Timeout.Infinite, stopping);
                        },
                        stop.Token
                    ),
                ],
                stop.Token
            ),
        };
        await Until.TrueAsync("the open stage is worked for", () => Volatile.Read(ref open) > 5);
        Assert.Equal((0, 0), (Volatile.Read(ref quiet), Volatile.Read(ref published)));
        await Installation.OpenAsync(copy.Store.Source, isNew: true, "test", CancellationToken.None);
        await copy.ReadInstallationAsync(CancellationToken.None);
        Assert.Equal("Stage restored is open.", StageCommand.Text(copy));
        Assert.NotEqual(original, copy.Installation);
        await Until.TrueAsync("the copy is worked for", () => Volatile.Read(ref quiet) > 0 && Volatile.Read(ref published) == 1);
        await Installation.CloseAsync(copy.Store.Source, "test", CancellationToken.None);
        await copy.ReadInstallationAsync(CancellationToken.None);
        Assert.StartsWith("Stage restored is quiet: it was closed.", StageCommand.Text(copy), StringComparison.Ordinal);
        await Installation.OpenAsync(copy.Store.Source, isNew: false, "test", CancellationToken.None);
        await copy.ReadInstallationAsync(CancellationToken.None);
        await Until.TrueAsync("publishing begins again", () => Volatile.Read(ref published) == 2);
        await stop.CancelAsync();
        await Task.WhenAll(running);

        Task Repeat(Smile.Hosting.Stages.Stage stage, Action work) =>
            Smile.Hosting.Background.StageWork.RunAllAsync(
                [
                    Smile.Hosting.Background.StageWork.RepeatAsync(
                        stage,
                        TimeSpan.FromMilliseconds(10),
                        "Test",
                        (_, _) =>
                        {
                            work();
                            return Task.CompletedTask;
                        },
                        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
                        stop.Token
                    ),
                ],
                stop.Token
            );
    }

    /// <summary>R13: each stage says for itself what its servers do.</summary>
    [Fact]
    public async Task R13_billing_and_credit_control_may_be_off_for_one_stage()
    {
        await using var stage = await server.NewStageAsync("alone");
        var own = new StageSettings { Billing = false, CreditControl = false };
        var settings = new ServerSettings
        {
            BillingHour = 0,
            CreditControlHour = 0,
            Stages = { [stage.Name] = own },
        };
        var registry = server.Services.GetRequiredService<Smile.Hosting.Stages.StageRegistry>();
        var control = new Smile.Hosting.Background.CreditControlService(
            registry,
            server.Services.GetRequiredService<Smile.Hosting.Background.CreditControlRunner>(),
            settings,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Smile.Hosting.Background.CreditControlService>.Instance
        );
        await control.RunOnceAsync(stage, CancellationToken.None);
        Assert.Equal(0L, await RunsAsync());
        own.CreditControl = true;
        await control.RunOnceAsync(stage, CancellationToken.None);
        Assert.Equal(stage.Catalogue.Content.Companies.Count, await RunsAsync());

        async Task<long> RunsAsync()
        {
            await using var command = stage.Store.Source.CreateCommand("SELECT count(*) FROM credit_control_day");
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    /// <summary>R22: what a catalogue would have gone wrong with later is said when it is applied.</summary>
    [Fact]
    public async Task R22_a_catalogue_is_told_what_its_mails_and_documents_lack()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "dispatch-invoice.txt"), "Dear {name},\n\nhere it is.\n");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "dispatch-note.txt"), "Subject: Note\n\n");
            var example = ServerFixture.ReadCatalogue();
            var templates = new Smile.Hosting.Mail.MailTemplates(folder.FullName);
            var lines = await CatalogueWarnings.OfAsync(example, templates, new DateOnly(2026, 1, 1), CancellationToken.None);
            Assert.Contains(
                "! AccountTerms 1 (Default terms): the mail template dispatch-invoice does not begin with a line 'Subject: …': its "
                    + "mails will have no subject.",
                lines
            );
            Assert.Contains("! AccountTerms 1 (Default terms): the mail template dispatch-note has no text.", lines);
            Assert.Empty(
                await CatalogueWarnings.OfAsync(
                    example,
                    new Smile.Hosting.Mail.MailTemplates(null),
                    new DateOnly(2026, 1, 1),
                    CancellationToken.None
                )
            );

            var level = new TreatmentLevel("Late", 1, 0m)
            {
                Actions = [new TreatmentAction(TreatmentActionKind.Notice) { Template = "notice-nowhere" }],
            };
            var lacking = example with
            {
                Stationery = [],
                AccountTerms = [example.AccountTerms[0] with { TreatmentLevels = [level] }],
                Companies = [.. example.Companies.Select(company => company with { Language = "fr" })],
                Languages =
                [
                    new Smile.Catalogue.Wording.LanguageItem(
                        "fr",
                        Enum.GetValues<Smile.Catalogue.Wording.Word>()
                            .ToDictionary(word => word.ToString(), word => Smile.Catalogue.Wording.BuiltInLanguages.Default[word])
                    ),
                ],
            };
            lines = await CatalogueWarnings.OfAsync(
                lacking,
                new Smile.Hosting.Mail.MailTemplates(null),
                new DateOnly(2026, 1, 1),
                CancellationToken.None
            );
            Assert.Contains(
                "! AccountTerms 1 (Default terms), level Late: there is no mail template notice-nowhere: its mails will fail.",
                lines
            );
            Assert.Contains(
                "! AccountTerms 1 (Default terms): there is no mail template dispatch-invoice.fr.txt: its mails will be in the "
                    + "language of dispatch-invoice.txt.",
                lines
            );
            Assert.Contains(
                lines,
                line => line.StartsWith("! Company 1 has no default stationery for Invoice, Quote, ", StringComparison.Ordinal)
            );
            Assert.Contains(
                "isCatAccess: true",
                Assert
                    .Throws<CommandException>(() =>
                        CatalogueCommand.RequireLogins(
                            example with
                            {
                                Services = [.. example.Services.Where(service => !service.IsCatAccess)],
                            }
                        )
                    )
                    .Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>R10: a new key decrypts on every server before it encrypts on one.</summary>
    [Fact]
    public void The_key_in_use_encrypts()
    {
        var keys = new Dictionary<int, string>
        {
            [1] = Convert.ToBase64String(new byte[32]),
            [2] = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]),
        };
        var first = new PasswordVault(keys, current: 1);
        var second = new PasswordVault(keys);
        Assert.Equal("old", new PasswordVault(new Dictionary<int, string> { [1] = keys[1] }).Decrypt(first.Encrypt("old")));
        Assert.Equal("new", first.Decrypt(second.Encrypt("new")));
        Assert.True(first.IsStale(second.Encrypt("new")));
    }

    private static async Task RefusedAsync(string expected, Func<Task> command) =>
        Assert.Contains(expected, (await Assert.ThrowsAsync<CommandException>(command)).Message, StringComparison.Ordinal);
}
