using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// What is told before is what is charged after: on random lives, the quote of an order group and the offer of a plan change are, line for
/// line, the invoices that they become.
/// </summary>
[Collection(BillingTests.Name)]
public sealed class QuotePropertyTests(BillingServer billing)
{
    private SoapCaller Api => billing.Server.Administrator;

    [Fact]
    public void The_quote_of_an_order_group_is_the_invoice_that_placing_it_makes()
    {
        var ordered =
            from plan in Gen.OneOf(
                SubscriptionLives.OrderedPlan,
                Gen.Elements("setup", "own", "provided", "none", "full", "tendays", "incoming")
            )
            from package in Gen.Frequency(
                (4, Gen.Constant(BillingServer.Invoiced)),
                (1, Gen.Constant(BillingServer.Uninvoiced)),
                (1, Gen.Constant(BillingServer.Approved))
            )
            select new Ordered(plan, package);
        var scene =
            from life in SubscriptionLives.Life
            from until in Gen.Choose(0, 17)
            from after in Gen.Choose(0, 20)
            from discount in Gen.Elements("", "account", "until")
            from size in Gen.Choose(1, 4)
            from orders in Gen.ArrayOf(ordered, size)
            select new Quoted(life, until, after, discount, orders);
        Prop.ForAll(Arb.From(scene, Shorter), async each => await RequireAsync(each))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(SubscriptionLives.HowMany));
    }

    [Fact]
    public void The_offer_of_a_plan_change_is_the_invoice_that_committing_it_makes()
    {
        var scene =
            from life in SubscriptionLives.Life
            from until in Gen.Choose(0, 17)
            from plan in SubscriptionLives.Plan
            from shift in Gen.Choose(-40, 40)
            select new Offered(
                life with
                {
                    Events = [.. life.Events.Where(each => each.What is "change" or "charge")],
                },
                until,
                plan,
                shift
            );
        Prop.ForAll(Arb.From(scene), async each => await RequireAsync(each))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(SubscriptionLives.HowMany));
    }

    private static IEnumerable<Quoted> Shorter(Quoted quoted) =>
        SubscriptionLives
            .Shorter(quoted.Life)
            .Select(life => quoted with { Life = life })
            .Concat(
                quoted.Orders.Count == 1
                    ? []
                    : Enumerable
                        .Range(0, quoted.Orders.Count)
                        .Select(index => quoted with { Orders = [.. quoted.Orders.Where((_, position) => position != index)] })
            );

    private async Task RequireAsync(Quoted quoted)
    {
        var (scenario, today) = await LiveAsync(quoted.Life, quoted.HalfMonths, quoted.Days);
        if (quoted.Discount.Length > 0)
        {
            await scenario.PlayStepAsync($"{today} discount 501 account 2019-01-01{(quoted.Discount == "until" ? " " + today : "")}");
        }

        var number = "";
        foreach (var ordered in quoted.Orders)
        {
            var plan = billing.Server.Stage.Catalogue.Plan(ordered.Plan)!;
            var package = BillingServer.PackageOf(plan) ?? ordered.Package;
            var order = Order(package, plan.Id, Text("username", billing.Server.Unique("quoted")), scenario.Account);
            var group =
                number.Length == 0
                    ? await Api.CallAsync("order", "createOrderGroup", order)
                    : await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", number), order);
            number = group.At("OrderGroupNumber")!;
        }

        var quote = await Api.CallAsync("order", "getOrderGroupQuote", P("orderGroupId", number));
        var before = await InvoicesAsync(scenario);
        await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", number));
        var raised = (await InvoicesAsync(scenario)).Except(before).ToList();
        if (raised.Count == 0)
        {
            Assert.Empty(quote.AllAt("transactionItem"));
            return;
        }

        var invoice = await Api.CallAsync("account", "getTransaction", P("transactionNumber", Assert.Single(raised)));
        Assert.Equal(Lines(invoice), Lines(quote));
        Assert.Equal(
            (invoice.At("amount"), invoice.At("gstAmount"), invoice.At("currency")),
            (quote.At("amount"), quote.At("gstAmount"), quote.At("currency"))
        );
    }

    private async Task RequireAsync(Offered offered)
    {
        var (scenario, today) = await LiveAsync(offered.Life, offered.HalfMonths, 3);
        var from = DateOnly.ParseExact(today, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(offered.Shift);
        from = from < SubscriptionLives.First ? SubscriptionLives.First : from;
        var step = await scenario.PlayStepAsync(
            string.Create(CultureInfo.InvariantCulture, $"{today} propose a {offered.Plan} from {from:yyyy-MM-dd}")
        );
        await scenario.NewsAsync();
        var offer = scenario.Offer!;
        var committed = await Api.CallAsync("subscription/planchange", "commitPlanChange", P("usn", scenario.Subscription("a")), offer);
        Assert.Equal(step.Length == 0, !committed.AllAt("Invoice").Any());
        Assert.Equal(
            offer
                .AllAt("NewInvoiceRequest/ChargeRequest")
                .Select(charge => Line(charge, "USN", "startDate", "endDate", charge.At("gst/amount")))
                .Order(StringComparer.Ordinal),
            committed
                .AllAt("Invoice/transactionItem")
                .Where(item => item.At("itemCode") is not ("gst" or "round"))
                .Select(item => Line(item, "usn", "chargeFrom", "chargeTo", item.At("gstAmount")))
                .Order(StringComparer.Ordinal)
        );
    }

    /// <summary>Plays a part of a life with its billing runs.</summary>
    /// <returns>The scenario, and the day on which it goes on.</returns>
    private async Task<(BillingScenario Scenario, string Today)> LiveAsync(SubscriptionLife life, int halfMonths, int days)
    {
        var day = SubscriptionLives.First.AddMonths(halfMonths / 2).AddDays((halfMonths % 2 * 15) + days);
        var today = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            string.Join(
                '\n',
                SubscriptionLives.WithBills(life.Steps()).Where((step, index) => index < 2 || string.CompareOrdinal(step[..10], today) < 0)
            )
        );
        return (scenario, today);
    }

    private async Task<string[]> InvoicesAsync(BillingScenario scenario) =>
        await billing.Server.QueryAsync<string[]>(
            "SELECT coalesce(array_agg(number), ARRAY[]::text[]) FROM financial_transaction WHERE account_usn = $1 AND type = 'Invoice'",
            scenario.Account
        );

    private static IEnumerable<string> Lines(XElement? transaction) =>
        transaction
            .AllAt("transactionItem")
            .Select(item => $"{item.At("lineNumber")} {Line(item, "usn", "chargeFrom", "chargeTo", item.At("gstAmount"))}");

    /// <summary>Amounts as numbers: offers and invoices show other places after the point.</summary>
    private static string Line(XElement item, string usn, string from, string to, string? gst) =>
        $"{item.At(usn)} {item.At("itemCode")} {item.At("description")} {item.At(from)} {item.At(to)} {Number(item.At("quantity"))} "
        + $"{Number(item.At("amount"))} {Number(gst)}";

    private static string Number(string? text) =>
        decimal.Parse(text ?? "0", CultureInfo.InvariantCulture).ToString("0.######", CultureInfo.InvariantCulture);

    private sealed record Ordered(string Plan, int Package);

    /// <param name="HalfMonths">Of the life that are lived before the quote.</param>
    /// <param name="Days">After them.</param>
    private sealed record Quoted(SubscriptionLife Life, int HalfMonths, int Days, string Discount, IReadOnlyList<Ordered> Orders)
    {
        public override string ToString() =>
            $"{Life}; after {HalfMonths} half months and {Days} days, discount '{Discount}': {string.Join(", ", Orders)}";
    }

    private sealed record Offered(SubscriptionLife Life, int HalfMonths, string Plan, int Shift);
}
