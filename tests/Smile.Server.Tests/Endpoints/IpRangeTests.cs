using System.Xml.Linq;
using Smile.Cli;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Pools;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>Addresses and reserved numbers of subscriptions, on a clock of their own: quarantine takes a month.</summary>
public sealed class IpRangeTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private SoapCaller Api => server.Administrator;

    private PoolHelp Pool => new(server);

    /// <summary>The guide's examples (lines 9902 to 10030), with the addresses as they were given.</summary>
    [Fact]
    public async Task Addresses_are_added_listed_announced_and_removed()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        Assert.Empty(await RangesAsync(usn));
        var before = (await server.MessagesAsync(customer.Usn)).Count;
        var id = (await AddAsync(usn, "192.168.212.24", "192.168.212.27")).At("SubscriptionIpRangeId")!;
        await AddAsync(usn, "2001:0269:77c3:153f::1", "2001:0269:77c3:153f:ffff:ffff:ffff:fffe");
        await AddAsync(usn, "127.0.0.1", "127.0.0.1");
        Assert.Equal(
            "127.0.0.1-127.0.0.1 192.168.212.24-192.168.212.27 2001:0269:77c3:153f::1-2001:0269:77c3:153f:ffff:ffff:ffff:fffe",
            Shown(await RangesAsync(usn))
        );
        Assert.Null(await Api.CallAsync("subscription", "removeIpRange", P("usn", usn), P("ipRangeId", id.ToUpperInvariant())));
        Assert.Equal(2, (await RangesAsync(usn)).Count);
        var told = (await server.MessagesAsync(customer.Usn)).Skip(before).ToList();
        Assert.Equal([1, 2, 3, 2], told.Select(message => Announced(message).Count));
        Assert.All(told, message => Assert.Equal("SubscriptionIpRangesUpdated", message.Type));
        Assert.Equal(Shown(await RangesAsync(usn)), Shown(Announced(told[^1])));
    }

    /// <summary>No check at all, by the guide (line 9954).</summary>
    [Fact]
    public async Task Others_may_have_the_same_addresses()
    {
        var (first, second) = ((await PortalCustomerAsync(server)).Subscriptions[1], (await PortalCustomerAsync(server)).Subscriptions[1]);
        await AddAsync(first, "10.9.0.0", "10.9.255.255");
        await AddAsync(first, "10.9.0.0", "10.9.0.9");
        await AddAsync(second, "10.9.0.0", "10.9.255.255");
        Assert.Equal(2, (await RangesAsync(first)).Count);
    }

    [Theory]
    [InlineData("192.168.212.27", "192.168.212.24", "ToAddress")]
    [InlineData("192.168.212.256", "192.168.212.24", "FromAddress")]
    [InlineData("192.168.212", "192.168.213", "FromAddress")]
    [InlineData("0x7f000001", "0x7f000001", "FromAddress")]
    [InlineData("010.0.0.1", "010.0.0.2", "FromAddress")]
    [InlineData("192.168.212.24", "::ffff:192.168.212.27", "ToAddress")]
    [InlineData("192.168.212.24", "2001:db8::1", "ToAddress")]
    [InlineData("2001:db8::2", "2001:db8::1", "ToAddress")]
    [InlineData("fe80::1%eth0", "fe80::2", "FromAddress")]
    [InlineData("[2001:db8::1]", "2001:db8::2", "FromAddress")]
    [InlineData("10.0.0.0/8", "10.0.0.1", "FromAddress")]
    [InlineData("", "10.0.0.1", "FromAddress")]
    [InlineData("example.com", "example.com", "FromAddress")]
    public async Task Addresses_that_are_none_are_refused_by_their_field(string from, string to, string field)
    {
        var usn = (await PortalCustomerAsync(server)).Subscriptions[1];
        var refused = await Api.RefusedAsync("subscription", "addIpRange", P("usn", usn), Range(from, to));
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.Contains($"[{field}=", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await RangesAsync(usn));
    }

    [Fact]
    public async Task Both_may_be_addresses_with_an_IPv4_address_embedded() =>
        Assert.Equal(
            "::ffff:192.168.212.27",
            (await AddAsync((await PortalCustomerAsync(server)).Subscriptions[1], "::ffff:192.168.212.24", "::ffff:192.168.212.27")).At(
                "ToAddress"
            )
        );

    [Fact]
    public async Task What_is_not_there_and_what_is_malformed_is_refused()
    {
        var usn = (await PortalCustomerAsync(server)).Subscriptions[1];
        var other = (await PortalCustomerAsync(server)).Subscriptions[1];
        var id = (await AddAsync(other, "10.1.0.1", "10.1.0.2")).At("SubscriptionIpRangeId")!;
        foreach (
            var (range, fault) in new[]
            {
                ("7", "IllegalArgumentException"),
                (Guid.NewGuid().ToString(), "NoSuchItemException"),
                (id, "NoSuchItemException"),
            }
        )
        {
            Assert.Equal(fault, (await Api.RefusedAsync("subscription", "removeIpRange", P("usn", usn), P("ipRangeId", range))).Element);
        }

        using var stranger = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        foreach (
            var (operation, parameters) in new (string, XElement[])[]
            {
                ("getIpRanges", []),
                ("addIpRange", [Range("10.0.0.1", "10.0.0.2")]),
                ("addIpRangeReservation", [P("reservationId", Guid.NewGuid())]),
                ("removeIpRange", [P("ipRangeId", id)]),
                ("getPoolReservationLinks", []),
                ("removePoolReservationLink", [P("reservationLinkId", Guid.NewGuid())]),
            }
        )
        {
            foreach (var (caller, of) in new[] { (stranger, other), (Api, "987654321") })
            {
                var refused = await caller.RefusedAsync("subscription", operation, [P("usn", of), .. parameters]);
                Assert.Equal("NoSuchItemException", refused.Element);
            }
        }
    }

    /// <summary>The guide's examples (lines 9733 to 9780 and 9812): a reservation becomes the subscription's, and is quarantined.</summary>
    [Fact]
    public async Task A_reserved_range_becomes_a_subscriptions_and_is_kept_back_when_it_goes()
    {
        await FillPoolsAsync();
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var reserved = await ReserveAsync("203.132.4.0", "203.132.4.255", "Temporary");
        var reservation = reserved.At("Reservation/ReservationId")!;
        var before = (await server.MessagesAsync(customer.Usn)).Count;
        var added = await Api.CallAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", reservation));
        Assert.Equal(
            ("203.132.4.0", "203.132.4.255", "Allocation", reservation, "IP", null),
            (
                added.At("FromAddress"),
                added.At("ToAddress"),
                added.At("PoolReservationLink/LinkType"),
                added.At("PoolReservationLink/Reservation/ReservationId"),
                added.At("PoolReservationLink/Reservation/PoolType"),
                added.At("PoolReservationLink/Expiry")
            )
        );
        var link = added.At("PoolReservationLink/LinkId")!;
        var listed = Assert.Single(await RangesAsync(usn));
        Assert.Equal((link, null), (listed.At("PoolReservationLink/LinkId"), listed.At("PoolReservationLink/Reservation/PoolType")));
        Assert.Equal(link, Assert.Single(await LinksAsync(usn)).At("LinkId"));
        var again = await Api.RefusedAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", reservation));
        Assert.Equal("InvalidRequestException", again.Element);

        var kept = await Api.CallAsync("subscription", "removePoolReservationLink", P("usn", usn), P("reservationLinkId", link));
        Assert.Equal(("Quarantine", reservation), (kept.At("LinkType"), kept.At("Reservation/ReservationId")));
        Assert.Empty(await RangesAsync(usn));
        Assert.Equal("Quarantine", Assert.Single(await LinksAsync(usn)).At("LinkType"));
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "removePoolReservationLink", P("usn", usn), P("reservationLinkId", link))).Element
        );
        Assert.Equal([1, 0], (await server.MessagesAsync(customer.Usn)).Skip(before).Select(message => Announced(message).Count));

        // The temporary link that the reservation began with holds it no longer than it lasts; the quarantine does.
        server.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal(
            "ReservationUnavailableException",
            (await Pool.ReserveRefusedAsync(PoolHelp.Addresses, "203.132.4.7", "203.132.4.7", "Temporary")).Element
        );
        server.Clock.Advance(TimeSpan.FromDays(2));
        await ReserveAsync("203.132.4.7", "203.132.4.7", "Allocation");
        Assert.Empty(await LinksAsync(usn));
    }

    [Theory]
    [InlineData("pool", 0)]
    [InlineData("range", 8)]
    [InlineData("closing", 16)]
    public async Task However_a_link_goes_the_addresses_go_with_it_and_that_is_told(string way, int at)
    {
        await FillPoolsAsync();
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var reserved = await ReserveAsync($"203.132.5.{at}", $"203.132.5.{at + 3}", "Temporary");
        var added = await Api.CallAsync(
            "subscription",
            "addIpRangeReservation",
            P("usn", usn),
            P("reservationId", reserved.At("Reservation/ReservationId")!)
        );
        await AddAsync(usn, "10.2.0.1", "10.2.0.2");
        var before = (await server.MessagesAsync(customer.Usn)).Count;
        switch (way)
        {
            case "pool":
                await Api.CallAsync("pool", "unlink", P("linkId", added.At("PoolReservationLink/LinkId")!));
                break;
            case "range":
                await Api.CallAsync("subscription", "removeIpRange", P("usn", usn), P("ipRangeId", added.At("SubscriptionIpRangeId")!));
                break;
            default:
                await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2014-01-01T00:00:00Z"));
                break;
        }

        Assert.Equal(way == "closing" ? "" : "10.2.0.1-10.2.0.2", Shown(await RangesAsync(usn)));
        Assert.Equal("Quarantine", Assert.Single(await LinksAsync(usn)).At("LinkType"));
        var told = (await server.MessagesAsync(customer.Usn)).Skip(before).ToList();
        Assert.Equal(
            Shown(await RangesAsync(usn)),
            Shown(Announced(Assert.Single(told, message => message.Type == "SubscriptionIpRangesUpdated")))
        );
        if (way == "closing")
        {
            // The username is the one that the subscription had, as in SubscriptionClosed (guide, line 22590).
            var closed = Assert.Single(told, message => message.Type == "SubscriptionClosed");
            var emptied = Assert.Single(told, message => message.Type == "SubscriptionIpRangesUpdated");
            var username = XElement.Parse(emptied.Body).Field("username");
            Assert.NotEqual(usn, username);
            Assert.Equal(XElement.Parse(closed.Body).Field("username"), username);
            Assert.Contains(
                "closed",
                (await Api.RefusedAsync("subscription", "addIpRange", P("usn", usn), Range("10.0.0.1", "10.0.0.1"))).Message,
                StringComparison.Ordinal
            );
        }

        server.Clock.Advance(TimeSpan.FromDays(31));
        await ReserveAsync($"203.132.5.{at}", $"203.132.5.{at + 3}", "Temporary");
    }

    [Fact]
    public async Task Numbers_that_are_no_addresses_are_not_given_as_such()
    {
        await FillPoolsAsync();
        var usn = (await PortalCustomerAsync(server)).Subscriptions[1];
        var number = await Pool.ReserveAsync(PoolHelp.Telephone, "0300000055", "0300000055", "Temporary");
        var reservation = number.At("Reservation/ReservationId")!;
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", reservation))).Element
        );
        Assert.Empty(await LinksAsync(usn));
    }

    [Fact]
    public async Task An_operator_sees_whose_an_address_was()
    {
        var (first, second) = ((await PortalCustomerAsync(server)).Subscriptions[1], (await PortalCustomerAsync(server)).Subscriptions[1]);
        var start = server.Clock.GetUtcNow();
        var id = (await AddAsync(first, "10.77.0.0", "10.77.0.255")).At("SubscriptionIpRangeId")!;
        server.Clock.Advance(TimeSpan.FromHours(1));
        await Api.CallAsync("subscription", "removeIpRange", P("usn", first), P("ipRangeId", id));
        server.Clock.Advance(TimeSpan.FromHours(1));
        await AddAsync(second, "10.77.0.8", "10.77.0.9");
        await AddAsync(second, "2001:db8:77::", "2001:db8:77::ff");
        Assert.Equal($"{second} {first}", await WhoAsync("10.77.0.8", null));
        Assert.Equal(first, await WhoAsync("10.77.0.10", null));
        Assert.Equal(first, await WhoAsync("10.77.0.8", start));
        Assert.Equal(first, await WhoAsync("10.77.0.8", start.ToOffset(TimeSpan.FromHours(11))));
        Assert.Equal("", await WhoAsync("10.77.0.8", start.AddHours(1)));
        Assert.Equal(second, await WhoAsync("2001:DB8:77::1f", server.Clock.GetUtcNow()));
        Assert.Equal("", await WhoAsync("10.77.1.0", null));
        await Assert.ThrowsAsync<SmileException>(() => WhoAsync("10.77", null));

        async Task<string> WhoAsync(string address, DateTimeOffset? at)
        {
            var holders = await RunAsync<IpHistory, IReadOnlyList<IpHolder>>(server, history => history.WhoAsync(address, at, default));
            return string.Join(' ', holders.Select(holder => holder.SubscriptionUsn));
        }
    }

    /// <summary>Whoever knows a reservation has it, unless its links name somebody else; what is in quarantine is for its own.</summary>
    [Fact]
    public async Task A_reservation_that_somebody_else_holds_is_not_taken()
    {
        await FillPoolsAsync();
        var (customer, other) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var (usn, others) = (customer.Subscriptions[1], other.Subscriptions[1]);
        using var strict = await server.AddUserAsync(
            new ApiUser(server.Unique("strict"), "fixture-password-6", customer.Usn, false, false, false, []) { Allow = ["provisioning"] }
        );

        // Held by another account, by another subscription, and given up by another subscription.
        var foreign = new[]
        {
            await HeldAsync(40, "Temporary", "Account", other.Usn),
            await HeldAsync(41, "Allocation", "Subscription", others),
            await HeldAsync(42, "Allocation", "Subscription", others),
        };
        await Pool.UnlinkAsync(foreign[2].At("LinkId"));
        foreach (var link in foreign)
        {
            var reservation = link.At("Reservation/ReservationId")!;
            var refused = await Api.RefusedAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", reservation));
            Assert.Equal("InvalidRequestException", refused.Element);
            Assert.Contains("Somebody else holds", refused.Message, StringComparison.Ordinal);
            var unknown = Guid.NewGuid().ToString();
            var (own, none) = (await FaultAsync(reservation), await FaultAsync(unknown));
            Assert.Equal(none.Replace(unknown, "?", StringComparison.Ordinal), own.Replace(reservation, "?", StringComparison.Ordinal));
        }

        // Its own, and its account's; what it gave up itself comes back to it.
        foreach (var (at, type, holder) in new[] { (43, "Account", customer.Usn), (44, "Subscription", usn) })
        {
            var mine = (await HeldAsync(at, "Temporary", type, holder)).At("Reservation/ReservationId")!;
            var added = await strict.CallAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", mine));
            await strict.CallAsync("subscription", "removeIpRange", P("usn", usn), P("ipRangeId", added.At("SubscriptionIpRangeId")!));
            server.Clock.Advance(TimeSpan.FromDays(1));
            await strict.CallAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", mine));
        }

        async Task<string> FaultAsync(string reservation)
        {
            var fault = await strict.RefusedAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", reservation));
            return $"{fault.Element} {fault.Message}";
        }

        async Task<XElement> HeldAsync(int at, string type, string holderType, string holder) =>
            (
                await Api.CallAsync(
                    "pool",
                    "createReservation",
                    P("poolId", PoolHelp.Addresses),
                    P("start", $"203.132.5.{at}"),
                    P("end", $"203.132.5.{at}"),
                    PoolHelp.LinkType(type),
                    Document($"<BackLink><Type>{holderType}</Type><Key>{holder}</Key></BackLink>")
                )
            )!;
    }

    /// <summary>Gives two pools numbers that no other test uses, once.</summary>
    private async Task FillPoolsAsync()
    {
        if (await server.QueryAsync<long>("SELECT count(*) FROM pool_range WHERE first = $1", 203L << 24 | 132 << 16 | 4 << 8) == 0)
        {
            await Pool.ImportAsync("Static addresses", "203.132.4.0", "203.132.5.255");
            await Pool.ImportAsync("Melbourne numbers", "0300000010", "0300000099");
        }
    }

    private Task<XElement> ReserveAsync(string start, string end, string type) => Pool.ReserveAsync(PoolHelp.Addresses, start, end, type);

    private static XElement Range(string from, string to) =>
        Document($"<IpRange><FromAddress>{from}</FromAddress><ToAddress>{to}</ToAddress></IpRange>");

    private static string Shown(IEnumerable<XElement> ranges) =>
        string.Join(' ', ranges.Select(range => $"{range.At("FromAddress")}-{range.At("ToAddress")}"));

    private static IReadOnlyList<XElement> Announced(AnnouncedMessage message) =>
        [.. XElement.Parse(message.Body).AllAt("IPRanges/SubscriptionIpRange")];

    private async Task<XElement> AddAsync(string usn, string from, string to) =>
        (await Api.CallAsync("subscription", "addIpRange", P("usn", usn), Range(from, to)))!;

    private async Task<IReadOnlyList<XElement>> RangesAsync(string usn) =>
        [.. (await Api.CallAsync("subscription", "getIpRanges", P("usn", usn))).AllAt("SubscriptionIpRange")];

    private async Task<IReadOnlyList<XElement>> LinksAsync(string usn) =>
        [.. (await Api.CallAsync("subscription", "getPoolReservationLinks", P("usn", usn))).AllAt("Link")];
}
