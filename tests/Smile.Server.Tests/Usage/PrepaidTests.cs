using System.Globalization;
using System.Xml.Linq;
using Smile.Cli;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>addPrepaid(), updatePrepaid() and getPrepaidState() (guide, lines 14745 to 14998), and what is told of blocks.</summary>
public sealed class PrepaidTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Gigabyte = "1073741824";

    private readonly UsageHelp _usage = new(server);
    private int _seen;

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_block_is_shown_from_now_to_the_end_of_its_last_day_and_told()
    {
        var usn = await _usage.OrderAsync("0470000001");
        await NewsAsync(usn);
        var now = server.Clock.GetUtcNow();
        await AddAsync(usn, "data-1gb");
        var block = Assert.Single(await BlocksAsync(usn));
        Assert.Equal($"data-1gb 1 GB of data, {Gigabyte} (1 GB) of {Gigabyte} (1 GB)", Shown(block));
        Assert.Equal(("1", "Data"), (block.AllAt("PrepaidType").Single().Attribute("key")!.Value, block.At("PrepaidType")));
        Assert.Equal(("3", "Downloaded Data"), (block.AllAt("ChargeType").Single().Attribute("key")!.Value, block.At("ChargeType")));
        Assert.Equal(now, DateTimeOffset.Parse(block.At("StartDate")!, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(1));
        var zone = server.Stage.Catalogue.Zone("Australia/Sydney");
        var last = zone.DateOf(now).AddDays(29);
        Assert.StartsWith($"{last:yyyy-MM-dd}T23:59:59.999+1", block.At("EndDate"), StringComparison.Ordinal);
        Assert.Null(block.At("VoucherNumber"));
        var told = Assert.Single(await NewsAsync(usn));
        Assert.Equal(
            ("PrepaidAdded", usn, "137", block.At("PrepaidId"), block.At("EndDate")),
            (
                told.Name.LocalName,
                told.At("Subscription/USN"),
                told.At("Subscription/SID"),
                told.At("PrepaidState/PrepaidId"),
                told.At("PrepaidState/EndDate")
            )
        );
    }

    [Fact]
    public async Task What_is_overridden_holds_instead_of_the_catalogues()
    {
        var usn = await _usage.OrderAsync("0470000011");

        // Unlimited until an expiry date, whatever the quantity says, as in the guide's example (line 14868).
        await AddAsync(usn, "data-1gb", "<Quantity unlimited=\"true\">0</Quantity><ExpiryDate>2030-10-25T00:00:00+11:00</ExpiryDate>");
        await AddAsync(usn, "data-1gb", "<Quantity>500.5</Quantity>");
        await AddAsync(usn, "data-1gb", "<ExpiryDuration unit=\"Minutes\">90</ExpiryDuration>");
        await AddAsync(usn, "data-1gb", "<ExpiryDuration unit=\"Months\">3</ExpiryDuration>");
        await AddAsync(usn, "data-1gb", "<ExpiryDuration unit=\"RatingPeriods\">2</ExpiryDuration>");
        await AddAsync(usn, "data-1gb", "<ExpiryDate>2030-10-24T23:59:59.999</ExpiryDate>");
        var blocks = await BlocksAsync(usn);
        Assert.Equal(("", ""), (blocks[0].At("PurchasedQuantity"), blocks[0].At("RemainingQuantity")));
        Assert.Equal("2030-10-24T23:59:59.999+11:00", blocks[0].At("EndDate"));
        Assert.Equal("500.5", blocks[1].At("PurchasedQuantity"));
        Assert.Equal(TimeSpan.FromMinutes(90), Instant(blocks[2], "EndDate") - Instant(blocks[2], "StartDate"));
        var zone = server.Stage.Catalogue.Zone("Australia/Sydney");
        var today = zone.DateOf(Instant(blocks[3], "StartDate"));
        Assert.Equal(zone.StartOf(today.AddMonths(3)).AddMilliseconds(-1), Instant(blocks[3], "EndDate"));

        // The account is rated from the 12th to the 11th.
        var begins = today.Day >= 12 ? today : today.AddMonths(-1);
        var second = new DateOnly(begins.Year, begins.Month, 12).AddMonths(2);
        Assert.Equal(zone.StartOf(second).AddMilliseconds(-1), Instant(blocks[4], "EndDate"));
        Assert.Equal("2030-10-24T23:59:59.999+11:00", blocks[5].At("EndDate"));
    }

    /// <summary>With an offset or on the clocks of the account, with which also the end of a day is its own.</summary>
    [Theory]
    [InlineData("0470000012", "2030-10-24T12:15:00Z", "2030-10-24T20:15:00.000+08:00")]
    [InlineData("0470000013", "2030-10-24T12:15:00+11:00", "2030-10-24T09:15:00.000+08:00")]
    [InlineData("0470000014", "2030-10-24T12:15:00", "2030-10-24T12:15:00.000+08:00")]
    [InlineData("0470000015", "2030-10-25T00:00:00", "2030-10-24T23:59:59.999+08:00")]
    [InlineData("0470000016", "2030-10-25T00:00:00+11:00", "2030-10-24T21:00:00.000+08:00")]
    [InlineData("0470000017", "2030-10-24T15:59:59.999Z", "2030-10-24T23:59:59.999+08:00")]
    public async Task Times_are_the_instants_that_were_meant(string number, string given, string shown)
    {
        var usn = await _usage.OrderAsync(number);
        await server.ExecuteAsync("UPDATE account SET time_zone_id = 18 WHERE usn = $1", await AccountAsync(usn));
        await AddAsync(usn, "data-1gb", $"<ExpiryDate>{given}</ExpiryDate>");
        await AddAsync(usn, "data-1gb");
        var blocks = await BlocksAsync(usn);
        Assert.Equal(shown, blocks[0].At("EndDate"));
        Assert.EndsWith("T23:59:59.999+08:00", blocks[1].At("EndDate"), StringComparison.Ordinal);
        await ChangeAsync(usn, blocks[1].At("PrepaidId")!, $"<EndDate>{given}</EndDate>");
        Assert.Equal(shown, (await BlocksAsync(usn))[1].At("EndDate"));
        await ChangeAsync(
            usn,
            blocks[1].At("PrepaidId")!,
            $"<StartDate>{given.Replace("2030", "2029", StringComparison.Ordinal)}</StartDate>"
        );
        Assert.Equal(
            Instant(blocks[0], "EndDate").AddYears(-1),
            Instant((await BlocksAsync(usn))[1], "StartDate"),
            TimeSpan.FromMilliseconds(1)
        );
    }

    [Fact]
    public async Task What_cannot_be_added_is_refused_and_nothing_is_kept()
    {
        var usn = await _usage.OrderAsync("0470000021");
        var voip = (await Orders.PortalCustomerAsync(server)).Subscriptions[1];
        foreach (
            var (subscription, code, other) in new[]
            {
                ("999999", "data-1gb", null),
                (usn, "data-2gb", null),
                (usn, "", null),
                (voip, "data-1gb", null),
                (usn, "data-1gb", "<Quantity>0</Quantity>"),
                (usn, "data-1gb", "<Quantity>-5</Quantity>"),
                (usn, "data-1gb", "<Quantity>0.0001</Quantity>"),
                (usn, "data-1gb", "<Quantity>99999999999999999999</Quantity>"),
                (usn, "data-1gb", "<ExpiryDate>2010-10-25T00:00:00+11:00</ExpiryDate>"),
                (usn, "data-1gb", "<ExpiryDate>9999-12-31T23:59:59.999Z</ExpiryDate>"),
                (usn, "data-1gb", "<ExpiryDuration unit=\"Days\">0</ExpiryDuration>"),
                (usn, "data-1gb", "<ExpiryDuration unit=\"Days\">2147483647</ExpiryDuration>"),
                (usn, "data-1gb", "<ExpiryDuration unit=\"Months\">10000</ExpiryDuration>"),
                (usn, "data-1gb", "<ExpiryDate>2030-10-25T00:00:00</ExpiryDate><ExpiryDuration unit=\"Days\">1</ExpiryDuration>"),
            }
        )
        {
            var fault = await Api.RefusedAsync("prepaid", "addPrepaid", Parameters(subscription, code, other));
            Assert.True(fault.Element == "PrepaidException", $"{code} {other}: {fault}");
        }

        Assert.Empty(await BlocksAsync(usn));

        // Mobile Data has another plan than those that accept it.
        await server.ExecuteAsync("UPDATE plan_schedule_item SET start = '2040-01-01' WHERE subscription_usn = $1", usn);
        var refused = await Api.RefusedAsync("prepaid", "addPrepaid", Parameters(usn, "data-1gb", null));
        Assert.Contains("mobile-plus, mobile-control", refused.Message, StringComparison.Ordinal);
        await server.ExecuteAsync("UPDATE plan_schedule_item SET start = now() - interval '20 years' WHERE subscription_usn = $1", usn);
        await CancelAsync(usn);
        Assert.Contains(
            "closed",
            (await Api.RefusedAsync("prepaid", "addPrepaid", Parameters(usn, "data-1gb", null))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Another_accounts_blocks_are_as_if_they_were_not_there()
    {
        var usn = await _usage.OrderAsync("0470000031");
        await AddAsync(usn, "data-1gb");
        var account = (await Orders.PortalCustomerAsync(server)).Usn;
        using var stranger = await server.AddUserAsync(
            new ApiUser("stranger-of-prepaid", "some-password", account, false, false, false, []) { Only = ["read", "money"] }
        );
        var foreign = await stranger.RefusedAsync("prepaid", "getPrepaidState", P("usn", usn));
        var unknown = await stranger.RefusedAsync("prepaid", "getPrepaidState", P("usn", "2149999995"));
        Assert.Equal(unknown.Message.Replace("2149999995", usn, StringComparison.Ordinal), foreign.Message);
        var id = (await BlocksAsync(usn)).Single().At("PrepaidId")!;
        foreach (
            var (operation, parameters) in new[]
            {
                ("addPrepaid", Parameters(usn, "data-1gb", null)),
                ("updatePrepaid", Change(usn, id, "<PurchasedQuantity>5</PurchasedQuantity>")),
            }
        )
        {
            Assert.Equal("PrepaidException", (await stranger.RefusedAsync("prepaid", operation, parameters)).Element);
        }
    }

    [Fact]
    public async Task Changes_are_refused_as_the_guide_lists()
    {
        var usn = await _usage.OrderAsync("0470000041", "imsi-4741", since: server.Clock.GetUtcNow().AddDays(-2));
        var other = await _usage.OrderAsync("0470000042");
        await AddAsync(usn, "data-1gb", "<Quantity>1000000000</Quantity>");
        await UseAsync("imsi-4741", "x1", 1_024 + 100);
        var id = (await BlocksAsync(usn)).Single().At("PrepaidId")!;
        await Api.RefusedAsync("prepaid", "updatePrepaid", Change("999999", id, ""));
        foreach (
            var (subscription, block, change) in new[]
            {
                (other, id, "<PurchasedQuantity>2000000000</PurchasedQuantity>"),
                (usn, "99999999", "<PurchasedQuantity>2000000000</PurchasedQuantity>"),
                (usn, id, "<StartDate>2030-01-02T00:00:00</StartDate><EndDate>2030-01-01T00:00:00</EndDate>"),
                (usn, id, "<EndDate>2010-01-01T00:00:00</EndDate>"),
                (usn, id, "<EndDate>2500-01-01T00:00:00</EndDate>"),
                (usn, id, "<StartDate>0001-01-01T00:00:00Z</StartDate>"),
                (usn, id, "<PurchasedQuantity/>"),
                (usn, id, "<EndDate>2030-01-01T00:00:00</EndDate><PurchasedQuantity/><RemainingQuantity>5</RemainingQuantity>"),
                (usn, id, "<RemainingQuantity>1000000001</RemainingQuantity>"),
                (usn, id, "<RemainingQuantity>-1</RemainingQuantity>"),
                (usn, id, "<PurchasedQuantity>5000</PurchasedQuantity><RemainingQuantity>5001</RemainingQuantity>"),
                (usn, id, "<PurchasedQuantity>104857599</PurchasedQuantity>"),
                (usn, id, "<PurchasedQuantity>-5</PurchasedQuantity>"),
            }
        )
        {
            var fault = await Api.RefusedAsync("prepaid", "updatePrepaid", Change(subscription, block, change));
            Assert.Equal("PrepaidException", fault.Element);
        }

        // Without a number, and with a remaining quantity that is not given, the document is not the contract's.
        foreach (var content in new[] { "<EndDate>2030-01-01T00:00:00</EndDate>", $"<PrepaidId>{id}</PrepaidId><RemainingQuantity/>" })
        {
            var fault = await Api.RefusedAsync(
                "prepaid",
                "updatePrepaid",
                P("usn", usn),
                Document($"<PrepaidUpdate>{content}</PrepaidUpdate>")
            );
            Assert.Equal("PrepaidException", fault.Element);
        }

        Assert.Equal("data-1gb 1 GB of data, 895142400 (853.67 MB) of 1000000000 (953.67 MB)", Shown((await BlocksAsync(usn)).Single()));
    }

    [Fact]
    public async Task What_is_changed_holds_and_is_told()
    {
        var usn = await _usage.OrderAsync("0470000051", "imsi-4751", since: server.Clock.GetUtcNow().AddDays(-2));
        await AddAsync(usn, "data-1gb", "<Quantity>1000</Quantity>");
        var id = (await BlocksAsync(usn)).Single().At("PrepaidId")!;
        await NewsAsync(usn);

        // What was purchased counts from the beginning: what was charged is paid by it. Nothing else changes.
        await UseAsync("imsi-4751", "y1", 1_024, 3_000);
        Assert.Equal(["1207 of 1000 by block, 2072 charged"], await PaidAsync(usn));
        await ChangeAsync(usn, id, "<PurchasedQuantity>3000</PurchasedQuantity>");
        Assert.Equal(["1207 of 3000 by block, 72 charged"], await PaidAsync(usn));
        Assert.Equal("data-1gb 1 GB of data, 0 (0 B) of 3000 (2.93 KB)", Shown((await BlocksAsync(usn)).Single()));

        // What is left counts from now on: what was charged before stays so.
        await ChangeAsync(usn, id, "<RemainingQuantity>1500</RemainingQuantity>");
        Assert.Equal(["1207 of 3000 by block, 72 charged"], await PaidAsync(usn));
        Assert.Equal("data-1gb 1 GB of data, 1500 (1.46 KB) of 3000 (2.93 KB)", Shown((await BlocksAsync(usn)).Single()));
        server.Clock.Advance(TimeSpan.FromHours(1));
        await UseAsync("imsi-4751", "y2", 0, 2_048);
        Assert.Equal(["1207 of 4500 by block, 620 charged"], await PaidAsync(usn));
        Assert.Equal("data-1gb 1 GB of data, 0 (0 B) of 3000 (2.93 KB)", Shown((await BlocksAsync(usn)).Single()));

        // More is purchased, and any number of units until an end.
        await ChangeAsync(usn, id, "<PurchasedQuantity>3100</PurchasedQuantity>");
        Assert.Equal(["1207 of 4600 by block, 520 charged"], await PaidAsync(usn));
        await ChangeAsync(usn, id, "<EndDate>2030-02-25T00:00:00+11:00</EndDate><PurchasedQuantity/>");
        Assert.Equal(["1207 of 5048 by block, 72 charged"], await PaidAsync(usn));
        var block = (await BlocksAsync(usn)).Single();
        Assert.Equal(
            ("", "", "2030-02-24T23:59:59.999+11:00"),
            (block.At("PurchasedQuantity"), block.At("RemainingQuantity"), block.At("EndDate"))
        );
        Assert.Equal(id, block.At("PrepaidId"));
        var told = (await NewsAsync(usn)).Where(message => message.Name.LocalName == "PrepaidUpdated");
        Assert.Equal(["2000", "1500", "100", ""], told.Select(message => message.At("PrepaidState/RemainingQuantity")));

        // With a start behind all that was used, all of it is charged.
        await ChangeAsync(usn, id, "<StartDate>2029-01-01T00:00:00+11:00</StartDate>");
        Assert.Equal(["1207 of 0 by block, 5120 charged"], await PaidAsync(usn));
    }

    [Fact]
    public async Task Of_a_block_it_is_told_once_that_it_expires_and_that_a_part_is_used()
    {
        var usn = await _usage.OrderAsync("0470000061", "imsi-4761", since: server.Clock.GetUtcNow().AddDays(-2));
        await AddAsync(usn, "data-1gb", "<Quantity>1000000</Quantity>");
        await AddAsync(usn, "data-1gb", "<Quantity>1000000</Quantity><ExpiryDuration unit=\"Hours\">48</ExpiryDuration>");
        await NewsAsync(usn);
        await UseAsync("imsi-4761", "z1", 1_024, 900_000);
        var told = Assert.Single(await NewsAsync(usn));
        Assert.Equal("PrepaidExpiryWarningEvent", told.Name.LocalName);
        Assert.Equal("data-1gb 1 GB of data, 99904 (97.56 KB) of 1000000 (976.56 KB)", Shown(told.AllAt("PrepaidState").Single()));
        await server.ExecuteAsync("INSERT INTO rating_change (subscription_usn, since) VALUES ($1, now() - interval '20 years')", usn);
        await _usage.RateAsync();
        Assert.Empty(await NewsAsync(usn));

        // The shorter block can be used for two days: it is told a day before. The other is told 72 and 24 hours before.
        server.Clock.Advance(TimeSpan.FromHours(25));
        await server.CarryOutDueWorkAsync();
        told = Assert.Single(await NewsAsync(usn));
        Assert.NotNull(told.At("PrepaidWarningLogId"));
        var left = Instant(told, "PrepaidState/EndDate") - Instant(told, "EventTimestamp");
        Assert.InRange(left, TimeSpan.FromHours(21), TimeSpan.FromHours(24));
        var end = Instant((await BlocksAsync(usn))[0], "EndDate");
        foreach (var hours in new[] { 60, 12 })
        {
            server.Clock.Advance(end.AddHours(-hours) - server.Clock.GetUtcNow());
            await server.CarryOutDueWorkAsync();
            told = Assert.Single(await NewsAsync(usn));
            Assert.Equal(end, Instant(told, "PrepaidState/EndDate"));
        }
    }

    [Fact]
    public async Task Of_what_is_used_up_or_over_nobody_is_told_that_it_expires()
    {
        var usn = await _usage.OrderAsync("0470000071", "imsi-4771", since: server.Clock.GetUtcNow().AddDays(-2));
        await AddAsync(usn, "data-1gb", "<Quantity>1000</Quantity><ExpiryDuration unit=\"Hours\">48</ExpiryDuration>");
        await UseAsync("imsi-4771", "w1", 1_024, 3_000);
        await AddAsync(usn, "data-1gb", "<Quantity>1000</Quantity><ExpiryDuration unit=\"Hours\">30</ExpiryDuration>");
        await NewsAsync(usn);
        server.Clock.Advance(TimeSpan.FromHours(40));
        await server.CarryOutDueWorkAsync();
        Assert.Empty(await NewsAsync(usn));

        // One whose end is put off is told anew.
        await AddAsync(usn, "data-1gb", "<Quantity>1000</Quantity><ExpiryDuration unit=\"Hours\">48</ExpiryDuration>");
        server.Clock.Advance(TimeSpan.FromHours(30));
        await server.CarryOutDueWorkAsync();
        var block = (await BlocksAsync(usn))[^1];
        await ChangeAsync(
            usn,
            block.At("PrepaidId")!,
            $"<EndDate>{server.Clock.GetUtcNow().AddHours(48):yyyy-MM-dd'T'HH:mm:ss'Z'}</EndDate>"
        );
        server.Clock.Advance(TimeSpan.FromHours(30));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(
            ["PrepaidAdded", "PrepaidExpiryWarningEvent", "PrepaidUpdated", "PrepaidExpiryWarningEvent"],
            (await NewsAsync(usn)).Select(message => message.Name.LocalName)
        );
    }

    [Fact]
    public async Task What_a_rule_applies_is_taken_off_with_a_block_until_it_is_used_up()
    {
        var usn = await _usage.OrderAsync("0470000081", "imsi-4781", since: server.Clock.GetUtcNow().AddDays(-2));
        await UseAsync("imsi-4781", "v1", 1_024, 3_000);
        Assert.Equal(["851"], await FeaturesAsync(usn));
        await AddAsync(usn, "data-1gb", "<Quantity>100000</Quantity>");
        await _usage.RateAsync();
        Assert.Empty(await FeaturesAsync(usn));
        Assert.Contains("SubscriptionFeaturesChanged", await TypesAsync(usn));
        await UseAsync("imsi-4781", "v2", 0, 90_000);
        Assert.Empty(await FeaturesAsync(usn));
        await UseAsync("imsi-4781", "v3", 0, 90_000);
        Assert.Equal(["851"], await FeaturesAsync(usn));
    }

    private async Task AddAsync(string usn, string code, string? other = null)
    {
        await Api.CallAsync("prepaid", "addPrepaid", Parameters(usn, code, other));

        // Two blocks that begin in the same instant have no order that a test could tell.
        server.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    private async Task ChangeAsync(string usn, string id, string change)
    {
        await Api.CallAsync("prepaid", "updatePrepaid", Change(usn, id, change));
        await _usage.RateAsync();
    }

    private async Task<IReadOnlyList<XElement>> BlocksAsync(string usn)
    {
        var state = await Api.CallAsync("prepaid", "getPrepaidState", P("usn", usn));
        Assert.Equal(usn, state.At("USN"));
        return [.. state.AllAt("PrepaidStateElements/PrepaidStateElement")];
    }

    /// <summary>Uses data half an hour ago, an hour from now.</summary>
    private async Task UseAsync(string imsi, string id, long mebibytes, long bytes = 0)
    {
        server.Clock.Advance(TimeSpan.FromHours(1));
        var start = server.Clock.GetUtcNow().AddMinutes(-30).ToUnixTimeSeconds();
        await _usage.ImportAsync(
            "packets",
            id,
            $$"""{"id":"{{id}}","imsi":"{{imsi}}","start":{{start}},"seconds":60,"down":{{(mebibytes * 1_048_576) + bytes}},"up":0}"""
        );
        await _usage.RateAsync();
    }

    /// <summary>What of the data that is not included was paid by blocks.</summary>
    private Task<IReadOnlyList<string>> PaidAsync(string usn) =>
        _usage.RowsAsync(
            """
            SELECT rule || ' of ' || trim_scale(coalesce(sum(units) FILTER (WHERE prepaid_block IS NOT NULL), 0)) || ' by block, '
                || trim_scale(coalesce(sum(units) FILTER (WHERE prepaid_block IS NULL), 0)) || ' charged'
            FROM usage_rating WHERE subscription_usn = $1 AND rule = 1207 GROUP BY rule
            """,
            usn
        );

    /// <summary>The messages about prepaid since this was asked last.</summary>
    private async Task<IReadOnlyList<XElement>> NewsAsync(string usn)
    {
        var messages = (await server.MessagesAsync(await AccountAsync(usn))).ToList();
        var news = messages.Skip(_seen).Where(message => message.Type.StartsWith("Prepaid", StringComparison.Ordinal)).ToList();
        _seen = messages.Count;
        foreach (var message in news)
        {
            MessageContract.AssertKept(message);
        }

        return [.. news.Select(message => XElement.Parse(message.Body))];
    }

    private async Task<IEnumerable<string>> TypesAsync(string usn) =>
        (await server.MessagesAsync(await AccountAsync(usn))).Select(message => message.Type);

    private Task<string> AccountAsync(string usn) => server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn);

    private async Task<IReadOnlyList<string>> FeaturesAsync(string usn) =>
        await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(feature_id::text ORDER BY feature_id), ARRAY[]::text[]) FROM subscription_feature
            WHERE subscription_usn = $1 AND "end" IS NULL
            """,
            usn
        );

    private Task CancelAsync(string usn) =>
        Api.CallAsync(
            "subscription",
            "cancel",
            P("usn", usn),
            P("fromTimestamp", server.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
        );

    private static XElement[] Parameters(string usn, string code, string? other) =>
        [
            P("usn", usn),
            P("prepaidCode", code),
            .. other is null ? Array.Empty<XElement>() : [Document($"<AddPrepaidRequestOverride>{other}</AddPrepaidRequestOverride>")],
        ];

    private static XElement[] Change(string usn, string id, string change) =>
        [P("usn", usn), Document($"<PrepaidUpdate><PrepaidId>{id}</PrepaidId>{change}</PrepaidUpdate>")];

    private static string Shown(XElement block)
    {
        return $"{block.AllAt("PrepaidDescription").Single().Attribute("key")!.Value} {block.At("PrepaidDescription")}, "
            + $"{Quantity("RemainingQuantity")} of {Quantity("PurchasedQuantity")}";

        string Quantity(string name) =>
            block.AllAt(name).Single() is var quantity ? $"{quantity.Value} ({quantity.Attribute("formatted")?.Value})" : "";
    }

    private static DateTimeOffset Instant(XElement element, string path) =>
        DateTimeOffset.Parse(element.At(path)!, CultureInfo.InvariantCulture);
}
