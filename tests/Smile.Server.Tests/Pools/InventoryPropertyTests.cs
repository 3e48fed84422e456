using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Usage;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Pools;

/// <summary>
/// Random lives of subscriptions with subservices, addresses of their own and addresses from a pool, which move between accounts and are
/// closed, and of telephone lines that are ordered with numbers of a pool, while others unlink what is theirs: names, addresses, numbers,
/// links, pools and messages agree. It has a server of its own, since it moves the clock by months.
/// </summary>
public sealed class InventoryPropertyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Customers = 3;
    private const int Names = 5;
    private const int Blocks = 6;
    private const int BlockSize = 4;
    private const int Numbers = 6;
    private const int LinesNeedingApproval = 311;
    private const int Steps = 50;

    private static readonly int Lives = Verification.IsFull ? 150 : 8;

    /// <summary>What a step may be refused with, and with nothing else.</summary>
    private static readonly string[] Refusals =
    [
        "InvalidRequestException",
        "NoSuchItemException",
        "OrderException",
        "ReservationUnavailableException",
    ];
    private static int _lives;

    private enum Deed
    {
        AddName,
        Rename,
        RemoveName,
        AddRange,
        RemoveRange,
        TakeBlock,
        RemoveLink,
        Unlink,
        Migrate,
        Close,
        OrderLine,
        ChangeLine,
        ApproveLine,
        CancelLine,
        CloseLine,
        Wait,
        Work,
    }

    private sealed record Step(Deed Deed, int Customer, int Choice);

    private SoapCaller Api => server.Administrator;

    [Fact]
    public void Names_addresses_links_and_messages_agree_whatever_happens()
    {
        // What is added outweighs what ends, so that a life has something to lose.
        var deeds = Enum.GetValues<Deed>()
            .Concat([Deed.AddName, Deed.AddRange, Deed.TakeBlock, Deed.TakeBlock, Deed.OrderLine, Deed.OrderLine])
            .ToArray();
        var step =
            from deed in Gen.Elements(deeds)
            from customer in Gen.Choose(0, Customers - 1)
            from choice in Gen.Choose(0, 1_000)
            select new Step(deed, customer, choice);
        Prop.ForAll(Arb.From(Gen.ArrayOf(step, Steps)), steps => LiveAsync(steps).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Lives));
    }

    private async Task LiveAsync(IReadOnlyList<Step> steps)
    {
        var life = Interlocked.Increment(ref _lives);
        await new PoolHelp(server).ImportAsync(PoolHelp.Addresses, Address(life, 0), Address(life, Blocks * BlockSize - 1));
        await new PoolHelp(server).ImportAsync(PoolHelp.Telephone, Telephone(life, 0), Telephone(life, Numbers - 1));
        var lines = new List<OrderedAccount>();
        var customers = await Task.WhenAll(Enumerable.Range(0, Customers).Select(_ => PortalCustomerAsync(server)));
        foreach (var step in steps)
        {
            if (await FaultAsync(life, customers, lines, step) is { } fault)
            {
                Assert.Contains(fault.Element, Refusals);
            }
        }

        await RequireAgreementAsync();
        await PoolInvariants.RequireAsync(server, PoolHelp.Addresses);
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
        await IdentifierInvariants.RequireAsync(server);
        foreach (var customer in customers)
        {
            await RequireToldAsync(customer.Subscriptions[1]);
        }
    }

    /// <summary>Does a step; what there is to choose from is asked of the server.</summary>
    private async Task<SoapFault?> FaultAsync(int life, OrderedAccount[] customers, List<OrderedAccount> lines, Step step)
    {
        var usn = customers[step.Customer].Subscriptions[1];
        var name = string.Create(CultureInfo.InvariantCulture, $"08{life:D6}{step.Choice % Names:D2}");
        switch (step.Deed)
        {
            case Deed.AddName:
                return await TryAsync("subservice", "addSubservice", P("usn", usn), Subservice("SubserviceRequest", "", usn, name));
            case Deed.Rename:
                return await OnOneAsync(
                    "subservice",
                    "getSubservicesForSubscription",
                    usn,
                    "Subservice",
                    step,
                    chosen =>
                        TryAsync("subservice", "updateSubservice", Subservice("Subservice", $"<SSID>{chosen.At("SSID")}</SSID>", usn, name))
                );
            case Deed.RemoveName:
                return await OnOneAsync(
                    "subservice",
                    "getSubservicesForSubscription",
                    usn,
                    "Subservice",
                    step,
                    chosen => TryAsync("subservice", "removeSubservice", P("ssid", chosen.At("SSID")!))
                );
            case Deed.AddRange:
                var range = $"10.200.{step.Choice % 4}.";
                return await TryAsync(
                    "subscription",
                    "addIpRange",
                    P("usn", usn),
                    Document($"<IpRange><FromAddress>{range}0</FromAddress><ToAddress>{range}{step.Choice % 256}</ToAddress></IpRange>")
                );
            case Deed.RemoveRange:
                return await OnOneAsync(
                    "subscription",
                    "getIpRanges",
                    usn,
                    "SubscriptionIpRange",
                    step,
                    chosen => TryAsync("subscription", "removeIpRange", P("usn", usn), P("ipRangeId", chosen.At("SubscriptionIpRangeId")!))
                );
            case Deed.TakeBlock:
                return await TakeBlockAsync(life, usn, step.Choice % Blocks);
            case Deed.RemoveLink:
                return await OnOneAsync(
                    "subscription",
                    "getPoolReservationLinks",
                    usn,
                    "Link",
                    step,
                    chosen =>
                        TryAsync("subscription", "removePoolReservationLink", P("usn", usn), P("reservationLinkId", chosen.At("LinkId")!))
                );
            case Deed.Unlink:
                return await OnOneAsync(
                    "subscription",
                    "getPoolReservationLinks",
                    usn,
                    "Link",
                    step,
                    chosen => TryAsync("pool", "unlink", P("linkId", chosen.At("LinkId")!))
                );
            case Deed.Migrate:
                var target = customers[step.Choice % Customers].Usn;
                return await TryAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", target));
            case Deed.Close when step.Choice % 4 == 0:
                var closing = await TryAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2014-01-01T00:00:00Z"));
                return closing?.Element == "CancelException" ? null : closing;
            case Deed.OrderLine or Deed.ChangeLine or Deed.ApproveLine or Deed.CancelLine or Deed.CloseLine:
                return await OnLineAsync(life, customers[step.Customer].Usn, lines, step);
            case Deed.Wait:
                server.Clock.Advance(TimeSpan.FromDays(step.Choice % 20));
                return null;
            case Deed.Work:
                await server.CarryOutDueWorkAsync();
                return null;
            default:
                return null;
        }
    }

    /// <summary>Orders a line with two numbers, of which the second is a subservice, or does something with one that was ordered.</summary>
    private async Task<SoapFault?> OnLineAsync(int life, string account, List<OrderedAccount> lines, Step step)
    {
        var second = Text("secondNumber", Telephone(life, step.Choice / Numbers % Numbers));
        if (step.Deed == Deed.OrderLine)
        {
            var order = Order(LinesNeedingApproval, 1, Text("phoneNumber", Telephone(life, step.Choice % Numbers)) + second);
            var fault = await TryAsync("order", "orderSubscription", P("usn", account), order);
            if (fault is null)
            {
                var newest = await server.QueryAsync<string>(
                    "SELECT order_number || ' ' || usn FROM ordered_component ORDER BY substr(order_number, 2)::bigint DESC LIMIT 1"
                );
                lines.Add(new OrderedAccount(newest.Split(' ')[0], account, [newest.Split(' ')[1]], ""));
            }

            return fault;
        }

        if (lines.Count == 0)
        {
            return null;
        }

        var line = lines[step.Choice % lines.Count];
        var closing =
            step.Deed == Deed.CloseLine
                ? await TryAsync("subscription", "cancel", P("usn", line.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"))
                : null;
        return step.Deed switch
        {
            Deed.CloseLine => closing?.Element == "CancelException" ? null : closing,
            Deed.ChangeLine => await TryAsync(
                "order",
                "updateOrder",
                P("orderNumber", line.OrderNumber),
                Order(LinesNeedingApproval, 1, step.Choice % 5 == 0 ? Text("secondNumber", "") : second)
            ),
            Deed.ApproveLine => await TryAsync("order", "approveOrder", P("orderNumber", line.OrderNumber)),
            _ => await TryAsync("order", "cancelOrder", P("orderNumber", line.OrderNumber)),
        };
    }

    /// <summary>Reserves a block, and gives it to a subscription.</summary>
    private async Task<SoapFault?> TakeBlockAsync(int life, string usn, int block)
    {
        var (start, end) = (Address(life, block * BlockSize), Address(life, block * BlockSize + BlockSize - 1));
        var wanted = PoolHelp.Reservation(PoolHelp.Addresses, start, end, "Temporary");
        if (await TryAsync("pool", "createReservation", wanted) is { } fault)
        {
            return fault;
        }

        var reservation = await server.QueryAsync<Guid>(
            """
            SELECT reservation.id FROM pool_reservation AS reservation JOIN number_pool AS pool ON pool.number = reservation.pool
            WHERE pool.id = $1::uuid AND ended IS NULL AND first = $2
            """,
            PoolHelp.Addresses,
            Position(life, block * BlockSize)
        );
        return await TryAsync("subscription", "addIpRangeReservation", P("usn", usn), P("reservationId", reservation));
    }

    /// <summary>Names, addresses and links, of all subscriptions that there are.</summary>
    private async Task RequireAgreementAsync() =>
        Assert.Equal(
            "",
            await server.QueryAsync<string>(
                """
                WITH held AS (
                    SELECT range.*, link.type, link.back_link_type, link.back_link_key, reservation.ended,
                        reservation.first AS from_position, reservation.last AS to_position
                    FROM subscription_ip_range AS range
                    LEFT JOIN pool_link AS link ON link.id = range.link_id
                    LEFT JOIN pool_reservation AS reservation ON reservation.id = link.reservation_id
                    WHERE range."end" IS NULL),
                ordered AS (
                    SELECT subscription.usn, activated, field ->> 'n' AS name, field ->> 'v' AS value
                    FROM customer_order JOIN ordered_component ON order_number = number JOIN subscription USING (usn)
                        CROSS JOIN LATERAL jsonb_array_elements(form) AS field
                    WHERE package_id = 311 AND closed IS NULL AND field ->> 'v' IS NOT NULL)
                SELECT concat_ws('; ',
                    (SELECT 'two have a name: ' || min(username) FROM (
                        SELECT lower(username) AS username FROM subservice WHERE removed IS NULL
                        GROUP BY service_id, lower(username) HAVING count(*) > 1) AS twice HAVING count(*) > 0),
                    (SELECT 'a subscription has a name as well: ' || min(subservice.username)
                        FROM subservice JOIN subscription USING (service_id)
                        WHERE removed IS NULL AND closed IS NULL AND lower(subscription.username) = lower(subservice.username)
                        HAVING count(*) > 0),
                    (SELECT 'a name and its history differ: ' || min(username) FROM subservice
                        WHERE (removed IS NULL) <> (unique_name IS NOT NULL)
                            OR (SELECT string_agg(name.username, ',') FROM subservice_name AS name
                                WHERE name.subservice_id = subservice.id AND name."end" IS NULL)
                                IS DISTINCT FROM CASE WHEN removed IS NULL THEN subservice.username END
                        HAVING count(*) > 0),
                    (SELECT 'two had a name at a time: ' || min(one.username)
                        FROM subservice_name AS one JOIN subservice_name AS other
                            ON other.id > one.id AND other.service_id = one.service_id AND lower(other.username) = lower(one.username)
                        WHERE tstzrange(one.start, one."end") && tstzrange(other.start, other."end")
                        HAVING count(*) > 0),
                    (SELECT 'a closed subscription has something: ' || min(usn) FROM subscription
                        WHERE closed IS NOT NULL
                            AND (EXISTS (SELECT FROM subservice WHERE subscription_usn = usn AND removed IS NULL)
                                OR EXISTS (SELECT FROM held WHERE subscription_usn = usn)
                                OR EXISTS (SELECT FROM pool_link
                                    WHERE back_link_type = 'Subscription' AND back_link_key = usn AND type <> 'Quarantine'))
                        HAVING count(*) > 0),
                    (SELECT 'addresses and their link differ: ' || min(from_address) FROM held
                        WHERE link_id IS NOT NULL
                            AND (type, back_link_type, back_link_key, first, last)
                                IS DISTINCT FROM ('Allocation', 'Subscription', subscription_usn, from_position, to_position)
                        HAVING count(*) > 0),
                    (SELECT 'addresses of a reservation that has ended: ' || min(from_address) FROM held
                        WHERE ended IS NOT NULL HAVING count(*) > 0),
                    (SELECT 'a line lacks a number of its order: ' || min(value) FROM ordered
                        WHERE NOT EXISTS (SELECT FROM pool_link AS link JOIN pool_reservation AS reservation
                            ON reservation.id = link.reservation_id
                            WHERE back_link_type = 'Subscription' AND back_link_key = usn AND first = value::numeric AND last = first
                                AND link.type = CASE WHEN activated IS NULL THEN 'PreAllocation' ELSE 'Allocation' END)
                        HAVING count(*) > 0),
                    (SELECT 'a line has a number that its order does not name: ' || min(usn)
                        FROM pool_link JOIN (SELECT DISTINCT usn FROM ordered) AS line ON back_link_key = usn
                            JOIN pool_reservation AS reservation ON reservation.id = reservation_id
                        WHERE back_link_type = 'Subscription' AND pool_link.type <> 'Quarantine'
                            AND NOT EXISTS (SELECT FROM ordered WHERE ordered.usn = line.usn AND value::numeric = first)
                        HAVING count(*) > 0),
                    (SELECT 'a second number is no subservice: ' || min(value) FROM ordered
                        WHERE name = 'secondNumber' AND NOT EXISTS (SELECT FROM subservice
                            WHERE subscription_usn = usn AND username = value AND removed IS NULL)
                        HAVING count(*) > 0),
                    (SELECT 'a link gives no addresses: ' || min(link.id::text) FROM pool_link AS link
                        WHERE back_link_type = 'Subscription' AND type = 'Allocation'
                            AND NOT EXISTS (SELECT FROM held WHERE link_id = link.id)
                            AND NOT EXISTS (SELECT FROM ordered WHERE usn = back_link_key)
                        HAVING count(*) > 0))
                """
            )
        );

    /// <summary>The last message about a subscription's addresses tells what it has; without one it has none.</summary>
    private async Task RequireToldAsync(string usn)
    {
        var told = await server.QueryAsync<string>(
            """
            SELECT coalesce((SELECT body FROM outbox_message
                WHERE message_type = 'SubscriptionIpRangesUpdated' AND body LIKE '%<USN>' || $1 || '</USN>%' ORDER BY id DESC LIMIT 1), '')
            """,
            usn
        );
        var held = (await Api.CallAsync("subscription", "getIpRanges", P("usn", usn))).AllAt("SubscriptionIpRange");
        Assert.Equal(Plain(held), told.Length == 0 ? "" : Plain(XElement.Parse(told).AllAt("IPRanges/SubscriptionIpRange")));

        static string Plain(IEnumerable<XElement> ranges) => string.Join('\n', ranges.Select(range => string.Join(' ', Texts(range))));

        static IEnumerable<string> Texts(XElement range) => range.Descendants().Where(part => !part.HasElements).Select(part => part.Value);
    }

    private async Task<SoapFault?> OnOneAsync(
        string endpoint,
        string operation,
        string usn,
        string path,
        Step step,
        Func<XElement, Task<SoapFault?>> act
    )
    {
        var all = (await Api.CallAsync(endpoint, operation, P("usn", usn))).AllAt(path).ToList();
        return all.Count == 0 ? null : await act(all[step.Choice % all.Count]);
    }

    private Task<SoapFault?> TryAsync(string endpoint, string operation, params XElement[] parameters) =>
        Api.TryAsync(endpoint, Wrapper(operation, parameters));

    private static XElement Subservice(string root, string before, string usn, string username) =>
        Document(
            $"<{root}>{before}<SubscriptionUSN>{usn}</SubscriptionUSN><Active>true</Active>"
                + $"<SubserviceUsername>{username}</SubserviceUsername></{root}>"
        );

    /// <summary>Each life has addresses of its own, with a gap behind them.</summary>
    private static string Address(int life, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"10.{100 + life / 256}.{life % 256}.{index}");

    private static string Telephone(int life, int index) => string.Create(CultureInfo.InvariantCulture, $"07{life:D6}{index:D2}");

    private static long Position(int life, int index) => (10L << 24) + ((100L + life / 256) << 16) + ((life % 256L) << 8) + index;
}
