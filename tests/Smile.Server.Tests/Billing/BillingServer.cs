using System.Globalization;
using Smile.Catalogue;
using Smile.Catalogue.Reading;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Storage;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// A server of its own for billing, whose scenarios move the clock by years, with plans for them beside the example catalogue.
/// </summary>
public class BillingServer : IAsyncLifetime
{
    /// <summary>Packages of subscriptions: with an initial invoice, without, and after an approval.</summary>
    public const int Invoiced = 701;
    public const int Uninvoiced = 702;
    public const int Approved = 703;
    public const int InYen = 704;
    public const int OwnCycle = 705;
    public const int OwnQuarters = 706;
    public const int Provided = 709;
    public const int OwnLate = 710;
    public const int ProvidedQuarters = 711;
    public const int Phones = 712;

    /// <summary>The package of an account whose periods begin on the same day for all.</summary>
    public const int Monthly = 660;

    private const int CycleDays = 31;
    private static readonly DateTimeOffset Beginning = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public BillingServer()
        : this(new ServerFixture()) { }

    internal BillingServer(ServerFixture server) => Server = server;

    public ServerFixture Server { get; }

    /// <summary>The package of an account whose periods begin on a day of the month; 31 for those that end with the month.</summary>
    public static int AccountOn(int cycleDay) => 600 + cycleDay;

    /// <summary>The package of a plan whose service has one of its own; null for the others.</summary>
    public static int? PackageOf(Plan plan) =>
        plan.Service switch
        {
            502 => OwnCycle,
            503 => OwnQuarters,
            504 => Provided,
            505 => OwnLate,
            506 => ProvidedQuarters,
            507 => Phones,
            _ => null,
        };

    public async Task InitializeAsync()
    {
        await Server.InitializeAsync();
        await ApplyAsync(Content(), Beginning);
    }

    public Task DisposeAsync() => Server.DisposeAsync();

    /// <summary>Changes what a plan's first charge costs, from a time on.</summary>
    public Task PriceAsync(string plan, decimal rate) =>
        ChangeAsync(plan, content => content with { RecurringCharges = [content.RecurringCharges[0] with { Rate = rate }] });

    /// <summary>Changes with whom a plan's value pools are shared and what its calls cost a minute, from a time on.</summary>
    /// <param name="sharedAs">The name under which they are shared; null for its own ones.</param>
    public Task VaryAsync(string plan, string? sharedAs, decimal rate) =>
        ChangeAsync(
            plan,
            content =>
                content with
                {
                    ValuePools = [.. content.ValuePools.Select(pool => pool with { SharedAs = sharedAs })],
                    ChargingRules = [.. content.ChargingRules.Select(rule => rule with { Source = rule.Source with { Rate = rate } })],
                }
        );

    /// <summary>Adds periods to a table, from now on.</summary>
    public Task ExtendAsync(string cycle, IEnumerable<DateOnly> starts, DateOnly ends)
    {
        var content = Server.Stage.Catalogue.Content;
        return ApplyAsync(
            content with
            {
                BillingCycles =
                [
                    .. content.BillingCycles.Select(table =>
                        table.Name == cycle ? table with { Starts = [.. table.Starts, .. starts], Ends = ends } : table
                    ),
                ],
            },
            Server.Clock.GetUtcNow()
        );
    }

    /// <summary>The package of an account whose periods are those of a table.</summary>
    public int AccountBy(string cycle) => Server.Stage.Catalogue.Content.Packages.First(package => package.Account?.Cycle == cycle).Id;

    /// <summary>Makes a plan one account's own.</summary>
    public Task OfferToAsync(string plan, string account) => ChangeAsync(plan, content => content with { Accounts = [new Usn(account)] });

    private Task ChangeAsync(string plan, Func<Plan, Plan> change)
    {
        var content = Server.Stage.Catalogue.Content;
        return ApplyAsync(
            content with
            {
                Plans = [.. content.Plans.Select(candidate => candidate.Code == plan ? change(candidate) : candidate)],
            },
            Server.Clock.GetUtcNow()
        );
    }

    private async Task ApplyAsync(CatalogueContent content, DateTimeOffset at)
    {
        await CatalogueStore.ApplyAsync(Server.Stage.Store.Source, content, "billing", CancellationToken.None, at);
        Server.Stage.Catalogue = (await CatalogueStore.LoadAsync(Server.Stage.Store.Source, CancellationToken.None))!;
    }

    private static CatalogueContent Content()
    {
        var folder = AppContext.BaseDirectory;
        var plans = Path.Combine(folder, "Billing", "catalogue.yaml");
        var sources = Directory
            .EnumerateFiles(Path.Combine(folder, "catalogue"), "*.yaml")
            .Append(plans)
            .Select(file => new CatalogueSource(file, File.ReadAllText(file)))
            .ToList();
        var codes = Read(sources).Plans.Where(plan => plan.Id is > 500 and < 600).ToList();
        var packages = string.Join(
            '\n',
            Enumerable
                .Range(1, CycleDays)
                .Select(day =>
                    Text(
                        $"  - {{ id: {AccountOn(day)}, name: Account on {day}, company: 1, published: true, form: [{{ name: username }}], "
                    ) + Text($"account: {{ accountType: 1, accountTerms: 1, cycleDay: {day} }} }}")
                )
                .Concat(
                    new[]
                    {
                        (Invoiced, 1, ""),
                        (Uninvoiced, 1, "initialInvoice: false, "),
                        (Approved, 1, "requiresApproval: true, "),
                        (InYen, 2, ""),
                    }.Select(package => Package(package.Item1, 501, package.Item2, package.Item3, codes))
                )
                .Append(Package(OwnCycle, 502, 1, "", codes))
                .Append(Package(OwnQuarters, 503, 1, "", codes))
                .Append(Package(Provided, 504, 1, "", codes))
                .Append(Package(OwnLate, 505, 1, "", codes))
                .Append(Package(ProvidedQuarters, 506, 1, "", codes))
                .Append(Package(Phones, 507, 1, "initialInvoice: false, ", codes))
        );
        return Read(sources.Append(new CatalogueSource("packages", "packages:\n" + packages)));
    }

    private static CatalogueContent Read(IEnumerable<CatalogueSource> sources)
    {
        var read = CatalogueReader.Read(sources);
        Assert.True(read.Content is not null && read.Problems.Count == 0, string.Join('\n', read.Problems));
        return read.Content;
    }

    private static string Package(int id, int service, int company, string more, IEnumerable<Plan> plans)
    {
        var choices = string.Join(", ", plans.Where(plan => plan.Service == service).Select(plan => Choice(id, plan)));
        return Text(
                $"  - {{ id: {id}, name: Line {id}, company: {company}, published: true, {more}subscriptions: [{{ service: {service} }}], "
            ) + $"form: [{{ name: username, required: true }}], plans: [{choices}] }}";
    }

    private static string Choice(int package, Plan plan) =>
        Text($"{{ id: {plan.Id}, name: {plan.Code} {package}, plans: [{plan.Code}{(plan.Code == "free" ? ", incoming" : "")}] }}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

[CollectionDefinition(Name)]
public sealed class BillingTests : ICollectionFixture<BillingServer>
{
    public const string Name = "billing";
}
