using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smile.Api.Soap;
using Smile.Catalogue;
using Smile.Catalogue.Reading;
using Smile.Cli;
using Smile.Customers.Access;
using Smile.Gateways.Sandbox;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Payments;
using Smile.Server.Commands;
using Smile.Server.Security;
using Smile.Session;
using Smile.Storage;
using Smile.Testing;

namespace Smile.Server.Tests.Fixture;

/// <summary>A message as it waits in the outbox.</summary>
internal sealed record AnnouncedMessage(string Topic, string Type, IReadOnlyDictionary<string, object> Headers, string Body)
{
    /// <summary>The type, or the header's value where it helps: <c>OrderEntered</c>.</summary>
    public override string ToString() => Type;
}

/// <summary>
/// A whole server on Kestrel with a real PostgreSQL, the example catalogue and a clock that tests move. One for all tests of the
/// collection.
/// </summary>
public class ServerFixture : IAsyncLifetime
{
    private const string AdministratorName = "administrator";
    private const string AdministratorPassword = "fixture-password-1";

    private PrivateDatabase? _database;
    private WebApplication? _app;
    private int _unique;

    /// <summary>Tests begin on this day, a Wednesday: the guide's own (line 2517).</summary>
    public ManualClock Clock { get; } = new(new DateTimeOffset(2015, 1, 14, 10, 0, 0, TimeSpan.FromHours(11)));

    internal SoapCaller Administrator { get; private set; } = null!;

    internal Uri Address { get; private set; } = null!;

    internal Stage Stage => Services.GetRequiredService<StageRegistry>().Default;

    internal IServiceProvider Services => _app!.Services;

    internal ServerSettings Settings { get; } = new();

    /// <summary>Calls that are being answered.</summary>
    internal int CallsInFlight => Services.GetRequiredService<Smile.Server.Security.CallLimits>().InFlight;

    /// <summary>Called around every charge of the sandbox gateway, while a test has set it.</summary>
    internal Func<SandboxMoment, ChargeRequest, Task>? SandboxHook { get; set; }

    public async Task InitializeAsync()
    {
        _database = await PrivateDatabase.StartNewAsync();
        Settings.Stages["live"] = new StageSettings { Database = _database.ConnectionString("live"), AllowSandbox = true };
        Settings.PasswordKeys[1] = Convert.ToBase64String(new byte[32]);
        Settings.CardKeys[1] = Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);
        Settings.DueWorkInterval = TimeSpan.FromHours(1);
        Settings.DispatchInterval = TimeSpan.FromHours(1);
        Settings.UsageInterval = TimeSpan.FromHours(1);
        Settings.CreditControlHour = null;
        Settings.Smtp.Host = "127.0.0.1";
        Settings.Smtp.Port = 1;
        Settings.Smtp.From = "smile@example.com";
        Cluster = IsOnCitus ? await UsageCluster.StartAsync(Settings.Stages["live"]) : null;
        await MigrateCommand.MigrateAsync(Settings, CancellationToken.None);
        await (Cluster?.DistributeAsync() ?? Task.CompletedTask);
        var builder = SmileHost.CreateBuilder([]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(
            new SandboxOptions { Hook = (moment, charge) => SandboxHook?.Invoke(moment, charge) ?? Task.CompletedTask }
        );
        builder.Services.AddSingleton(new FaultRules(DeclaredOnly: true));
        _app = SmileHost.Build(builder, Settings, Clock);
        await CatalogueStore.ApplyAsync(Stage.Store.Source, ReadCatalogue(), "fixture", CancellationToken.None);
        await SmileHost.PrepareAsync(_app, CancellationToken.None);
        await _app.StartAsync();

        // What it does first of all is done behind the start: it would take work that tests look at.
        await Services.GetServices<IHostedService>().OfType<UsageService>().Single().StopAsync(CancellationToken.None);
        Address = new Uri(_app.Urls.First());
        Administrator = await AddUserAsync(
            new ApiUser(AdministratorName, AdministratorPassword, null, AllAccounts: true, ViewPassword: true, AllPackages: true, [])
        );
    }

