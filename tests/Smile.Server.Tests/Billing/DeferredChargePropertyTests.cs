using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Testing;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// Random lives of deferred charges while the tax rises twice: invoices are made of them, deleted, reopened, closed and reversed in any
/// order. Each charge is invoiced once, and taxed by the rate of its invoice's day.
/// </summary>
[Collection(BillingTests.Name)]
public sealed class DeferredChargePropertyTests(BillingServer billing)
{
    private const string StatedTax = "0.07";

    private static readonly DateOnly First = new(2015, 1, 1);

    /// <summary>The steps of a life are in these days, in which the rates of the account's schedule are 10, 15 and 20 %.</summary>
    private const int Days = 100;

    private static readonly int Lives = Verification.IsFull ? 300 : 10;

    [Fact]
    public void Each_is_invoiced_once_and_taxed_by_its_invoices_day() =>
        Prop.ForAll(
                Arb.From(Life, Shorter),
                async events =>
                {
                    var steps = events
                        .Select((each, index) => Step(each, index))
                        .Append("2015-05-01 bill")
                        .OrderBy(step => step[..10], StringComparer.Ordinal);
                    var scenario = new BillingScenario(billing);
                    await scenario.PlayAsync(string.Join('\n', steps.Prepend("2015-01-01 account rising")));
                    var wrong = await billing.Server.QueryAsync<string>(
                        """
                        SELECT coalesce(string_agg(concat_ws(' ', transaction_number, transaction_date, item.amount, item.gst_amount),
                            ', '), '')
                        FROM transaction_item item JOIN financial_transaction ON number = transaction_number
                        WHERE item.account_usn = $1 AND item_code = 'cst' AND type IN ('Invoice', 'Quote') AND state <> 'Deleted'
                          AND item.gst_amount <> CASE WHEN gst_percent IS NULL THEN $2 ELSE
                            round(item.amount * CASE WHEN transaction_date < '2015-02-01' THEN 10 WHEN transaction_date < '2015-03-01'
                                THEN 15 ELSE 20 END / 100, 2) END
                        """,
                        scenario.Account,
                        decimal.Parse(StatedTax, CultureInfo.InvariantCulture)
                    );
                    Assert.Equal("", wrong);
                    var invoiced = await billing.Server.QueryAsync<decimal[]>(
                        """
                        SELECT coalesce(array_agg(item.amount ORDER BY item.amount), '{}') FROM transaction_item item
                        LEFT JOIN financial_transaction ON number = transaction_number
                        WHERE item.account_usn = $1 AND item_code = 'cst' AND withdrawn IS NULL
                            AND coalesce(type IN ('Invoice', 'Quote') AND state <> 'Deleted', true)
                        """,
                        scenario.Account
                    );
                    Assert.Equal(events.Where(each => IsDeferred(each.What)).Select(each => each.Amount / 100m).Order(), invoiced);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Lives));

    private static Gen<DeferredEvent[]> Life =>
        from length in Gen.Choose(1, 14)
        from events in Gen.ArrayOf(
            from day in Gen.Choose(0, Days)
            from what in Gen.Frequency(
                (4, Gen.Constant("defer")),
                (2, Gen.Constant("defer taxed")),
                (3, Gen.Constant("bill")),
                (2, Gen.Constant("delete")),
                (1, Gen.Constant("reopen")),
                (1, Gen.Constant("close")),
                (1, Gen.Constant("reverse"))
            )
            from amount in Gen.Choose(10, 5_000)
            from shift in Gen.Choose(-20, 40)
            select new DeferredEvent(day, what, amount, shift),
            length
        )
        select events;

    private static bool IsDeferred(string what) => what.StartsWith("defer", StringComparison.Ordinal);

    private static IEnumerable<DeferredEvent[]> Shorter(DeferredEvent[] events) =>
        Enumerable.Range(0, events.Length).Select(index => events.Where((_, position) => position != index).ToArray());

    private static string Step(DeferredEvent each, int index)
    {
        // Two steps never share a moment.
        var day = string.Create(
            CultureInfo.InvariantCulture,
            $"{First.AddDays(each.Day):yyyy-MM-dd} {10 + (index / 60):00}:{index % 60:00}"
        );
        var from = First.AddDays(Math.Max(0, each.Day + each.Shift));
        var deferred = string.Create(
            CultureInfo.InvariantCulture,
            $"{day} defer account cst {each.Amount / 100m:0.00} from {from:yyyy-MM-dd}"
        );
        return each.What switch
        {
            "defer" => deferred,
            "defer taxed" => $"{deferred} tax {StatedTax}",
            "bill" => $"{day} bill",
            _ => $"{day} try {each.What}",
        };
    }

    private sealed record DeferredEvent(int Day, string What, int Amount, int Shift);
}
