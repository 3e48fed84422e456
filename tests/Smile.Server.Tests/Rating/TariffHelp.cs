using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Smile.Cli;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.RateCards;
using Smile.Rating.Subjects;
using Smile.Rating.Tariffs;
using Smile.Server.Tests.Fixture;
using Smile.Session;

namespace Smile.Server.Tests.Rating;

/// <summary>Rate cards in few words.</summary>
internal sealed class TariffHelp(ServerFixture server)
{
    /// <summary>Mobile Plus.</summary>
    public const int Service = 137;

    /// <summary>The header of <see cref="ImportAsync"/>.</summary>
    public const string Header = "destination,class,prefixes,tariffType,from,rate,units,plan,overrideable\n";

    /// <summary>What rating periods are rated by.</summary>
    public Task<IReadOnlyDictionary<RatedPeriod, RatingSubject>> SubjectsAsync(params RatedPeriod[] periods) =>
        OnScopeAsync(async scope =>
        {
            var usns = periods.Select(period => period.Subscription).Distinct().ToArray();
            var clocks = await scope.Use<RatingPeriodsOf>().ClocksAsync(usns, default);
            return await scope.Use<RatingSubjects>().OfAsync(periods, clocks, default);
        });

    /// <param name="lines">Such as <c>Germany,International,49,Local,2015-01-01,0.15,60,,true</c>.</param>
    public Task<string> ImportAsync(string lines, RateCardOptions? options = null) =>
        ImportFileAsync(Header + lines, options ?? new RateCardOptions());

    public Task<string> ImportFileAsync(string text, RateCardOptions options, CardFileForm? form = null, int service = Service) =>
        OnScopeAsync(async scope =>
        {
            using var input = new MemoryStream(Encoding.UTF8.GetBytes(text));
            return await TariffCommand.ImportAsync(
                scope,
                service,
                "card.csv",
                input,
                form ?? CardFileForm.Ours,
                "a test",
                options,
                default
            );
        });

    public async Task<string> RefusedAsync(string lines, RateCardOptions? options = null) =>
        (await Assert.ThrowsAsync<CommandException>(() => ImportAsync(lines, options))).Message;

    public Task<string> ImportZonesAsync(string text, bool moves = false, bool dryRun = false) =>
        OnScopeAsync(async scope =>
        {
            using var input = new MemoryStream(Encoding.UTF8.GetBytes(text));
            return await TariffCommand.ImportZonesAsync(
                scope,
                Service,
                "zones.csv",
                input,
                CardFileForm.Ours,
                null,
                moves,
                dryRun,
                default
            );
        });

    public Task<FoundNumber> FindAsync(string number, string caller = "", DateOnly? day = null) =>
        OnScopeAsync(scope =>
            scope
                .Use<TariffQueries>()
                .FindAsync(Service, new NumberToFind(number, caller, Smile.Catalogue.CallType.Voice, null, day), default)
        );

    /// <summary>What a minute costs by a plan, and where to: <c>Germany 0.15</c>.</summary>
    public async Task<string> PriceAsync(string number, DateOnly? day = null, string plan = "mobile-plus")
    {
        var found = await FindAsync(number, day: day);
        var tariff = found.Tariffs.FirstOrDefault(each => each.Plan == plan)?.Tariff;
        return $"{found.Destination?.Name} {(tariff is { } known ? RateCardTexts.Price(known.PriceOfMinute) : "")}";
    }

    public Task<int> DestinationAsync(string name) => server.QueryAsync<int>("SELECT id FROM destination WHERE name = $1", name);

    public Task<TariffBook> BookAsync(int service = Service) => OnScopeAsync(scope => scope.Use<TariffBooks>().OfAsync(service, default));

    public async Task<T> OnScopeAsync<T>(Func<UseCaseScope, Task<T>> act)
    {
        await using var scope = UseCaseScope.Begin(
            server.Services.GetRequiredService<IServiceScopeFactory>(),
            server.Stage,
            Caller.Server(new Usn("tests"))
        );
        return await act(scope);
    }
}