    public async Task DisposeAsync()
    {
        Administrator?.Dispose();
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _database!.DisposeAsync();
        await (Cluster?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>Where usage is; null where it is in the stage's database.</summary>
    internal UsageCluster? Cluster { get; private set; }

    /// <summary>Whether usage is on a cluster.</summary>
    internal virtual bool IsOnCitus => UsageCluster.IsForAll;

    /// <summary>A name that no other test uses.</summary>
    internal string Unique(string prefix) => $"{prefix}{Interlocked.Increment(ref _unique)}";

    internal async Task<SoapCaller> AddUserAsync(ApiUser user)
    {
        await UserCommand.AddAsync(Stage, Services.GetRequiredService<IPasswordVault>(), user, CancellationToken.None);
        return new SoapCaller(Address, user.Username, user.Password!);
    }

    /// <summary>
    /// A user with SOAP access to one account only and to operations of every class, who may order the packages given: what he reaches is
    /// the question.
    /// </summary>
    internal Task<SoapCaller> AddUserOfAccountAsync(string accountUsn, params int[] packages) =>
        AddUserAsync(
            new ApiUser(
                Unique("user"),
                "fixture-password-2",
                accountUsn,
                AllAccounts: false,
                ViewPassword: false,
                AllPackages: false,
                packages
            )
            {
                Only = [.. OperationClasses.AllNames],
            }
        );

    /// <summary>A user as a customer is one: his own account, and the classes of operations that he has without being given any.</summary>
    internal Task<SoapCaller> AddCustomerAsync(string accountUsn, params int[] packages) =>
        AddUserAsync(
            new ApiUser(
                Unique("customer"),
                "fixture-password-2",
                accountUsn,
                AllAccounts: false,
                ViewPassword: false,
                AllPackages: false,
                packages
            )
        );

    /// <summary>Another stage on the same database server, with the example catalogue and nothing else in it.</summary>
    internal async Task<Stage> NewStageAsync(string name, bool clockMayMove = false)
    {
        var settings = new StageSettings { Database = _database!.ConnectionString(name), ClockMayMove = clockMayMove };
        await Migrator.CreateDatabaseAsync(settings.Database, CancellationToken.None);
        await Migrator.MigrateAsync(settings.Database, CancellationToken.None);
        await Migrator.MigrateAsync(settings.DatabaseOfUsage(), MigrationSet.Usage, CancellationToken.None);
        var stage = StageFactory.Create(name, settings, Clock, NullLoggerFactory.Instance);
        await CatalogueStore.ApplyAsync(stage.Store.Source, ReadCatalogue(), "fixture", CancellationToken.None);
        stage.Catalogue = (await CatalogueStore.LoadAsync(stage.Store.Source, CancellationToken.None))!;
        return stage;
    }

    /// <summary>Does everything that is due at the clock's time.</summary>
    internal Task<int> CarryOutDueWorkAsync() =>
        Services.GetRequiredService<DueWorkProcessor>().RunOnceAsync(Stage, CancellationToken.None);

    /// <summary>
    /// What was announced for an account's tree, in order. Each is held to the guide: topic, header properties and their types, and the
    /// body by the published schema.
    /// </summary>
    internal async Task<IReadOnlyList<AnnouncedMessage>> MessagesAsync(string accountUsn)
    {
        await using var command = Stage.Store.Source.CreateCommand(
            "SELECT topic, message_type, headers::text, body, sequence FROM outbox_message WHERE aggregate = $1 ORDER BY id"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = accountUsn });
        await using var reader = await command.ExecuteReaderAsync();
        var messages = new List<AnnouncedMessage>();
        while (await reader.ReadAsync())
        {
            var body = reader.GetString(3);
            if (body.Length > 0)
            {
                ContractSchemas.Validate("order", XElement.Parse(body));
            }

            Assert.Equal(messages.Count + 1, reader.GetInt64(4));
            var headers = OutboxHeaders.Read(reader.GetString(2)).ToDictionary(header => header.Name, header => header.Value);
            var message = new AnnouncedMessage(reader.GetString(0), reader.GetString(1), headers, body);
            MessageContract.AssertKept(message);
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>The example catalogue.</summary>
    internal static CatalogueContent ReadCatalogue() =>
        CatalogueReader.ReadFiles([Path.Combine(AppContext.BaseDirectory, "catalogue")]).Content!;

    /// <summary>How long a test's own statement may take: long forms fill and check tables of millions of rows.</summary>
    private static int LongestStatement => Verification.IsFull ? 3_600 : 120;

    internal async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Stage.Store.Source.CreateCommand(sql);
        command.CommandTimeout = LongestStatement;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await command.ExecuteNonQueryAsync();
    }

    internal async Task<T> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Stage.Store.Source.CreateCommand(sql);
        command.CommandTimeout = LongestStatement;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }
}

[CollectionDefinition(Name)]
public sealed class ServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "server";
}
