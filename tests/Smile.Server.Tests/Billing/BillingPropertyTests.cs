using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Smile.Domain.Billing;
using Smile.Domain.Foundation;
using Smile.Server.Billing;
using Smile.Server.Tests.Fixture;
using Smile.Testing;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// Random histories of six months, each lived by three accounts: one is billed every month, one in a single run at the end, and one by runs that
/// are stopped at random and go on. Whatever happened, the same days are charged of everything, and each bill is the one that was foreseen.
/// </summary>
[Collection(BillingTests.Name)]
public sealed class BillingPropertyTests(BillingServer billing)
{
    private static readonly int Histories = Verification.IsFull ? 150 : 4;

    /// <summary>When all of it is billed.</summary>
    private const string End = "2019-09-16 23:55";

    private static readonly DateOnly First = new(2019, 1, 1);
    /// <summary>All but the plan with a setup charge, which stays charged though the plan is replaced in the past.</summary>
    private static readonly string[] Plans = ["month", "gold", "arrears", "twice", "quarter", "parts", "calendar", "fixed", "fortnight", "weeks", "year", "options lines=2", "options ip=true", "tax", "least", "thirds"];

    [Fact]
    public void Whenever_it_is_billed_the_same_days_are_charged()
    {
        var action = from day in Gen.Choose(1, 181)
                     from what in Gen.Frequency((5, Gen.Constant("change")), (2, Gen.Constant("suspend")), (2, Gen.Constant("resume")), (1, Gen.Constant("cancel")), (1, Gen.Constant("charge")))
                     from plan in Gen.Elements(Plans)
                     from shift in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(-70, -1)), (1, Gen.Choose(1, 40)))
                     from hour in Gen.Elements(0, 10, 23)
                     select (Day: day, What: what, Plan: plan, Shift: shift, Hour: hour);
        var history = from plan in Gen.Elements(Plans.Where(plan => !plan.Contains(' ', StringComparison.Ordinal)))
                      from uninvoiced in Gen.Elements(true, false)
                      from cycle in Gen.Frequency((2, Gen.Elements(1, 7, 15, 28, 30, 31).Select(day => Text($"cycle {day}"))), (1, Gen.Elements("by Uneven", "by Calendar quarters")))
                      from length in Gen.Choose(1, 6)
                      from actions in Gen.ArrayOf(action, length)
                      select (Plan: plan, Uninvoiced: uninvoiced, Cycle: cycle, Actions: actions);
        var shrinkable = Arb.From(history, each => Enumerable.Range(0, each.Actions.Length).Select(index => (each.Plan, each.Uninvoiced, each.Cycle, each.Actions.Where((_, position) => position != index).ToArray())));
        Prop.ForAll(shrinkable, async each => await DemandAsync(Steps(each.Plan, each.Uninvoiced, each.Cycle, each.Actions))).Check(Config.QuickThrowOnFailure.WithMaxTest(Histories));
    }

    /// <summary>The actions that can be done in their turn, as steps of a scenario.</summary>
    private static IReadOnlyList<string> Steps(string plan, bool uninvoiced, string cycle, IEnumerable<(int Day, string What, string Plan, int Shift, int Hour)> actions)
    {
        var steps = new List<string> { Text($"{First:yyyy-MM-dd} account {cycle}"), Text($"{First:yyyy-MM-dd} order a {plan}{(uninvoiced ? " uninvoiced" : "")}") };
        var (isSuspended, isClosed, hasCharge) = (false, false, false);
        foreach (var action in actions.OrderBy(action => action.Day).ThenBy(action => action.Hour).DistinctBy(action => action.Day))
        {
            var day = First.AddDays(action.Day);
            var at = Text($"{day:yyyy-MM-dd} {action.Hour:00}:30");
            var from = day.AddDays(action.Shift) is var shifted && shifted < First ? First : shifted;
            switch (action.What)
            {
                case "change" when !isClosed && !isSuspended:
                    steps.Add(Text($"{at} change a {action.Plan} from {from:yyyy-MM-dd}"));
                    break;
                case "suspend" when !isClosed && !isSuspended:
                    isSuspended = true;
                    steps.Add($"{at} suspend a");
                    break;
                case "resume" when !isClosed && isSuspended:
                    isSuspended = false;
                    steps.Add($"{at} resume a");
                    break;
                case "cancel" when !isClosed:
                    isClosed = true;
                    steps.Add($"{at} cancel a");
                    break;
                case "charge" when !isClosed && !hasCharge:
                    hasCharge = true;
                    steps.Add(Text($"{at} charge a extra 31 from {from:yyyy-MM-dd}"));
                    break;
                default:
                    break;
            }
        }

        return steps;
    }

    private async Task DemandAsync(IReadOnlyList<string> steps)
    {
        var runs = Enumerable.Range(1, 17).Select(half => First.AddMonths(half / 2).AddDays(half % 2 * 15)).Select(day => Text($"{day:yyyy-MM-dd} 23:50 bill"));
        var monthly = await PlayAsync([.. steps.Concat(runs).OrderBy(step => step[..10], StringComparer.Ordinal), End + " bill"]);
        var late = await PlayAsync([.. steps, End + " bill"]);
        var stopped = await PlayAsync(steps);
        await RunAndStopAsync(stopped);
        var expected = await ChargedAsync(late);
        Assert.Equal(expected.Days, (await ChargedAsync(monthly)).Days);
        Assert.Equal(expected, await ChargedAsync(stopped));

        // Parts that were charged and taken back are rounded by themselves.
        var (amounts, lines) = ((await ChargedAsync(monthly)).Amount, await billing.Server.QueryAsync<long>("SELECT count(*) FROM transaction_item WHERE account_usn = $1", monthly));
        Assert.True(Math.Abs(expected.Amount - amounts) <= 0.01m * lines, $"{amounts} was charged month by month, {expected.Amount} at the end");
    }

    private async Task<string> PlayAsync(IReadOnlyList<string> steps)
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(string.Join('\n', steps));
        return scenario.Account;
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
                await runner.RunAsync(billing.Server.Stage, request, new Usn("tests"), new Stopping(() => ++billed == limit, stop), stop.Token);
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
    private async Task<(string Days, decimal Amount)> ChargedAsync(string account)
    {
        var days = await billing.Server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(source || ' ' || day::date, ', ' ORDER BY source, day), '') FROM (
                SELECT regexp_replace(charge_source, '^own/\d+', 'own') AS source, day FROM transaction_item, generate_series(covers_from::timestamp, covers_to::timestamp, interval '1 day') AS day
                WHERE account_usn = $1 AND charge_source IS NOT NULL GROUP BY 1, 2 HAVING sum(CASE WHEN takes_back IS NULL THEN 1 ELSE -1 END) <> 0) AS charged
            """,
            account);
        return (days, await billing.Server.QueryAsync<decimal>("SELECT coalesce(sum(amount), 0) FROM transaction_item WHERE account_usn = $1 AND charge_source IS NOT NULL", account));
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
