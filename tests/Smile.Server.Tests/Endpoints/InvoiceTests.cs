using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Endpoints;

/// <summary>raiseInvoice(), compileChargeList() and migrateOpenTransaction().</summary>
[Collection(ServerTests.Name)]
public sealed class InvoiceTests(ServerFixture server)
{
    private const string NobodysId = "5f0b4a4e-0000-4000-8000-000000000001";

    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (lines 4220, 4266): 50.00 with GST, a modem at its rate without, 154.00 in all.</summary>
    [Fact]
    public async Task The_guides_invoice_comes_out_to_the_cent()
    {
        var account = await Money.NewAccountAsync(server);
        var centre = (
            await Api.CallAsync(
                "account",
                "createCostCentre",
                Document($"<NewCostCentre><AccountUSN>{account.Usn}</AccountUSN><Name>IT department</Name></NewCostCentre>")
            )
        ).At("CostCentreId");
        var invoice = await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", account.Usn),
            Invoice(
                [
                    Charge(account.Usn, "cst", "50", $"<overrideCostCentre key='{centre}'>IT department</overrideCostCentre>"),
                    Charge(
                        account.Usn,
                        "adsl",
                        null,
                        "<Object><String name='colour'>Chartreuse</String></Object><location key='12'/>",
                        chargeGst: false,
                        to: "2015-02-22T00:00:00+11:00"
                    ),
                ],
                "<dueDate>2015-02-14T00:00:00+11:00</dueDate>",
                "<InvoiceOperation>Close</InvoiceOperation><suppressAutoPayment>false</suppressAutoPayment>"
            )
        );
        var number = invoice.At("transactionNumber")!;
        Assert.True(Luhn.IsValid(number), number);
        Assert.Equal(
            ("2.0", "Invoice", "1", account.Usn, "AUD", "154.00", "5.00", "154.00", "invoice", "Manual", number),
            (
                invoice.At("version"),
                invoice.At("transactionType"),
                invoice.At("company"),
                invoice.At("usn"),
                invoice.At("currency"),
                invoice.At("amount"),
                invoice.At("gstAmount"),
                invoice.At("unallocatedAmount"),
                invoice.At("salesReportCategory"),
                invoice.At("transactionSource"),
                invoice.At("quoteNumber")
            )
        );
        Assert.Equal(
            ("2015-02-14+11:00", "0.00", "$154.00"),
            (invoice.At("dueDate"), invoice.At("discount"), invoice.AllAt("formattedAmount").Single().Attribute("formatted")!.Value)
        );
        Assert.Equal(invoice.At("transactionDate"), invoice.At("closeDate"));
        Assert.Equal(
            [
                "0 cst Consultation Fee 1.000 50.00 true 5.000000 unknown IT department",
                "1 adsl ADSL2 Modem 1.000 99.00 false 0.000000 hardware ",
                "2 gst Includes 10% GST 1.000 5.00 false 0.000000 gst ",
            ],
            invoice
                .AllAt("transactionItem")
                .Select(item =>
                    $"{item.At("lineNumber")} {item.At("itemCode")} {item.At("description")} {item.At("quantity")} "
                    + $"{item.At("amount")} {item.At("chargeGst")} {item.At("gstAmount")} {item.At("salesReportCategory")} "
                    + $"{item.At("effectiveCostCentre")}"
                )
        );
        var modem = invoice.AllAt("transactionItem").ElementAt(1);
        Assert.Equal(
            ("$108.90", "2015-02-22+11:00", "Greenfields store"),
            (modem.At("displayRate"), modem.At("chargeTo"), modem.At("location"))
        );
        Assert.Equal(
            ("646", "ADSL2 Modem (Chartreuse)"),
            (modem.AllAt("Object").Single().Attribute("formId")!.Value, modem.AllAt("Object").Single().Attribute("displayName")!.Value)
        );
        Assert.Equal("154.00", await account.BalanceAsync());
        Assert.Equal("1100 154.00, 2200 -5.00, 510 -99.00, 520 -50.00", await account.LedgerAsync());

