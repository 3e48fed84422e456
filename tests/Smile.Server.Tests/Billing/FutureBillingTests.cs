using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Billing;

/// <summary>getFutureBilling() and getRatingPeriods().</summary>
[Collection(BillingTests.Name)]
public sealed class FutureBillingTests(BillingServer billing)
{
    private const string NoSuchItem = "NoSuchItemException";
    private const string InvalidRequest = "InvalidRequestException";

    private SoapCaller Api => billing.Server.Administrator;

    /// <summary>The guide's example (lines 6271 to 6440): of two recurring charges, one ends in July.</summary>
    [Fact]
    public async Task The_guides_bills_to_come_are_foreseen_and_then_billed()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            """
            2015-05-01 account cycle 31
            2015-05-01 order a easy5 uninvoiced
            2015-05-01 order b rtr uninvoiced
            2015-06-01 bill
            2015-06-12 show balance
            """
        );
        var account = scenario.Account;
        var future = await Api.CallAsync("account", "getFutureBilling", P("usn", account), Request("2015-06-30+10:00", "2015-07-31+10:00"));
        Assert.Equal(account, future.At("AccountUSN"));
        var bills = future.AllAt("FutureInvoice").ToList();
        Assert.Equal(
            ["2015-06-30+10:00 UpToDate", "2015-07-31+10:00 UpToDate"],
            bills.Select(bill => $"{bill.At("InvoicingEnd")} {bill.At("RatingStatus")}")
        );
        Assert.Equal(
            ["Quote 72.00 2.00 Bulk 2015-06-12+10:00", "Quote 50.00 0.00 Bulk 2015-06-12+10:00"],
            bills.Select(bill =>
                $"{bill.At("Invoice/transactionType")} {bill.At("Invoice/amount")} {bill.At("Invoice/gstAmount")} "
                + $"{bill.At("Invoice/transactionSource")} {bill.At("Invoice/transactionDate")}"
            )
        );
        Assert.Equal(
            [
                "000285 2015-07-01+10:00 2015-07-31+10:00 Recurring Easy5 (01/07/2015 - 31/07/2015) 20.00 true",
                "005001 2015-07-01+10:00 2015-07-31+10:00 RTR recurring charge 50.00 false",
                "gst 2015-06-12+10:00 2015-06-12+10:00 Includes 10% GST 2.00 false",
            ],
            Lines(bills[0]).OrderBy(line => line.StartsWith("gst", StringComparison.Ordinal))
        );
        Assert.Equal(["005001 2015-08-01+10:00 2015-08-31+10:00 RTR recurring charge 50.00 false"], Lines(bills[1]));
        Assert.Null(bills[0].At("Invoice/transactionNumber"));

        // The second alone assumes that the first was billed; both come as they were foreseen.
        Assert.Equal(
            "50.00",
            (await Api.CallAsync("account", "getFutureBilling", P("usn", account), Request("2015-07-31"))).At(
                "FutureInvoice/Invoice/amount"
            )
        );
        Assert.Equal(
            "a's 000285 2015-07-01..07-31 20.00, b's 005001 2015-07-01..07-31 50.00, gst 2.00 = 72.00",
            await scenario.PlayStepAsync("2015-07-01 bill")
        );
        Assert.Equal("b's 005001 2015-08-01..08-31 50.00 = 50.00", await scenario.PlayStepAsync("2015-08-01 bill"));
    }

    /// <summary>L6. The comment stands behind the line's text, also where the charge is taken back.</summary>
    [Fact]
    public async Task L6_an_override_s_description_and_comment_are_on_the_line()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            """
            2015-05-01 account cycle 31
            2015-05-01 order a month uninvoiced
            2015-05-01 change a month override=501:rate:62:comment:As_agreed:description:Line_for_the_fair_{0,date}
            2015-06-01 bill
            2015-06-02 change a month override=501:comment:Back from 2015-06-16
            """
        );
        var bills = await Api.CallAsync("account", "getFutureBilling", P("usn", scenario.Account), Request("2015-06-30+10:00"));
        Assert.Equal(
            [
                "Line 01/07/2015 - 31/07/2015 - Back 31.00",
                "Line 16/06/2015 - 30/06/2015 - Back 15.50",
                "Retraction for Line for the fair 16/06/2015 - As agreed -31.00",
            ],
            bills
                .AllAt("FutureInvoice/Invoice/transactionItem")
                .Select(line => $"{line.At("description")} {line.At("amount")}")
                .Order(StringComparer.Ordinal)
        );
    }

    /// <summary>O25. The run makes two invoices of this bill, each with its own rounding and number; so many are foreseen.</summary>
    [Fact]
    public async Task A_bill_with_an_exclusive_purchase_order_is_foreseen_as_the_invoices_that_the_run_makes()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            """
            2015-05-01 account cycle 31
            2015-05-01 order a month uninvoiced
            2015-05-01 order b easy5 uninvoiced
            2015-05-02 purchase PO7 b exclusive
            2015-05-03 show balance
            """
        );
        var bills = (await Api.CallAsync("account", "getFutureBilling", P("usn", scenario.Account), Request("2015-05-31+10:00")))
            .AllAt("FutureInvoice")
            .ToList();
        Assert.Equal(["2015-05-31+10:00", "2015-05-31+10:00"], bills.Select(bill => bill.At("InvoicingEnd")));
        await scenario.PlayStepAsync("2015-06-01 bill");
        var raised = await billing.Server.QueryAsync<string[]>(
            """
            SELECT array_agg(round(amount, 2) || ' ' || round(gst_amount, 2) ORDER BY number) FROM financial_transaction
            WHERE account_usn = $1 AND source = 'Bulk'
            """,
            scenario.Account
        );
        Assert.Equal(2, raised.Length);
        Assert.Equal(raised, bills.Select(bill => $"{bill.At("Invoice/amount")} {bill.At("Invoice/gstAmount")}"));
        Assert.All(
            Lines(bills[1]).Where(line => !line.StartsWith("gst", StringComparison.Ordinal)),
            line => Assert.StartsWith("000285", line, StringComparison.Ordinal)
        );
    }

    /// <summary>O24. An account has rating periods of its own, since it was opened.</summary>
    [Fact]
    public async Task An_accounts_own_rating_periods_are_told_by_its_USN()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            """
            2012-04-20 account cycle 31
            2012-05-20 order a month uninvoiced
            2012-05-20 bill
            2012-06-10 show balance
            """
        );
        var own = (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", scenario.Account)))
            .AllAt("RatingPeriodSummary")
            .ToList();
        Assert.Equal(
            [
                "2012-04-30+10:00 2012-04-30+10:00 2012-05-01+10:00 Closed",
                "2012-05-31+10:00 2012-05-31+10:00 2012-06-01+10:00 Open",
                "2012-06-30+10:00 2012-06-30+10:00 2012-07-01+10:00 Open",
            ],
            own.Select(period =>
                $"{period.At("invoicingPeriodEnd")} {period.At("ratingPeriodEnd")} {period.At("releaseDate")} {period.At("status")}"
            )
        );
        Assert.All(own, period => Assert.Equal(scenario.Account, period.At("USN")));
        var ids = own.Select(period => period.At("ratingPeriodId")).ToList();
        Assert.Equal(
            ids,
            (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", scenario.Account)))
                .AllAt("RatingPeriodSummary/ratingPeriodId")
                .Select(id => id.Value)
        );
        var subscriptions = (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", scenario.Subscription("a"))))
            .AllAt("RatingPeriodSummary/ratingPeriodId")
            .Select(id => id.Value)
            .ToList();
        Assert.Equal(2, subscriptions.Count);
        Assert.Empty(subscriptions.Intersect(ids));
        var other = new BillingScenario(billing);
        await other.PlayStepAsync("2012-06-10 account");
        using var foreigner = await billing.Server.AddUserOfAccountAsync(other.Account);
        Assert.Equal(NoSuchItem, (await foreigner.RefusedAsync("subscription", "getRatingPeriods", P("usn", scenario.Account))).Element);
    }

    [Fact]
    public async Task Bills_to_come_are_refused_as_the_guide_lists()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-05-01 account cycle 31\n2015-05-01 order a rtr");
        foreach (
            var (usn, end, fault) in new[]
            {
                ("4711", "2015-05-31", NoSuchItem),
                (scenario.Subscription("a"), "2015-05-31", InvalidRequest),
                (scenario.Account, "2015-05-30", InvalidRequest),
                (scenario.Account, "2015-04-30", InvalidRequest),
                (scenario.Account, "2025-05-31", InvalidRequest),
            }
        )
        {
            Assert.Equal(fault, (await Api.RefusedAsync("account", "getFutureBilling", P("usn", usn), Request(end))).Element);
        }

        Assert.Contains(
            "The next one ends on 2015-05-31",
            (await Api.RefusedAsync("account", "getFutureBilling", P("usn", scenario.Account), Request("2015-05-02"))).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            InvalidRequest,
            (await Api.RefusedAsync("account", "getFutureBilling", P("usn", scenario.Account), Document("<FutureInvoiceRequest/>"))).Element
        );
        var other = new BillingScenario(billing);
        await other.PlayStepAsync("2015-05-01 account");
        using var foreigner = await billing.Server.AddUserOfAccountAsync(other.Account);
        Assert.Equal(
            NoSuchItem,
            (await foreigner.RefusedAsync("account", "getFutureBilling", P("usn", scenario.Account), Request("2015-05-31"))).Element
        );
        Assert.Equal(
            NoSuchItem,
            (
                await foreigner.RefusedAsync("account", "getFutureBilling", P("usn", scenario.Subscription("a")), Request("2015-05-31"))
            ).Element
        );
    }

    /// <summary>Guide, lines 10390 to 10480.</summary>
    [Fact]
    public async Task Rating_periods_have_the_status_of_their_bills()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            """
            2012-04-20 account cycle 31
            2012-04-20 order a month uninvoiced
            2012-05-01 bill
            2012-06-01 bill manual
            2012-07-31 show balance
            """
        );
        var usn = scenario.Subscription("a");
        var periods = (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", usn))).AllAt("RatingPeriodSummary").ToList();
        Assert.Equal(
            [
                "2012-04-30+10:00 2012-04-30+10:00 2012-05-01+10:00 Closed",
                "2012-05-31+10:00 2012-05-31+10:00 2012-06-01+10:00 Approving",
                "2012-06-30+10:00 2012-06-30+10:00 2012-07-01+10:00 Open",
                "2012-07-31+10:00 2012-07-31+10:00 2012-08-01+10:00 Open",
            ],
            periods.Select(period =>
                $"{period.At("invoicingPeriodEnd")} {period.At("ratingPeriodEnd")} {period.At("releaseDate")} {period.At("status")}"
            )
        );
        Assert.All(periods, period => Assert.Equal(usn, period.At("USN")));
        var ids = periods.Select(period => period.At("ratingPeriodId")).ToList();
        Assert.Equal(4, ids.Distinct().Count());

        Assert.Equal("Closed Approving Holding Open", await StatusesAsync("2012-07-31 hold"));
        Assert.Equal("Closed Approving Open Open", await StatusesAsync("2012-07-31 release"));
        await scenario.PlayStepAsync("2012-07-31 break");
        Assert.Equal("Closed Approving Waiting Open", await StatusesAsync("2012-07-31 bill unforeseen"));
        await scenario.PlayStepAsync("2012-07-31 mend");
        Assert.Equal("Closed Approving Closed Open", await StatusesAsync("2012-07-31 bill"));
        Assert.Equal("Closed Closed Closed Open", await StatusesAsync("2012-07-31 approve"));
        Assert.Equal(
            ids,
            (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", usn)))
                .AllAt("RatingPeriodSummary/ratingPeriodId")
                .Select(id => id.Value)
        );
        Assert.Equal("Closed Closed Closed Closed", await StatusesAsync("2012-07-31 cancel a"));

        await scenario.PlayStepAsync("2012-07-31 order b month approved");
        Assert.Empty(
            (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", scenario.Subscription("b")))).AllAt("RatingPeriodSummary")
        );
        var other = new BillingScenario(billing);
        await other.PlayStepAsync("2012-07-31 account");
        using var foreigner = await billing.Server.AddUserOfAccountAsync(other.Account);
        Assert.Equal(NoSuchItem, (await foreigner.RefusedAsync("subscription", "getRatingPeriods", P("usn", usn))).Element);
        Assert.Equal(NoSuchItem, (await Api.RefusedAsync("subscription", "getRatingPeriods", P("usn", "4711"))).Element);

        async Task<string> StatusesAsync(string step)
        {
            await scenario.PlayStepAsync(step);
            return string.Join(
                ' ',
                (await Api.CallAsync("subscription", "getRatingPeriods", P("usn", usn)))
                    .AllAt("RatingPeriodSummary/status")
                    .Select(status => status.Value)
            );
        }
    }

    private static XElement Request(params string[] ends) =>
        Document(
            $"<FutureInvoiceRequest>{string.Concat(ends.Select(end => $"<InvoicingEnd>{end}</InvoicingEnd>"))}</FutureInvoiceRequest>"
        );

    private static IEnumerable<string> Lines(XElement bill) =>
        bill.AllAt("Invoice/transactionItem")
            .Select(item =>
                $"{item.At("itemCode")} {item.At("chargeFrom")} {item.At("chargeTo")} {item.At("description")} {item.At("amount")} "
                + $"{item.At("chargeGst")}"
            );
}
