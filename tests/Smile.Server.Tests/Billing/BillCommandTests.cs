using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Cli;
using Smile.Hosting.Background;
using Smile.Hosting.Billing;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using Spectre.Console;

namespace Smile.Server.Tests.Billing;

/// <summary>smile bill, as operators see it, and the bills that servers make by themselves.</summary>
[Collection(BillingTests.Name)]
public sealed class BillCommandTests(BillingServer billing)
{
    private readonly BillingScenario _scenario = new(billing);

    private ServerFixture Server => billing.Server;

    [Fact]
    public async Task A_dry_run_says_what_the_run_then_bills_and_a_second_run_bills_nothing()
    {
        await _scenario.PlayStepAsync("2031-01-05 account cycle 1");
        await _scenario.PlayStepAsync("2031-01-05 order line month");
        MoveTo(new DateTime(2031, 3, 2, 10, 0, 0));
        var request = new BillingRequest(new DateOnly(2031, 2, 28), BillApproval.Automatic, new Usn(_scenario.Account));
        var foreseen = await RunAsync(request, dryRun: true);
        Assert.StartsWith("2 periods would be billed, ", foreseen, StringComparison.Ordinal);
        Assert.Equal(0L, await BillsAsync());
        var billed = await RunAsync(request, dryRun: false);
        Assert.Equal(What(foreseen).Replace("would be billed", "billed", StringComparison.Ordinal), What(billed));
        Assert.Equal(2L, await BillsAsync());
        Assert.StartsWith(
            "0 periods billed, 0 invoices with 0 lines, 0 errors",
            await RunAsync(request, dryRun: false),
            StringComparison.Ordinal
        );
        Assert.Equal(2L, await BillsAsync());
    }

    /// <summary>R18: who watches sees how far it is, on a bar that gives way to the result, which others see alone.</summary>
    [Theory]
    [InlineData(true, "would be billed")]
    [InlineData(false, "billed")]
    public async Task R18_a_run_that_somebody_watches_tells_how_far_it_is(bool dryRun, string done)
    {
        await _scenario.PlayStepAsync("2031-01-05 account cycle 1");
        await _scenario.PlayStepAsync("2031-01-05 order line month");
        MoveTo(new DateTime(2031, 2, 2, 10, 0, 0));
        var request = new BillingRequest(new DateOnly(2031, 1, 31), BillApproval.Automatic, new Usn(_scenario.Account));
        if (dryRun)
        {
            Assert.DoesNotContain("1 of 1", await RunAsync(request, dryRun), StringComparison.Ordinal);
        }

        // What erases the bar comes before the result.
        var said = await RunAsync(request, dryRun, isWatched: true);
        var result = said.LastIndexOf($"1 period {done}, ", StringComparison.Ordinal);
        Assert.Matches("1 of 1 account, [0-9]+ a second, 0 errors", said[..result]);
        Assert.EndsWith("\e[2K\e[?25h", said[..result], StringComparison.Ordinal);
    }

