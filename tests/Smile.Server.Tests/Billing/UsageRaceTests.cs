using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smile.Billing;
using Smile.Hosting.Billing;
using Smile.Kernel;

namespace Smile.Server.Tests.Billing;

/// <summary>Usage comes, is rated and billed by several servers at once: nothing is billed twice or left out.</summary>
[Collection(BillingTests.Name)]
public sealed class UsageRaceTests(BillingServer billing)
{
    private const int Accounts = 6;
    private const int Files = 20;

    /// <summary>With the last one, two subscriptions share a value pool, whoever is at one of them.</summary>
    private static readonly string[] Plans = ["phone", "included", "family"];

    [Fact]
    public async Task Importers_raters_and_billing_runs_at_once_come_to_the_same()
    {
        var scenarios = new List<BillingScenario>();
        foreach (var plan in Enumerable.Range(0, Accounts).Select(index => Plans[index % Plans.Length]))
        {
            var scenario = new BillingScenario(billing);
            await scenario.PlayStepAsync("2017-01-01 account cycle 31");
            await scenario.PlayStepAsync($"2017-01-01 order a {plan}");
            await scenario.PlayStepAsync($"2017-01-01 order b {plan}");
            scenarios.Add(scenario);
        }

        foreach (var scenario in scenarios)
        {
            await scenario.PlayStepAsync("2017-01-10 use a call 3000");
        }

        billing.Server.Clock.MoveTo(new DateTimeOffset(2017, 2, 3, 0, 0, 0, TimeSpan.FromHours(11)));
        var random = new Random(17);
        var lines = Enumerable
            .Range(0, Files * Accounts)
            .Select(index => (Of: index % Accounts, Day: random.Next(2, 33), Seconds: random.Next(1, 900)))
            .ToList();
        await Task.WhenAll(
            Enumerable
                .Range(0, Accounts)
                .Select(of => Task.Run(() => UseAsync(scenarios[of], lines.Where(line => line.Of == of))))
                .Concat(Enumerable.Range(0, 2).Select(_ => Task.Run(() => RateAsync(scenarios[0]))))
                .Concat(scenarios.Select(scenario => Task.Run(() => BillAsync(scenario.Account))))
        );
        foreach (var scenario in scenarios)
        {
            await scenario.PlayStepAsync("2017-03-01 bill unforeseen");
            await scenario.RequireBooksAsync();
            var usage = await scenario.PlayStepAsync("2017-03-01 show usage");
            var shown = usage.Split(", ").Where(period => !period.Contains("2017-03-01", StringComparison.Ordinal));
            Assert.All(shown, period => Assert.Contains(" Closed ", period, StringComparison.Ordinal));
            Assert.Equal(Files + 1, shown.Sum(period => int.Parse(period.Split(' ')[3], CultureInfo.InvariantCulture)));
        }
    }

    private static async Task UseAsync(BillingScenario scenario, IEnumerable<(int Of, int Day, int Seconds)> lines)
    {
        foreach (var (_, day, seconds) in lines)
        {
            var start = new DateOnly(2017, 1, 1).AddDays(day - 1);
            var call = string.Create(CultureInfo.InvariantCulture, $"call {seconds} {start:yyyy-MM-dd}");
            await scenario.UseAsync(call, seconds % 2 == 0 ? "a" : "b");
        }
    }

    private static async Task RateAsync(BillingScenario scenario)
    {
        for (var time = 0; time < Files; time++)
        {
            await scenario.RateAsync();
        }
    }

    private async Task BillAsync(string account) =>
        await billing
            .Server.Services.GetRequiredService<BillingRunner>()
            .RunAsync(
                billing.Server.Stage,
                new BillingRequest(null, BillApproval.Automatic, new Usn(account)),
                new Usn("tests"),
                null,
                CancellationToken.None
            );
}
