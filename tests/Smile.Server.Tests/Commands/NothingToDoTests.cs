using Microsoft.Extensions.DependencyInjection;
using Smile.Catalogue;
using Smile.Cli;
using Smile.Correspondence.Dispatch;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Commands;

/// <summary>R18: a command that finds nothing to do says so, which is no failure; what waits is listed.</summary>
[Collection(ServerTests.Name)]
public sealed class NothingToDoTests(ServerFixture server)
{
    [Fact]
    public async Task R18_credit_control_says_of_each_company_that_nothing_was_done()
    {
        await using var idle = await server.NewStageAsync("idle");
        var companies = idle.Catalogue.Content.Companies;
        await using var services = CommandSupport.UseCases();
        var runner = services.GetRequiredService<CreditControlRunner>();
        foreach (var (dryRun, said) in new[] { (true, "nothing would be done"), (false, "0 accounts treated, 0 failed") })
        {
            using var output = new StringWriter();
            Assert.Equal(0, await CreditControlCommand.RunAsync(idle, runner, null, dryRun, output, CancellationToken.None));
            Assert.Equal(companies.Select(company => $"{company.Name}, {Today(company):yyyy-MM-dd}: {said}"), LinesOf(output));
        }

        DateOnly Today(Company company) => idle.Catalogue.Zone(company.TimeZone).DateOf(idle.Clock.GetUtcNow());
    }

    [Fact]
    public async Task R18_the_dispatch_queue_is_listed_with_how_much_it_is()
    {
        await using var idle = await server.NewStageAsync("nothingqueued");
        Assert.Equal(["0 items are Failed."], await ListAsync(idle, DispatchStatus.Failed));
        Assert.Equal(["0 items are Queued."], await ListAsync(idle, DispatchStatus.Queued));

        var account = await NewAccountAsync(server);
        var number = await account.InvoiceAsync(40m);
        var queued = await ListAsync(server.Stage, DispatchStatus.Queued);
        var item = Assert.Single(queued, line => line.Contains($" {account.Usn} Invoice {number} ", StringComparison.Ordinal));
        Assert.EndsWith(" Queued 0", item, StringComparison.Ordinal);
        Assert.Equal(queued.Count == 3 ? "1 item is Queued." : $"{queued.Count - 2} items are Queued.", queued[^1]);
        Assert.DoesNotContain(await ListAsync(server.Stage, DispatchStatus.Sent), line => line.Contains(number, StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> ListAsync(Smile.Hosting.Stages.Stage stage, DispatchStatus status)
    {
        await using var services = CommandSupport.UseCases();
        await using var scope = UseCaseScope.Begin(
            services.GetRequiredService<IServiceScopeFactory>(),
            stage,
            Caller.Server(new Usn("tests"))
        );
        using var output = new StringWriter();
        var terminal = new Terminal(output, isWatched: false);
        await DispatchCommand.ListAsync(scope.Use<DispatchAdministration>(), status, terminal, CancellationToken.None);
        return LinesOf(output);
    }

    private static List<string> LinesOf(StringWriter output) =>
        [
            .. output
                .ToString()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];
}