    /// <summary>R18: that there was nothing to do is said, and is no failure.</summary>
    [Fact]
    public async Task R18_a_run_that_finds_nothing_says_so()
    {
        await _scenario.PlayStepAsync("2031-01-05 account cycle 1");
        var request = new BillingRequest(new DateOnly(2030, 12, 31), BillApproval.Automatic, new Usn(_scenario.Account));
        foreach (var (dryRun, done) in new[] { (true, "would be billed"), (false, "billed") })
        {
            var said = $"0 periods {done}, 0 invoices with 0 lines, 0 errors, in ";
            Assert.StartsWith(said, await RunAsync(request, dryRun), StringComparison.Ordinal);
            Assert.Contains(said, await RunAsync(request, dryRun, isWatched: true), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_report_has_totals_and_what_stands_out()
    {
        await _scenario.PlayStepAsync("2032-01-05 account cycle 1");
        await _scenario.PlayStepAsync("2032-01-05 order line month");
        MoveTo(new DateTime(2032, 3, 2, 10, 0, 0));
        await RunAsync(new BillingRequest(new DateOnly(2032, 2, 29), BillApproval.Manual, new Usn(_scenario.Account)), dryRun: false);
        var run = await Server.QueryAsync<int>("SELECT max(billing_run_id) FROM bill WHERE account_usn = $1", _scenario.Account);
        var report = await BillingReport.LinesAsync(Server.Stage.Store.Source, run, CancellationToken.None);
        Assert.StartsWith(
            string.Create(CultureInfo.InvariantCulture, $"Run {run} through 2032-02-29, approval Manual, begun 2032-03-01"),
            report[0],
            StringComparison.Ordinal
        );
        Assert.Contains(
            report,
            line =>
                line.Contains("Approving", StringComparison.Ordinal)
                && line.Contains("1 bills", StringComparison.Ordinal)
                && line.EndsWith("AUD", StringComparison.Ordinal)
        );
        Assert.Single(await BillingReport.WaitingAsync(Server.Stage.Store.Source, run, _scenario.Account, CancellationToken.None));
        Assert.Equal(
            ["There is no such billing run."],
            await BillingReport.LinesAsync(Server.Stage.Store.Source, 999_999, CancellationToken.None)
        );
    }

    /// <summary>A day has ended for billing when its hour of the next one has come, in each time zone by itself.</summary>
    [Theory]
    [InlineData("2033-02-01T01:30:00+11:00", 0, "2033-01-31", "2033-01-30")]
    [InlineData("2033-02-01T01:30:00+11:00", 1, "2033-01-31", "2033-01-30")]
    [InlineData("2033-02-01T01:30:00+11:00", 2, "2033-01-30", "2033-01-30")]
    [InlineData("2033-02-01T01:30:00+11:00", 23, "2033-01-30", "2033-01-30")]
    [InlineData("2033-02-01T23:30:00+11:00", 23, "2033-01-31", "2033-01-30")]
    public void Billing_has_its_hour(string now, int hour, string inSydney, string inTokyo)
    {
        var catalogue = Server.Stage.Catalogue;
        var ended = BillingRunner.Ended(catalogue, DateTimeOffset.Parse(now, CultureInfo.InvariantCulture), hour);
        Assert.Equal(
            (inSydney, inTokyo),
            (
                ended[catalogue.Zone("Australia/Sydney").Key].ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ended[catalogue.Zone("Asia/Tokyo").Key].ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            )
        );
    }

    [Fact]
    public async Task A_server_that_is_not_told_to_bills_nothing()
    {
        await _scenario.PlayStepAsync("2033-01-05 account cycle 1");
        await _scenario.PlayStepAsync("2033-01-05 order line month");
        MoveTo(new DateTime(2033, 2, 2, 12, 0, 0));
        await Server.Services.GetRequiredService<BillingService>().RunOnceAsync(Server.Stage, CancellationToken.None);
        Assert.Equal(0L, await BillsAsync());
    }

    [Fact]
    public async Task Holding_a_bill_back_is_told_with_its_period()
    {
        await _scenario.PlayStepAsync("2034-01-05 account cycle 1");
        await _scenario.PlayStepAsync("2034-01-05 order line month");
        var bill = $"The bill of account {_scenario.Account} for the period that ends on 2034-01-31 ";
        Assert.Equal($"{bill}is held: no run makes it until 'smile bill release {_scenario.Account}'.", await HoldAsync(true));
        Assert.Equal($"{bill}is no longer held: the next run after that day makes it.", await HoldAsync(false));

        Task<string> HoldAsync(bool hold) =>
            BillCommand.HoldAsync(
                Server.Stage,
                Server.Services.GetRequiredService<IServiceScopeFactory>(),
                _scenario.Account,
                hold,
                CancellationToken.None
            );
    }

    /// <summary>A time in Sydney's summer.</summary>
    private void MoveTo(DateTime time) => Server.Clock.MoveTo(new DateTimeOffset(time, TimeSpan.FromHours(11)));

    /// <summary>Without the time that it took.</summary>
    private static string What(string line) => line[..line.IndexOf(", in ", StringComparison.Ordinal)];

    private Task<long> BillsAsync() =>
        Server.QueryAsync<long>("SELECT count(*) FROM bill WHERE account_usn = $1 AND status = 'Closed'", _scenario.Account);

    private async Task<string> RunAsync(BillingRequest request, bool dryRun, bool isWatched = false)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        var runner = Server.Services.GetRequiredService<BillingRunner>();
        var terminal = new Terminal(output, isWatched, AnsiSupport.Yes);
        var code = await BillCommand.RunAsync(Server.Stage, runner, request, dryRun, terminal, CancellationToken.None);
        Assert.Equal(0, code);
        return output.ToString().Trim();
    }
}
