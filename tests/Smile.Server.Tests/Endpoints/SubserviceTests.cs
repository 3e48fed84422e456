using System.Xml.Linq;
using Smile.Catalogue;
using Smile.Customers.Subservices;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>Subservices, on a clock of their own.</summary>
public sealed class SubserviceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Adsl = 17;
    private const int Voip = 15;

    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (line 11010), which is answered with a number and found by each of the three ways.</summary>
    [Fact]
    public async Task A_subservice_is_added_and_found_by_number_subscription_and_username()
    {
        var usn = (await AdslWithVoipAsync(server)).Subscriptions[0];
        var alias = server.Unique("joe") + "@example.com";
        var added = await AddAsync(usn, alias, Alias("joe@example.com"));
        var ssid = added.At("SSID")!;
        var expected = Document(
            $"""
            <Subservice><SSID>{ssid}</SSID><SubscriptionUSN>{usn}</SubscriptionUSN><Active>true</Active>
            <SubserviceUsername>{alias}</SubserviceUsername>
            <Object><String name="type">emailAlias</String><String name="forwardTo">joe@example.com</String></Object></Subservice>
            """
        );
        AssertSame(expected, added);
        AssertSame(expected, await Api.CallAsync("subservice", "getSubservice", P("ssid", ssid)));
        AssertSame(expected, await NamedAsync(Adsl, alias));
        AssertSame(expected, Assert.Single(await OfAsync(usn)));
        Assert.Equal(
            "administrator",
            await server.QueryAsync<string>(
                """
                SELECT username FROM audit_change JOIN subscription ON usn = audit_change.changed_by
                WHERE table_name = 'subservice' AND key = $1 AND action = 'INSERT'
                """,
                ssid
            )
        );
    }

    /// <summary>The guide's example (line 11075): several at once, in the order of the request.</summary>
    [Fact]
    public async Task Several_are_added_at_once_or_none()
    {
        var usn = (await AdslWithVoipAsync(server)).Subscriptions[0];
        var (larry, moe) = (server.Unique("larry"), server.Unique("moe"));
        var list = await Api.CallAsync(
            "subservice",
            "addSubservices",
            P("usn", usn),
            Many(Request(usn, larry, Alias("admin@example.com")), Request(usn, moe, Redirect(moe, "stooges.example.com")))
        );
        Assert.Equal([larry, moe], list.AllAt("Subservice/SubserviceUsername").Select(name => name.Value));
        Assert.Equal("stooges.example.com", list.Field("redirectTo"));

        var curly = server.Unique("curly");
        var refused = await Api.RefusedAsync(
            "subservice",
            "addSubservices",
            P("usn", usn),
            Many(Request(usn, curly, Alias("admin@example.com")), Request(usn, curly.ToUpperInvariant(), Alias("admin@example.com")))
        );
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.Contains(curly.ToUpperInvariant(), refused.Message, StringComparison.Ordinal);
        Assert.Equal([larry, moe], (await OfAsync(usn)).Select(each => each.At("SubserviceUsername")));
        Assert.Empty((await Api.CallAsync("subservice", "addSubservices", P("usn", usn), Many())).AllAt("Subservice"));
    }

    /// <summary>The guide's example (line 11172): another type, whose fields take the place of those of the old one.</summary>
    [Fact]
    public async Task An_update_changes_what_it_states_and_replaces_the_fields()
    {
        var usn = (await AdslWithVoipAsync(server)).Subscriptions[0];
        var (old, other) = (server.Unique("old"), server.Unique("new"));
        var ssid = (await AddAsync(usn, old, Alias("joe@example.com"))).At("SSID")!;
        const string account =
            "<String name='type'>emailAccount</String><Integer name='quotaGB'>10</Integer>"
            + "<Boolean name='spamFilteringEnabled'>true</Boolean>";
        Assert.Null(await UpdateAsync(ssid, usn, old, account, isActive: false));
        var changed = Assert.Single(await OfAsync(usn));
        Assert.Equal(
            ("false", old, "emailAccount", "10", null),
            (
                changed.At("Active"),
                changed.At("SubserviceUsername"),
                changed.Field("type"),
                changed.Field("quotaGB"),
                changed.Field("forwardTo")
            )
        );

        await Api.CallAsync(
            "subservice",
            "updateSubservice",
            Document(
                $"<Subservice><SSID>{ssid}</SSID><SubscriptionUSN>{usn}</SubscriptionUSN><Active>true</Active>"
                    + $"<SubserviceUsername>{other}</SubserviceUsername></Subservice>"
            )
        );
        Assert.Equal("10", (await NamedAsync(Adsl, other)).Field("quotaGB"));
        Assert.Equal("NoSuchItemException", (await NotNamedAsync(Adsl, old)).Element);

        // The old name is free for others.
        await AddAsync((await AdslWithVoipAsync(server)).Subscriptions[0], old, Alias("joe@example.com"));
    }

    [Fact]
    public async Task Usernames_are_told_apart_from_those_of_subscriptions_and_subservices_of_the_service()
    {
        var customer = await AdslWithVoipAsync(server);
        var usn = customer.Subscriptions[0];
        var alias = server.Unique("taken");
        var ssid = (await AddAsync(usn, alias, Alias("a@example.com"))).At("SSID")!;

        // Of a subservice, of its own subscription, and of another one, whatever the case.
        var other = await AdslWithVoipAsync(server);
        foreach (var name in new[] { alias, alias.ToUpperInvariant(), $" {alias} ", customer.Username, other.Username })
        {
            Assert.Equal("InvalidRequestException", (await NotAddedAsync(other.Subscriptions[0], name, Alias("a@example.com"))).Element);
        }

        var second = (await AddAsync(usn, server.Unique("second"), Alias("a@example.com"))).At("SSID")!;
        Assert.Equal("InvalidRequestException", (await NotUpdatedAsync(second, usn, alias, Alias("a@example.com"))).Element);
        Assert.Null(await UpdateAsync(ssid, usn, alias.ToUpperInvariant(), Alias("a@example.com")));

        // A subscription cannot take it either, by an order or by a change.
        var order = await Api.RefusedAsync("order", "orderAccount", Order(AdslWithVoip, 812, AdslForm(alias)));
        Assert.Equal("OrderException", order.Element);
        var change = await Api.RefusedAsync("subscription", "changeUsername", P("usn", other.Subscriptions[0]), P("username", alias));
        Assert.Equal("InvalidRequestException", change.Element);

        // Another service has names of its own.
        Assert.Equal("InvalidRequestException", (await NotAddedAsync(customer.Subscriptions[1], alias, "")).Element);
        var number = Number();
        await AddAsync(customer.Subscriptions[1], number, "");
        await AddAsync(usn, number, Alias("a@example.com"));
        Assert.Equal(number, (await NamedAsync(Voip, number)).At("SubserviceUsername"));
    }

    [Fact]
    public async Task Of_two_callers_at_the_same_moment_one_gets_the_username()
    {
        var usns = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AdslWithVoipAsync(server)));
        var alias = server.Unique("race");
        var faults = await Task.WhenAll(
            usns.Select(customer =>
                Api.TryAsync(
                    "subservice",
                    SoapCaller.Wrapper(
                        "addSubservice",
                        [P("usn", customer.Subscriptions[0]), Request(customer.Subscriptions[0], alias, Alias("a@example.com"))]
                    )
                )
            )
        );
        Assert.Single(faults, fault => fault is null);
        Assert.All(faults.OfType<SoapFault>(), fault => Assert.Equal("InvalidRequestException", fault.Element));
        Assert.Equal(1, await server.QueryAsync<long>("SELECT count(*) FROM subservice WHERE username = $1", alias));
    }

    [Fact]
    public async Task A_service_that_does_not_compare_usernames_has_several_of_one_and_says_so()
    {
        var usn = (await AdslWithVoipAsync(server)).Subscriptions[0];
        var alias = server.Unique("twice");
        await using (
            await ChangedCatalogue.ApplyAsync(
                server,
                content => WithSubservices(content, Adsl, definition => definition with { UniqueUsernames = false })
            )
        )
        {
            await AddAsync(usn, alias, Alias("a@example.com"));
            Assert.Equal(alias, (await NamedAsync(Adsl, alias)).At("SubserviceUsername"));
            var second = await AddAsync(usn, alias.ToUpperInvariant(), Alias("b@example.com"));
            Assert.Equal("TooManyResultsException", (await NotNamedAsync(Adsl, alias)).Element);
            Assert.Equal(2, (await OfAsync(usn)).Count);

            // A catalogue that compares them again is refused while there are two, and compares those that are left.
            var refused = await Assert.ThrowsAsync<CatalogueInUseException>(() => ChangedCatalogue.ApplyAsync(server, content => content));
            Assert.Contains($"service {Adsl}: ", refused.Message, StringComparison.Ordinal);
            Assert.Contains(alias, refused.Message, StringComparison.OrdinalIgnoreCase);
            await Api.CallAsync("subservice", "removeSubservice", P("ssid", second.At("SSID")!));
        }

        Assert.Equal("InvalidRequestException", (await NotAddedAsync(usn, alias, Alias("c@example.com"))).Element);
        Assert.Equal(
            alias,
            await server.QueryAsync<string>("SELECT unique_name FROM subservice WHERE username = $1 AND removed IS NULL", alias)
        );
    }

    /// <summary>Two names that look the same are no two names.</summary>
    [Theory]
    [InlineData("\u200B")]
    [InlineData("\u202E")]
    [InlineData("\u00AD")]
    [InlineData("\u2028")]
    [InlineData("\U000E0041")]
    public async Task A_username_with_characters_that_are_not_seen_is_refused(string unseen)
    {
        var usn = (await AdslWithVoipAsync(server)).Subscriptions[0];
        var name = server.Unique("joe");
        Assert.Equal("InvalidRequestException", (await NotAddedAsync(usn, name + unseen + "x", Alias("a@example.com"))).Element);
        var change = await Api.RefusedAsync("subscription", "changeUsername", P("usn", usn), P("username", name + unseen + "x"));
        Assert.Contains("invisible", change.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_tells_case_apart_does_so_for_subservices()
    {
        await using var strict = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    Services =
                    [
                        .. content.Services.Select(service =>
                            service.Id == Adsl ? service with { HasCaseSensitiveUsernames = true } : service
                        ),
                    ],
                }
        );
        var usn = (await AdslWithVoipAsync(server)).Subscriptions[0];
        var alias = server.Unique("case");
        await AddAsync(usn, alias, Alias("a@example.com"));
        var upper = await AddAsync(usn, alias.ToUpperInvariant(), Alias("b@example.com"));
        Assert.Equal("b@example.com", (await NamedAsync(Adsl, alias.ToUpperInvariant())).Field("forwardTo"));
        Assert.Equal("InvalidRequestException", (await NotAddedAsync(usn, alias, Alias("a@example.com"))).Element);

        // Without their case they are one name: no catalogue is applied that does not tell it.
        await Assert.ThrowsAsync<CatalogueInUseException>(() => ChangedCatalogue.ApplyAsync(server, content => content));
        await Api.CallAsync("subservice", "removeSubservice", P("ssid", upper.At("SSID")!));
    }

    [Theory]
    [InlineData("", "type", "Say which type of subservice it is")]
    [InlineData("<String name='type'>fax</String>", "fax", "It has emailAlias, emailAccount, webHostAlias.")]
    [InlineData("<String name='type'>emailAlias</String>", "forwardTo", "is required")]
    [InlineData("<String name='type'>emailAccount</String><String name='quotaGB'>10</String>", "quotaGB", "holds a Integer, not a String")]
    [InlineData(
        "<String name='type'>emailAccount</String><String name='forwardTo'>a@example.com</String>",
        "forwardTo",
        "There is no such field here"
    )]
    public async Task Fields_are_those_of_the_type(string fields, string named, string why)
    {
        var usn = (await AdslWithVoipAsync(server)).Subscriptions[0];
        var refused = await NotAddedAsync(usn, server.Unique("field"), fields);
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await OfAsync(usn));
    }

    [Fact]
    public async Task What_the_service_does_not_take_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        var (login, line) = (customer.Subscriptions[0], customer.Subscriptions[1]);
        Assert.Contains("has no subservices", (await NotAddedAsync(login, "anything", "")).Message, StringComparison.Ordinal);
        var malformed = await NotAddedAsync(line, "0399", "");
        Assert.Contains("a number has ten digits and begins with 0.", malformed.Message, StringComparison.Ordinal);
        foreach (var name in new[] { "", "  ", new string('0', 201), Number() + "\n" + Number() })
        {
            Assert.Equal("InvalidRequestException", (await NotAddedAsync(line, name, "")).Element);
        }

        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subservice", "addSubservice", P("usn", line), Request(login, Number(), ""))).Element
        );
        await using (
            await ChangedCatalogue.ApplyAsync(server, content => WithSubservices(content, Voip, definition => definition with { Most = 2 }))
        )
        {
            await AddAsync(line, Number(), "");
            await AddAsync(line, Number(), "");
            Assert.Contains("allows 2", (await NotAddedAsync(line, Number(), "")).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>What was used under a name is told by whose it was then.</summary>
    [Fact]
    public async Task It_is_kept_from_when_until_when_a_username_was_whose()
    {
        var usn = (await PortalCustomerAsync(server)).Subscriptions[1];
        var (first, second) = (Number(), Number());
        var start = server.Clock.GetUtcNow();
        var ssid = (await AddAsync(usn, first, "")).At("SSID")!;
        server.Clock.Advance(TimeSpan.FromHours(1));
        await UpdateAsync(ssid, usn, second, "");
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(await Api.CallAsync("subservice", "removeSubservice", P("ssid", ssid)));
        Assert.Equal(
            "0+1 1+2",
            await server.QueryAsync<string>(
                """
                SELECT string_agg(
                    extract(epoch FROM start - $2)::int / 3600 || '+' || extract(epoch FROM "end" - $2)::int / 3600, ' ' ORDER BY id)
                FROM subservice_name WHERE subservice_id = $1::bigint
                """,
                long.Parse(ssid, System.Globalization.CultureInfo.InvariantCulture),
                start
            )
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("subservice", "getSubservice", P("ssid", ssid))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("subservice", "removeSubservice", P("ssid", ssid))).Element);
        Assert.Equal("NoSuchItemException", (await NotUpdatedAsync(ssid, usn, second, "")).Element);
        Assert.Equal("NoSuchItemException", (await NotNamedAsync(Voip, second)).Element);
        await AddAsync((await PortalCustomerAsync(server)).Subscriptions[1], second, "");
    }

    [Fact]
    public async Task A_subscription_that_is_closed_gives_its_usernames_back()
    {
        var usn = (await PortalCustomerAsync(server)).Subscriptions[1];
        var number = Number();
        var ssid = (await AddAsync(usn, number, "")).At("SSID")!;
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        Assert.Empty(await OfAsync(usn));
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("subservice", "getSubservice", P("ssid", ssid))).Element);
        Assert.Contains("closed", (await NotAddedAsync(usn, Number(), "")).Message, StringComparison.Ordinal);
        await AddAsync((await PortalCustomerAsync(server)).Subscriptions[1], number, "");
    }

    [Fact]
    public async Task An_order_that_is_cancelled_gives_its_usernames_back()
    {
        await using var approved = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    Packages =
                    [
                        .. content.Packages.Select(package =>
                            package.Id == AdslWithVoip ? package with { RequiresApproval = true } : package
                        ),
                    ],
                }
        );
        var customer = await AdslWithVoipAsync(server);
        var number = Number();
        await AddAsync(customer.Subscriptions[1], number, "");
        await Api.CallAsync("order", "cancelOrder", P("orderNumber", customer.OrderNumber));
        await AddAsync((await PortalCustomerAsync(server)).Subscriptions[1], number, "");
    }

    /// <summary>The guide defines no message (line 11022): a service may ask for one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_is_announced_where_the_service_says_so(bool announced)
    {
        await using var changed = await ChangedCatalogue.ApplyAsync(
            server,
            content => WithSubservices(content, Voip, definition => definition with { Announced = announced })
        );
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var before = (await server.MessagesAsync(customer.Usn)).Count;
        var ssid = (await AddAsync(usn, Number(), "")).At("SSID")!;
        await UpdateAsync(ssid, usn, Number(), "");
        await Api.CallAsync("subservice", "removeSubservice", P("ssid", ssid));
        Assert.Equal(
            announced ? "SubscriptionUpdated SubscriptionUpdated SubscriptionUpdated" : "",
            string.Join(' ', (await server.MessagesAsync(customer.Usn)).Skip(before))
        );
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_somebody_elses_look_the_same()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var number = Number();
        var ssid = (await AddAsync(usn, number, "")).At("SSID")!;
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        using var stranger = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal(number, (await own.CallAsync("subservice", "getSubservice", P("ssid", ssid))).At("SubserviceUsername"));
        Assert.Equal(
            ssid,
            (await own.CallAsync("subservice", "getSubserviceBySubserviceUsername", P("sid", Voip), P("subserviceUsername", number))).At(
                "SSID"
            )
        );
        foreach (var (operation, foreign, none) in Pairs(ssid, usn, number))
        {
            var refused = await stranger.RefusedAsync("subservice", operation, foreign);
            var missing = await stranger.RefusedAsync("subservice", operation, none);
            Assert.Equal(("NoSuchItemException", "NoSuchItemException"), (refused.Element, missing.Element));
            Assert.Equal(Shape(missing.Message), Shape(refused.Message));
        }

        Assert.Equal(number, Assert.Single(await OfAsync(usn)).At("SubserviceUsername"));
        Assert.Equal("NoSuchItemException", (await NotNamedAsync(4711, number)).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await NotUpdatedAsync(ssid, (await PortalCustomerAsync(server)).Subscriptions[1], number, "")).Element
        );
        foreach (var wrong in new[] { "", "abc", "-1", "99999999999999999999", "1.5" })
        {
            Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("subservice", "getSubservice", P("ssid", wrong))).Element);
        }
    }

    [Fact]
    public async Task An_operator_sees_whose_a_username_was()
    {
        var usn = (await PortalCustomerAsync(server)).Subscriptions[1];
        var number = Number();
        var start = server.Clock.GetUtcNow();
        var ssid = (await AddAsync(usn, number, "")).At("SSID")!;
        server.Clock.Advance(TimeSpan.FromHours(1));
        await Api.CallAsync("subservice", "removeSubservice", P("ssid", ssid));
        server.Clock.Advance(TimeSpan.FromHours(1));
        var other = await PortalCustomerAsync(server);
        await AddAsync(other.Subscriptions[1], number, "");
        Assert.Equal($"{other.Subscriptions[1]} {usn}", await WhoAsync(null, null));
        Assert.Equal(usn, await WhoAsync(Voip, start));
        Assert.Equal(usn, await WhoAsync(null, start.AddMinutes(59)));
        Assert.Equal(usn, await WhoAsync(null, start.ToOffset(TimeSpan.FromHours(11))));
        Assert.Equal("", await WhoAsync(null, start.AddMinutes(60)));
        Assert.Equal("", await WhoAsync(null, start.AddSeconds(-1)));
        Assert.Equal(other.Subscriptions[1], await WhoAsync(null, server.Clock.GetUtcNow()));
        Assert.Equal("", await WhoAsync(Adsl, null));

        async Task<string> WhoAsync(int? sid, DateTimeOffset? at)
        {
            var holders = await RunAsync<SubserviceHistory, IReadOnlyList<SubserviceHolder>>(
                server,
                history => history.WhoAsync(number, sid, at, default)
            );
            return string.Join(' ', holders.Select(holder => holder.SubscriptionUsn));
        }
    }

    /// <summary>A customer reads; who changes needs the class of orders.</summary>
    [Fact]
    public async Task A_login_without_the_class_of_orders_only_reads()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var ssid = (await AddAsync(usn, Number(), "")).At("SSID")!;
        using var reader = await server.AddUserAsync(
            new Smile.Cli.ApiUser(server.Unique("reader"), "fixture-password-2", customer.Usn, false, false, false, []) { Only = ["read"] }
        );
        Assert.NotNull(await reader.CallAsync("subservice", "getSubservice", P("ssid", ssid)));
        foreach (
            var (operation, own, _) in Pairs(ssid, usn, Number()).Where(each => !each.Operation.StartsWith("get", StringComparison.Ordinal))
        )
        {
            Assert.Equal("AccessException", (await reader.RefusedAsync("subservice", operation, own)).Element);
        }
    }

    private static IEnumerable<(string Operation, XElement[] Foreign, XElement[] None)> Pairs(string ssid, string usn, string number)
    {
        yield return ("getSubservice", [P("ssid", ssid)], [P("ssid", "987654321")]);
        yield return ("removeSubservice", [P("ssid", ssid)], [P("ssid", "987654321")]);
        yield return ("getSubservicesForSubscription", [P("usn", usn)], [P("usn", "987654321")]);
        yield return (
            "getSubserviceBySubserviceUsername",
            [P("sid", Voip), P("subserviceUsername", number)],
            [P("sid", Voip), P("subserviceUsername", "0000000000")]
        );
        yield return (
            "addSubservice",
            [P("usn", usn), Request(usn, number, "")],
            [P("usn", "987654321"), Request("987654321", number, "")]
        );
        yield return (
            "addSubservices",
            [P("usn", usn), Many(Request(usn, number, ""))],
            [P("usn", "987654321"), Many(Request("987654321", number, ""))]
        );
        yield return ("updateSubservice", [Changed(ssid, usn, number, "", true)], [Changed("987654321", "987654321", number, "", true)]);
    }

    /// <summary>A refusal without the values that it names.</summary>
    private static string Shape(string message) => string.Concat(message.Where(character => !char.IsAsciiDigit(character)));

    private static CatalogueContent WithSubservices(
        CatalogueContent content,
        int sid,
        Func<SubserviceDefinition, SubserviceDefinition> change
    ) =>
        content with
        {
            Services =
            [
                .. content.Services.Select(service =>
                    service.Id == sid ? service with { Subservices = change(service.Subservices!) } : service
                ),
            ],
        };

    private static string Alias(string forwardTo) =>
        $"<String name='type'>emailAlias</String><String name='forwardTo'>{forwardTo}</String>";

    private static string Redirect(string from, string to) =>
        $"<String name='type'>webHostAlias</String><String name='redirectFrom'>{from}</String><String name='redirectTo'>{to}</String>";

    private static XElement Request(string usn, string username, string fields) =>
        Document(
            $"<SubserviceRequest><SubscriptionUSN>{usn}</SubscriptionUSN><Active>true</Active>"
                + $"<SubserviceUsername>{username}</SubserviceUsername><Object>{fields}</Object></SubserviceRequest>"
        );

    private static XElement Many(params XElement[] requests)
    {
        var list = Document("<SubserviceRequestList/>");
        list.Add(requests.Cast<object>().ToArray());
        return list;
    }

    private static XElement Changed(string ssid, string usn, string username, string fields, bool isActive) =>
        Document(
            $"<Subservice><SSID>{ssid}</SSID><SubscriptionUSN>{usn}</SubscriptionUSN><Active>{(isActive ? "true" : "false")}</Active>"
                + $"<SubserviceUsername>{username}</SubserviceUsername><Object>{fields}</Object></Subservice>"
        );

    /// <summary>A telephone number that no other test uses.</summary>
    private string Number() => "07" + server.Unique("").PadLeft(8, '0');

    private async Task<XElement> AddAsync(string usn, string username, string fields) =>
        (await Api.CallAsync("subservice", "addSubservice", P("usn", usn), Request(usn, username, fields)))!;

    private Task<SoapFault> NotAddedAsync(string usn, string username, string fields) =>
        Api.RefusedAsync("subservice", "addSubservice", P("usn", usn), Request(usn, username, fields));

    private Task<XElement?> UpdateAsync(string ssid, string usn, string username, string fields, bool isActive = true) =>
        Api.CallAsync("subservice", "updateSubservice", Changed(ssid, usn, username, fields, isActive));

    private Task<SoapFault> NotUpdatedAsync(string ssid, string usn, string username, string fields) =>
        Api.RefusedAsync("subservice", "updateSubservice", Changed(ssid, usn, username, fields, true));

    private async Task<XElement> NamedAsync(int sid, string username) =>
        (await Api.CallAsync("subservice", "getSubserviceBySubserviceUsername", P("sid", sid), P("subserviceUsername", username)))!;

    private Task<SoapFault> NotNamedAsync(int sid, string username) =>
        Api.RefusedAsync("subservice", "getSubserviceBySubserviceUsername", P("sid", sid), P("subserviceUsername", username));

    private async Task<IReadOnlyList<XElement>> OfAsync(string usn) =>
        [.. (await Api.CallAsync("subservice", "getSubservicesForSubscription", P("usn", usn))).AllAt("Subservice")];
}
