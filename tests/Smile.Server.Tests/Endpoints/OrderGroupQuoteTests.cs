using Smile.Billing;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>getOrderGroupQuote() and the charges that subscriptions begin with.</summary>
[Collection(ServerTests.Name)]
public sealed class OrderGroupQuoteTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's worked example (line 2526), to the cent and to the day.</summary>
    [Fact]
    public void The_guides_quote_comes_out()
    {
        var catalogue = server.Stage.Catalogue;
        var (day, now) = (new DateOnly(2015, 1, 14), server.Clock.GetUtcNow());
        var account = AccountOf(31);
        var subscription = new Usn("2142472303");
        var charges = InitialCharges.Of(
            catalogue,
            account,
            [new StartingPlan(subscription, catalogue.Plan("adsl-test")!, FieldValues.None, day, ChargeCycles.Of(catalogue, account))],
            ApplicableDiscounts.None,
            day,
            now
        );
        Assert.Equal(
            [
                "0 031640 2015-01-14 2015-01-31 ADSL recurring charge 15.84 1.58",
                "1 031640 2015-02-01 2015-02-28 ADSL recurring charge 27.27 2.73",
                "2 round 2015-01-14 2015-01-14 Rounding adjustment -0.02 0",
                "3 gst 2015-01-14 2015-01-14 Includes 10% GST 4.31 0",
            ],
            InvoiceLines.Complete(catalogue, account, charges, day, now).Select(Line)
        );
    }

    /// <summary>
    /// Each row: plan, options, the day of the month on which the account's periods begin (31: with the month), the order's day, and the
    /// charges.
    /// </summary>
    [Theory]
    [InlineData("adsl-test", "", 14, "2015-01-14", "2015-01-14 2015-02-13 27.27, 2015-02-14 2015-03-13 27.27")]
    [InlineData("adsl-test", "", 1, "2015-01-31", "2015-01-31 2015-01-31 0.88, 2015-02-01 2015-02-28 27.27")]
    [InlineData("adsl-test", "", 31, "2016-02-15", "2016-02-15 2016-02-29 14.11, 2016-03-01 2016-03-31 27.27")]
    [InlineData("adsl-test", "", 30, "2015-02-28", "2015-02-28 2015-03-29 27.27, 2015-03-30 2015-04-29 27.27")]
    [InlineData("Silver", "", 31, "2015-06-16", "2015-06-16 2015-06-30 50.00, 2015-07-01 2015-07-31 100.00")]
    [InlineData(
        "Silver",
        "staticIp=true",
        31,
        "2015-06-16",
        "2015-06-16 2015-06-30 50.00, 2015-07-01 2015-07-31 100.00, 2015-06-16 2015-06-30 2.50, 2015-07-01 2015-07-31 5.00"
    )]
    [InlineData(
        "Silver",
        "staticIp=false option1=3",
        31,
        "2015-07-01",
        "2015-07-01 2015-07-31 100.00, 2015-08-01 2015-08-31 100.00, 2015-07-01 2015-07-31 76.80, 2015-08-01 2015-08-31 76.80"
    )]
    [InlineData("Gold", "", 31, "2015-07-17", "2015-07-17 2015-07-17 50.00, 2015-07-17 2015-07-31 72.58, 2015-08-01 2015-08-31 150.00")]
    [InlineData("voip-standard", "", 31, "2015-07-17", "")]
    public void A_plan_begins_with(string plan, string options, int cycleDay, string day, string expected)
    {
        var catalogue = server.Stage.Catalogue;
        var chosen = new FieldValues([
            .. options
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(option => FieldValues.Text(option.Split('=')[0], option.Split('=')[1])),
        ]);
        var account = AccountOf(cycleDay);
        var ordered = DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var charges = InitialCharges.Of(
            catalogue,
            account,
            [new StartingPlan(new Usn("1"), catalogue.Plan(plan)!, chosen, ordered, ChargeCycles.Of(catalogue, account))],
            ApplicableDiscounts.None,
            ordered,
            server.Clock.GetUtcNow()
        );
        Assert.Equal(
            expected,
            string.Join(
                ", ",
                charges.Select(charge =>
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"{charge.ChargeFrom:yyyy-MM-dd} {charge.ChargeTo:yyyy-MM-dd} {charge.Amount:0.00}"
                    )
                )
            )
        );
    }

    [Fact]
    public async Task A_group_is_quoted_for_an_account_that_does_not_exist_yet_and_nothing_is_stored()
    {
        var username = server.Unique("quoted");
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, Text("username", username)));
        var number = group.At("OrderGroupNumber")!;
        await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", number), Order(AdslOnly, 36, Text("username", username + "a")));
        var quote = await Api.CallAsync("order", "getOrderGroupQuote", P("orderGroupId", number));
        Assert.Equal(
            ("Quote", group.At("AccountUSN"), "AUD", null),
            (quote.At("transactionType"), quote.At("usn"), quote.At("currency"), quote.At("closeDate"))
        );
        Assert.Equal(quote.At("transactionNumber"), quote.At("quoteNumber"));

        // Its periods begin today: two whole months of 27.27, and 5.45 GST make 59.99, which is rounded to 60.00.
        Assert.Equal(("60.00", "5.46"), (quote.At("amount"), quote.At("gstAmount")));
        Assert.Equal(
            ["031640 27.27", "031640 27.27", "gst 5.46"],
            quote.AllAt("transactionItem").Select(item => $"{item.At("itemCode")} {item.At("amount")}")
        );
        Assert.Equal(
            0,
            await server.QueryAsync<long>("SELECT count(*) FROM financial_transaction WHERE number = $1", quote.At("transactionNumber")!)
        );

        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal("NoSuchItemException", (await other.RefusedAsync("order", "getOrderGroupQuote", P("orderGroupId", number))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("order", "getOrderGroupQuote", P("orderGroupId", "O999"))).Element);
        await Api.CallAsync("order", "cancelOrderGroup", P("orderGroupNumber", number));
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("order", "getOrderGroupQuote", P("orderGroupId", number))).Element);
    }

    /// <summary>
    /// M8. What waits for approval is invoiced when it gets it: the quote has what placing invoices, and the payment of the quoted sum is
    /// taken.
    /// </summary>
    [Fact]
    public async Task An_order_that_waits_for_approval_is_not_in_the_quote()
    {
        var username = server.Unique("waiting");
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, Text("username", username)));
        var number = group.At("OrderGroupNumber")!;
        await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", number), Order(AdslOnly, 36, Text("username", username + "a")));
        await Api.CallAsync(
            "order",
            "addOrderToGroup",
            P("orderGroupId", number),
            Order(MobileNeedingApproval, 1, Text("username", username + "m") + Text("simCardNumber", "8961019512"))
        );
        var quote = await Api.CallAsync("order", "getOrderGroupQuote", P("orderGroupId", number));
        Assert.Equal("60.00", quote.At("amount"));
        var paid = await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", number), PaymentHelp.Request("cash", "60.00", null));
        Assert.Equal("Accepted", paid.At("PaymentResponse/Payment/Status"));
        Assert.Equal(0m, await PaymentHelp.BalanceAsync(server, group.At("AccountUSN")!));
    }

    private static string Line(TransactionItem item) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{item.LineNumber} {item.ItemCode} {item.ChargeFrom:yyyy-MM-dd} {item.ChargeTo:yyyy-MM-dd} {item.Description} "
                + $"{item.Amount:0.00} {item.GstAmount:0.##}"
        );

    private static Account AccountOf(int cycleDay) =>
        new()
        {
            Usn = new Usn("2142472105"),
            CompanyId = 1,
            AccountTypeId = 1,
            AccountTermsId = 1,
            Currency = "AUD",
            TimeZoneId = 19,
            InvoicingCycle = new CycleChoice(CycleType.Anniversary, cycleDay),
            RatingCycle = new CycleChoice(CycleType.Anniversary, cycleDay),
            Username = "x",
            Properties = FieldValues.None,
            Created = DateTimeOffset.UnixEpoch,
            ChangedBy = new Usn("test"),
        };
}