        // Read again it is the same document, without the category of the whole (line 3590).
        var read = await account.TransactionAsync(number);
        Assert.Null(read.At("salesReportCategory"));
        Assert.Equal(
            invoice.AllAt("transactionItem").Select(item => item.ToString()),
            read.AllAt("transactionItem").Select(item => item.ToString())
        );
        var closed = (await server.MessagesAsync(account.Usn)).Single(message => message.Type == "TransactionClosed");
        Assert.Equal(
            ("SmileTransaction", "Invoice", 154.0, number),
            (closed.Topic, closed.Headers["transactionType"], closed.Headers["amount"], closed.Headers["transactionNumber"])
        );
        Assert.Contains("ItemisedTransactionDetailEvent", closed.Body, StringComparison.Ordinal);
    }

    /// <summary>
    /// The amounts of the guide's order group quote (line 2526) as charges: 15.84, 27.27, GST 4.31, rounding -0.02, 47.40.
    /// </summary>
    [Fact]
    public async Task Rounding_and_GST_follow_the_charges_in_this_order()
    {
        var customer = await PortalCustomerAsync(server);
        var account = new Money(server, customer.Usn);
        var invoice = await account.InvoiceAsync(
            Charge(customer.Subscriptions[1], "031640", "15.84"),
            Charge(customer.Subscriptions[1], "031640", "27.27")
        );
        Assert.Equal(("47.40", "4.31"), (invoice.At("amount"), invoice.At("gstAmount")));
        Assert.Equal(
            ["031640 15.84 1.580000", "031640 27.27 2.730000", "round -0.02 0.000000", "gst 4.31 0.000000"],
            invoice.AllAt("transactionItem").Select(item => $"{item.At("itemCode")} {item.At("amount")} {item.At("gstAmount")}")
        );
        Assert.All(invoice.AllAt("transactionItem"), item => Assert.Equal(customer.Subscriptions[1], item.At("usn")));
    }

    [Fact]
    public async Task Each_subscription_has_its_own_GST_line_and_the_account_the_rounding()
    {
        var customer = await PortalCustomerAsync(server);
        var account = new Money(server, customer.Usn);
        var invoice = await account.InvoiceAsync(
            Charge(customer.Subscriptions[0], "cst", "1.01"),
            Charge(customer.Subscriptions[1], "cst", "2.26"),
            Charge(customer.Usn, "cst", "3", chargeGst: false)
        );
        Assert.Equal("6.60", invoice.At("amount"));
        Assert.Equal(
            [
                $"cst {customer.Subscriptions[0]} 1.01",
                $"cst {customer.Subscriptions[1]} 2.26",
                $"cst {customer.Usn} 3.00",
                $"gst {customer.Subscriptions[0]} 0.10",
                $"gst {customer.Subscriptions[1]} 0.23",
            ],
            invoice.AllAt("transactionItem").Select(item => $"{item.At("itemCode")} {item.At("usn")} {item.At("amount")}")
        );
    }

    [Fact]
    public async Task A_charge_takes_its_rate_times_quantity_and_count_and_a_discount_goes_off_before_GST()
    {
        var account = await Money.NewAccountAsync(server);
        var invoice = await account.InvoiceAsync(
            Charge(account.Usn, "3gwifimodem", null, "<quantity>2</quantity><count>3</count>"),
            Charge(account.Usn, "cst", "10.00", "<discount discountID='458'/>"),
            Charge(account.Usn, "cst", "10.00", "<gst gstId='2'/>"),
            Charge(account.Usn, "cst", "10.00", "<gst gstId='1'><amount>2.00</amount></gst><discount><amount>1.00</amount></discount>")
        );
        Assert.Equal(
            ["818.18 81.820000 0.00 3 2.000", "5.00 0.500000 5.00 0 1.000", "10.00 0.000000 0.00 0 1.000", "9.00 2.000000 1.00 0 1.000"],
            invoice
                .AllAt("transactionItem")
                .Take(4)
                .Select(item =>
                    $"{item.At("amount")} {item.At("gstAmount")} {item.At("discount")} {item.At("count")} {item.At("quantity")}"
                )
        );
    }

    [Fact]
    public async Task A_chargeId_is_charged_once_and_retracted_once()
    {
        var account = await Money.NewAccountAsync(server);
        var (first, second) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var charged = await account.InvoiceAsync(Charge(account.Usn, "cst", "30", $"<chargeId>{first.ToUpperInvariant()}</chargeId>"));
        Assert.Equal(first, charged.AllAt("transactionItem").First().At("chargeId"));
        var state = await account.StateAsync();
        var again = await Api.RefusedAsync(
            "account",
            "raiseInvoice",
            P("usn", account.Usn),
            Invoice([Charge(account.Usn, "cst", "30", $"<chargeId>{first}</chargeId>")])
        );
        Assert.Equal("InvalidRequestException", again.Element);
        Assert.Contains(charged.At("transactionNumber")!, again.Message, StringComparison.Ordinal);
        Assert.Equal(state, await account.StateAsync());

        var changed = await account.InvoiceAsync(
            Charge(account.Usn, "cst", "20", $"<chargeId>{second}</chargeId><retractChargeId>{first}</retractChargeId>")
        );
        Assert.Equal("-11.00", changed.At("amount"));
        Assert.Equal(
            ["-30.00 -3.000000 Retraction for Consultation Fee", "20.00 2.000000 Consultation Fee", "-1.00 0.000000 Includes 10% GST"],
            changed.AllAt("transactionItem").Select(item => $"{item.At("amount")} {item.At("gstAmount")} {item.At("description")}")
        );
        state = await account.StateAsync();
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "raiseInvoice",
                    P("usn", account.Usn),
                    Invoice([Charge(account.Usn, "cst", "20", $"<retractChargeId>{first}</retractChargeId>")])
                )
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(
                    "account",
                    "raiseInvoice",
                    P("usn", account.Usn),
                    Invoice([Charge(account.Usn, "cst", "20", $"<retractChargeId>{Guid.NewGuid()}</retractChargeId>")])
                )
            ).Element
        );

        // The charge came back with the second invoice: taking the first one back too would give it back twice.
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync("account", "reverseTransaction", P("usn", account.Usn), Reversal(charged.At("transactionNumber")!))
            ).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    [Fact]
    public async Task A_reversed_invoices_charge_cannot_be_retracted_as_well()
    {
        var account = await Money.NewAccountAsync(server);
        var id = Guid.NewGuid();
        var charged = await account.InvoiceAsync(Charge(account.Usn, "cst", "30", $"<chargeId>{id}</chargeId>"));
        await account.ReverseAsync(charged.At("transactionNumber")!);
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "raiseInvoice",
                    P("usn", account.Usn),
                    Invoice([Charge(account.Usn, "cst", "1", $"<retractChargeId>{id}</retractChargeId>")])
                )
            ).Element
        );
    }

    [Fact]
    public async Task An_invoice_that_is_left_open_is_a_quote_and_owes_nothing()
    {
        var account = await Money.NewAccountAsync(server);
        var quote = await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", account.Usn),
            Invoice([Charge(account.Usn, "adsl")], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>")
        );
        Assert.Equal(
            ("Quote", "108.90", "9.90", null, null, null),
            (
                quote.At("transactionType"),
                quote.At("amount"),
                quote.At("gstAmount"),
                quote.At("closeDate"),
                quote.At("logTimestamp"),
                quote.At("enteredByUsn")
            )
        );
        Assert.Equal("0.00", await account.BalanceAsync());
        Assert.DoesNotContain(await server.MessagesAsync(account.Usn), message => message.Topic == "SmileTransaction");
        var state = await account.StateAsync();
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "allocate",
                    P("usn", account.Usn),
                    Allocations(quote.At("transactionNumber"), (quote.At("transactionNumber")!, "1"))
                )
            ).Element
        );
        await account.AdjustAsync(-5m);
        state = await account.StateAsync();
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "allocate", P("usn", account.Usn), Allocations(quote.At("transactionNumber")))).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    /// <summary>The guide's example (line 4563).</summary>
    [Fact]
    public async Task An_open_quote_goes_to_another_account_of_the_same_kind()
    {
        var (source, target) = (await Money.NewAccountAsync(server), await Money.NewAccountAsync(server));
        var quote = await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", source.Usn),
            Invoice(
                [Charge(source.Usn, "adsl", more: "<chargeId>" + Guid.NewGuid() + "</chargeId><location key='1'/>")],
                after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>"
            )
        );
        var number = quote.At("transactionNumber")!;
        var migrated = await Api.CallAsync(
            "account",
            "migrateOpenTransaction",
            P("openTransactionNumber", number),
            P("targetAccountUsn", target.Usn)
        );
        Assert.Equal(
            ("Quote", target.Usn, number, "108.90", "9.90"),
            (
                migrated.At("transactionType"),
                migrated.At("usn"),
                migrated.At("transactionNumber"),
                migrated.At("amount"),
                migrated.At("gstAmount")
            )
        );
        Assert.All(migrated.AllAt("transactionItem"), item => Assert.Equal(target.Usn, item.At("usn")));
        Assert.Equal(target.Usn, (await target.TransactionAsync(number)).At("usn"));
    }

    /// <summary>
    /// L10. To and fro between three accounts at once: whoever finds a quote moved on looks again, and nobody waits for ever.
    /// </summary>
    [Fact]
    public async Task Quotes_are_migrated_to_and_fro_in_parallel()
    {
        var accounts = new List<string>();
        var quotes = new List<string>();
        for (var index = 0; index < 3; index++)
        {
            var account = await Money.NewAccountAsync(server);
            accounts.Add(account.Usn);
            quotes.Add(
                (
                    await Api.CallAsync(
                        "account",
                        "raiseInvoice",
                        P("usn", account.Usn),
                        Invoice([Charge(account.Usn, "adsl")], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>")
                    )
                ).At("transactionNumber")!
            );
        }

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async worker =>
                {
                    var random = new Random(worker);
                    for (var move = 0; move < 20; move++)
                    {
                        var (quote, target) = (quotes[random.Next(3)], accounts[random.Next(3)]);
                        Assert.Equal(
                            quote,
                            (
                                await Api.CallAsync(
                                    "account",
                                    "migrateOpenTransaction",
                                    P("openTransactionNumber", quote),
                                    P("targetAccountUsn", target)
                                )
                            ).At("transactionNumber")
                        );
                    }
                })
        );
    }

    [Fact]
    public async Task Migration_is_refused_as_the_guide_lists()
    {
        var account = await Money.NewAccountAsync(server);
        var customer = await PortalCustomerAsync(server);
        var closed = await account.InvoiceAsync(10m);
        var quote = (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account.Usn),
                Invoice([Charge(account.Usn, "adsl")], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>")
            )
        ).At("transactionNumber")!;
        var overseas = await PortalCustomerAsync(server);
        await server.ExecuteAsync("UPDATE account SET account_type_id = 2 WHERE usn = $1", overseas.Usn);
        foreach (
            var (number, target, fault) in new[]
            {
                (quote, " ", "InvalidRequestException"),
                ("", customer.Usn, "InvalidRequestException"),
                (closed, customer.Usn, "InvalidRequestException"),
                (quote, customer.Subscriptions[0], "InvalidRequestException"),
                (quote, overseas.Usn, "InvalidRequestException"),
                ("999", customer.Usn, "NoSuchItemException"),
                (quote, "999", "NoSuchItemException"),
            }
        )
        {
            Assert.Equal(
                fault,
                (
                    await Api.RefusedAsync(
                        "account",
                        "migrateOpenTransaction",
                        P("openTransactionNumber", number),
                        P("targetAccountUsn", target)
                    )
                ).Element
            );
        }

        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync(
                    "account",
                    "migrateOpenTransaction",
                    P("openTransactionNumber", quote),
                    P("targetAccountUsn", customer.Usn)
                )
            ).Element
        );
    }

    [Theory]
    [InlineData("14/01/2015")]
    [InlineData("2015-02-30")]
    public async Task A_date_that_cannot_be_read_is_shown_with_what_would_be_right(string day)
    {
        var account = await Money.NewAccountAsync(server);
        var fault = await Api.RefusedAsync(
            "account",
            "raiseInvoice",
            P("usn", account.Usn),
            Invoice([Charge(account.Usn, "cst", "1", from: day, to: "2015-03-31")])
        );
        Assert.Equal("InvalidRequestException", fault.Element);
        Assert.EndsWith(
            $"Exception [startDate={day}]. Expected a date such as 2015-02-14+11:00 or a timestamp such as 2015-02-14T00:00:00+11:00.",
            fault.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Bad_charges_are_refused_and_nothing_is_charged()
    {
        var account = await Money.NewAccountAsync(server);
        var other = await PortalCustomerAsync(server);
        var expired = await Api.CallAsync(
            "account",
            "createPurchaseOrder",
            Document(
                $"<NewPurchaseOrderRequest><AccountUSN>{account.Usn}</AccountUSN><Number>PO-1</Number>"
                    + $"<ExpiryDate>2014-12-31</ExpiryDate></NewPurchaseOrderRequest>"
            )
        );
        Assert.NotNull(expired);
        await Api.CallAsync(
            "account",
            "createPurchaseOrder",
            Document(
                $"<NewPurchaseOrderRequest><AccountUSN>{account.Usn}</AccountUSN><Number>PO-2</Number>"
                    + $"<ExclusiveInvoice>true</ExclusiveInvoice></NewPurchaseOrderRequest>"
            )
        );
        var state = await account.StateAsync();
        var good = Charge(account.Usn, "cst", "1");
        foreach (
            var (charge, fault) in new[]
            {
                (Charge("999", "cst", "1"), "NoSuchItemException"),
                (Charge(other.Usn, "cst", "1"), "InvalidRequestException"),
                (Charge(other.Subscriptions[0], "cst", "1"), "InvalidRequestException"),
                (Charge(account.Usn, "nothing", "1"), "NoSuchItemException"),
                (Charge(account.Usn, "gst", "1"), "InvalidRequestException"),
                (Charge(account.Usn, "cst"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<gst gstId='99'/>"), "NoSuchItemException"),
                (Charge(account.Usn, "cst", "1", "<gst><amount>-1</amount></gst>"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<gst><amount>1</amount></gst>", chargeGst: false), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<discount discountID='99'/>"), "NoSuchItemException"),
                (Charge(account.Usn, "cst", "1", "<discount><amount>2</amount></discount>"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<chargeId>not-a-uuid</chargeId>"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", $"<retractChargeId>{NobodysId}</retractChargeId>"), "NoSuchItemException"),
                (Charge(account.Usn, "cst", "1", "<overrideCostCentre key='999999'/>"), "NoSuchItemException"),
                (Charge(account.Usn, "cst", "1", "<location key='99'/>"), "NoSuchItemException"),
                (Charge(account.Usn, "cst", "1", "<Object><String name='colour'>Red</String></Object>"), "InvalidRequestException"),
                (Charge(account.Usn, "adsl", "1", "<Object><Integer name='colour'>1</Integer></Object>"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<quantity>-1</quantity>"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<count>-1</count>"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1000000000001"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", from: "2015-01-02", to: "2015-01-01"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", from: "1900-01-01"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<purchaseOrderNumber>PO-1</purchaseOrderNumber>"), "InvalidRequestException"),
                (Charge(account.Usn, "cst", "1", "<purchaseOrderNumber>PO-2</purchaseOrderNumber>"), "InvalidRequestException"),
            }
        )
        {
            var refused = await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([good, charge]));
            Assert.True(fault == refused.Element, $"{charge}: {refused}");
        }

        foreach (
            var (before, fault) in new[]
            {
                ("<dueDate>2014-01-01</dueDate>", "InvalidRequestException"),
                ("<effectiveDate>2030-01-01</effectiveDate>", "InvalidRequestException"),
                ("<effectiveDate>1900-01-01</effectiveDate>", "InvalidRequestException"),
            }
        )
        {
            Assert.Equal(
                fault,
                (await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([good], before))).Element
            );
        }

        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([]))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "raiseInvoice", P("usn", " "), Invoice([good]))).Element
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "raiseInvoice", P("usn", "999"), Invoice([good]))).Element);
        using var own = await server.AddUserOfAccountAsync(other.Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([good]))).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    [Fact]
    public async Task Charges_of_a_purchase_order_show_its_number_and_an_exclusive_one_has_its_own_invoice()
    {
        var account = await Money.NewAccountAsync(server);
        await Api.CallAsync(
            "account",
            "createPurchaseOrder",
            Document(
                $"<NewPurchaseOrderRequest><AccountUSN>{account.Usn}</AccountUSN><Number>PO-3</Number>"
                    + $"<ExclusiveInvoice>true</ExclusiveInvoice></NewPurchaseOrderRequest>"
            )
        );
        var invoice = await account.InvoiceAsync(Charge(account.Usn, "cst", "1", "<purchaseOrderNumber>PO-3</purchaseOrderNumber>"));
        Assert.Equal("PO-3", invoice.AllAt("transactionItem").First().At("purchaseOrderNumber"));
    }

    /// <summary>An invoice grouping shows the charges of its subscriptions as one line; the ledger keeps each (line 5552).</summary>
    [Fact]
    public async Task Grouped_charges_are_one_line_of_the_invoice()
    {
        var customer = await PortalCustomerAsync(server);
        var account = new Money(server, customer.Usn);
        await Api.CallAsync(
            "account/invoicegrouping",
            "createInvoiceGrouping",
            Document(
                $"""
                <NewInvoiceGrouping><Account>{customer.Usn}</Account>
                <InvoiceGroupingConfiguration key='58ac9ef6-bad2-4584-b5c2-3eb2639cd5ed'/>
                <RollupToSubscription>{customer.Usn}</RollupToSubscription>
                <ActiveFrom>2015-01-01+11:00</ActiveFrom><Subscriptions><Subscription>{customer.Subscriptions[
                    0
                ]}</Subscription><Subscription>{customer.Subscriptions[1]}</Subscription></Subscriptions></NewInvoiceGrouping>
                """
            )
        );
        var id = Guid.NewGuid();
        var invoice = await account.InvoiceAsync(
            Charge(customer.Subscriptions[0], "031641", "10", $"<chargeId>{id}</chargeId>", from: "2015-01-02", to: "2015-01-05"),
            Charge(customer.Usn, "cst", "5"),
            Charge(customer.Subscriptions[1], "031642", "20", from: "2015-01-01", to: "2015-01-31"),
            Charge(customer.Subscriptions[1], "031642", "7", from: "2014-12-31")
        );
        Assert.Equal(
            [
                "0 004798 30.00 2.000 All charges 1 Jan 2015 - 31 Jan 2015",
                "1 cst 5.00 1.000 Consultation Fee",
                "2 031642 7.00 1.000 Mobile recurring charge",
            ],
            invoice
                .AllAt("transactionItem")
                .Take(3)
                .Select(item =>
                    $"{item.At("lineNumber")} {item.At("itemCode")} {item.At("amount")} {item.At("quantity")} {item.At("description")}"
                )
        );
        Assert.Equal("46.20", invoice.At("amount"));
        Assert.Equal("1100 46.20, 2200 -4.20, 500 -37.00, 520 -5.00", await account.LedgerAsync());
        var retraction = await account.InvoiceAsync(Charge(customer.Usn, "cst", "0", $"<retractChargeId>{id}</retractChargeId>"));
        Assert.Equal("-11.00", retraction.At("amount"));
    }

    /// <summary>The guide's example (lines 4003, 4037): 50% off, the stated GST kept, the period's end one day earlier.</summary>
    [Fact]
    public async Task The_guides_charge_list_is_compiled_and_changes_nothing()
    {
        var account = await Money.NewAccountAsync(server);
        await server.ExecuteAsync(
            "INSERT INTO assigned_discount (account_usn, usn, discount_id, changed_by) VALUES ($1, $1, 458, 'test')",
            account.Usn
        );
        var state = await account.StateAsync();
        var compiled = await Api.CallAsync(
            "account",
            "compileChargeList",
            P("usn", account.Usn),
            ChargeList(
                $"""
                <ChargeID>DE8207D0-EB19-496C-978B-5048C096F4A1</ChargeID><ItemDescriptionID>74</ItemDescriptionID>
                <Description>Internet Access $10/mo</Description>
                <ChargeStart>2014-03-12T00:00:00+11:00</ChargeStart><ChargeEnd>2014-04-12T00:00:00+11:00</ChargeEnd><Count>1</Count>
                <Charge>10.00</Charge><ChargeGST>true</ChargeGST>
                <GSTIsPredetermined>true</GSTIsPredetermined><GSTId>1</GSTId><GSTAmount>1</GSTAmount><USN>{account.Usn}</USN>
                """
            )
        );
        var charge = compiled.AllAt("ChargeRequest").Single();
        Assert.Equal(
            (
                account.Usn,
                "hfp",
                "Internet Access $10/mo",
                "1",
                "2014-03-12+11:00",
                "2014-04-10+10:00",
                "10.00",
                "true",
                "1",
                "de8207d0-eb19-496c-978b-5048c096f4a1",
                "5.00"
            ),
            (
                charge.At("USN"),
                charge.At("itemCode"),
                charge.At("description"),
                charge.At("count"),
                charge.At("startDate"),
                charge.At("endDate"),
                charge.At("amount"),
                charge.At("chargeGst"),
                charge.At("gst/amount"),
                charge.At("chargeId"),
                charge.At("discount/amount")
            )
        );
        Assert.Equal(
            ("1", "458"),
            (charge.AllAt("gst").Single().Attribute("gstId")!.Value, charge.AllAt("discount").Single().Attribute("discountID")!.Value)
        );
        Assert.Equal(state, await account.StateAsync());

        // What was compiled can be raised as it is.
        var invoice = await Api.CallAsync("account", "raiseInvoice", P("usn", account.Usn), compiled!);
        Assert.Equal(("6.00", "5.00"), (invoice.At("amount"), invoice.AllAt("transactionItem").First().At("amount")));
    }

    [Fact]
    public async Task A_charge_list_of_unknown_things_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(
                    "account",
                    "compileChargeList",
                    P("usn", "999"),
                    ChargeList("<ItemDescriptionID>74</ItemDescriptionID><Charge>1</Charge>")
                )
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "compileChargeList",
                    P("usn", customer.Subscriptions[0]),
                    ChargeList("<ItemDescriptionID>74</ItemDescriptionID><Charge>1</Charge>")
                )
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(
                    "account",
                    "compileChargeList",
                    P("usn", customer.Usn),
                    ChargeList("<ItemDescriptionID>9999</ItemDescriptionID><Charge>1</Charge>")
                )
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "compileChargeList",
                    P("usn", customer.Usn),
                    ChargeList($"<ItemDescriptionID>74</ItemDescriptionID><Charge>1</Charge><USN>{other.Subscriptions[0]}</USN>")
                )
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "compileChargeList",
                    P("usn", customer.Usn),
                    ChargeList("<ItemDescriptionID>74</ItemDescriptionID>")
                )
            ).Element
        );
        using var own = await server.AddUserOfAccountAsync(other.Usn);
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync(
                    "account",
                    "compileChargeList",
                    P("usn", customer.Usn),
                    ChargeList("<ItemDescriptionID>74</ItemDescriptionID><Charge>1</Charge>")
                )
            ).Element
        );
    }

    [Fact]
    public async Task Nothing_is_dated_into_a_closed_period()
    {
        var account = await Money.NewAccountAsync(server);
        var invoice = await account.InvoiceAsync(10m);
        await server.ExecuteAsync(
            """
            INSERT INTO debtor_close_date VALUES (1, '2014-12-31', 'test') ON CONFLICT (company_id) DO UPDATE
            SET closed_through = '2014-12-31'
            """
        );
        try
        {
            var state = await account.StateAsync();
            Assert.Equal(
                "InvalidRequestException",
                (
                    await Api.RefusedAsync(
                        "account",
                        "raiseInvoice",
                        P("usn", account.Usn),
                        Invoice([Charge(account.Usn, "cst", "1")], "<effectiveDate>2014-12-31</effectiveDate>")
                    )
                ).Element
            );
            Assert.Equal(
                "IllegalArgumentException",
                (
                    await Api.RefusedAsync(
                        "account",
                        "raiseAdjustment",
                        Adjustment(account.Usn, 1, 10m, 0m, null, new DateTimeOffset(2014, 12, 31, 12, 0, 0, TimeSpan.Zero))
                    )
                ).Element
            );
            Assert.Equal(
                "InvalidRequestException",
                (
                    await Api.RefusedAsync("account", "raiseReimbursement", P("usn", account.Usn), Reimbursement("1", "2014-12-31+11:00"))
                ).Element
            );
            Assert.Equal(
                "InvalidRequestException",
                (await Api.RefusedAsync("account", "createBond", Bond(account.Usn, date: "2014-12-31"))).Element
            );
            Assert.Equal(
                "InvalidRequestException",
                (
                    await Api.RefusedAsync("account", "reverseTransaction", P("usn", account.Usn), Reversal(invoice, date: "2014-12-31"))
                ).Element
            );
            Assert.Equal(state, await account.StateAsync());
            Assert.Equal(
                "2015-01-01+11:00",
                (
                    await Api.CallAsync(
                        "account",
                        "raiseInvoice",
                        P("usn", account.Usn),
                        Invoice([Charge(account.Usn, "cst", "1")], "<effectiveDate>2015-01-01</effectiveDate>")
                    )
                ).At("transactionDate")
            );
        }
        finally
        {
            await server.ExecuteAsync("DELETE FROM debtor_close_date");
        }
    }

    /// <summary>Income of coming months is deferred until then: 28 of 53 days fall into February and March.</summary>
    [Fact]
    public async Task Income_for_coming_months_is_posted_to_those_months()
    {
        var account = await Money.NewAccountAsync(server);
        var invoice = await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", account.Usn),
            Invoice(
                [Charge(account.Usn, "hfp", "90", chargeGst: false, from: "2015-01-01", to: "2015-03-31")],
                "<effectiveDate>2015-01-10</effectiveDate>"
            )
        );
        var postings = await server.QueryAsync<string>(
            """
            SELECT string_agg(posting_date || ' ' || ledger_account || ' ' || round(amount, 2), ', '
            ORDER BY posting_date, ledger_account) FROM ledger_entry WHERE transaction_number = $1
            """,
            invoice.At("transactionNumber")!
        );
        Assert.Equal(
            "2015-01-10 1100 90.00, 2015-01-10 2400 -59.00, 2015-01-10 500 -31.00, 2015-02-28 2400 28.00, 2015-02-28 500 -28.00, "
                + "2015-03-31 2400 31.00, 2015-03-31 500 -31.00",
            postings
        );
        await account.ReverseAsync(invoice.At("transactionNumber")!);
        Assert.Equal("", await account.LedgerAsync());
    }

    private static System.Xml.Linq.XElement ChargeList(string charge) =>
        Document($"<ChargeListCompilationRequest><ChargeList><Charge>{charge}</Charge></ChargeList></ChargeListCompilationRequest>");
}
