using System.Globalization;
using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Pools;

/// <summary>Numbers and subservices that order forms name, on a clock of their own: quarantine takes two months.</summary>
public sealed class OrderedNumberTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Line = 310;
    private const int TwoNumbersNeedingApproval = 311;
    private static int _blocks;

    private SoapCaller Api => server.Administrator;

    private PoolHelp Pool => new(server);

    /// <summary>Whoever waits has his number; whoever has gone leaves it to nobody for sixty days.</summary>
    [Fact]
    public async Task A_number_waits_with_its_order_and_is_kept_back_when_the_line_is_closed()
    {
        var number = await BlockAsync();
        var line = await OrderAsync(TwoNumbersNeedingApproval, Text("phoneNumber", number(1)));
        Assert.Equal($"PreAllocation {number(1)}", await LinksAsync(line.Subscriptions[0]));
        var link = await LinkIdAsync(line.Subscriptions[0]);
        Assert.Equal($"{number(0)}-{number(0)} {number(2)}-{number(9)}", await FreeAsync(number));

        await Api.CallAsync("order", "approveOrder", P("orderNumber", line.OrderNumber));
        Assert.Equal($"Allocation {number(1)}", await LinksAsync(line.Subscriptions[0]));
        Assert.Equal(link, await LinkIdAsync(line.Subscriptions[0]));

        await Api.CallAsync("subscription", "cancel", P("usn", line.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        Assert.Equal($"Quarantine {number(1)}", await LinksAsync(line.Subscriptions[0]));
        server.Clock.Advance(TimeSpan.FromDays(59));
        await RefusedAsync(Line, Text("phoneNumber", number(1)), "phoneNumber", number(1));
        server.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal($"{number(0)}-{number(9)}", await FreeAsync(number));
        var next = await OrderAsync(Line, Text("phoneNumber", number(1)));
        Assert.Equal($"Allocation {number(1)}", await LinksAsync(next.Subscriptions[0]));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    [Fact]
    public async Task A_number_that_is_kept_is_for_whoever_can_name_the_reservation_or_is_its_holder()
    {
        var number = await BlockAsync();
        var kept = (await Pool.ReserveAsync(PoolHelp.Telephone, number(1), number(1), "Temporary")).At("Reservation/ReservationId")!;
        await RefusedAsync(Line, Text("phoneNumber", number(1)), "phoneNumber", number(1));
        await RefusedAsync(
            Line,
            Text("phoneNumber", number(1)) + Text("phoneReservation", Guid.NewGuid().ToString()),
            "phoneNumber",
            number(1)
        );
        await RefusedAsync(Line, Text("phoneNumber", number(1)) + Text("phoneReservation", "mine"), "phoneNumber", number(1));

        // Another number than the reservation's does not come with it.
        var other = await Pool.ReserveAsync(PoolHelp.Telephone, number(2), number(2), "Temporary");
        await RefusedAsync(Line, Text("phoneNumber", number(2)) + Text("phoneReservation", kept), "phoneNumber", number(2));
        var line = await OrderAsync(Line, Text("phoneNumber", number(1)) + Text("phoneReservation", kept));
        Assert.Equal($"Allocation {number(1)}", await LinksAsync(line.Subscriptions[0]));
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("pool", "getLink", P("linkId", kept))).Element);

        // A link in the name of the account keeps the number for the account.
        var customer = (await PortalCustomerAsync(server)).Usn;
        await Api.CallAsync(
            "pool",
            "createLinkToReservation",
            P("reservationId", other.At("Reservation/ReservationId")!),
            PoolHelp.LinkType("Temporary"),
            Document($"<BackLink><Type>Account</Type><Key>{customer}</Key></BackLink>")
        );
        await RefusedAsync(Line, Text("phoneNumber", number(2)), "phoneNumber", number(2));
        var own = await OrderAsync(Line, Text("phoneNumber", number(2)), customer);
        Assert.Equal($"Allocation {number(2)}", await LinksAsync(own.Subscriptions[0]));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    /// <summary>A part of what somebody keeps is not taken out of it, and an allocation is not shared.</summary>
    [Fact]
    public async Task What_is_not_free_is_refused_by_its_field()
    {
        var number = await BlockAsync();
        var kept = (await Pool.ReserveAsync(PoolHelp.Telephone, number(1), number(4), "Temporary")).At("Reservation/ReservationId")!;
        await RefusedAsync(Line, Text("phoneNumber", number(2)) + Text("phoneReservation", kept), "phoneNumber", number(2));
        var used = await OrderAsync(Line, Text("phoneNumber", number(7)));
        var reservation = (await LinksOfAsync(used.Subscriptions[0]))[0].At("Reservation/ReservationId")!;
        await Api.CallAsync("subscription", "changeUsername", P("usn", used.Subscriptions[0]), P("username", server.Unique("line")));
        await RefusedAsync(Line, Text("phoneNumber", number(7)) + Text("phoneReservation", reservation), "phoneNumber", number(7));
        await RefusedAsync(Line, Text("phoneNumber", "0100000000"), "phoneNumber", "0100000000");
        await RefusedAsync(Line, Text("phoneNumber", "399970000"), "phoneNumber", "399970000");
        await RefusedAsync(Line, Text("phoneNumber", "+61399970000"), "phoneNumber", "+61399970000");
        Assert.Equal($"{number(0)}-{number(0)} {number(5)}-{number(6)} {number(8)}-{number(9)}", await FreeAsync(number));
    }

    /// <summary>Nobody but the pool can tell: half of those who want the number order nothing.</summary>
    [Fact]
    public async Task Of_all_who_want_one_number_at_a_time_one_has_it()
    {
        var number = await BlockAsync();
        var customers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PortalCustomerAsync(server)));
        var orders = customers.Select(customer =>
            Api.TryAsync("order", Wrapper("orderSubscription", [P("usn", customer.Usn), Order(Line, 1, Text("phoneNumber", number(5)))]))
        );
        var reservations = customers.Select(_ =>
            Api.TryAsync("pool", Wrapper("createReservation", PoolHelp.Reservation(PoolHelp.Telephone, number(4), number(6), "Allocation")))
        );
        var outcomes = await Task.WhenAll([.. orders, .. reservations]);
        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes[..3].OfType<SoapFault>(), fault => Assert.Equal("OrderException", fault.Element));
        Assert.All(outcomes[3..].OfType<SoapFault>(), fault => Assert.Equal("ReservationUnavailableException", fault.Element));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    [Fact]
    public async Task Numbers_of_an_order_group_wait_with_it_and_go_with_it()
    {
        var number = await BlockAsync();
        var customer = (await PortalCustomerAsync(server)).Usn;
        var group = await Api.CallAsync("order", "createOrderGroup", Order(Line, 1, Text("phoneNumber", number(1)), customer));
        var usn = group.At("Orders/Order/OrderedComponents/Subscription/USN")!;
        Assert.Equal($"PreAllocation {number(1)}", await HeldAsync(usn));
        await RefusedAsync(Line, Text("phoneNumber", number(1)), "phoneNumber", number(1));

        // A quote places the group and takes it back.
        await Api.CallAsync("order", "getOrderGroupQuote", P("orderGroupId", group.At("OrderGroupNumber")!));
        Assert.Equal($"PreAllocation {number(1)}", await HeldAsync(usn));
        await Api.CallAsync(
            "order",
            "updateOrder",
            P("orderNumber", group.At("Orders/Order/OrderNumber")!),
            Order(Line, 1, Text("phoneNumber", number(2)))
        );
        Assert.Equal($"PreAllocation {number(2)} Quarantine {number(1)}", await HeldAsync(usn));
        await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", group.At("OrderGroupNumber")!));
        Assert.Equal($"Allocation {number(2)} Quarantine {number(1)}", await HeldAsync(usn));

        var cancelled = await Api.CallAsync("order", "createOrderGroup", Order(Line, 1, Text("phoneNumber", number(3)), customer));
        await Api.CallAsync("order", "cancelOrderGroup", P("orderGroupNumber", cancelled.At("OrderGroupNumber")!));
        Assert.Equal($"Quarantine {number(3)}", await HeldAsync(cancelled.At("Orders/Order/OrderedComponents/Subscription/USN")!));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    /// <summary>What somebody had keeps its days, whatever becomes of the line that has another number now (guide, line 19324).</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_quarantine_runs_to_its_end_when_its_line_is_closed_or_its_order_cancelled(bool isCancelled)
    {
        var number = await BlockAsync();
        var line = await OrderAsync(TwoNumbersNeedingApproval, Text("phoneNumber", number(1)));
        var usn = line.Subscriptions[0];
        await UpdateAsync(line, Text("phoneNumber", number(2)));
        server.Clock.Advance(TimeSpan.FromDays(10));
        var before = (await server.MessagesAsync(line.Usn)).Count;
        await (
            isCancelled
                ? Api.CallAsync("order", "cancelOrder", P("orderNumber", line.OrderNumber))
                : Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2014-01-01T00:00:00Z"))
        );
        Assert.Equal($"Quarantine {number(1)} Quarantine {number(2)}", await HeldAsync(usn));

        // No address was the line's: nothing is told of addresses (guide, line 22789).
        Assert.DoesNotContain(
            (await server.MessagesAsync(line.Usn)).Skip(before),
            message => message.Type == "SubscriptionIpRangesUpdated"
        );
        server.Clock.Advance(TimeSpan.FromDays(49));
        await RefusedAsync(Line, Text("phoneNumber", number(1)), "phoneNumber", number(1));
        server.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal($"{number(0)}-{number(1)} {number(3)}-{number(9)}", await FreeAsync(number));
        server.Clock.Advance(TimeSpan.FromDays(10));
        Assert.Equal($"{number(0)}-{number(9)}", await FreeAsync(number));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    /// <summary>Of a quarantine that others have, nothing is told to a login that reaches its own account alone.</summary>
    [Fact]
    public async Task A_search_for_somebody_else_finds_what_everybody_finds()
    {
        var number = await BlockAsync();
        var (own, other) = ((await PortalCustomerAsync(server)).Usn, (await PortalCustomerAsync(server)).Usn);
        var lines = new[]
        {
            await OrderAsync(Line, Text("phoneNumber", number(1)), own),
            await OrderAsync(Line, Text("phoneNumber", number(2)), other),
        };
        foreach (var line in lines)
        {
            await Api.CallAsync("subscription", "cancel", P("usn", line.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        }

        using var caller = await server.AddUserOfAccountAsync(own);
        var free = $"{number(0)}-{number(0)} {number(3)}-{number(9)}";
        foreach (
            var (type, key, found) in new[]
            {
                ("Subscription", lines[0].Subscriptions[0], $"{number(0)}-{number(1)} {number(3)}-{number(9)}"),
                ("Subscription", lines[1].Subscriptions[0], free),
                ("Other", lines[1].Subscriptions[0], free),
                ("Account", other, free),
                ("Account", own, free),
                ("Subscription", "987654321", free),
            }
        )
        {
            var criteria = Document(
                $"<PoolSearchCriteria><PoolId>{PoolHelp.Telephone}</PoolId><SearchRangeStart>{number(0)}</SearchRangeStart>"
                    + $"<SearchRangeEnd>{number(9)}</SearchRangeEnd>"
                    + $"<BackLink><Type>{type}</Type><Key>{key}</Key></BackLink></PoolSearchCriteria>"
            );
            var answer = await caller.CallAsync("pool", "search", criteria);
            var ranges = answer.AllAt("PoolSearchResult").Select(result => $"{result.At("RangeStart")}-{result.At("RangeEnd")}");
            Assert.Equal(found, string.Join(' ', ranges));
        }
    }

    /// <summary>Who does not hold a number cannot bear it, free or in quarantine: the pool goes on offering it.</summary>
    [Fact]
    public async Task A_number_is_not_taken_as_a_name_past_its_pool()
    {
        var number = await BlockAsync();
        var customer = await PortalCustomerAsync(server);
        var voice = customer.Subscriptions[1];
        var gone = await OrderAsync(Line, Text("phoneNumber", number(2)));
        await Api.CallAsync("subscription", "cancel", P("usn", gone.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        var named = await AddNameAsync(voice, Free());
        foreach (var index in new[] { 1, 2 })
        {
            var add = await Api.RefusedAsync(
                "subservice",
                "addSubservice",
                P("usn", voice),
                Name("SubserviceRequest", "", voice, number(index))
            );
            var update = await Api.RefusedAsync(
                "subservice",
                "updateSubservice",
                Name("Subservice", $"<SSID>{named}</SSID>", voice, number(index))
            );
            var change = await Api.RefusedAsync("subscription", "changeUsername", P("usn", voice), P("username", number(index)));
            foreach (var (refused, field) in new[] { (add, "SubserviceUsername"), (update, "SubserviceUsername"), (change, "username") })
            {
                Assert.Equal("InvalidRequestException", refused.Element);
                Assert.Contains($"[{field}={number(index)}]. It is a number of the pool", refused.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal($"{number(0)}-{number(1)} {number(3)}-{number(9)}", await FreeAsync(number));
        var line = await OrderAsync(Line, Text("phoneNumber", number(1)));
        Assert.Equal($"Allocation {number(1)}", await LinksAsync(line.Subscriptions[0]));
    }

    /// <summary>Who holds a number may bear it, and who gives up the name gives back the number.</summary>
    [Fact]
    public async Task A_number_that_is_held_is_taken_as_a_name_and_goes_back_with_it()
    {
        var number = await BlockAsync();
        var customer = await PortalCustomerAsync(server);
        var voice = customer.Subscriptions[1];
        await KeepAsync(number(1), "Temporary", "Subscription", voice);
        await KeepAsync(number(2), "Temporary", "Account", customer.Usn);
        await KeepAsync(number(3), "Allocation", "Account", customer.Usn);
        var first = await AddNameAsync(voice, number(1));
        var second = await AddNameAsync(voice, number(2));
        var third = await AddNameAsync(voice, number(3));
        Assert.Equal($"Allocation {number(1)} Allocation {number(2)}", await HeldAsync(voice));

        // A temporary link would have ended by now.
        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.CarryOutDueWorkAsync();
        Assert.Equal($"{number(0)}-{number(0)} {number(4)}-{number(9)}", await FreeAsync(number));
        await RefusedAsync(Line, Text("phoneNumber", number(1)), "username", number(1));

        await Api.CallAsync("subservice", "removeSubservice", P("ssid", first));
        await Api.CallAsync("subservice", "updateSubservice", Name("Subservice", $"<SSID>{second}</SSID>", voice, Free()));
        Assert.Equal($"Quarantine {number(1)} Quarantine {number(2)}", await HeldAsync(voice));
        Assert.Equal(
            2,
            (await server.MessagesAsync(PoolHelp.Telephone)).Count(message =>
                message.Type == "LinkDeallocation" && message.Body.Contains(number(1), StringComparison.Ordinal)
            )
        );

        // What the account holds stays the account's.
        await Api.CallAsync("subservice", "removeSubservice", P("ssid", third));
        Assert.DoesNotContain(number(3), await FreeAsync(number), StringComparison.Ordinal);

        // The same for the username of a subscription; one that only its case changes gives nothing back.
        var line = await OrderAsync(Line, Text("phoneNumber", number(5)));
        await Api.CallAsync("subscription", "changeUsername", P("usn", line.Subscriptions[0]), P("username", number(5)));
        Assert.Equal($"Allocation {number(5)}", await LinksAsync(line.Subscriptions[0]));
        await Api.CallAsync("subscription", "changeUsername", P("usn", line.Subscriptions[0]), P("username", server.Unique("line")));
        Assert.Equal($"Quarantine {number(5)}", await LinksAsync(line.Subscriptions[0]));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    /// <summary>An order finds the subservice that it gave, also under another name; what was removed is not made again half.</summary>
    [Fact]
    public async Task An_order_changes_its_subservice_also_when_it_was_renamed_by_itself()
    {
        var number = await BlockAsync();
        var line = await OrderAsync(TwoNumbersNeedingApproval, Text("phoneNumber", number(1)) + Text("secondNumber", number(2)));
        var usn = line.Subscriptions[0];
        var ssid = (await Api.CallAsync("subservice", "getSubservicesForSubscription", P("usn", usn))).At("Subservice/SSID")!;
        await KeepAsync(number(3), "Temporary", "Subscription", usn);
        await Api.CallAsync("subservice", "updateSubservice", Name("Subservice", $"<SSID>{ssid}</SSID>", usn, number(3)));
        Assert.Equal($"PreAllocation {number(1)} PreAllocation {number(3)} Quarantine {number(2)}", await HeldAsync(usn));

        // What the request does not name stays as it was changed.
        await UpdateAsync(line, Text("phoneNumber", number(5)));
        Assert.Equal(number(3), await SubservicesAsync(usn));
        await UpdateAsync(line, Text("secondNumber", number(4)));
        Assert.Equal(number(4), await SubservicesAsync(usn));
        Assert.Equal(
            $"PreAllocation {number(4)} PreAllocation {number(5)} Quarantine {number(1)} Quarantine {number(2)} Quarantine {number(3)}",
            await HeldAsync(usn)
        );

        await Api.CallAsync("subservice", "removeSubservice", P("ssid", ssid));
        var before = await HeldAsync(usn);
        var refused = await Api.RefusedAsync(
            "order",
            "updateOrder",
            P("orderNumber", line.OrderNumber),
            Order(TwoNumbersNeedingApproval, 1, Text("secondNumber", number(6)))
        );
        Assert.Equal("OrderException", refused.Element);
        Assert.Contains($"[secondNumber={number(6)}]", refused.Message, StringComparison.Ordinal);
        Assert.Equal((before, ""), (await HeldAsync(usn), await SubservicesAsync(usn)));
        await Api.CallAsync("order", "approveOrder", P("orderNumber", line.OrderNumber));
        Assert.DoesNotContain($"Allocation {number(4)}", await HeldAsync(usn), StringComparison.Ordinal);
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    [Fact]
    public async Task An_order_that_waits_changes_its_numbers_and_its_subservice_or_gives_them_back()
    {
        var number = await BlockAsync();
        var line = await OrderAsync(TwoNumbersNeedingApproval, Text("phoneNumber", number(1)) + Text("secondNumber", number(2)));
        var usn = line.Subscriptions[0];
        Assert.Equal($"PreAllocation {number(1)} PreAllocation {number(2)}", await LinksAsync(usn));
        Assert.Equal(number(2), await SubservicesAsync(usn));

        await UpdateAsync(line, Text("secondNumber", number(3)));
        Assert.Equal($"PreAllocation {number(1)} PreAllocation {number(3)} Quarantine {number(2)}", await LinksAsync(usn));
        Assert.Equal(number(3), await SubservicesAsync(usn));

        // What is its own and in quarantine it may have again.
        await UpdateAsync(line, Text("secondNumber", number(2)));
        Assert.Equal($"PreAllocation {number(1)} PreAllocation {number(2)} Quarantine {number(3)}", await LinksAsync(usn));
        await UpdateAsync(line, Text("secondNumber", ""));
        Assert.Equal("", await SubservicesAsync(usn));
        await UpdateAsync(line, Text("secondNumber", number(4)));
        Assert.Equal(number(4), await SubservicesAsync(usn));

        await Api.CallAsync("order", "cancelOrder", P("orderNumber", line.OrderNumber));
        Assert.DoesNotContain("Allocation", await LinksAsync(usn), StringComparison.Ordinal);
        Assert.Equal(
            "",
            await server.QueryAsync<string>(
                "SELECT coalesce(string_agg(username, ' '), '') FROM subservice WHERE removed IS NULL AND subscription_usn = $1",
                usn
            )
        );
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    /// <summary>Random lives found it: the order of a line that was cancelled by itself still waits, and can be changed.</summary>
    [Fact]
    public async Task A_line_that_was_cancelled_gets_no_number_by_its_order()
    {
        var number = await BlockAsync();
        var line = await OrderAsync(TwoNumbersNeedingApproval, Text("phoneNumber", number(1)));
        await Api.CallAsync("subscription", "cancel", P("usn", line.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        await UpdateAsync(line, Text("phoneNumber", number(2)) + Text("secondNumber", number(3)));
        Assert.Equal($"Quarantine {number(1)}", await HeldAsync(line.Subscriptions[0]));
        Assert.Equal("", await SubservicesAsync(line.Subscriptions[0]));
        Assert.Equal($"{number(0)}-{number(0)} {number(2)}-{number(9)}", await FreeAsync(number));
    }

    [Fact]
    public async Task A_refused_order_takes_nothing()
    {
        var number = await BlockAsync();
        var first = await OrderAsync(TwoNumbersNeedingApproval, Text("phoneNumber", number(1)) + Text("secondNumber", number(2)));

        // The subservice of another, the order's own username, and what is no number of the service.
        foreach (
            var (one, second) in new[]
            {
                (number(3), number(2)),
                (number(2), number(3)),
                (number(4), number(4)),
                (number(5), "1399970000"),
                (number(6), "0399"),
            }
        )
        {
            var customer = (await PortalCustomerAsync(server)).Usn;
            var refused = await Api.RefusedAsync(
                "order",
                "orderSubscription",
                P("usn", customer),
                Order(TwoNumbersNeedingApproval, 1, Text("phoneNumber", one) + Text("secondNumber", second))
            );
            Assert.Equal("OrderException", refused.Element);
        }

        var wrong = await Api.RefusedAsync(
            "order",
            "updateOrder",
            P("orderNumber", first.OrderNumber),
            Order(TwoNumbersNeedingApproval, 1, Text("secondNumber", number(1)))
        );
        Assert.Equal("OrderException", wrong.Element);
        Assert.Equal($"PreAllocation {number(1)} PreAllocation {number(2)}", await LinksAsync(first.Subscriptions[0]));
        Assert.Equal(number(2), await SubservicesAsync(first.Subscriptions[0]));
        Assert.Equal($"{number(0)}-{number(0)} {number(3)}-{number(9)}", await FreeAsync(number));
    }

    /// <summary>Ten numbers of the pool that no other test has.</summary>
    private async Task<Func<int, string>> BlockAsync()
    {
        var block = Interlocked.Increment(ref _blocks);
        await Pool.ImportAsync(PoolHelp.Telephone, Number(0), Number(9));
        return Number;

        string Number(int index) => string.Create(CultureInfo.InvariantCulture, $"03888{block:D4}{index}");
    }

    private async Task<OrderedAccount> OrderAsync(int package, string form, string? account = null)
    {
        account ??= (await PortalCustomerAsync(server)).Usn;
        return Read(await Api.CallAsync("order", "orderSubscription", P("usn", account), Order(package, 1, form)), "");
    }

    private async Task RefusedAsync(int package, string form, string field, string number)
    {
        var customer = (await PortalCustomerAsync(server)).Usn;
        var refused = await Api.RefusedAsync("order", "orderSubscription", P("usn", customer), Order(package, 1, form));
        Assert.Equal("OrderException", refused.Element);
        Assert.Contains($"[{field}={number}]", refused.Message, StringComparison.Ordinal);
    }

    private Task UpdateAsync(OrderedAccount line, string form) =>
        Api.CallAsync("order", "updateOrder", P("orderNumber", line.OrderNumber), Order(TwoNumbersNeedingApproval, 1, form));

    private async Task<IReadOnlyList<XElement>> LinksOfAsync(string usn) =>
        [.. (await Api.CallAsync("subscription", "getPoolReservationLinks", P("usn", usn))).AllAt("Link")];

    private async Task<string?> LinkIdAsync(string usn) => (await LinksOfAsync(usn))[0].At("LinkId");

    /// <summary>Such as <c>Allocation 0388800011</c>, as the subscription is told of them.</summary>
    private async Task<string> LinksAsync(string usn)
    {
        var links = await LinksOfAsync(usn);
        Assert.All(links, link => Assert.Equal(link.At("Reservation/Start"), link.At("Reservation/End")));
        return string.Join(
            ' ',
            links.Select(link => $"{link.At("LinkType")} {link.At("Reservation/Start")}").Order(StringComparer.Ordinal)
        );
    }

    /// <summary>The same by the pool's rows: an order that is not placed has no subscription to ask.</summary>
    private Task<string> HeldAsync(string usn) =>
        server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(type || ' 0' || first, ' ' ORDER BY type, first), '')
            FROM pool_link AS link JOIN pool_reservation AS reservation ON reservation.id = link.reservation_id
            WHERE back_link_type = 'Subscription' AND back_link_key = $1
            """,
            usn
        );

    private Task KeepAsync(string number, string type, string holderType, string holder) =>
        Api.CallAsync(
            "pool",
            "createReservation",
            P("poolId", PoolHelp.Telephone),
            P("start", number),
            P("end", number),
            PoolHelp.LinkType(type),
            Document($"<BackLink><Type>{holderType}</Type><Key>{holder}</Key></BackLink>")
        );

    private async Task<string> AddNameAsync(string usn, string username) =>
        (await Api.CallAsync("subservice", "addSubservice", P("usn", usn), Name("SubserviceRequest", "", usn, username))).At("SSID")!;

    private static XElement Name(string root, string before, string usn, string username) =>
        Document(
            $"<{root}>{before}<SubscriptionUSN>{usn}</SubscriptionUSN><Active>true</Active>"
                + $"<SubserviceUsername>{username}</SubserviceUsername></{root}>"
        );

    /// <summary>A number that is of no pool.</summary>
    private static string Free() => string.Create(CultureInfo.InvariantCulture, $"0277{Interlocked.Increment(ref _blocks):D6}");

    private Task<string> FreeAsync(Func<int, string> number) => Pool.SearchAsync(PoolHelp.Telephone, number(0), number(9));

    private async Task<string> SubservicesAsync(string usn) =>
        string.Join(
            ' ',
            (await Api.CallAsync("subservice", "getSubservicesForSubscription", P("usn", usn)))
                .AllAt("Subservice")
                .Select(subservice => subservice.At("SubserviceUsername"))
        );
}
