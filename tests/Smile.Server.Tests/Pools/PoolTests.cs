using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Smile.NumberPools;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;
using static Smile.Server.Tests.Pools.PoolHelp;

namespace Smile.Server.Tests.Pools;

/// <summary>The operations of <c>pool</c> (guide, lines 19303-19730). It has a server of its own: its clock passes months.</summary>
public sealed partial class PoolTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static int _area;

    private PoolHelp Pool => new(server);

    /// <summary>The guide's story from the search to the quarantine, with its own documents.</summary>
    [Fact]
    public async Task The_guides_example_is_answered_as_printed()
    {
        await Pool.ImportAsync(Telephone, "0399970000", "0399999999");
        var reserved = await Pool.ReserveAsync(Telephone, "0399990000", "0399999999", "Temporary");
        var (link, reservation) = (reserved.At("LinkId")!, reserved.At("Reservation/ReservationId")!);
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney");
        var expiry = TimeZoneInfo.ConvertTime(server.Clock.GetUtcNow().AddMinutes(30), zone);
        Assert.Equal(
            $"<PoolReservationLink xmlns=\"http://xml.inomial.com/smile/2.xsd\"><LinkId>{link}</LinkId><LinkType>Temporary</LinkType>"
                + $"<Reservation><ReservationId>{reservation}</ReservationId><Start>0399990000</Start><End>0399999999</End></Reservation>"
                + $"<Expiry>{expiry:yyyy-MM-ddTHH:mm:ss.fffzzz}</Expiry>"
                + "</PoolReservationLink>",
            Plain(reserved)
        );
        var found = await server.Administrator.CallAsync("pool", "search", Criteria(Telephone, "0399970000", "0399999999", 10_000, 3));
        Assert.Equal(
            "<PoolSearchResults xmlns=\"http://xml.inomial.com/smile/2.xsd\">"
                + $"<PoolSearchResult><PoolId>{Telephone}</PoolId><RangeStart>0399970000</RangeStart><RangeEnd>0399979999</RangeEnd>"
                + $"</PoolSearchResult><PoolSearchResult><PoolId>{Telephone}</PoolId><RangeStart>0399980000</RangeStart>"
                + "<RangeEnd>0399989999</RangeEnd></PoolSearchResult></PoolSearchResults>",
            Plain(found!)
        );

        var allocated = await Pool.LinkAsync(reservation, "Allocation");
        Assert.Equal(
            $"<PoolReservationLink xmlns=\"http://xml.inomial.com/smile/2.xsd\"><LinkId>{allocated.At("LinkId")}</LinkId>"
                + $"<LinkType>Allocation</LinkType><Reservation><ReservationId>{reservation}</ReservationId><Start>0399990000</Start>"
                + "<End>0399999999</End></Reservation></PoolReservationLink>",
            Plain(allocated)
        );
        Assert.Equal(Plain(allocated), Plain(await Pool.GetAsync(allocated.At("LinkId"))));
        var kept = await Pool.UnlinkAsync(allocated.At("LinkId"));
        Assert.Equal(("Quarantine", reservation), (kept.At("LinkType"), kept.At("Reservation/ReservationId")));
        Assert.Equal(
            server.Clock.GetUtcNow().AddDays(60),
            DateTimeOffset.Parse(kept.At("Expiry")!, System.Globalization.CultureInfo.InvariantCulture)
        );
        var message = (await server.MessagesAsync(Telephone))[^1];
        Assert.Equal(
            ("SmileNumberPool", "LinkDeallocation", allocated.At("LinkId"), kept.At("LinkId"), true),
            (
                message.Topic,
                message.Type,
                message.Headers["linkId"],
                message.Headers["quarantineLinkId"],
                (bool)message.Headers["reservationStatus"]
            )
        );
        Assert.Equal(Plain(allocated), Plain(XElement.Parse(message.Body)));
    }

    [Fact]
    public async Task A_reservation_ends_with_its_last_link()
    {
        var area = await AreaAsync();
        var temporary = await Pool.ReserveAsync(Addresses, $"{area}.0", $"{area}.255", "Temporary", "7");
        Assert.Null(temporary.At("Reservation/PoolType"));
        var reservation = temporary.At("Reservation/ReservationId");
        var other = await Pool.LinkAsync(reservation, "Temporary");
        Assert.Null(await Pool.UnlinkAsync(temporary.At("LinkId")));
        Assert.Equal("", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        Assert.Null(await Pool.UnlinkAsync(other.At("LinkId")));
        Assert.Equal($"{area}.0-{area}.255", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        var messages = await MessagesAsync(Addresses, temporary.At("LinkId"), other.At("LinkId"));
        Assert.Equal([(true, ""), (false, "")], messages.Select(Left));

        // The reservation is known, and over.
        var fault = await server.Administrator.RefusedAsync(
            "pool",
            "createLinkToReservation",
            P("reservationId", reservation!),
            LinkType("Allocation")
        );
        Assert.Equal(
            ("InvalidRequestException", true),
            (fault.Element, fault.Message.Contains("no longer active", StringComparison.Ordinal))
        );
        await RequireNoLinkAsync("getLink", other.At("LinkId")!);
        await RequireNoLinkAsync("unlink", other.At("LinkId")!);
    }

    [Fact]
    public async Task A_pool_without_quarantine_frees_at_once()
    {
        await Pool.ImportAsync(Networks, "2001:db8::", "2001:db8::ffff");
        var link = await Pool.ReserveAsync(Networks, "2001:db8::100", "2001:db8::1ff", "Allocation", "8");
        Assert.Equal(
            "2001:db8::-2001:db8::ff 2001:db8::200-2001:db8::2ff",
            await Pool.SearchAsync(Networks, "2001:db8::", "2001:db8::ffff", 256, 2)
        );
        Assert.Null(await Pool.UnlinkAsync(link.At("LinkId")));
        Assert.Equal([(false, "")], (await MessagesAsync(Networks, link.At("LinkId"))).Select(Left));
        Assert.Equal("2001:db8::-2001:db8::ffff", await Pool.SearchAsync(Networks, "2001:db8::", "2001:db8::ffff"));
        var fault = await Pool.ReserveRefusedAsync(Networks, "2001:db8::", "2001:db8::", "Quarantine");
        Assert.Equal("InvalidRequestException", fault.Element);
    }

    /// <summary>What is over counts as free at once, and is announced when a search, a reservation or due work comes past.</summary>
    [Theory]
    [InlineData("search")]
    [InlineData("reserve")]
    [InlineData("due work")]
    public async Task Temporary_links_end_by_themselves(string way)
    {
        var area = await AreaAsync();
        var link = await Pool.ReserveAsync(Addresses, $"{area}.4", $"{area}.7", "Temporary");
        var kept = await Pool.ReserveAsync(Addresses, $"{area}.8", $"{area}.8", "Temporary");
        await Pool.LinkAsync(kept.At("Reservation/ReservationId"), "PreAllocation");
        server.Clock.Advance(TimeSpan.FromMinutes(15));
        await RequireNoLinkAsync("getLink", link.At("LinkId")!);
        await RequireNoLinkAsync("unlink", link.At("LinkId")!);
        if (way == "reserve")
        {
            await Pool.ReserveAsync(Addresses, $"{area}.3", $"{area}.5", "Allocation");
        }
        else if (way == "due work")
        {
            Assert.True(await server.CarryOutDueWorkAsync() >= 2);
            Assert.Equal(0, await server.CarryOutDueWorkAsync());
        }

        var expected =
            way == "reserve" ? $"{area}.0-{area}.2 {area}.6-{area}.7 {area}.9-{area}.255" : $"{area}.0-{area}.7 {area}.9-{area}.255";
        Assert.Equal(expected, await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        Assert.Equal([(false, "")], (await MessagesAsync(Addresses, link.At("LinkId"))).Select(Left));
        Assert.Equal([(true, "")], (await MessagesAsync(Addresses, kept.At("LinkId"))).Select(Left));
    }

    [Fact]
    public async Task Quarantine_keeps_numbers_from_all_but_their_holder()
    {
        var area = await AreaAsync();
        var link = await Pool.ReserveAsync(Addresses, $"{area}.16", $"{area}.31", "PreAllocation", "9");
        await Pool.UnlinkAsync(link.At("LinkId"));
        Assert.Equal($"{area}.0-{area}.15 {area}.32-{area}.255", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        Assert.Equal($"{area}.0-{area}.31", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.63", 32, 1, "9"));
        Assert.Equal($"{area}.32-{area}.63", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.63", 32, 1, "10"));
        Assert.Equal(
            "ReservationUnavailableException",
            (await Pool.ReserveRefusedAsync(Addresses, $"{area}.20", $"{area}.20", "Allocation", "10")).Element
        );

        // He takes a part, from the middle and beyond: the rest stays in quarantine for as long as it would have.
        await Pool.ReserveAsync(Addresses, $"{area}.24", $"{area}.40", "Allocation", "9");
        Assert.Equal($"{area}.0-{area}.15 {area}.41-{area}.255", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        Assert.Equal(
            $"{area}.0-{area}.23 {area}.41-{area}.255",
            await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255", holder: "9")
        );
        server.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal($"{area}.0-{area}.23 {area}.41-{area}.255", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
    }

    /// <summary>Who looks at his old number for some minutes does not free it for others (guide, line 19324).</summary>
    [Theory]
    [InlineData("unlink")]
    [InlineData("expiry")]
    [InlineData("work")]
    public async Task A_temporary_link_of_its_holder_puts_a_quarantine_off_and_does_not_end_it(string way)
    {
        var area = await AreaAsync();
        await Pool.UnlinkAsync((await Pool.ReserveAsync(Addresses, $"{area}.16", $"{area}.31", "Allocation", "9")).At("LinkId"));
        server.Clock.Advance(TimeSpan.FromDays(10));

        // A part of what is kept for him, and free numbers behind it.
        var looked = await Pool.ReserveAsync(Addresses, $"{area}.24", $"{area}.39", "Temporary", "9");
        Assert.Equal(
            "ReservationUnavailableException",
            (await Pool.ReserveRefusedAsync(Addresses, $"{area}.24", $"{area}.24", "Allocation", "9")).Element
        );
        if (way == "unlink")
        {
            var kept = await Pool.UnlinkAsync(looked.At("LinkId"));
            Assert.Equal(
                ("Quarantine", $"{area}.24", $"{area}.31"),
                (kept.At("LinkType"), kept.At("Reservation/Start"), kept.At("Reservation/End"))
            );
            Assert.Equal([(false, kept.At("LinkId")!)], (await MessagesAsync(Addresses, looked.At("LinkId"))).Select(Left));
        }
        else
        {
            server.Clock.Advance(TimeSpan.FromMinutes(30));
            if (way == "work")
            {
                await server.CarryOutDueWorkAsync();
            }
        }

        foreach (var holder in new[] { null, "10" })
        {
            var refused = await Pool.ReserveRefusedAsync(Addresses, $"{area}.24", $"{area}.24", "Allocation", holder);
            Assert.Equal("ReservationUnavailableException", refused.Element);
        }

        Assert.Equal($"{area}.0-{area}.15 {area}.32-{area}.255", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));

        // To its original end, and not from anew.
        server.Clock.Advance(TimeSpan.FromDays(20));
        Assert.Equal($"{area}.0-{area}.255", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        await PoolInvariants.RequireAsync(server, Addresses);
    }

    [Fact]
    public async Task An_allocation_by_its_holder_ends_a_quarantine_that_was_put_off()
    {
        var area = await AreaAsync();
        await Pool.UnlinkAsync((await Pool.ReserveAsync(Addresses, $"{area}.16", $"{area}.31", "Allocation", "9")).At("LinkId"));
        var looked = await Pool.ReserveAsync(Addresses, $"{area}.16", $"{area}.31", "Temporary", "9");
        var taken = await Pool.LinkAsync(looked.At("Reservation/ReservationId"), "Allocation", "9");
        await Pool.UnlinkAsync(looked.At("LinkId"));
        var kept = await Pool.UnlinkAsync(taken.At("LinkId"));
        Assert.Null(await Pool.UnlinkAsync(kept.At("LinkId")));
        Assert.Equal($"{area}.0-{area}.255", await Pool.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        await PoolInvariants.RequireAsync(server, Addresses);
    }

    [Fact]
    public async Task Texts_with_numbers_are_a_pool_too()
    {
        await Pool.ImportAsync(Codes, "EX-000100-MEL", "EX-000299-MEL");
        await Pool.ReserveAsync(Codes, "EX-000100-MEL", "EX-000100-MEL", "Allocation");
        Assert.Equal("EX-000101-MEL-EX-000101-MEL", await Pool.SearchAsync(Codes, "EX-000000-MEL", "EX-999999-MEL", 1, 1));
        Assert.Equal("EX-000200-MEL-EX-000299-MEL", await Pool.SearchAsync(Codes, "EX-000000-MEL", "EX-999999-MEL", 100));
    }

    public static TheoryData<string, string, string> Refusals =>
        new()
        {
            { "search no-uuid 10.255.0.0 10.255.0.9", "NoSuchItemException", "NoSuchPoolException [poolId=no-uuid]" },
            {
                "search abcdefab-abcd-4bcd-8bcd-abcdefabcdef 10.255.0.0 10.255.0.9",
                "NoSuchItemException",
                "NoSuchPoolException [poolId=abcdefab-abcd-4bcd-8bcd-abcdefabcdef]"
            },
            { $"search {Addresses} ten 10.255.0.9", "InvalidRequestException", "[SearchRangeStart=ten]" },
            { $"search {Addresses} 10.255.0.0 10.255.0", "InvalidRequestException", "[SearchRangeEnd=10.255.0]" },
            { $"search {Addresses} 10.255.0.9 10.255.0.0", "InvalidRequestException", "[SearchRangeEnd=10.255.0.0]" },
            { $"search {Addresses} 10.255.0.0 10.255.0.9 -1", "InvalidRequestException", "[DesiredRangeSize=-1]" },
            { $"search {Addresses} 10.255.0.0 10.255.0.9 1 0", "InvalidRequestException", "[ResultLimit=0]" },
            { $"search {Addresses} 10.255.0.0 10.255.0.9 1 1001", "InvalidRequestException", "[ResultLimit=1001]" },
            { $"reserve nothing 10.255.0.0 10.255.0.9 Allocation", "NoSuchItemException", "NoSuchPoolException [poolId=nothing]" },
            { $"reserve {Addresses} 10.255.0.9 10.255.0.0 Allocation", "InvalidRequestException", "[end=10.255.0.0]" },
            { $"reserve {Addresses} x 10.255.0.0 Allocation", "InvalidRequestException", "[start=x]" },
            { $"reserve {Addresses} 10.255.0.0 10.255.0.9 Allocation", "InvalidRequestException", "does not have all numbers" },
            { $"reserve {Addresses} 10.255.0.0 10.255.0.9 Borrowed", "InvalidRequestException", "LinkType" },
            { $"link nothing Allocation", "NoSuchItemException", "NoSuchPoolReservationException [reservationId=nothing]" },
            {
                "link abcdefab-abcd-4bcd-8bcd-abcdefabcdef Allocation",
                "NoSuchItemException",
                "NoSuchPoolReservationException [reservationId=abcdefab-abcd-4bcd-8bcd-abcdefabcdef]"
            },
            { "get nothing", "NoSuchItemException", "NoSuchPoolLinkException [linkId=nothing]" },
            { "unlink nothing", "NoSuchItemException", "NoSuchPoolLinkException [linkId=nothing]" },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_is_refused_by_name(string call, string fault, string message)
    {
        var words = call.Split(' ');
        var (operation, parameters) = words[0] switch
        {
            "search" => (
                "search",
                new[]
                {
                    Criteria(
                        words[1],
                        words[2],
                        words[3],
                        words.Length > 4 ? long.Parse(words[4], null) : null,
                        words.Length > 5 ? int.Parse(words[5], null) : null
                    ),
                }
            ),
            "reserve" => ("createReservation", Reservation(words[1], words[2], words[3], words[4])),
            "link" => ("createLinkToReservation", [P("reservationId", words[1]), LinkType(words[2])]),
            "get" => ("getLink", [P("linkId", words[1])]),
            _ => ("unlink", new[] { P("linkId", words[1]) }),
        };
        var refused = await server.Administrator.RefusedAsync("pool", operation, parameters);
        Assert.Equal(fault, refused.Element);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "1", "BackLink/Type")]
    [InlineData("subscription", " ", "BackLink/Key")]
    [InlineData("subscription", "201", "BackLink/Key")]
    public async Task A_back_link_names_its_holder(string type, string key, string field)
    {
        var text = int.TryParse(key, out var length) && length > 1 ? new string('k', length) : key;
        var fault = await server.Administrator.RefusedAsync(
            "pool",
            "createReservation",
            [
                .. Reservation(Addresses, "10.255.0.0", "10.255.0.0", "Allocation"),
                Document($"<BackLink><Type>{type}</Type><Key>{text}</Key></BackLink>"),
            ]
        );
        Assert.Equal("InvalidRequestException", fault.Element);
        Assert.Contains(field, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Pools are nobody's account: a login of one account may look, and not take.</summary>
    [Fact]
    public async Task Only_logins_of_all_accounts_reserve()
    {
        var area = await AreaAsync();
        var link = await Pool.ReserveAsync(Addresses, $"{area}.0", $"{area}.0", "Allocation");
        using var customer = await server.AddUserOfAccountAsync((await Orders.PortalCustomerAsync(server)).Usn);
        var his = new PoolHelp(server, customer);
        Assert.Equal($"{area}.1-{area}.255", await his.SearchAsync(Addresses, $"{area}.0", $"{area}.255"));
        Assert.Equal(Plain(link), Plain(await his.GetAsync(link.At("LinkId"))));
        foreach (
            var (operation, parameters) in new (string, XElement[])[]
            {
                ("createReservation", Reservation(Addresses, $"{area}.1", $"{area}.1", "Temporary")),
                ("createLinkToReservation", [P("reservationId", link.At("Reservation/ReservationId")!), LinkType("Temporary")]),
                ("unlink", [P("linkId", link.At("LinkId")!)]),
            }
        )
        {
            Assert.Equal("AccessException", (await customer.RefusedAsync("pool", operation, parameters)).Element);
        }
    }

    /// <summary>Real calls at the same moment: exactly one has each number, and nothing is lost.</summary>
    [Fact]
    public async Task Of_callers_who_want_the_same_numbers_one_has_them()
    {
        var area = await AreaAsync();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 24)
                .Select(async index =>
                {
                    var first = index % 6 * 4;
                    var wrapper = Wrapper(
                        "createReservation",
                        Reservation(Addresses, $"{area}.{first}", $"{area}.{first + 3 + index % 2}", "Allocation")
                    );
                    return await server.Administrator.TryAsync("pool", wrapper);
                })
        );
        Assert.All(answers.OfType<SoapFault>(), fault => Assert.Equal("ReservationUnavailableException", fault.Element));
        Assert.InRange(answers.Count(fault => fault is null), 4, 6);
        await PoolInvariants.RequireAsync(server, Addresses);
    }

    /// <summary>Whatever a server thinks is free: the database itself gives no number twice.</summary>
    [Fact]
    public async Task The_database_refuses_a_second_reservation_by_itself()
    {
        var area = await AreaAsync();
        await Pool.ReserveAsync(Addresses, $"{area}.8", $"{area}.15", "Allocation");
        var exception = await Assert.ThrowsAsync<PostgresException>(() =>
            server.ExecuteAsync(
                """
                INSERT INTO pool_reservation (id, pool, first, last, created, changed_by)
                SELECT gen_random_uuid(), pool, last, last + 1, now(), 'test' FROM pool_reservation ORDER BY created DESC LIMIT 1
                """
            )
        );
        Assert.Equal(("23P01", "ex_pool_reservation"), (exception.SqlState, exception.ConstraintName));
    }

    /// <summary>What other modules use, in their own transaction.</summary>
    [Fact]
    public async Task A_holder_has_links()
    {
        var area = await AreaAsync();
        var holder = new BackLink("subscription", server.Unique("holder"));
        var reserved = await Pool.ReserveAsync(Addresses, $"{area}.0", $"{area}.7", "Temporary");
        var reservation = reserved.At("Reservation/ReservationId")!;
        var account = (await Orders.PortalCustomerAsync(server)).Usn;
        var added = await OnAccountAsync(
            server,
            account,
            (services, _) => Use(services).LinkAsync(reservation, PoolLinkType.Allocation, holder, default)
        );
        var links = await RunAsync<LinkedReservations, IReadOnlyList<ReservationLink>>(server, use => use.LinksOfAsync(holder, default));
        Assert.Equal([added], links);
        Assert.Equal(
            2,
            (
                await RunAsync<LinkedReservations, IReadOnlyList<ReservationLink>>(
                    server,
                    use => use.LinksOfReservationAsync(reservation, default)
                )
            ).Count
        );
        var kept = await OnAccountAsync(server, account, (services, _) => Use(services).UnlinkAsync(added.LinkId.ToString(), default));
        Assert.Equal((PoolLinkType.Quarantine, holder), (kept!.Type, kept.BackLink));

        static LinkedReservations Use(IServiceProvider services) => services.GetRequiredService<LinkedReservations>();
    }

    [Fact]
    public async Task A_catalogue_keeps_pools_that_have_numbers_and_their_form()
    {
        await AreaAsync();
        var content = ServerFixture.ReadCatalogue();
        var lacking = content with { NumberPools = [.. content.NumberPools.Where(pool => pool.Name != "Static addresses")] };
        var refusal = await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, lacking, "test", CancellationToken.None)
        );
        Assert.Contains($"number_pool {Addresses}", refusal.Message, StringComparison.Ordinal);
        var other = content with
        {
            NumberPools =
            [
                .. content.NumberPools.Select(pool =>
                    pool.Name == "Static addresses" ? pool with { Kind = Catalogue.NumberPoolKind.IPv6 } : pool
                ),
            ],
        };
        refusal = await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, other, "test", CancellationToken.None)
        );
        Assert.Contains("Static addresses", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>256 addresses of their own, such as 10.0.7: the middle of 512, so that nothing becomes one with others'.</summary>
    private async Task<string> AreaAsync()
    {
        var area = $"10.0.{Interlocked.Add(ref _area, 2)}";
        await Pool.ImportAsync(Addresses, $"{area}.0", $"{area}.255");
        return area;
    }

    private async Task RequireNoLinkAsync(string operation, string link)
    {
        var fault = await server.Administrator.RefusedAsync("pool", operation, P("linkId", link));
        Assert.Equal("NoSuchItemException", fault.Element);

        // An identifier whose digits look like a card's is masked: which one it is, the test does not ask.
        Assert.StartsWith("NoSuchPoolLinkException [linkId=", fault.Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<AnnouncedMessage>> MessagesAsync(string pool, params string?[] links) =>
        [.. (await server.MessagesAsync(pool)).Where(message => links.Contains((string)message.Headers["linkId"]))];

    private static (bool IsReserved, string Quarantine) Left(AnnouncedMessage message) =>
        ((bool)message.Headers["reservationStatus"], (string)message.Headers["quarantineLinkId"]);

    /// <summary>A document without what depends on who wrote it: prefixes, and declarations that nothing uses.</summary>
    private static string Plain(XElement element)
    {
        var copy = new XElement(element);
        copy.DescendantsAndSelf().Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        return Blanks().Replace(copy.ToString(SaveOptions.DisableFormatting), "><");
    }

    [GeneratedRegex(@">\s+<")]
    private static partial Regex Blanks();
}
