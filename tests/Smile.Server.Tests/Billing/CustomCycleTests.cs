using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Cli;
using Smile.Hosting.Billing;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Billing;

/// <summary>Cycles by a table: what callers see of them, and what happens at a table's end.</summary>
[Collection(BillingTests.Name)]
public sealed class CustomCycleTests(BillingServer billing)
{
    private const string InvalidRequest = "InvalidRequestException";

    private SoapCaller Api => billing.Server.Administrator;

    [Theory]
    [InlineData("by Calendar quarters", "month", "Custom -", "Custom -")]
    [InlineData("monthly", "month", "Monthly 10", "Monthly 10")]
    [InlineData("cycle 31", "byquarter", "Anniversary 31", "Custom -")]
    [InlineData("cycle 31", "own", "Anniversary 31", "Anniversary 20")]
    public async Task Cycles_are_shown_with_their_type_and_a_day_where_they_have_one(
        string account,
        string plan,
        string ofAccount,
        string ofSubscription
    )
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync($"2015-02-20 account {account}\n2015-02-20 order a {plan}");
        var shown = await Api.CallAsync("account", "get", P("usn", scenario.Account));
        Assert.Equal([ofAccount, ofAccount], Cycles(shown!));
        Assert.Equal([ofSubscription, ofSubscription], Cycles(shown.AllAt("Subscriptions/Subscription").Single()));
        Assert.Equal([ofAccount, ofAccount], Cycles((await Api.CallAsync("account", "getAccountInfo", P("usn", scenario.Account)))!));
        Assert.Equal(
            [ofSubscription, ofSubscription],
            Cycles((await Api.CallAsync("subscription", "get", P("usn", scenario.Subscription("a"))))!)
        );
    }

    /// <summary>L5. What it is billed by shows in its documents and in the message; what it charges, the random lives prove.</summary>
    [Fact]
    public async Task L5_an_account_gets_other_cycles_by_an_operation()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-02-20 account cycle 31\n2015-02-20 order a month uninvoiced");
        await ChangeAsync(Api, "<InvoicingCycle><CycleType>Monthly</CycleType><CycleDay>15</CycleDay></InvoicingCycle>");
        Assert.Equal(["Monthly 15", "Monthly 15"], Cycles((await Api.CallAsync("account", "get", P("usn", scenario.Account)))!));
        await ChangeAsync(
            Api,
            "<InvoicingCycle><CycleType>Custom</CycleType><CycleName>Calendar quarters</CycleName></InvoicingCycle><RatingCycle>"
                + "<CycleType>Anniversary</CycleType></RatingCycle>"
        );
        Assert.Equal(["Custom -", "Anniversary 20"], Cycles((await Api.CallAsync("account", "get", P("usn", scenario.Account)))!));
        var message = (await billing.Server.MessagesAsync(scenario.Account)).Last(candidate => candidate.Type == "AccountUpdated");
        Assert.Equal(["Custom -", "Anniversary 20"], Cycles(XElement.Parse(message.Body)));

        foreach (
            var (usn, cycle, fault, named) in new[]
            {
                ("4711", Cycle("Monthly", "1"), "NoSuchItemException", "usn=4711"),
                (scenario.Subscription("a"), Cycle("Monthly", "1"), "NoSuchItemException", "usn="),
                (scenario.Account, Cycle("monthly", "1"), InvalidRequest, "CycleType=monthly"),
                (scenario.Account, Cycle("2", "1"), InvalidRequest, "CycleType=2"),
                (scenario.Account, Cycle("Monthly", null), InvalidRequest, "day="),
                (scenario.Account, Cycle("Monthly", "32"), InvalidRequest, "day=32"),
                (scenario.Account, Cycle("Monthly", "1", "Calendar quarters"), InvalidRequest, "cycle=Calendar quarters"),
                (scenario.Account, Cycle("Custom", null), InvalidRequest, "cycle="),
                (scenario.Account, Cycle("Custom", null, "Moons"), InvalidRequest, "cycle=Moons"),
            }
        )
        {
            var refused = await Api.RefusedAsync(
                "account",
                "changeBillingCycle",
                P("usn", usn),
                Document($"<NewBillingCycle>{cycle}</NewBillingCycle>")
            );
            Assert.True(refused.Element == fault && refused.Message.Contains(named, StringComparison.Ordinal), refused.ToString());
        }

        // Whose, and what: the company's people only, by their class.
        using var owner = await billing.Server.AddUserOfAccountAsync(scenario.Account);
        Assert.Equal("AccessException", (await RefusedAsync(owner)).Element);
        Assert.Equal(["Custom -", "Anniversary 20"], Cycles((await Api.CallAsync("account", "get", P("usn", scenario.Account)))!));

        static string Cycle(string type, string? day, string? name = null) =>
            $"<InvoicingCycle><CycleType>{type}</CycleType>{(day is null ? "" : $"<CycleDay>{day}</CycleDay>")}"
            + $"{(name is null ? "" : $"<CycleName>{name}</CycleName>")}</InvoicingCycle>";

        Task ChangeAsync(SoapCaller caller, string cycles) =>
            caller.CallAsync(
                "account",
                "changeBillingCycle",
                P("usn", scenario.Account),
                Document($"<NewBillingCycle>{cycles}</NewBillingCycle>")
            );

        Task<SoapFault> RefusedAsync(SoapCaller caller) =>
            caller.RefusedAsync(
                "account",
                "changeBillingCycle",
                P("usn", scenario.Account),
                Document($"<NewBillingCycle>{Cycle("Monthly", "1")}</NewBillingCycle>")
            );
    }

    [Fact]
    public async Task Custom_periods_to_come_are_foreseen_to_the_end_of_their_table()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2019-02-15 account by Calendar quarters\n2019-02-15 order a month uninvoiced");
        var future = await Api.CallAsync(
            "account",
            "getFutureBilling",
            P("usn", scenario.Account),
            Request("2019-03-31", "2019-06-30", "2019-09-30")
        );
        Assert.Equal(
            ["2019-03-31+11:00 46.50", "2019-06-30+10:00 31.00", "2019-09-30+10:00 31.00"],
            future.AllAt("FutureInvoice").Select(bill => $"{bill.At("InvoicingEnd")} {bill.At("Invoice/amount")}")
        );
        Assert.Contains("The next one ends on 2019-03-31", (await RefusedAsync("2019-02-28")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "[billingCycle=Calendar quarters]. Its table has no period for 2025-01-01: it ends on 2024-12-31.",
            (await RefusedAsync("2025-03-31")).Message,
            StringComparison.Ordinal
        );

        async Task<SoapFault> RefusedAsync(string end)
        {
            var fault = await Api.RefusedAsync("account", "getFutureBilling", P("usn", scenario.Account), Request(end));
            Assert.Equal(InvalidRequest, fault.Element);
            return fault;
        }
    }

    [Fact]
    public async Task Rating_periods_of_a_table_have_the_status_of_their_bills_and_end_with_it()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            """
            2015-01-10 account by Ends rated
            2015-01-10 order a month uninvoiced
            2015-02-01 bill
            2015-04-01 bill unforeseen
            """
        );
        Assert.Equal("2015-01-31+11:00 Closed, 2015-03-31+11:00 Waiting", await PeriodsAsync());
        await scenario.PlayAsync("2015-06-10 extend Ends rated 2015-04-01 2015-06-01 to 2015-06-30\n2015-06-10 bill unforeseen");
        Assert.Equal(
            "2015-01-31+11:00 Closed, 2015-03-31+11:00 Closed, 2015-05-31+10:00 Closed, 2015-06-30+10:00 Open",
            await PeriodsAsync()
        );

        async Task<string> PeriodsAsync() =>
            string.Join(
                ", ",
                (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", scenario.Subscription("a"))))
                    .AllAt("RatingPeriodSummary")
                    .Select(period =>
                    {
                        Assert.Equal(period.At("invoicingPeriodEnd"), period.At("ratingPeriodEnd"));
                        return $"{period.At("ratingPeriodEnd")} {period.At("status")}";
                    })
            );
    }

    [Fact]
    public async Task Nobody_gets_a_cycle_whose_table_does_not_have_the_day()
    {
        var early = new BillingScenario(billing);
        await early.PlayAsync("2015-01-10 account by Ends ordered\n2015-01-10 order a month uninvoiced");
        var before = (await CountAsync("account"), await CountAsync("subscription"));
        billing.Server.Clock.MoveTo(new DateTimeOffset(2015, 4, 1, 10, 0, 0, TimeSpan.FromHours(11)));
        var form = Orders.Text("username", billing.Server.Unique("late"));
        var plan = billing.Server.Stage.Catalogue.Plan("month")!.Id;
        foreach (
            var fault in new[]
            {
                await Api.RefusedAsync("order", "orderAccount", Orders.Order(billing.AccountBy("Ends ordered"), null, form)),
                await Api.RefusedAsync(
                    "order",
                    "orderSubscription",
                    P("usn", early.Account),
                    Orders.Order(BillingServer.Invoiced, plan, form, early.Account)
                ),
            }
        )
        {
            Assert.Equal("OrderException", fault.Element);
            Assert.Contains(
                "[billingCycle=Ends ordered]. Its table has no period for 2015-04-01: it ends on 2015-03-31.",
                fault.Message,
                StringComparison.Ordinal
            );
        }

        Assert.Equal(before, (await CountAsync("account"), await CountAsync("subscription")));
        await early.PlayAsync(
            "2015-04-02 extend Ends ordered 2015-04-01 2015-05-01 to 2015-06-30\n2015-04-02 order b month\n2015-04-02 bill unforeseen"
        );
    }

    [Fact]
    public async Task A_table_that_has_ended_stops_its_accounts_and_no_others()
    {
        var (ended, other) = (new BillingScenario(billing), new BillingScenario(billing));
        await ended.PlayAsync("2010-01-05 account by Ends early\n2010-01-05 order a month uninvoiced");
        await other.PlayAsync("2010-01-05 account cycle 31\n2010-01-05 order a month uninvoiced");
        billing.Server.Clock.MoveTo(new DateTimeOffset(2010, 2, 1, 10, 0, 0, TimeSpan.FromHours(11)));
        var runner = billing.Server.Services.GetRequiredService<BillingRunner>();
        var request = new BillingRequest(new DateOnly(2010, 1, 31), BillApproval.Automatic) { Parallel = 4 };
        Assert.Equal(1, (await runner.PreviewAsync(billing.Server.Stage, request, new Usn("tests"), null, CancellationToken.None)).Errors);
        Assert.Equal(1, (await runner.RunAsync(billing.Server.Stage, request, new Usn("tests"), null, CancellationToken.None)).Errors);
        Assert.Equal(("Error", "Closed"), (await StatusAsync(ended), await StatusAsync(other)));

        Task<string> StatusAsync(BillingScenario scenario) =>
            billing.Server.QueryAsync<string>("SELECT status FROM bill WHERE account_usn = $1", scenario.Account);
    }

    /// <summary>An account that was never planned, and that no table has a period for, does not stop the run that plans it.</summary>
    [Fact]
    public async Task An_account_that_began_outside_its_table_fails_by_itself()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-10 account by Calendar quarters\n2015-01-10 order a month uninvoiced");
        await billing.Server.ExecuteAsync("UPDATE account SET created = '2014-06-01', next_bill = NULL WHERE usn = $1", scenario.Account);
        await billing.Server.ExecuteAsync("UPDATE subscription SET created = '2014-06-01' WHERE account_usn = $1", scenario.Account);
        await billing.Server.ExecuteAsync(
            "UPDATE plan_schedule_item SET start = '2014-06-01' WHERE subscription_usn = $1",
            scenario.Subscription("a")
        );
        Assert.Equal("1 error", await scenario.PlayStepAsync("2015-04-01 bill unforeseen"));
        Assert.Contains(
            "it begins on 2015-01-01. Add earlier starts to it",
            await scenario.PlayStepAsync("2015-04-01 show error"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_subscription_older_than_a_table_is_not_migrated_to_it()
    {
        var (old, quarters) = (new BillingScenario(billing), new BillingScenario(billing));
        await old.PlayAsync("2014-12-31 account cycle 31\n2014-12-31 order a month");
        await quarters.PlayAsync("2015-01-05 account by Calendar quarters");
        var fault = await Api.RefusedAsync(
            "subscription",
            "migrateSubscription",
            P("usn", old.Subscription("a")),
            P("toAccountUsn", quarters.Account)
        );
        Assert.Contains(
            "is of 2014-12-31, and the account's billing cycle Calendar quarters begins on 2015-01-01",
            fault.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            old.Account,
            await billing.Server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", old.Subscription("a"))
        );

        await old.PlayAsync("2015-01-05 order b month uninvoiced");
        await Api.CallAsync("subscription", "migrateSubscription", P("usn", old.Subscription("b")), P("toAccountUsn", quarters.Account));
        Assert.Contains(
            "line 2015-01-05..03-31 29.62, line 2015-04-01..06-30 31.00",
            await quarters.PlayStepAsync("2015-04-01 bill unforeseen"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Periods_that_customers_are_billed_by_cannot_be_changed()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-02-20 account by Calendar quarters\n2015-02-20 order a byquarter");
        var quarters = billing.Server.Stage.Catalogue.Content.BillingCycles.Single(cycle => cycle.Name == "Calendar quarters");
        var version = billing.Server.Stage.Catalogue.Version;
        const string refused = "The new catalogue changes periods of billing cycles that are in use: Calendar quarters from ";
        Assert.StartsWith(
            refused + "2024-10-01.",
            await RefusedAsync(quarters with { Ends = new DateOnly(2024, 12, 30) }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            refused + "2015-01-01.",
            await RefusedAsync(quarters with { Starts = [.. quarters.Starts.Skip(1)] }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            refused + "2016-01-01.",
            await RefusedAsync(quarters with { Starts = [.. quarters.Starts.Append(new DateOnly(2016, 2, 1)).Order()] }),
            StringComparison.Ordinal
        );
        Assert.Contains("billing_cycle Calendar quarters", await RefusedAsync(null), StringComparison.Ordinal);
        Assert.Equal(version, (await CatalogueStore.LoadAsync(billing.Server.Stage.Store.Source, CancellationToken.None))!.Version);

        // What nobody has may become anything.
        var example = billing.Server.Stage.Catalogue.Content.BillingCycles.Single(cycle => cycle.Name == "Quarters");
        await ApplyAsync(example.Name, example with { Starts = [new DateOnly(2026, 2, 1)], Ends = new DateOnly(2026, 2, 28) });
        await ApplyAsync(example.Name, null);
        await ApplyAsync(example.Name, example);

        async Task<string> RefusedAsync(BillingCycleItem? changed) =>
            (await Assert.ThrowsAsync<CatalogueInUseException>(() => ApplyAsync(quarters.Name, changed))).Message;

        Task ApplyAsync(string name, BillingCycleItem? changed)
        {
            var content = billing.Server.Stage.Catalogue.Content;
            IEnumerable<BillingCycleItem> others = content.BillingCycles.Where(cycle => cycle.Name != name);
            return CatalogueStore.ApplyAsync(
                billing.Server.Stage.Store.Source,
                content with
                {
                    BillingCycles = [.. changed is null ? others : others.Append(changed)],
                },
                "test",
                CancellationToken.None,
                billing.Server.Clock.GetUtcNow()
            );
        }
    }

    [Fact]
    public void Applying_a_catalogue_warns_of_tables_that_end_within_a_year()
    {
        var content = billing.Server.Stage.Catalogue.Content;
        content = content with
        {
            BillingCycles =
            [
                new BillingCycleItem("Long", [new DateOnly(2026, 1, 1)], new DateOnly(2026, 12, 31)),
                new BillingCycleItem("Short", [new DateOnly(2026, 1, 1)], new DateOnly(2026, 3, 31)),
            ],
        };
        Assert.Empty(CatalogueWarnings.EndingCycles(content, new DateOnly(2025, 3, 31)));
        Assert.Equal(
            ["! BillingCycle Short ends on 2026-03-31: whoever is billed by it has no bill for its last period until more are added."],
            CatalogueWarnings.EndingCycles(content, new DateOnly(2025, 4, 1))
        );
        Assert.Equal(2, CatalogueWarnings.EndingCycles(content, new DateOnly(2027, 4, 1)).Count());
    }

    /// <summary>Type and day of the invoicing and the rating cycle.</summary>
    private static string[] Cycles(XElement shown)
    {
        return [Cycle("InvoicingCycle"), Cycle("RatingCycle")];

        string Cycle(string name) => $"{shown.At(name + "/CycleType")} {shown.At(name + "/CycleDay") ?? "-"}";
    }

    private Task<long> CountAsync(string table) => billing.Server.QueryAsync<long>($"SELECT count(*) FROM {table}");

    private static XElement Request(params string[] ends) =>
        Document(
            $"<FutureInvoiceRequest>{string.Concat(ends.Select(end => $"<InvoicingEnd>{end}</InvoicingEnd>"))}</FutureInvoiceRequest>"
        );
}
