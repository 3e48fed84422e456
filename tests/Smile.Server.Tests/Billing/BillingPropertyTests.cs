using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Smile.Billing;
using Smile.Hosting.Billing;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Ledger;
using Smile.Testing;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// Random histories of six months, each lived by three accounts: one is billed every month, one in a single run at the end, and one by runs
/// that are stopped at random and go on. Whatever happened, the same days are charged of everything, and each bill is the one that was
/// foreseen.
/// </summary>
[Collection(BillingTests.Name)]
public sealed class BillingPropertyTests(BillingServer billing)
{
    /// <summary>When all of it is billed.</summary>
    private const string End = "2019-09-16 23:55";

    /// <summary>
    /// When also what was charged two quarters ahead is used up: it stays charged when the cycle changes, and the next bills leave it out.
    /// And when the period is over in which a late change was undone.
    /// </summary>
    private const string LongAfter = "2020-02-16 23:55";

    [Fact]
    public void Whenever_it_is_billed_the_same_days_are_charged()
    {
        Prop.ForAll(SubscriptionLives.Any, async life => await RequireAsync(life.Steps()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(SubscriptionLives.HowMany));
    }

    /// <summary>
    /// The same of lives with discounts for a while, and of those that move to accounts with other cycles and in other time zones.
    /// </summary>
    [Fact]
    public void Whatever_accounts_it_was_on_and_discounts_it_had_the_same_days_are_charged() =>
        Prop.ForAll(
                Arb.From(SubscriptionLives.Moving, SubscriptionLives.Shorter),
                async life =>
                {
                    var steps = life.Steps();
                    var (monthly, late) = (
                        await LiveAsync([.. SubscriptionLives.WithBills(steps), End + " bill"]),
                        await LiveAsync([.. steps, End + " bill"])
                    );
                    var (expected, charged) = (await ChargedAsync(late.Accounts), await ChargedAsync(monthly.Accounts));
                    Assert.Equal(expected.Days, charged.Days);
                    if (monthly.Accounts.Count > 1)
                    {
                        // A day costs what it costs in a period of the cycle that it is billed by.
                        return;
                    }

                    var lines = await billing.Server.QueryAsync<long>(
                        "SELECT count(*) FROM transaction_item WHERE account_usn = ANY ($1)",
                        (object)monthly.Accounts.ToArray()
                    );
                    Assert.True(
                        Math.Abs(expected.Amount - charged.Amount) <= 0.01m * lines,
                        $"{charged.Amount} was charged month by month, {expected.Amount} at the end"
                    );
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(SubscriptionLives.HowMany));

    /// <summary>
    /// L5. By whichever cycle an account is billed for some days of its life: once it is back at its own, the same days are charged of
    /// everything.
    /// </summary>
    [Fact]
    public void Whatever_cycle_the_account_had_meanwhile_the_same_days_are_charged() =>
        Prop.ForAll(
                Arb.From(SubscriptionLives.Recycled),
                async lives =>
                {
                    var plain = await PlayAsync([.. SubscriptionLives.WithBills(lives.Life.Steps()), LongAfter + " bill"]);
                    var recycled = await PlayAsync([.. SubscriptionLives.WithBills(lives.Recycled.Steps()), LongAfter + " bill"]);
                    Assert.Equal((await ChargedAsync(plain)).Days, (await ChargedAsync(recycled)).Days);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(SubscriptionLives.HowMany));

    /// <summary>
    /// Whatever is reversed, deleted and retracted on the way: the books balance, no day has two plans, and nothing is given back twice.
    /// </summary>
    [Fact]
    public void Whatever_is_taken_back_the_books_hold() =>
        Prop.ForAll(
                Arb.From(SubscriptionLives.Corrected, SubscriptionLives.Shorter),
                async life =>
                {
                    await LiveAsync([.. SubscriptionLives.WithBills(life.Steps()), End + " bill"]);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(SubscriptionLives.HowMany));

    /// <summary>A change of plan that was billed and is then undone, from the same day, leaves what there would be without it.</summary>
    [Fact]
    public void A_change_that_is_billed_and_then_undone_nets_to_zero()
    {
        var scene =
            from plan in SubscriptionLives.OrderedPlan
            from cycle in Gen.Elements("cycle 1", "cycle 15", "cycle 31", "by Uneven")
            from other in SubscriptionLives.Plan
            from day in Gen.Choose(1, 120)
            from after in Gen.Choose(0, 40)
            from undone in Gen.Choose(1, 90)
            select (
                Life: new SubscriptionLife(plan, Uninvoiced: true, cycle, []),
                Other: other,
                From: day,
                On: day + after,
                Undone: undone
            );
        Prop.ForAll(
                Arb.From(scene.Where(each => each.Other != each.Life.Plan)),
                async each =>
                {
                    var steps = each.Life.Steps();
                    var from = SubscriptionLives.First.AddDays(each.From);
                    var (on, back) = (SubscriptionLives.First.AddDays(each.On), SubscriptionLives.First.AddDays(each.On + each.Undone));
                    var changed = Text($"{on:yyyy-MM-dd} change a {each.Other} from {from:yyyy-MM-dd}");
                    var undone = Text($"{back:yyyy-MM-dd} change a {each.Life.Plan} from {from:yyyy-MM-dd}");
                    var (plain, account) = (
                        await PlayAsync([.. SubscriptionLives.WithBills(steps), LongAfter + " bill"]),
                        await PlayAsync([.. SubscriptionLives.WithBills([.. steps, changed, undone]), LongAfter + " bill"])
                    );
                    var (expected, charged) = (await ChargedAsync(plain), await ChargedAsync(account));
                    Assert.Equal(expected.Days, charged.Days);
                    var lines = await billing.Server.QueryAsync<long>(
                        "SELECT count(*) FROM transaction_item WHERE account_usn = $1",
                        account
                    );
                    Assert.True(
                        Math.Abs(expected.Amount - charged.Amount) <= 0.01m * lines,
                        $"{charged.Amount} is charged, {expected.Amount} without the change"
                    );
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(SubscriptionLives.HowMany));
    }

    private async Task RequireAsync(IReadOnlyList<string> steps)
    {
        var monthly = await PlayAsync([.. SubscriptionLives.WithBills(steps), End + " bill"]);
        var late = await PlayAsync([.. steps, End + " bill"]);
        var stopped = await PlayAsync(steps);
        await RunAndStopAsync(stopped);
        var expected = await ChargedAsync(late);
        Assert.Equal(expected.Days, (await ChargedAsync(monthly)).Days);
        Assert.Equal(expected, await ChargedAsync(stopped));

        // Parts that were charged and taken back are rounded by themselves.
        var (amounts, lines) = (
            (await ChargedAsync(monthly)).Amount,
            await billing.Server.QueryAsync<long>("SELECT count(*) FROM transaction_item WHERE account_usn = $1", monthly)
        );
        Assert.True(
            Math.Abs(expected.Amount - amounts) <= 0.01m * lines,
            $"{amounts} was charged month by month, {expected.Amount} at the end"
        );
    }

    private async Task<string> PlayAsync(IReadOnlyList<string> steps) => (await LiveAsync(steps)).Account;

    private async Task<BillingScenario> LiveAsync(IReadOnlyList<string> steps)
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(string.Join('\n', steps));
        return scenario;
    }

    /// <summary>Bills to the same end, by runs of which each but the last is stopped somewhere.</summary>
    private async Task RunAndStopAsync(string account)
    {
        await new BillingScenario(billing).PlayStepAsync(End + " account");
        var runner = billing.Server.Services.GetRequiredService<BillingRunner>();
        var request = new BillingRequest(null, BillApproval.Automatic, new Usn(account));
        for (var stops = 1; stops <= 4; stops++)
        {
            using var stop = new CancellationTokenSource();
            var (billed, limit) = (0, stops);
            try
            {
                await runner.RunAsync(
                    billing.Server.Stage,
                    request,
                    new Usn("tests"),
                    new Stopping(() => ++billed == limit, stop),
                    stop.Token
                );
            }
            catch (OperationCanceledException)
            {
                // As it was meant.
            }
        }

        await runner.RunAsync(billing.Server.Stage, request, new Usn("tests"), null, CancellationToken.None);
        Assert.Equal("", await Ledger.LedgerInvariants.BrokenAsync(billing.Server, [account]));
    }

    /// <summary>Which days of what are charged in the end, and the sum.</summary>
    private Task<(string Days, decimal Amount)> ChargedAsync(string account) => ChargedAsync([account]);

    private async Task<(string Days, decimal Amount)> ChargedAsync(IReadOnlyList<string> accounts)
    {
        var days = await billing.Server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(source || ' ' || day::date, ', ' ORDER BY source, day), '') FROM (
                SELECT regexp_replace(charge_source, '^own/\d+', 'own') AS source, day
                FROM transaction_item, generate_series(covers_from::timestamp, covers_to::timestamp, interval '1 day') AS day
                WHERE account_usn = ANY ($1) AND charge_source IS NOT NULL GROUP BY 1, 2
                    HAVING sum(CASE WHEN takes_back IS NULL THEN 1 ELSE -1 END) <> 0) AS charged
            """,
            (object)accounts.ToArray()
        );
        return (
            days,
            await billing.Server.QueryAsync<decimal>(
                "SELECT coalesce(sum(amount), 0) FROM transaction_item WHERE account_usn = ANY ($1) AND charge_source IS NOT NULL",
                (object)accounts.ToArray()
            )
        );
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Stops a run in the middle of its work.</summary>
    private sealed class Stopping(Func<bool> isTime, CancellationTokenSource stop) : IProgress<BillingProgress>
    {
        public void Report(BillingProgress value)
        {
            if (isTime())
            {
                stop.Cancel();
            }
        }
    }
}
