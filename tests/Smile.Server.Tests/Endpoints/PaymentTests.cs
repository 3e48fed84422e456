using System.Globalization;
using System.Xml.Linq;
using Smile.Payments;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(PaymentServerTests.Name)]
public sealed class PaymentTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (lines 13554 to 13710): $2.00 by PayWay, $1.10 of it surcharge, $0.90 to an invoice.</summary>
    [Fact]
    public async Task The_guides_payment_comes_out_to_the_letter()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var invoice = await InvoiceAsync(server, usn, 59.90m);
        var announced = (await server.MessagesAsync(usn)).Count;
        var request = Document(
            """
            <PaymentRequest><PaymentDetails><PaymentType>payway</PaymentType><AccountNumber>1234567890</AccountNumber>
            <ExpiryDate>2012-12</ExpiryDate><CVV>123</CVV><PaymentAmount>2.00</PaymentAmount>
            <IncludesSurchargeAmount>1.10</IncludesSurchargeAmount><BranchNumber></BranchNumber><Properties><Object></Object></Properties>
            </PaymentDetails></PaymentRequest>
            """
        );
        var answer = await Api.CallAsync("payment", "processPayment", P("usn", usn), request, AllocateTo((invoice, "0.90")));
        var number = answer.At("Payment/PaymentNumber")!;
        var surcharge = answer.At("Surcharge/transactionNumber")!;
        var stamp = TimeZoneInfo
            .ConvertTime(server.Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney"))
            .ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        var entered = answer.At("Receipt/enteredByUsn");
        var expected = Document(
            $"""
            <PaymentResponse>
              <Payment><PaymentNumber>{number}</PaymentNumber><PaymentType><PaymentTypeId>16</PaymentTypeId><Name>Westpac PayWay</Name>
              <PaymentTypeCode>payway</PaymentTypeCode></PaymentType><Account>{usn}</Account>
                <Amount currency="AUD" formatted="$2.00">2.00</Amount><Surcharge><Amount currency="AUD" formatted="$1.10">1.10</Amount>
                <TaxAmount currency="AUD" formatted="$0.10">0.10</TaxAmount></Surcharge><Status>Accepted</Status></Payment>
              <Allocation><AllocateTo><TransactionNumber>{surcharge}</TransactionNumber>
              <AllocateAmount currency="AUD" formatted="$1.10">1.10</AllocateAmount></AllocateTo>
                <AllocateTo><TransactionNumber>{invoice}</TransactionNumber>
                <AllocateAmount currency="AUD" formatted="$0.90">0.90</AllocateAmount></AllocateTo></Allocation>
              <Receipt><version>2.0</version><transactionType>Receipt</transactionType><company>1</company><usn>{usn}</usn>
              <transactionNumber>{number}</transactionNumber><currency>AUD</currency><amount>-2.00</amount><accountType>1</accountType>
                <gstAmount>0.00</gstAmount><entryTimestamp>{stamp}</entryTimestamp>
                <formattedAmount currency="AUD" formatted="$(2.00)">-2.00</formattedAmount>
                <formattedGstAmount currency="AUD" formatted="$0.00">0.00</formattedGstAmount>
                <unallocatedAmount>0.00</unallocatedAmount><enteredByUsn>{entered}</enteredByUsn><logTimestamp>{stamp}</logTimestamp>
                <glCode>083</glCode>
                <formattedUnallocatedAmount currency="AUD" formatted="$0.00">0.00</formattedUnallocatedAmount></Receipt>
              <Surcharge><version>2.0</version><transactionType>Surcharge</transactionType><company>1</company><usn>{usn}</usn>
              <transactionNumber>{surcharge}</transactionNumber><currency>AUD</currency><amount>1.10</amount><accountType>1</accountType>
                <gstAmount>0.10</gstAmount><entryTimestamp>{stamp}</entryTimestamp><salesReportCategory>surchrg</salesReportCategory>
                <formattedAmount currency="AUD" formatted="$1.10">1.10</formattedAmount>
                <formattedGstAmount currency="AUD" formatted="$0.10">0.10</formattedGstAmount><unallocatedAmount>0.00</unallocatedAmount>
                <enteredByUsn>{entered}</enteredByUsn><logTimestamp>{stamp}</logTimestamp><glCode>200</glCode>
                <formattedUnallocatedAmount currency="AUD" formatted="$0.00">0.00</formattedUnallocatedAmount></Surcharge>
            </PaymentResponse>
            """
        );
        Assert.Equal(Normal(expected), Normal(answer!));
        Assert.Equal(59.00m, await BalanceAsync(server, usn));
        Assert.Equal(
            ["TransactionClosed", "TransactionClosed", "TransactionAllocated", "TransactionAllocated"],
            (await server.MessagesAsync(usn)).Skip(announced).Select(message => message.Type)
        );
        Assert.Equal(2.00m, await ChargedAsync(server, number));

        // Later it is shown briefly (guide, line 13117).
        var shown = await Api.CallAsync("payment", "getPayment", P("paymentNumber", number));
        Assert.Equal(
            ["PaymentNumber", "PaymentType", "Account", "Amount", "Surcharge", "Status"],
            shown!.Elements().Select(each => each.Name.LocalName)
        );
        Assert.Equal(["Name"], shown.AllAt("PaymentType").Single().Elements().Select(each => each.Name.LocalName));
    }

    /// <summary>
    /// M20. A client that got no answer sends the same request again, even at the same time: the card is charged once, and the answer is
    /// the same.
    /// </summary>
    [Fact]
    public async Task A_payment_with_a_reference_is_made_once_however_often_it_is_sent()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var reference = server.Unique("order ");
        XElement Referring(string amount, string surcharge, string text) =>
            Document(
                Request("visa", amount, surcharge, GoodCard)
                    .ToString()
                    .Replace("</PaymentDetails>", $"</PaymentDetails><ClientReference>{text}</ClientReference>", StringComparison.Ordinal)
            );
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => Api.CallAsync("payment", "processPayment", P("usn", usn), Referring("3.10", "1.10", reference)))
        );
        var number = Assert.Single(answers.Select(answer => answer.At("Payment/PaymentNumber")).Distinct());
        Assert.Equal(1, await server.QueryAsync<long>("SELECT count(*) FROM payment WHERE account_usn = $1", usn));
        Assert.Equal(3.10m, await ChargedAsync(server, number!));

        var again = await Api.CallAsync("payment", "processPayment", P("usn", usn), Referring("3.10", "1.10", $" {reference} "));
        Assert.Equal(
            ("Accepted", number, "-3.10"),
            (again.At("Payment/Status"), again.At("Receipt/transactionNumber"), again.At("Receipt/amount"))
        );
        Assert.Equal(-2.00m, await BalanceAsync(server, usn));

        // For another amount it is another payment, and wants another reference; on another account it is free.
        var before = await TracesAsync(server, usn);
        foreach (
            var (amount, surcharge, text, says) in new[]
            {
                ("4.10", "1.10", reference, number!),
                ("3.10", "1.10", " ", "1 to 100"),
                ("3.10", "1.10", new string('r', 101), "1 to 100"),
                ("3.10", "1.10", GoodCard, "card number"),
            }
        )
        {
            var refused = await Api.RefusedAsync("payment", "processPayment", P("usn", usn), Referring(amount, surcharge, text));
            Assert.Equal("InvalidRequestException", refused.Element);
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(GoodCard, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await TracesAsync(server, usn));
        var other = (await PortalCustomerAsync(server)).Usn;
        Assert.Equal(
            "Accepted",
            (await Api.CallAsync("payment", "processPayment", P("usn", other), Referring("3.10", "1.10", reference))).At("Payment/Status")
        );
    }

    [Theory]
    [InlineData("2.00", null, "2.00 is 1.10: PaymentAmount 3.10")]
    [InlineData("2.00", "1.00", "1.00 is 1.10: PaymentAmount 2.10 with IncludesSurchargeAmount 1.10")]
    [InlineData("2.00", "2.00", "")]
    [InlineData("2.00", "-1.10", "")]
    [InlineData("0", "0", "")]
    [InlineData("2.001", "1.10", "")]
    [InlineData("-2.00", "1.10", "")]
    [InlineData("1000000000001", "1.10", "")]
    public async Task A_wrong_surcharge_or_amount_is_refused_and_nothing_changes(string amount, string? surcharge, string says)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var before = await TracesAsync(server, usn);
        var refused = await Api.RefusedAsync("payment", "processPayment", P("usn", usn), Request("visa", amount, surcharge, GoodCard));
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TracesAsync(server, usn));
    }

    [Fact]
    public async Task Bad_requests_are_refused_and_nothing_changes()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var other = (await PortalCustomerAsync(server)).Usn;
        var theirs = await InvoiceAsync(server, other, 10m);
        var mine = await InvoiceAsync(server, usn, 0.50m);
        var before = await TracesAsync(server, usn);
        async Task RefusedAsync(string fault, XElement request, XElement? allocation = null, string? account = null) =>
            Assert.Equal(
                fault,
                (
                    await Api.RefusedAsync(
                        "payment",
                        "processPayment",
                        [P("usn", account ?? usn), request, .. allocation is null ? Array.Empty<XElement>() : [allocation]]
                    )
                ).Element
            );

        var good = Request("visa", "2.00", "1.10", GoodCard);
        await RefusedAsync("NoSuchItemException", good, account: "0");
        await RefusedAsync("NoSuchItemException", Request("nonsense", "2.00", "1.10", GoodCard));
        await RefusedAsync("NoSuchItemException", Request("visa", "2.00", "1.10", GoodCard, plan: "1010"));
        await RefusedAsync("NoSuchItemException", Stored("2.00", "1.10"));
        await RefusedAsync("NoSuchItemException", good, AllocateTo(("99999999", "0.90")));
        await RefusedAsync("InvalidRequestException", Request("visa", "2.00", "1.10", "4111111111111112"));
        await RefusedAsync("InvalidRequestException", Request("visaUsd", "2.00", "0", GoodCard));
        await RefusedAsync("InvalidRequestException", Request("amex", "10000.01", "0", GoodCard));
        await RefusedAsync("InvalidRequestException", Document("<PaymentRequest/>"));
        await RefusedAsync("InvalidRequestException", good, AllocateTo((theirs, "0.90")));
        await RefusedAsync("InvalidRequestException", good, AllocateTo((mine, "0.51")));
        await RefusedAsync("InvalidRequestException", good, AllocateTo((mine, "0.30"), (mine, "0.30")));
        await RefusedAsync("InvalidRequestException", good, AllocateTo((mine, "0")));
        await RefusedAsync("InvalidRequestException", good, AllocateTo((mine, "-0.10")));
        await RefusedAsync("InvalidRequestException", good, AutoAllocate);
        await RefusedAsync(
            "InvalidRequestException",
            good,
            Document($"<AllocationRequest><TransactionNumber>{mine}</TransactionNumber></AllocationRequest>")
        );
        Assert.Equal(before, await TracesAsync(server, usn));
        var big = await InvoiceAsync(server, usn, 100m);
        await RefusedAsync("InvalidRequestException", good, AllocateTo((big, "0.91")));

        using var own = await server.AddUserOfAccountAsync(usn);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("payment", "processPayment", P("usn", other), good)).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("payment", "processPayment", P("usn", usn), Request("cash", "2.00", null))).Element
        );
        Assert.Equal("Accepted", (await own.CallAsync("payment", "processPayment", P("usn", usn), good)).At("Payment/Status"));
    }

    [Fact]
    public async Task Money_that_comes_in_by_hand_is_recorded_at_once_and_may_pay_the_oldest_debits()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var first = await InvoiceAsync(server, usn, 10m);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await InvoiceAsync(server, usn, 20m);
        var answer = await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "15.00", null), AutoAllocate);
        Assert.Equal("Accepted", answer.At("Payment/Status"));
        Assert.Equal(
            [(first, "10.00"), (second, "5.00")],
            answer.AllAt("Allocation/AllocateTo").Select(each => (each.At("TransactionNumber")!, each.At("AllocateAmount")!))
        );
        Assert.Null(answer.At("Surcharge/transactionNumber"));
        Assert.Equal("0", answer.At("Payment/Surcharge/Amount"));
        Assert.Equal(15m, await BalanceAsync(server, usn));
    }

    [Fact]
    public async Task A_declined_payment_credits_nothing_and_costs_its_fee()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var answer = await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("visa", "2.00", "1.10", Card(9001)));
        Assert.Equal("Declined", answer.At("Payment/Status"));
        Assert.Equal(["Payment"], answer!.Elements().Select(each => each.Name.LocalName));
        Assert.Equal(5.50m, await BalanceAsync(server, usn));
        Assert.Equal(
            "declfee",
            await server.QueryAsync<string>("SELECT sales_report_category FROM financial_transaction WHERE account_usn = $1", usn)
        );
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM due_work WHERE account_usn = $1 AND done IS NULL AND kind = 'InquirePayment'",
                usn
            )
        );

        // Nothing else tells the customer of it.
        Assert.Equal(
            "Note dispatch-note",
            await server.QueryAsync<string>(
                "SELECT string_agg(kind || ' ' || template, ', ') FROM dispatch_item WHERE account_usn = $1",
                usn
            )
        );
        Assert.StartsWith(
            "Fee for the declined payment ",
            await server.QueryAsync<string>("SELECT description FROM financial_transaction WHERE account_usn = $1", usn),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_decline_fee_is_not_taxed_where_it_is_damages()
    {
        await using var catalogue = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    PaymentTypes =
                    [
                        .. content.PaymentTypes.Select(type =>
                            type.DeclineFee is { } fee ? type with { DeclineFee = fee with { ChargeGst = false } } : type
                        ),
                    ],
                }
        );
        var usn = (await PortalCustomerAsync(server)).Usn;
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("visa", "2.00", "1.10", Card(9001)));
        Assert.Equal(5.00m, await BalanceAsync(server, usn));
        Assert.Equal(0m, await server.QueryAsync<decimal>("SELECT gst_amount FROM financial_transaction WHERE account_usn = $1", usn));
    }

    [Fact]
    public async Task An_amex_of_no_surcharge_and_no_fee_is_declined_without_a_trace_on_the_ledger()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var answer = await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("amex", "9001.00", null, GoodCard));
        Assert.Equal("Declined", answer.At("Payment/Status"));
        Assert.Equal(0m, await BalanceAsync(server, usn));
    }

    [Fact]
    public async Task A_pending_payment_waits_and_keeps_what_it_is_wanted_for()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var invoice = await InvoiceAsync(server, usn, 10m);
        var answer = await Api.CallAsync(
            "payment",
            "processPayment",
            P("usn", usn),
            Request("visa", "2.00", "1.10", Card(9003)),
            AllocateTo((invoice, "0.90"))
        );
        var number = answer.At("Payment/PaymentNumber")!;
        Assert.Equal("Waiting", answer.At("Payment/Status"));
        Assert.NotNull((await Api.CallAsync("payment", "getPayment", P("paymentNumber", number))).At("NextTransfer"));
        var pending = await Api.CallAsync("payment", "getPendingPayments", P("accountUsn", usn));
        Assert.Equal(
            [
                "PaymentNumber",
                "PaymentType",
                "Account",
                "Amount",
                "Surcharge",
                "Status",
                "NextTransfer",
                "PaymentDetails",
                "ManuallyEntered",
                "ManuallyDeclined",
                "AttemptCount",
                "AttemptLogs",
            ],
            pending.AllAt("Payment").Single().Elements().Select(each => each.Name.LocalName)
        );
        Assert.Equal(
            ("Joe Smith", "12/2030", "true", "false", "1"),
            (
                pending.At("Payment/PaymentDetails/AccountName"),
                pending.At("Payment/PaymentDetails/ExpiryDate"),
                pending.At("Payment/ManuallyEntered"),
                pending.At("Payment/ManuallyDeclined"),
                pending.At("Payment/AttemptCount")
            )
        );
        Assert.Equal(
            [invoice],
            await RunAsync<PendingPayments, IReadOnlySet<string>>(
                server,
                query => query.DebitsWithPaymentAsync([invoice], CancellationToken.None)
            )
        );
        Assert.Contains(
            "pending payment",
            (
                await Api.RefusedAsync(
                    "payment",
                    "processPayment",
                    P("usn", usn),
                    Request("visa", "2.00", "1.10", GoodCard),
                    AllocateTo((invoice, "0.90"))
                )
            ).Message,
            StringComparison.Ordinal
        );

        // Meanwhile the invoice is paid in cash but for half a dollar: only that is left to allocate to.
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "9.50", null), AutoAllocate);
        server.Clock.Advance(TimeSpan.FromHours(25));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Accepted", await StatusAsync(server, number));
        Assert.Equal(-0.40m, await UnallocatedAsync(server, number));
        Assert.Equal(0m, await UnallocatedAsync(server, invoice));
        Assert.Equal(2.00m, await ChargedAsync(server, number));
        Assert.Empty((await Api.CallAsync("payment", "getPendingPayments", P("accountUsn", usn))).AllAt("Payment"));
    }

    [Fact]
    public async Task Foreign_and_unknown_payments_are_not_found()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var theirs = (await PortalCustomerAsync(server)).Usn;
        var number = (await Api.CallAsync("payment", "processPayment", P("usn", theirs), Request("visa", "2.00", "1.10", Card(9003)))).At(
            "Payment/PaymentNumber"
        )!;
        using var own = await server.AddUserOfAccountAsync(usn);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("payment", "getPayment", P("paymentNumber", number))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("payment", "cancelScheduledPayment", P("paymentNumber", number))).Element
        );
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("payment", "getPendingPayments", P("accountUsn", theirs))).Element);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("payment", "getAutoPaymentOption", P("usn", theirs))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync(
                    "payment",
                    "recordFailedPayment",
                    P("usn", theirs),
                    Request("visa", "4", "0.0", GoodCard),
                    P("message", "No")
                )
            ).Element
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("payment", "getPayment", P("paymentNumber", "1"))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("payment", "cancelScheduledPayment", P("paymentNumber", "1"))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "reschedulePaymentWithNewDetails",
                    P("paymentNumber", "1"),
                    Document("<PaymentDetailsRequest><DefaultStoredPaymentDetails/></PaymentDetailsRequest>")
                )
            ).Element
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("payment", "getPendingPayments", P("accountUsn", "0"))).Element);
    }

    /// <summary>The guide's example (lines 13855, 13881).</summary>
    [Fact]
    public async Task A_payment_that_failed_elsewhere_is_recorded_as_declined_with_its_fee()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var request = Document(
            "<PaymentRequest><PaymentDetails><PaymentType>Visa</PaymentType><AccountName>Tester</AccountName>"
                + "<AccountNumber>1000000008</AccountNumber><ExpiryDate>2013-12</ExpiryDate><PaymentAmount>4</PaymentAmount>"
                + "<IncludesSurchargeAmount>0.0</IncludesSurchargeAmount><BranchNumber/><Properties><Object/></Properties>"
                + "</PaymentDetails></PaymentRequest>"
        );
        var answer = await Api.CallAsync(
            "payment",
            "recordFailedPayment",
            P("usn", usn),
            request,
            P("message", "No funds on 4111 1111 1111 1111")
        );
        var expected = Document(
            $"""
            <Payment><PaymentNumber>{answer.At(
                "PaymentNumber"
            )}</PaymentNumber><PaymentType><Name>Visa</Name><PaymentTypeCode>visa</PaymentTypeCode></PaymentType><Account>{usn}</Account>
            <Amount currency="AUD" formatted="$4.00">4.00</Amount>
            <Surcharge><Amount currency="AUD" formatted="$0.00">0</Amount><TaxAmount currency="AUD" formatted="$0.00">0</TaxAmount>
            </Surcharge><Status>Declined</Status></Payment>
            """
        );
        Assert.Equal(Normal(expected), Normal(answer!));
        Assert.Equal(5.50m, await BalanceAsync(server, usn));
        Assert.Equal(
            "No funds on …",
            await server.QueryAsync<string>("SELECT message FROM payment_attempt WHERE payment_number = $1", answer.At("PaymentNumber")!)
        );

        var before = await TracesAsync(server, usn);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("payment", "recordFailedPayment", P("usn", usn), Stored("2.00", "1.10"), P("message", "No"))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "recordFailedPayment",
                    P("usn", usn),
                    Request("visa", "0", null, GoodCard),
                    P("message", "No")
                )
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "recordFailedPayment",
                    P("usn", usn),
                    Request("visa", "4", null, GoodCard),
                    P("message", " ")
                )
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "recordFailedPayment",
                    P("usn", "0"),
                    Request("visa", "4", null, GoodCard),
                    P("message", "No")
                )
            ).Element
        );
        Assert.Equal(before, await TracesAsync(server, usn));
    }

    private static string Normal(XElement element)
    {
        var copy = XElement.Parse(element.ToString());
        foreach (var each in copy.DescendantsAndSelf())
        {
            each.Attributes().Where(attribute => attribute.IsNamespaceDeclaration || attribute.Name.NamespaceName.Length > 0).Remove();
            each.ReplaceAttributes(each.Attributes().OrderBy(attribute => attribute.Name.LocalName));
            each.Nodes().OfType<XText>().Where(text => string.IsNullOrWhiteSpace(text.Value)).Remove();
        }

        return copy.ToString();
    }
}
