using System.Globalization;
using System.Xml.Linq;
using Smile.Billing.Contracts;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Endpoints;

/// <summary>The ten operations of the contract endpoint, and what contracts forbid elsewhere.</summary>
[Collection(ServerTests.Name)]
public sealed class ContractTests(ServerFixture server)
{
    private const string NoSuchItem = "NoSuchItemException";
    private const string InvalidRequest = "InvalidRequestException";
    private const string InvalidContract = "InvalidContractException";
    private const string OfferExpired = "OfferExpiredException";

    private SoapCaller Api => server.Administrator;

    private DateOnly Today => server.Stage.Catalogue.Zone(19).DateOf(server.Clock.GetUtcNow());

    /// <summary>The guide's example (line 15410).</summary>
    [Fact]
    public async Task A_services_contracts_are_listed_with_their_terms()
    {
        var contracts = (await Api.CallAsync("contract", "getContractsForService", P("sid", 414))).AllAt("ContractDescription").ToList();
        Assert.Equal(
            [
                "465 Spend Wise Voice Service 24 Months 500.00 0 24 2 2014-08-21+10:00 2014-08-21+10:00 0.00 0.00  All",
                "464 Spend Wise Voice Service 12 Months 100.00 0 12 2 2014-08-21+10:00  0.00 0.00 Asd All",
            ],
            contracts.Select(contract =>
                Values(
                    contract,
                    "ContractId",
                    "ServiceId",
                    "Name",
                    "BaseValue",
                    "PlanRecurringChargePercentage",
                    "Duration",
                    "GraceDays",
                    "ValidFrom",
                    "ValidTo",
                    "MinimumTerminationCharge",
                    "MaximumTerminationCharge",
                    "Comments",
                    "AllowedManagedPlanChanges"
                )
            )
        );
        Assert.Equal(
            ("414", "CalendarMonths", "$500.00"),
            (
                Attribute(contracts[0], "ServiceId", "key"),
                Attribute(contracts[0], "Duration", "unit"),
                Attribute(contracts[0], "BaseValue", "formatted")
            )
        );
        var fee = contracts[0].AllAt("EarlyTerminationFee").Single();
        Assert.Equal(
            ("002595", "Early termination charge", "1", "true", "50.00000"),
            (fee.At("ItemCode"), fee.At("Name"), fee.At("UnitSize"), fee.At("ChargeGst"), fee.At("Rate"))
        );
        Assert.Empty(contracts[0].AllAt("SetupFees/SetupFee"));

        var modem = (await Api.CallAsync("contract", "getContractsForService", P("sid", 17)))
            .AllAt("ContractDescription")
            .Single(contract => contract.At("ContractId") == "470");
        Assert.Equal(
            ("Modem on contract", "40.00000", "Leaving the modem contract", "20.00", "150.00"),
            (
                modem.At("SetupFees/SetupFee/Name"),
                modem.At("SetupFees/SetupFee/Rate"),
                modem.At("EarlyTerminationFee/Name"),
                modem.At("MinimumTerminationCharge"),
                modem.At("MaximumTerminationCharge")
            )
        );
        Assert.Empty((await Api.CallAsync("contract", "getContractsForService", P("sid", 15))).AllAt("ContractDescription"));
        await RefusedAsync(NoSuchItem, "getContractsForService", P("sid", 4711));
    }

    /// <summary>The guide's example (line 15594), and the days on which contracts are offered, in the company's time zone.</summary>
    [Fact]
    public async Task A_plans_contracts_are_those_that_are_offered_at_the_time()
    {
        var offered = (await OfferedAsync("2015-02-09T12:00:00+11:00")).Single();
        Assert.Equal(
            ("558", "false", "Example contract", "Silver", "464", "12 Months"),
            (
                offered.At("PlanContractId"),
                offered.At("SelfService"),
                offered.At("Name"),
                offered.At("Plan"),
                offered.At("ContractDescription/ContractId"),
                offered.At("ContractDescription/Name")
            )
        );
        Assert.Equal("standard", Attribute(offered, "Plan", "key"));
        foreach (
            var (when, ids) in new[]
            {
                ("2014-08-20T23:59:59+10:00", ""),
                ("2014-08-20T14:00:00Z", "559 558"),
                ("2014-08-21T23:59:59+10:00", "559 558"),
                ("2014-08-21T14:00:00Z", "558"),
            }
        )
        {
            Assert.Equal(ids, string.Join(' ', (await OfferedAsync(when)).Select(offer => offer.At("PlanContractId"))));
        }

        await RefusedAsync(
            NoSuchItem,
            "getAvailableContractsForPlan",
            P("company", 1),
            P("plan", "nothing"),
            P("when", "2015-02-09T12:00:00+11:00")
        );
        await RefusedAsync(
            NoSuchItem,
            "getAvailableContractsForPlan",
            P("company", 99),
            P("plan", "standard"),
            P("when", "2015-02-09T12:00:00+11:00")
        );
    }

