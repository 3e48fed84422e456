using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>allocate(), raiseAdjustment(), raiseReimbursement(), reverseTransaction() and bonds.</summary>
[Collection(ServerTests.Name)]
public sealed class AllocationTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's examples (lines 4420, 4458): one credit to one debit, and to three.</summary>
    [Fact]
    public async Task A_credit_is_allocated_to_the_debits_that_are_named()
    {
        var account = await NewAccountAsync(server);
        var (first, second, third) = (await account.InvoiceAsync(20m), await account.InvoiceAsync(15m), await account.InvoiceAsync(59.90m));
        var credit = await account.AdjustAsync(-59.90m);
        await account.AllocateAsync(credit, (first, "20"), (second, "10"), (third, "29.90"));
        Assert.Equal(
            ("0.00", "0.00", "5.00", "30.00"),
            (
                await account.UnallocatedAsync(credit),
                await account.UnallocatedAsync(first),
                await account.UnallocatedAsync(second),
                await account.UnallocatedAsync(third)
            )
        );
        Assert.Equal("35.00", await account.BalanceAsync());
        var messages = (await server.MessagesAsync(account.Usn)).Where(message => message.Type == "TransactionAllocated").ToList();
        Assert.Equal(
            [(first, 20.0), (second, 10.0), (third, 29.9)],
            messages.Select(message => ((string)message.Headers["debitNumber"], (double)message.Headers["amount"]))
        );
        Assert.All(
            messages,
            message =>
                Assert.Equal(
                    (credit, "Allocation", "2.0"),
                    (message.Headers["creditNumber"], message.Headers["allocationType"], message.Headers["version"])
                )
        );

        // Both sides as they were before, as in print (line 23798).
        Assert.Equal("20.00", System.Xml.Linq.XElement.Parse(messages[0].Body).At("debitTransaction/unallocatedAmount"));
        Assert.Equal("-59.90", System.Xml.Linq.XElement.Parse(messages[0].Body).At("creditTransaction/unallocatedAmount"));

        // From the debit's side it is the same.
        var other = await account.AdjustAsync(-5m);
        await account.AllocateAsync(second, (other, "5.00"));
        Assert.Equal("0.00", await account.UnallocatedAsync(second));
        Assert.Equal("1100 30.00", await account.LedgerAsync("1100", "2050"));
    }

    [Fact]
    public async Task Allocating_by_itself_begins_with_the_oldest_debit()
    {
        var account = await NewAccountAsync(server);
        var young = await account.InvoiceAsync(40m);
        var old = (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account.Usn),
                Invoice([Charge(account.Usn, "cst", "30", chargeGst: false)], "<effectiveDate>2014-12-01</effectiveDate>")
            )
        ).At("transactionNumber")!;
        var credit = await account.AdjustAsync(-35m);
        await account.AllocateAsync(credit);
        Assert.Equal(
            ("0.00", "0.00", "35.00"),
            (await account.UnallocatedAsync(credit), await account.UnallocatedAsync(old), await account.UnallocatedAsync(young))
        );
        await account.AdjustAsync(-10m);
        await account.AdjustAsync(-40m);
        await account.AllocateAsync(null);
        Assert.Equal("0.00", await account.UnallocatedAsync(young));
        Assert.Equal("-15.00", await account.BalanceAsync());
        await account.AllocateAsync(null);
        Assert.Equal("-15.00", await account.BalanceAsync());
    }

    [Fact]
    public async Task Allocations_are_refused_as_the_guide_lists_and_nothing_changes()
    {
        var account = await NewAccountAsync(server);
        var other = await NewAccountAsync(server);
        var (debit, credit) = (await account.InvoiceAsync(100m), await account.AdjustAsync(-50m));
        var reversed = await account.InvoiceAsync(10m);
        var reversal = (await account.ReverseAsync(reversed)).At("transactionNumber")!;
        var foreign = await other.InvoiceAsync(100m);
        var state = await account.StateAsync();
        foreach (
            var (from, to, amount, fault) in new[]
            {
                ("999", debit, "1", "NoSuchItemException"),
                (credit, "999", "1", "NoSuchItemException"),
                (foreign, credit, "1", "InvalidRequestException"),
                (credit, foreign, "1", "InvalidRequestException"),
                (credit, debit, "50.01", "InvalidRequestException"),
                (credit, debit, "0", "InvalidRequestException"),
                (credit, debit, "-1", "InvalidRequestException"),
                (credit, debit, "0.001", "InvalidRequestException"),
                (credit, credit, "1", "InvalidRequestException"),
                (debit, debit, "1", "InvalidRequestException"),
                (reversal, debit, "10", "InvalidRequestException"),
                (debit, reversal, "5", "InvalidRequestException"),
                (reversal, reversed, "5", "InvalidRequestException"),
                ("", debit, "1", "InvalidRequestException"),
                (credit, debit, "100000000000000", "InvalidRequestException"),
            }
        )
        {
            var refused = await Api.RefusedAsync("account", "allocate", P("usn", account.Usn), Allocations(from, (to, amount)));
            Assert.True(fault == refused.Element, $"{from} {to} {amount}: {refused}");
        }

        // The second target is too much: the first is not allocated either.
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync("account", "allocate", P("usn", account.Usn), Allocations(credit, (debit, "30"), (debit, "30")))
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "allocate", P("usn", account.Usn), Document("<AllocationRequests/>"))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "allocate",
                    P("usn", account.Usn),
                    Document("<AllocationRequests><AllocationRequest/></AllocationRequests>")
                )
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "allocate",
                    P("usn", account.Usn),
                    Document(
                        $"<AllocationRequests><AllocationRequest><TransactionNumber>{credit}</TransactionNumber><AllocateTo>"
                            + $"<TransactionNumber>{debit}</TransactionNumber><AllocateAmount currency='USD'>1</AllocateAmount>"
                            + $"</AllocateTo></AllocationRequest></AllocationRequests>"
                    )
                )
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("account", "allocate", P("usn", "999"), Allocations(credit, (debit, "1")))).Element
        );
        using var own = await server.AddUserOfAccountAsync(other.Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "allocate", P("usn", account.Usn), Allocations(credit, (debit, "1")))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "allocate", P("usn", other.Usn), Allocations(foreign, (credit, "1")))).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    /// <summary>The guide's examples (lines 4740, 4770): a debit note of $170, a credit note of $10 with $1 GST.</summary>
    [Fact]
    public async Task An_adjustment_is_a_credit_or_a_debit_note()
    {
        var account = await NewAccountAsync(server);
        var note = await Api.CallAsync(
            "account",
            "raiseAdjustment",
            Adjustment(account.Usn, 1, -10m, -1m, null, server.Clock.GetUtcNow(), "Sorry")
        );
        Assert.Equal(
            ("CreditNote", "-10.00", "-1.00", "credit", "C20122", "Sorry", "-10.00", "$(10.00)"),
            (
                note.At("transactionType"),
                note.At("amount"),
                note.At("gstAmount"),
                note.At("salesReportCategory"),
                note.At("glCode"),
                note.At("description"),
                note.At("unallocatedAmount"),
                note.AllAt("formattedAmount").Single().Attribute("formatted")!.Value
            )
        );
        Assert.Equal("credit", (await account.TransactionAsync(note.At("transactionNumber")!)).At("salesReportCategory"));
        var paid = await account.AdjustAsync(-170m);
        var debit = await Api.CallAsync(
            "account",
            "raiseAdjustment",
            Adjustment(account.Usn, 3, 170m, 0m, Allocation((paid, "170.00")), server.Clock.GetUtcNow())
        );
        Assert.Equal(("DebitNote", "170.00", "0.00"), (debit.At("transactionType"), debit.At("amount"), debit.At("unallocatedAmount")));

        // Without an amount, the type's own.
        var usual = await Api.CallAsync(
            "account",
            "raiseAdjustment",
            Adjustment(
                account.Usn,
                2,
                null,
                null,
                Document("<AllocationRequest><AutoAllocate>true</AutoAllocate></AllocationRequest>"),
                server.Clock.GetUtcNow()
            )
        );
        Assert.Equal(("-11.00", "-1.00"), (usual.At("amount"), usual.At("gstAmount")));
        Assert.Equal("-21.00", await account.BalanceAsync());
        Assert.Equal("2200 2.00, C20122 179.00", await account.LedgerAsync("2200", "C20122"));
        Assert.Equal(4, (await server.MessagesAsync(account.Usn)).Count(message => message.Type == "TransactionClosed"));
    }

    [Fact]
    public async Task Adjustments_are_refused_as_the_guide_lists()
    {
        var customer = await PortalCustomerAsync(server);
        var account = new Money(server, customer.Usn);
        var other = await PortalCustomerAsync(server);
        var now = server.Clock.GetUtcNow();
        var state = await account.StateAsync();
        foreach (
            var (parameters, fault) in new[]
            {
                (Adjustment(" ", 1, 1m, 0m, null, now), "AccountTransactionException"),
                (Adjustment("999", 1, 1m, 0m, null, now), "NoSuchItemException"),
                (Adjustment(customer.Subscriptions[0], 1, 1m, 0m, null, now), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 99, 1m, 0m, null, now), "NoSuchItemException"),
                (Adjustment(customer.Usn, 1, 0m, 0m, null, now), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 1, 1.001m, 0m, null, now), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 1, 10m, -1m, null, now), "AccountTransactionException"),
                (Adjustment(customer.Usn, 1, 10m, 11m, null, now), "AccountTransactionException"),
                (Adjustment(customer.Usn, 1, 10m, null, null, now), "AccountTransactionException"),
                (Adjustment(customer.Usn, 1, null, null, null, now), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 1, 10_001m, 0m, null, now), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 2, 10m, 0m, null, now), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 3, -10m, 0m, null, now), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 1, 10m, 0m, null, now.AddDays(2)), "IllegalArgumentException"),
                (Adjustment(customer.Usn, 1, 10m, 0m, Allocation(("999", "1")), now), "NoSuchItemException"),
                (Adjustment(customer.Usn, 1, 10m, 0m, null, now, new string('x', 1001)), "IllegalArgumentException"),
            }
        )
        {
            var refused = await Api.RefusedAsync("account", "raiseAdjustment", parameters);
            Assert.True(fault == refused.Element, refused.ToString());
        }

        using var own = await server.AddUserOfAccountAsync(other.Usn);
        Assert.Equal(
            "AccountTransactionException",
            (await own.RefusedAsync("account", "raiseAdjustment", Adjustment(customer.Usn, 1, 1m, 0m, null, now))).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    /// <summary>The guide's example (lines 5042, 5060).</summary>
    [Fact]
    public async Task A_reimbursement_is_a_debit_from_the_first_moment_of_its_date()
    {
        var account = await NewAccountAsync(server);
        var paid = await Api.CallAsync("account", "raiseReimbursement", P("usn", account.Usn), Reimbursement("50.0", "2015-01-01+10:00"));
        Assert.Equal(
            ("Reimbursement", "50.00", "0.00", "2015-01-01T01:00:00.000+11:00", "reibt", "50.00", "Return of bond"),
            (
                paid.At("transactionType"),
                paid.At("amount"),
                paid.At("gstAmount"),
                paid.At("entryTimestamp"),
                paid.At("salesReportCategory"),
                paid.At("unallocatedAmount"),
                paid.At("description")
            )
        );
        Assert.Equal("1000 -50.00, 1100 50.00", await account.LedgerAsync("1000", "1100"));
        Assert.Equal("50.00", await account.BalanceAsync());
        var state = await account.StateAsync();
        foreach (
            var (usn, amount, date, fault) in new[]
            {
                (" ", "1", "2015-01-01", "InvalidRequestException"),
                ("999", "1", "2015-01-01", "NoSuchItemException"),
                (account.Usn, "0", "2015-01-01", "InvalidRequestException"),
                (account.Usn, "-1", "2015-01-01", "InvalidRequestException"),
                (account.Usn, "0.001", "2015-01-01", "InvalidRequestException"),
                (account.Usn, "1", "2019-01-01", "InvalidRequestException"),
            }
        )
        {
            Assert.Equal(
                fault,
                (await Api.RefusedAsync("account", "raiseReimbursement", P("usn", usn), Reimbursement(amount, date))).Element
            );
        }

        Assert.NotNull(
            await Api.RefusedAsync(
                "account",
                "raiseReimbursement",
                P("usn", account.Usn),
                Document("<ReimbursementRequest><Amount>1</Amount></ReimbursementRequest>")
            )
        );
        using var own = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "raiseReimbursement", P("usn", account.Usn), Reimbursement("1", "2015-01-01"))).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    /// <summary>The guide's example (lines 5133, 5163): an invoice of 100.00 with 9.09 GST.</summary>
    [Fact]
    public async Task A_reversal_takes_back_the_whole_and_frees_what_was_allocated()
    {
        var account = await NewAccountAsync(server);
        var invoice = (await account.InvoiceAsync(Charge(account.Usn, "cst", "90.91", "<gst><amount>9.09</amount></gst>"))).At(
            "transactionNumber"
        )!;
        var credit = await account.AdjustAsync(-60m);
        await account.AllocateAsync(credit, (invoice, "60"));
        var reversal = await Api.CallAsync(
            "account",
            "reverseTransaction",
            P("usn", account.Usn),
            Reversal(invoice, date: Today(), comment: "Test Reverse Invoice")
        );
        Assert.Equal(
            ("InvoiceReversal", "-100.00", "-9.09", "rinvoice", "0.00", invoice, "Test Reverse Invoice", "$(9.09)"),
            (
                reversal.At("transactionType"),
                reversal.At("amount"),
                reversal.At("gstAmount"),
                reversal.At("salesReportCategory"),
                reversal.At("unallocatedAmount"),
                reversal.At("referencedNumber"),
                reversal.At("description"),
                reversal.AllAt("formattedGstAmount").Single().Attribute("formatted")!.Value
            )
        );
        Assert.Equal(
            ("-60.00", "0.00", "-60.00"),
            (await account.UnallocatedAsync(credit), await account.UnallocatedAsync(invoice), await account.BalanceAsync())
        );
        Assert.Equal("", await account.LedgerAsync("520", "2200"));
        Assert.Equal(
            [
                "TransactionClosed",
                "TransactionClosed",
                "TransactionAllocated",
                "TransactionAllocated",
                "TransactionClosed",
                "TransactionAllocated",
                "TransactionReversed",
            ],
            (await server.MessagesAsync(account.Usn)).Where(message => message.Topic == "SmileTransaction").Select(message => message.Type)
        );
        var reversed = (await server.MessagesAsync(account.Usn))[^1];
        Assert.Equal((invoice, "Invoice"), (reversed.Headers["transactionNumber"], reversed.Headers["transactionType"]));
        Assert.Equal(Today(), System.Xml.Linq.XElement.Parse(reversed.Body).At("effectiveDate"));
    }

    [Fact]
    public async Task What_cannot_be_reversed_is_refused()
    {
        var account = await NewAccountAsync(server);
        var invoice = await account.InvoiceAsync(10m);
        var reversal = (await account.ReverseAsync(invoice)).At("transactionNumber")!;
        var live = await account.InvoiceAsync(10m);
        var foreign = await (await NewAccountAsync(server)).InvoiceAsync(10m);
        var state = await account.StateAsync();
        foreach (
            var (usn, number, category, date, fault) in new[]
            {
                (" ", live, "rinvoice", Today(), "InvalidRequestException"),
                ("999", live, "rinvoice", Today(), "NoSuchItemException"),
                (account.Usn, "999", "rinvoice", Today(), "NoSuchItemException"),
                (account.Usn, foreign, "rinvoice", Today(), "InvalidRequestException"),
                (account.Usn, live, "nothing", Today(), "NoSuchItemException"),
                (account.Usn, live, "rinvoice", "2014-01-01", "InvalidRequestException"),
                (account.Usn, invoice, "rinvoice", Today(), "InvalidRequestException"),
                (account.Usn, reversal, "rinvoice", Today(), "InvalidRequestException"),
            }
        )
        {
            var refused = await Api.RefusedAsync("account", "reverseTransaction", P("usn", usn), Reversal(number, category, date));
            Assert.True(fault == refused.Element, refused.ToString());
        }

        using var own = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "reverseTransaction", P("usn", account.Usn), Reversal(live))).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    /// <summary>The guide's examples (lines 6628, 6648, 6745): a bond of $50 and its release.</summary>
    [Fact]
    public async Task A_bond_is_held_and_released_and_what_paid_it_is_free_again()
    {
        var account = await NewAccountAsync(server);
        var bond = await Api.CallAsync("account", "createBond", Bond(account.Usn));
        var number = bond.At("transactionNumber")!;
        Assert.Equal(
            ("Bond", "50.00", "0.00", "bond", "Bond", "2015-01-12+11:00", null),
            (
                bond.At("transactionType"),
                bond.At("amount"),
                bond.At("gstAmount"),
                bond.At("salesReportCategory"),
                bond.At("transactionSource"),
                bond.At("transactionDate"),
                bond.At("dueDate")
            )
        );
        var line = bond.AllAt("transactionItem").Single();
        Assert.Equal(
            ("002103", "ADSL modem", "50.00", "bond", "0.000000"),
            (line.At("itemCode"), line.At("description"), line.At("amount"), line.At("salesReportCategory"), line.At("gstAmount"))
        );
        var paid = await account.AdjustAsync(-50m);
        await account.AllocateAsync(paid, (number, "50"));
        Assert.Equal("2300 -50.00", await account.LedgerAsync("2300"));
        var release = await Api.CallAsync("account", "releaseBond", P("usn", account.Usn), P("bondNumber", number));
        Assert.Equal(
            ("BondRelease", "-50.00", "bondrel", "0.00", number),
            (
                release.At("transactionType"),
                release.At("amount"),
                release.At("salesReportCategory"),
                release.At("unallocatedAmount"),
                release.At("referencedNumber")
            )
        );
        Assert.Equal(("-50.00", "-50.00"), (await account.UnallocatedAsync(paid), await account.BalanceAsync()));
        Assert.Equal("", await account.LedgerAsync("2300"));
        Assert.Equal(
            ["Allocation", "Deallocation", "Allocation"],
            (await server.MessagesAsync(account.Usn))
                .Where(message => message.Type == "TransactionAllocated")
                .Select(message => message.Headers["allocationType"])
        );
        var held = await Api.CallAsync("account", "getHeldBonds", P("usn", account.Usn));
        Assert.Equal([number], held.AllAt("ItemisedTransactionDetail/transactionNumber").Select(element => element.Value));
        Assert.Null(held.At("ItemisedTransactionDetail/salesReportCategory"));
    }

    [Fact]
    public async Task A_subscriptions_bond_takes_the_types_amount_and_stands_on_its_account()
    {
        var customer = await PortalCustomerAsync(server);
        var bond = await Api.CallAsync("account", "createBond", Bond(customer.Subscriptions[1], amount: null));
        Assert.Equal(
            (customer.Usn, customer.Subscriptions[1], "50.00"),
            (bond.At("usn"), bond.At("transactionItem/usn"), bond.At("amount"))
        );
        var reversal = await new Money(server, customer.Usn).ReverseAsync(bond.At("transactionNumber")!, "rbond");
        Assert.Equal("BondReversal", reversal.At("transactionType"));
        Assert.Empty(
            (await Api.CallAsync("account", "getHeldBonds", P("usn", (await PortalCustomerAsync(server)).Usn))).AllAt(
                "ItemisedTransactionDetail"
            )
        );
    }

    [Fact]
    public async Task Bonds_are_refused_as_the_guide_lists()
    {
        var account = await NewAccountAsync(server);
        var other = await NewAccountAsync(server);
        var bond = (await Api.CallAsync("account", "createBond", Bond(account.Usn))).At("transactionNumber")!;
        var invoice = await account.InvoiceAsync(10m);
        var foreign = (await Api.CallAsync("account", "createBond", Bond(other.Usn))).At("transactionNumber")!;
        await Api.CallAsync("account", "releaseBond", P("usn", account.Usn), P("bondNumber", bond));
        var state = await account.StateAsync();
        foreach (
            var (document, fault) in new[]
            {
                (Bond(" "), "InvalidRequestException"),
                (Bond("999"), "NoSuchItemException"),
                (Bond(account.Usn, type: Guid.NewGuid().ToString()), "NoSuchItemException"),
                (Bond(account.Usn, type: "modem"), "NoSuchItemException"),
                (Bond(account.Usn, "0"), "InvalidRequestException"),
                (Bond(account.Usn, "-1"), "InvalidRequestException"),
                (Bond(account.Usn, date: "2030-01-01"), "InvalidRequestException"),
            }
        )
        {
            Assert.Equal(fault, (await Api.RefusedAsync("account", "createBond", document)).Element);
        }

        foreach (
            var (usn, number, fault) in new[]
            {
                (" ", bond, "InvalidRequestException"),
                ("999", bond, "NoSuchItemException"),
                (account.Usn, "999", "NoSuchItemException"),
                (account.Usn, foreign, "InvalidRequestException"),
                (account.Usn, invoice, "InvalidRequestException"),
                (account.Usn, bond, "InvalidRequestException"),
            }
        )
        {
            Assert.Equal(fault, (await Api.RefusedAsync("account", "releaseBond", P("usn", usn), P("bondNumber", number))).Element);
        }

        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("account", "getHeldBonds", P("usn", " "))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "getHeldBonds", P("usn", "999"))).Element);
        using var own = await server.AddUserOfAccountAsync(other.Usn);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "createBond", Bond(account.Usn))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "releaseBond", P("usn", account.Usn), P("bondNumber", bond))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "releaseBond", P("usn", other.Usn), P("bondNumber", bond))).Element
        );
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "getHeldBonds", P("usn", account.Usn))).Element);
        Assert.Equal(state, await account.StateAsync());
    }

    private string Today() =>
        TimeZoneInfo
            .ConvertTime(server.Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney"))
            .ToString("yyyy-MM-ddzzz", System.Globalization.CultureInfo.InvariantCulture);
}