    /// <summary>
    /// The guide's examples (lines 15936, 15511): 500.00 for 24 months from 2032-08-20, 360.00 for twelve months of 30.00.
    /// </summary>
    [Fact]
    public async Task A_contract_is_added_and_read_in_every_way()
    {
        var (_, usn) = await CustomerAsync();
        var added = await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00");
        var id = added.At("SubscriptionContractId")!;
        Assert.Equal($"{id} 465 24 Months {usn} 50.00 2032-08-20+10:00 2034-08-19+10:00 500.00 0.00 0.00", Shown(added));
        Assert.Equal(
            (await server.QueryAsync<long>("SELECT id FROM plan_schedule_item WHERE subscription_usn = $1", usn)).ToString(
                CultureInfo.InvariantCulture
            ),
            added.At("ContractedPlanScheduleItem")
        );
        Assert.Null(added.At("Terminated"));
        Assert.Null(await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn)));
        foreach (
            var (when, isBound) in new[]
            {
                ("2032-08-19T23:59:59+10:00", false),
                ("2032-08-20T00:00:00+10:00", true),
                ("2034-08-19T23:59:59+10:00", true),
                ("2034-08-20T00:00:00+10:00", false),
            }
        )
        {
            Assert.Equal(
                isBound ? id : null,
                (await Api.CallAsync("contract", "getActiveSubscriptionContract", P("usn", usn), P("when", when))).At(
                    "SubscriptionContractId"
                )
            );
        }

        // From today, so that it binds now; read by its number it is the same, and the list is in the order of time.
        var now = await AddAsync(usn, 464, $"{Today:yyyy-MM-dd}T00:00:00+11:00", $"{Today.AddDays(9):yyyy-MM-dd}T12:00:00+11:00");
        Assert.Equal(
            ($"{Today:yyyy-MM-dd}", $"{Today.AddDays(9):yyyy-MM-dd}", "100.00"),
            (now.At("StartDate")![..10], now.At("EndDate")![..10], now.At("ContractValue"))
        );
        Assert.Equal(now!.ToString(), (await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn)))!.ToString());
        Assert.Equal(
            now.ToString(),
            (
                await Api.CallAsync(
                    "contract",
                    "getSubscriptionContractById",
                    P("subscriptionContractId", now.At("SubscriptionContractId")!)
                )
            )!.ToString()
        );
        var list = await Api.CallAsync("contract", "getSubscriptionContracts", P("usn", usn));
        Assert.Equal(
            [now.At("SubscriptionContractId"), id],
            list.AllAt("SubscriptionContract/SubscriptionContractId").Select(number => number.Value)
        );

        var adsl = await SubscriptionAsync((await PortalCustomerAsync(server)).Usn, AdslOnly, 39);
        var start = new DateOnly(2014, 8, 28);
        await server.ExecuteAsync("UPDATE plan_schedule_item SET start = '2014-01-01T00:00:00+11:00' WHERE subscription_usn = $1", adsl);
        var year = await AddAsync(adsl, 399, $"{start:yyyy-MM-dd}T00:00:00+10:00");
        Assert.Equal(
            $"{year.At("SubscriptionContractId")} 399 12 Month {adsl} 0.00 2014-08-28+10:00 2015-08-27+10:00 360.00 0.00 0.00",
            Shown(year)
        );
        Assert.Equal("$360.00", Attribute(year!, "ContractValue", "formatted"));
    }

    [Fact]
    public async Task Reading_contracts_is_refused_as_the_guide_lists()
    {
        var (account, usn) = await CustomerAsync();
        var id = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00")).At("SubscriptionContractId")!;
        var when = P("when", "2032-09-01T00:00:00+10:00");
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        foreach (var (caller, who) in new[] { (Api, "4711"), (Api, account), (other, usn) })
        {
            await RefusedAsync(caller, NoSuchItem, "getActiveSubscriptionContract", P("usn", who), when);
            await RefusedAsync(caller, NoSuchItem, "getCurrentSubscriptionContract", P("usn", who));
            await RefusedAsync(caller, NoSuchItem, "getSubscriptionContracts", P("usn", who));
        }

        await RefusedAsync(InvalidRequest, "getActiveSubscriptionContract", P("usn", usn));
        await RefusedAsync(InvalidRequest, "getActiveSubscriptionContract", when);
        await RefusedAsync(InvalidRequest, "getActiveSubscriptionContract", P("usn", ""), when);
        await RefusedAsync("ItemNotFoundException", "getSubscriptionContractById", P("subscriptionContractId", 999999));
        await RefusedAsync(other, "ItemNotFoundException", "getSubscriptionContractById", P("subscriptionContractId", id));
        await RefusedAsync(InvalidRequest, "getSubscriptionContractById", P("subscriptionContractId", "x"));
        using var own = await server.AddUserOfAccountAsync(account);
        Assert.Equal(
            id,
            (await own.CallAsync("contract", "getSubscriptionContractById", P("subscriptionContractId", id))).At("SubscriptionContractId")
        );
    }

    [Fact]
    public async Task Setup_fees_wait_for_the_next_invoice_and_count_towards_the_value()
    {
        var account = (await PortalCustomerAsync(server)).Usn;
        var usn = await SubscriptionAsync(account, AdslOnly, 39);
        var added = await AddAsync(usn, 470, $"{Today:yyyy-MM-dd}T12:00:00+11:00");

        // 60, half of six months of 30.00, and 40 for the modem.
        Assert.Equal(
            ("190.00", "10.00", "20.00", "150.00"),
            (
                added.At("ContractValue"),
                added.At("EarlyTerminationCharge"),
                added.At("MinimumTerminationCharge"),
                added.At("MaximumTerminationCharge")
            )
        );
        var charge = (await Api.CallAsync("account", "getDeferredCharges", P("usn", account))).AllAt("TransactionItem").Single();
        Assert.Equal(
            (usn, "002596", "Modem on contract", "40.00", "4.000000", $"{Today:yyyy-MM-dd}"),
            (
                charge.At("usn"),
                charge.At("itemCode"),
                charge.At("description"),
                charge.At("amount"),
                charge.At("gstAmount"),
                charge.At("chargeFrom")![..10]
            )
        );
        var message = (await server.MessagesAsync(account)).Single(each => each.Type == "ChargeDeferred");
        Assert.Equal((usn, 40.0), (message.Headers["usn"], message.Headers["amount"]));
    }

    [Fact]
    public async Task Adding_a_contract_is_refused_as_the_guide_lists_and_then_nothing_is_kept()
    {
        var (account, usn) = await CustomerAsync();
        await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00");
        var adsl = await SubscriptionAsync(account, AdslOnly, 39);
        var state = await StateAsync(account);
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        await RefusedAsync(
            other,
            NoSuchItem,
            "addSubscriptionContract",
            P("usn", usn),
            P("contractId", 465),
            P("startDate", "2020-01-01T00:00:00Z")
        );
        foreach (
            var (who, contract, start, end, fault) in new[]
            {
                ("4711", 465, "2020-01-01T00:00:00+11:00", null, NoSuchItem),
                (account, 465, "2020-01-01T00:00:00+11:00", null, NoSuchItem),
                (usn, 4711, "2020-01-01T00:00:00+11:00", null, NoSuchItem),
                (usn, 399, "2020-01-01T00:00:00+11:00", null, InvalidContract),
                (usn, 465, "2001-01-01T00:00:00+11:00", null, InvalidContract),
                (usn, 465, "2034-08-19T00:00:00+10:00", null, InvalidContract),
                (usn, 465, "2030-08-22T00:00:00+10:00", null, InvalidContract),
                (usn, 465, "2030-01-01T00:00:00+11:00", "2040-01-01T00:00:00+11:00", InvalidContract),
                (usn, 465, "2020-01-02T00:00:00+11:00", "2020-01-01T23:59:59+11:00", InvalidRequest),
                (usn, 465, "1969-01-02T00:00:00+11:00", null, InvalidRequest),
                (usn, 465, "2990-01-02T00:00:00+11:00", null, InvalidRequest),
                (adsl, 470, "2020-01-01T00:00:00+11:00", "2020-06-29T00:00:00+10:00", InvalidContract),
            }
        )
        {
            XElement[] parameters =
            [
                P("usn", who),
                P("contractId", contract),
                P("startDate", start),
                .. end is null ? Array.Empty<XElement>() : [P("endDate", end)],
            ];
            await RefusedAsync(fault, "addSubscriptionContract", parameters);
        }

        await RefusedAsync(InvalidRequest, "addSubscriptionContract", P("usn", usn), P("contractId", 465));
        await server.ExecuteAsync("UPDATE account SET currency = 'USD' WHERE usn = $1", account);
        await RefusedAsync(
            InvalidContract,
            "addSubscriptionContract",
            P("usn", usn),
            P("contractId", 464),
            P("startDate", "2031-08-20T00:00:00+10:00")
        );
        await server.ExecuteAsync("UPDATE account SET currency = 'AUD' WHERE usn = $1", account);
        Assert.Equal(state, await StateAsync(account));

        // The day before and the day after are free, and the contract's own end may be stated where it may not be altered.
        await AddAsync(usn, 464, "2031-08-20T00:00:00+10:00");
        await AddAsync(usn, 464, "2034-08-20T00:00:00+10:00");
        await AddAsync(adsl, 470, "2020-01-01T00:00:00+11:00", "2020-06-30T00:00:00+10:00");
    }

    /// <summary>
    /// L6. The customer is bound to what the bills come to: twelve months of two at 12.50, where the plan's are one at 30.00.
    /// </summary>
    [Fact]
    public async Task L6_a_contract_s_value_is_of_the_charges_as_they_are_overridden()
    {
        var adsl = await SubscriptionAsync((await PortalCustomerAsync(server)).Usn, AdslOnly, 39);
        await server.ExecuteAsync(
            """
            UPDATE plan_schedule_item SET start = '2014-01-01T00:00:00+11:00',
                charge_overrides = '[{"Charge":241,"Rate":12.5,"Quantity":2}]'
            WHERE subscription_usn = $1
            """,
            adsl
        );
        Assert.Equal("300.00", (await AddAsync(adsl, 399, "2014-08-28T00:00:00+10:00")).At("ContractValue"));
    }

    [Fact]
    public async Task A_plan_that_is_to_follow_must_offer_the_contract_too()
    {
        var (_, usn) = await CustomerAsync();
        await server.ExecuteAsync(
            """
            INSERT INTO plan_schedule_item (subscription_usn, plan_schedule_type, plan_code, start, options, charge_overrides,
                changed_by) VALUES ($1, 1, NULL, '2033-01-01T00:00:00+11:00', '[]', '[]', 'test')
            """,
            usn
        );
        Assert.Contains(
            "does not offer the contract",
            (
                await RefusedAsync(
                    InvalidContract,
                    "addSubscriptionContract",
                    P("usn", usn),
                    P("contractId", 465),
                    P("startDate", "2032-08-20T00:00:00+10:00")
                )
            ).Message,
            StringComparison.Ordinal
        );
        await RefusedAsync(
            InvalidContract,
            "addSubscriptionContract",
            P("usn", usn),
            P("contractId", 465),
            P("startDate", "2033-01-01T00:00:00+11:00")
        );
        await AddAsync(usn, 465, "2030-12-31T00:00:00+11:00", "2032-12-31T00:00:00+11:00");
    }

    /// <summary>The guide's example (line 16018) with other values.</summary>
    [Fact]
    public async Task A_contracts_days_value_charges_and_comments_are_updated()
    {
        var (account, usn) = await CustomerAsync();
        var added = await AddAsync(usn, 464, "2020-08-21T00:00:00+10:00");
        await UpdateAsync(
            usn,
            Changed(
                added,
                ("EarlyTerminationCharge", "120000"),
                ("StartDate", "2020-08-20+10:00"),
                ("EndDate", "2030-08-20+10:00"),
                ("ContractValue", "327.272760"),
                ("MinimumTerminationCharge", "5"),
                ("MaximumTerminationCharge", "500000.50")
            )
        );
        var read = await Api.CallAsync(
            "contract",
            "getSubscriptionContractById",
            P("subscriptionContractId", added.At("SubscriptionContractId")!)
        );
        Assert.Equal(
            $"{added.At("SubscriptionContractId")} 464 12 Months {usn} 120000.00 2020-08-20+10:00 2030-08-20+10:00 327.272760 5.00 "
                + $"500000.50",
            Shown(read)
        );
        Assert.Equal(
            ("$120,000.00", "$327.27"),
            (Attribute(read!, "EarlyTerminationCharge", "formatted"), Attribute(read!, "ContractValue", "formatted"))
        );
        var message = (await server.MessagesAsync(account)).Single(each => each.Type == "RatingConfigurationUpdated");
        Assert.Equal(
            ("SmileSubscription", 414, usn, 1),
            (message.Topic, message.Headers["sid"], message.Headers["usn"], message.Headers["ratingPriorityState"])
        );
        Assert.Equal(
            DateTimeOffset.Parse("2020-08-20T00:00:00+10:00", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(),
            message.Headers["timestamp"]
        );

        // What was read may be sent back; what is left out stays; comments come and stay.
        await UpdateAsync(usn, read!);
        var commented = new XElement(read!);
        commented
            .Elements()
            .Single(element => element.Name.LocalName == "ContractedPlanScheduleItem")
            .AddBeforeSelf(new XElement(ContractSchemas.Data + "Comments", "Agreed by telephone"));
        await UpdateAsync(usn, commented);
        await UpdateAsync(usn, read!);
        Assert.Equal(
            "Agreed by telephone",
            (
                await Api.CallAsync(
                    "contract",
                    "getSubscriptionContractById",
                    P("subscriptionContractId", added.At("SubscriptionContractId")!)
                )
            ).At("Comments")
        );

        // The trail has the addition and the two updates that changed something.
        Assert.Equal(
            3,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM audit_change WHERE table_name = 'subscription_contract' AND key = $1",
                added.At("SubscriptionContractId")!
            )
        );
    }

    [Fact]
    public async Task Updating_a_contract_is_refused_as_the_guide_lists_and_then_nothing_changes()
    {
        var (account, usn) = await CustomerAsync();
        var added = (await AddAsync(usn, 464, "2020-08-21T00:00:00+10:00"))!;
        var later = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00"))!;
        var second = await SubscriptionAsync(account, 304, 1);
        var fixedOne = (await AddAsync(await SubscriptionAsync(account, AdslOnly, 39), 470, "2020-08-21T00:00:00+10:00"))!;
        var state = await StateAsync(account);
        foreach (
            var (who, document, fault) in new[]
            {
                (usn, Changed(added, ("EndDate", "2032-08-20+10:00")), "ContractOverlapException"),
                (usn, Changed(later, ("StartDate", "2021-08-20+10:00")), "ContractOverlapException"),
                (usn, Changed(added, ("SubscriptionContractId", "999999")), NoSuchItem),
                (second, Changed(added, ("USN", second)), NoSuchItem),
                ("4711", Changed(added, ("USN", "4711")), NoSuchItem),
                (second, added, InvalidContract),
                (usn, Changed(added, ("Contract", "")), InvalidContract),
                (usn, Changed(added, ("ContractedPlanScheduleItem", "1")), InvalidContract),
                (usn, Changed(added, ("SubscriptionContractId", null)), InvalidContract),
                (usn, Changed(added, ("USN", null)), InvalidContract),
                (usn, Terminated(added), InvalidContract),
                (fixedOne.At("USN")!, Changed(fixedOne, ("ContractValue", "1")), InvalidContract),
                (fixedOne.At("USN")!, Changed(fixedOne, ("EndDate", "2022-08-20+10:00")), InvalidContract),
                (usn, Changed(added, ("EndDate", "2020-08-20+10:00")), InvalidRequest),
                (usn, Changed(added, ("ContractValue", "-1")), InvalidRequest),
                (usn, Changed(added, ("ContractValue", "1.1234567")), InvalidRequest),
                (usn, Changed(added, ("EarlyTerminationCharge", "1.234")), InvalidRequest),
                (usn, Changed(added, ("MinimumTerminationCharge", "2"), ("MaximumTerminationCharge", "1")), InvalidRequest),
                (usn, Changed(added, ("StartDate", null)), InvalidRequest),
                (usn, InDollarsOfElsewhere(added), InvalidRequest),
            }
        )
        {
            await RefusedAsync(fault, "updateSubscriptionContract", P("usn", who), document);
        }

        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        await RefusedAsync(other, NoSuchItem, "updateSubscriptionContract", P("usn", usn), added);
        Assert.Equal(state, await StateAsync(account));

        // A closing that was entered for later stays outside the contract.
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2036-01-01T12:00:00+11:00"));
        await RefusedAsync(InvalidRequest, "updateSubscriptionContract", P("usn", usn), Changed(later, ("EndDate", "2036-01-01+11:00")));
        await UpdateAsync(usn, Changed(later, ("EndDate", "2035-12-31+11:00")));

        // Comments of one that may not be altered may.
        await UpdateAsync(fixedOne.At("USN")!, fixedOne);
    }

    /// <summary>The guide's examples (lines 16116, 16204, 16237): 460.30, and an invoice of 506.33 with 46.03 GST.</summary>
    [Fact]
    public async Task The_guides_contract_is_terminated_to_the_cent()
    {
        var (account, usn) = await CustomerAsync();
        var id = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00")).At("SubscriptionContractId")!;
        var state = await StateAsync(account);
        var offer = (await ProposeAsync(usn, id, "2032-12-28T15:00:00+11:00"))!;
        Assert.Equal((id, usn, "2032-12-28+11:00"), (offer.At("SubscriptionContractId"), offer.At("USN"), offer.At("TerminationDate")));
        var charge = offer.AllAt("NewInvoiceRequest/ChargeRequest").Single();
        Assert.Equal(
            (usn, "002595", "Early termination charge", "1", "2032-12-28+11:00", "2032-12-29+11:00", "460.30", "true", offer.At("OfferId")),
            (
                charge.At("USN"),
                charge.At("itemCode"),
                charge.At("description"),
                charge.At("count"),
                charge.At("startDate"),
                charge.At("endDate"),
                charge.At("amount"),
                charge.At("chargeGst"),
                charge.At("chargeId")
            )
        );
        Assert.Equal(3, Guid.Parse(offer.At("OfferId")!).Version);
        Assert.Equal(
            ($"{Today:yyyy-MM-dd}", $"{Today.AddDays(14):yyyy-MM-dd}"),
            (offer.At("NewInvoiceRequest/effectiveDate")![..10], offer.At("NewInvoiceRequest/dueDate")![..10])
        );
        Assert.Equal(offer.ToString(), (await ProposeAsync(usn, id, "2032-12-28T00:00:00+11:00"))!.ToString());
        Assert.NotEqual(offer.At("OfferId"), (await ProposeAsync(usn, id, "2032-12-29T00:00:00+11:00")).At("OfferId"));
        Assert.Equal(state, await StateAsync(account));

        offer.AllAt("NewInvoiceRequest/dueDate").Single().Value = $"{Today.AddDays(12):yyyy-MM-dd}";
        var response = (await CommitAsync(usn, offer))!;
        Assert.Equal(
            (id, usn, "2032-12-28+11:00"),
            (response.At("SubscriptionContractId"), response.At("USN"), response.At("TerminationDate"))
        );
        var invoice = response.AllAt("Invoice").Single();
        Assert.Equal(
            ("Invoice", account, "506.33", "46.03", "506.33", "invoice", "Manual", $"{Today.AddDays(12):yyyy-MM-dd}"),
            (
                invoice.At("transactionType"),
                invoice.At("usn"),
                invoice.At("amount"),
                invoice.At("gstAmount"),
                invoice.At("unallocatedAmount"),
                invoice.At("salesReportCategory"),
                invoice.At("transactionSource"),
                invoice.At("dueDate")![..10]
            )
        );
        Assert.Equal(
            [
                $"{usn} 0 002595 Early termination charge 1.000 460.30 false true 0.00 1 46.030000 unknown",
                $"{usn} 1 gst Includes 10% GST 1.000 46.03 true false 0.00 0 0.000000 gst",
            ],
            invoice
                .AllAt("transactionItem")
                .Select(item =>
                    Values(
                        item,
                        "usn",
                        "lineNumber",
                        "itemCode",
                        "description",
                        "quantity",
                        "amount",
                        "isGst",
                        "chargeGst",
                        "discount",
                        "count",
                        "gstAmount",
                        "salesReportCategory"
                    )
                )
        );
        Assert.Equal(
            ("2032-12-28+11:00", "2032-12-29+11:00"),
            (invoice.At("transactionItem/chargeFrom"), invoice.At("transactionItem/chargeTo"))
        );
        Assert.Equal("506.33", await new Money(server, account).BalanceAsync());
        var closed = (await server.MessagesAsync(account)).Single(message => message.Type == "TransactionClosed");
        Assert.Equal(("SmileTransaction", 506.33), (closed.Topic, closed.Headers["amount"]));

        // Its last day is that of the termination, and the next one is free for another contract.
        Assert.Equal(
            "2032-12-28+11:00",
            (await Api.CallAsync("contract", "getSubscriptionContractById", P("subscriptionContractId", id))).At("Terminated")
        );
        Assert.Equal(
            id,
            (await Api.CallAsync("contract", "getActiveSubscriptionContract", P("usn", usn), P("when", "2032-12-28T23:59:59+11:00"))).At(
                "SubscriptionContractId"
            )
        );
        Assert.Null(
            await Api.CallAsync("contract", "getActiveSubscriptionContract", P("usn", usn), P("when", "2032-12-29T00:00:00+11:00"))
        );
        await RefusedAsync(
            InvalidContract,
            "addSubscriptionContract",
            P("usn", usn),
            P("contractId", 464),
            P("startDate", "2032-12-28T00:00:00+11:00")
        );
        await AddAsync(usn, 464, "2032-12-29T00:00:00+11:00");
        await RefusedAsync(OfferExpired, "commitContractTermination", P("usn", usn), offer);
        await RefusedAsync(
            InvalidRequest,
            "proposeContractTermination",
            P("usn", usn),
            P("subscriptionContractId", id),
            P("terminationDate", "2032-12-28T00:00:00+11:00")
        );
        Assert.Equal("506.33", await new Money(server, account).BalanceAsync());
    }

    [Fact]
    public async Task Charges_are_raised_as_the_caller_edited_them_and_none_without_them()
    {
        var (account, usn) = await CustomerAsync();
        var first = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00")).At("SubscriptionContractId")!;
        var offer = (await ProposeAsync(usn, first, "2033-08-19T00:00:00+10:00"))!;
        offer.AllAt("NewInvoiceRequest/ChargeRequest/amount").Single().Value = "100";
        offer
            .AllAt("NewInvoiceRequest/ChargeRequest")
            .Single()
            .AddAfterSelf(Document($"<ChargeRequest>{Money.Charge(account, "cst", "7", chargeGst: false)}</ChargeRequest>"));
        offer.AllAt("OfferId").Single().Remove();
        Assert.Equal("117.00", (await CommitAsync(usn, offer)).At("Invoice/amount"));

        var second = (await AddAsync(usn, 465, "2034-01-01T00:00:00+11:00")).At("SubscriptionContractId")!;
        offer = (await ProposeAsync(usn, second, "2034-01-01T00:00:00+11:00"))!;
        offer.AllAt("NewInvoiceRequest").Single().Remove();
        Assert.Empty((await CommitAsync(usn, offer)).AllAt("Invoice"));

        // On its last day a contract is not left early.
        var third = (await AddAsync(usn, 465, "2040-01-01T00:00:00+11:00", "2040-01-31T00:00:00+11:00")).At("SubscriptionContractId")!;
        offer = (await ProposeAsync(usn, third, "2040-01-31T23:59:59+11:00"))!;
        Assert.Empty(offer.AllAt("NewInvoiceRequest"));
        await CommitAsync(usn, offer);
        Assert.Equal("117.00", await new Money(server, account).BalanceAsync());
        Assert.Equal(
            3,
            (await Api.CallAsync("contract", "getSubscriptionContracts", P("usn", usn))).AllAt("SubscriptionContract/Terminated").Count()
        );
    }

    [Fact]
    public async Task An_offer_expires_when_what_it_depends_on_changes()
    {
        var (account, usn) = await CustomerAsync();
        var added = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00"))!;
        var id = added.At("SubscriptionContractId")!;
        var offer = (await ProposeAsync(usn, id, "2032-12-28T00:00:00+11:00"))!;
        var otherDay = new XElement(offer);
        otherDay.AllAt("TerminationDate").Single().Value = "2032-12-29";
        await RefusedAsync(OfferExpired, "commitContractTermination", P("usn", usn), otherDay);
        var notAnId = new XElement(offer);
        notAnId.AllAt("OfferId").Single().Value = "yesterday's";
        await RefusedAsync(OfferExpired, "commitContractTermination", P("usn", usn), notAnId);

        await UpdateAsync(usn, Changed(added, ("ContractValue", "600")));
        var state = await StateAsync(account);
        await RefusedAsync(OfferExpired, "commitContractTermination", P("usn", usn), offer);
        Assert.Equal(state, await StateAsync(account));

        // Put back, the offer holds again; a planned change of plan and a suspension end it.
        await UpdateAsync(usn, added);
        Assert.Equal(offer.At("OfferId"), (await ProposeAsync(usn, id, "2032-12-28T00:00:00+11:00")).At("OfferId"));
        await server.ExecuteAsync(
            """
            INSERT INTO plan_schedule_item (subscription_usn, plan_schedule_type, plan_code, start, options, charge_overrides,
                changed_by) VALUES ($1, 1, 'standard', '2033-01-01T00:00:00+11:00', '[]', '[]', 'test')
            """,
            usn
        );
        await RefusedAsync(OfferExpired, "commitContractTermination", P("usn", usn), offer);
        await server.ExecuteAsync("DELETE FROM plan_schedule_item WHERE subscription_usn = $1 AND start > '2033-01-01'", usn);
        await Api.CallAsync("subscription", "suspend", P("usn", usn));
        await RefusedAsync(OfferExpired, "commitContractTermination", P("usn", usn), offer);
        await Api.CallAsync("subscription", "resume", P("usn", usn), P("fromTimestamp", "2015-01-01T00:00:00Z"));
        Assert.NotNull(
            (await CommitAsync(usn, (await ProposeAsync(usn, id, "2032-12-28T00:00:00+11:00"))!)).At("Invoice/transactionNumber")
        );
    }

    [Fact]
    public async Task Terminating_a_contract_is_refused_as_the_guide_lists_and_then_nothing_changes()
    {
        var (account, usn) = await CustomerAsync();
        var id = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00")).At("SubscriptionContractId")!;
        var second = await SubscriptionAsync(account, 304, 1);
        var offer = (await ProposeAsync(usn, id, "2032-12-28T00:00:00+11:00"))!;
        var state = await StateAsync(account);
        foreach (
            var (who, contract, date, fault) in new[]
            {
                ("4711", id, "2032-12-28T00:00:00+11:00", NoSuchItem),
                (account, id, "2032-12-28T00:00:00+11:00", NoSuchItem),
                (usn, "999999", "2032-12-28T00:00:00+11:00", NoSuchItem),
                (second, id, "2032-12-28T00:00:00+11:00", InvalidRequest),
                (usn, id, "2034-08-20T00:00:00+10:00", InvalidRequest),
                (usn, id, "2032-08-19T23:59:59+10:00", InvalidRequest),
            }
        )
        {
            await RefusedAsync(
                fault,
                "proposeContractTermination",
                P("usn", who),
                P("subscriptionContractId", contract),
                P("terminationDate", date)
            );
            var document = new XElement(offer);
            document.AllAt("OfferId").Single().Remove();
            document.AllAt("USN").Single().Value = who;
            document.AllAt("SubscriptionContractId").Single().Value = contract;
            document.AllAt("TerminationDate").Single().Value = date[..10];
            await RefusedAsync(fault, "commitContractTermination", P("usn", who), document);
        }

        await RefusedAsync(InvalidRequest, "proposeContractTermination", P("usn", usn), P("subscriptionContractId", id));
        await RefusedAsync(InvalidRequest, "commitContractTermination", P("usn", second), offer);
        foreach (
            var (element, value, fault) in new[]
            {
                ("itemCode", "nothing", NoSuchItem),
                ("USN", "4711", NoSuchItem),
                ("amount", "1000000000001", InvalidRequest),
                ("endDate", "2032-12-27", InvalidRequest),
            }
        )
        {
            var bad = new XElement(offer);
            bad.AllAt($"NewInvoiceRequest/ChargeRequest/{element}").Single().Value = value;
            await RefusedAsync(fault, "commitContractTermination", P("usn", usn), bad);
        }

        var early = new XElement(offer);
        early.AllAt("NewInvoiceRequest/dueDate").Single().Value = "2001-01-01";
        await RefusedAsync(InvalidRequest, "commitContractTermination", P("usn", usn), early);
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        await RefusedAsync(
            other,
            NoSuchItem,
            "proposeContractTermination",
            P("usn", usn),
            P("subscriptionContractId", id),
            P("terminationDate", "2032-12-28T00:00:00+11:00")
        );
        await RefusedAsync(other, NoSuchItem, "commitContractTermination", P("usn", usn), offer);
        Assert.Equal(state, await StateAsync(account));
    }

    [Fact]
    public async Task Of_two_commitments_at_once_one_raises_the_charge()
    {
        var (account, usn) = await CustomerAsync();
        var id = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00")).At("SubscriptionContractId")!;
        var offer = (await ProposeAsync(usn, id, "2032-12-28T00:00:00+11:00"))!;
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async _ =>
                {
                    using var answer = await Api.OpenAsync("contract", "commitContractTermination", P("usn", usn), new XElement(offer));
                    var text = await answer.Content.ReadAsStringAsync();
                    return answer.IsSuccessStatusCode ? "terminated"
                        : text.Contains(OfferExpired, StringComparison.Ordinal) ? OfferExpired
                        : text;
                })
        );
        Assert.Equal([OfferExpired, OfferExpired, OfferExpired, "terminated"], outcomes.Order(StringComparer.Ordinal));
        Assert.Equal("506.33", await new Money(server, account).BalanceAsync());
    }

    /// <summary>Guide, lines 7862 and 7912: closing is refused, suspending is not.</summary>
    [Fact]
    public async Task A_subscription_under_contract_is_closed_only_once_the_contract_is_terminated()
    {
        var (account, usn) = await CustomerAsync();
        var id = (await AddAsync(usn, 465, $"{Today:yyyy-MM-dd}T00:00:00+11:00")).At("SubscriptionContractId")!;
        var now = P("fromTimestamp", "2015-01-01T00:00:00Z");
        var last = Today.AddMonths(24).AddDays(-1);
        var state = await StateAsync(account);
        var refusal = await Api.RefusedAsync("subscription", "cancel", P("usn", usn), now);
        Assert.Equal("CancelException", refusal.Element);
        Assert.Contains($"under contract {id} to {last:yyyy-MM-dd}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(
            "CancelException",
            (
                await Api.RefusedAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", $"{last:yyyy-MM-dd}T20:00:00+11:00"))
            ).Element
        );
        Assert.Equal(state, await StateAsync(account));
        await Api.CallAsync("subscription", "suspend", P("usn", usn));
        await Api.CallAsync("subscription", "resume", P("usn", usn), now);
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", $"{last.AddDays(1):yyyy-MM-dd}T12:00:00+11:00"));

        await CommitAsync(usn, (await ProposeAsync(usn, id, $"{Today:yyyy-MM-dd}T12:00:00+11:00"))!);
        await Api.CallAsync("subscription", "cancel", P("usn", usn), now);
        Assert.Equal("Deprovisioned", (await Api.CallAsync("subscription", "get", P("usn", usn))).At("ProvisionStatus"));
    }

    [Fact]
    public async Task Others_are_told_when_subscriptions_are_under_contract()
    {
        var (account, usn) = await CustomerAsync();
        var free = await SubscriptionAsync(account, 304, 1);
        await AddAsync(usn, 464, "2040-01-01T00:00:00+11:00");
        var id = (await AddAsync(usn, 465, "2032-08-20T00:00:00+10:00")).At("SubscriptionContractId")!;
        await CommitAsync(usn, (await ProposeAsync(usn, id, "2032-12-28T00:00:00+11:00"))!);
        await using var database = server.Stage.Store.CreateDatabase();
        var session = new StageSession(database, server.Stage.Catalogue, server.Clock, Caller.Server(new Usn(usn)));
        var spans = await new ContractSpans(session).OfAsync([new Usn(usn), new Usn(free)], CancellationToken.None);
        Assert.Equal(
            [
                new DayRange(new DateOnly(2032, 8, 20), new DateOnly(2032, 12, 28)),
                new DayRange(new DateOnly(2040, 1, 1), new DateOnly(2040, 12, 31)),
            ],
            spans[new Usn(usn)]
        );
        Assert.Empty(spans[new Usn(free)]);
    }

    [Fact]
    public async Task A_contract_that_binds_somebody_stays_in_the_catalogue()
    {
        var (_, usn) = await CustomerAsync();
        await AddAsync(usn, 464, "2040-01-01T00:00:00+11:00");
        var catalogue = ServerFixture.ReadCatalogue();
        var lacking = catalogue with { Contracts = [.. catalogue.Contracts.Where(contract => contract.Id != 464)] };
        var refusal = await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, lacking, "test", CancellationToken.None)
        );
        Assert.Contains("in use: contract 464. Keep", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>An account with a subscription of the plan "standard".</summary>
    private async Task<(string Account, string Usn)> CustomerAsync()
    {
        var account = (await PortalCustomerAsync(server)).Usn;
        return (account, await SubscriptionAsync(account, 304, 1));
    }

    private async Task<string> SubscriptionAsync(string account, int package, int plan)
    {
        var username = server.Unique("contracted");
        return Read(
            await Api.CallAsync("order", "orderSubscription", P("usn", account), Order(package, plan, Text("username", username), account)),
            username
        ).Subscriptions[0];
    }

    private async Task<IReadOnlyList<XElement>> OfferedAsync(string when) =>
        [
            .. (
                await Api.CallAsync("contract", "getAvailableContractsForPlan", P("company", 1), P("plan", "standard"), P("when", when))
            ).AllAt("PlanContractDescription"),
        ];

    private Task<XElement?> AddAsync(string usn, int contract, string start, string? end = null) =>
        Api.CallAsync(
            "contract",
            "addSubscriptionContract",
            [
                P("usn", usn),
                P("contractId", contract),
                P("startDate", start),
                .. end is null ? Array.Empty<XElement>() : [P("endDate", end)],
            ]
        );

    private Task<XElement?> UpdateAsync(string usn, XElement contract) =>
        Api.CallAsync("contract", "updateSubscriptionContract", P("usn", usn), contract);

    private Task<XElement?> ProposeAsync(string usn, string contract, string date) =>
        Api.CallAsync(
            "contract",
            "proposeContractTermination",
            P("usn", usn),
            P("subscriptionContractId", contract),
            P("terminationDate", date)
        );

    private Task<XElement?> CommitAsync(string usn, XElement offer) =>
        Api.CallAsync("contract", "commitContractTermination", P("usn", usn), offer);

    private Task<SoapFault> RefusedAsync(string fault, string operation, params XElement[] parameters) =>
        RefusedAsync(Api, fault, operation, parameters);

    private static async Task<SoapFault> RefusedAsync(SoapCaller caller, string fault, string operation, params XElement[] parameters)
    {
        var refused = await caller.RefusedAsync("contract", operation, parameters);
        Assert.True(
            fault == refused.Element,
            $"{operation}({string.Join(' ', parameters.Select(parameter => parameter.Value))}): {refused}"
        );
        return refused;
    }

    /// <summary>The account's money and messages, and its contracts.</summary>
    private async Task<string> StateAsync(string account) =>
        await new Money(server, account).StateAsync()
        + await server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(contract::text, ',' ORDER BY id), '') FROM subscription_contract contract
            WHERE subscription_usn IN (SELECT usn FROM subscription WHERE account_usn = $1)
            """,
            account
        );

    private static string Shown(XElement? contract) =>
        $"{contract.At("SubscriptionContractId")} {Attribute(contract!, "Contract", "key")} "
        + Values(
            contract!,
            "Contract",
            "USN",
            "EarlyTerminationCharge",
            "StartDate",
            "EndDate",
            "ContractValue",
            "MinimumTerminationCharge",
            "MaximumTerminationCharge"
        );

    private static string Values(XElement element, params string[] names) => string.Join(' ', names.Select(name => element.At(name)));

    private static string? Attribute(XElement element, string child, string name) => element.AllAt(child).Single().Attribute(name)?.Value;

    /// <summary>The document with other values; null takes an element away, and an empty Contract names another kind.</summary>
    private static XElement Changed(XElement? contract, params (string Name, string? Value)[] changes)
    {
        var document = new XElement(contract!);
        foreach (var (name, value) in changes)
        {
            var element = document.AllAt(name).Single();
            switch (name, value)
            {
                case (_, null):
                    element.Remove();
                    break;
                case ("Contract", _):
                    element.SetAttributeValue("key", 465);
                    break;
                default:
                    element.Value = value;
                    break;
            }
        }

        return document;
    }

    private static XElement Terminated(XElement contract)
    {
        var document = new XElement(contract);
        document
            .AllAt("ContractedPlanScheduleItem")
            .Single()
            .AddBeforeSelf(new XElement(ContractSchemas.Data + "Terminated", "2020-12-01"));
        return document;
    }

    private static XElement InDollarsOfElsewhere(XElement contract)
    {
        var document = new XElement(contract);
        document.AllAt("ContractValue").Single().SetAttributeValue("currency", "USD");
        return document;
    }
}
