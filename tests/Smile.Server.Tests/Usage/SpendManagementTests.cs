using System.Globalization;
using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Rating;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>The nine operations of spendmanagement (guide, lines 12120 to 13061).</summary>
public sealed class SpendManagementTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly UsageHelp _usage = new(server);

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task Before_any_usage_nothing_is_spent_as_in_the_guides_example()
    {
        var usn = await _usage.OrderAsync("0430000001");
        var pools = (await Api.CallAsync("spendmanagement", "getSubscriptionValuePoolStates", P("usn", usn)))
            .AllAt("SubscriptionValuePool")
            .ToList();
        Assert.Equal(
            ["252 137 Included Local Calls and SMS", "183 137 Included Calls"],
            pools.Select(pool => $"{pool.At("ValuePool/valuePoolId")} {pool.At("ValuePool/sid")} {pool.At("ValuePool/name")}")
        );
        var one = await Api.CallAsync("spendmanagement", "getSubscriptionValuePoolState", P("usn", usn), P("valuePoolId", "183"));
        Assert.Equal("80,100", Thresholds(one!, "effectiveAlertThresholds"));
        Assert.Matches("^[0-9]+\\.[0-9]{2}$", one.At("limit")!);
        Assert.Equal(("0.00", "0", "0"), (one.At("currentSpend"), one.At("currentThreshold"), one.At("previousThreshold")));
        Assert.Matches("^2015-..-..T00:00:00.000\\+1[01]:00$", one.At("resetDate")!);
        var groups = await Api.CallAsync("spendmanagement", "getSubscriptionUsageAlertGroups", P("usn", usn));
        Assert.Equal("3 1 Mobile Data Usage 0", Group(groups.AllAt("SubscriptionUsageAlertGroup").Single()));
        Assert.Equal(
            "3 1 Mobile Data Usage 0",
            Group((await Api.CallAsync("spendmanagement", "getSubscriptionUsageAlertGroup", P("usn", usn), P("usageAlertGroupId", "3")))!)
        );
        Assert.Equal(["1 Data 10 of 10: 0.00, 0 after 0", "7 SMS 50 of 50: 0.00, 0 after 0"], await LimitsAsync(usn));
    }

    [Fact]
    public async Task What_is_used_is_shown_with_the_threshold_before()
    {
        var usn = await _usage.OrderAsync("0430000011", since: new DateTimeOffset(2015, 1, 1, 0, 0, 0, TimeSpan.FromHours(11)));
        await EventsAsync("s1", "0430000011", 46);
        Assert.Equal("7 SMS 50 of 50: 25.300000, 50 after 0", (await LimitsAsync(usn))[1]);
        await EventsAsync("s2", "0430000011", 46);
        Assert.Equal("7 SMS 50 of 50: 50.600000, 100 after 50", (await LimitsAsync(usn))[1]);
        var one = await Api.CallAsync("spendmanagement", "getSubscriptionSpendLimitState", P("usn", usn), P("spendLimitId", "7"));
        Assert.Equal("7 SMS 50 of 50: 50.600000, 100 after 50", Limit(one!));
    }

    [Fact]
    public async Task A_limit_is_overridden_for_good_for_a_period_and_not_any_more()
    {
        var usn = await _usage.OrderAsync("0430000021", since: new DateTimeOffset(2015, 1, 1, 0, 0, 0, TimeSpan.FromHours(11)));
        await EventsAsync("t1", "0430000021", 10);
        Assert.Equal("7 SMS 50 of 50: 5.500000, 0 after 0", (await LimitsAsync(usn))[1]);
        await SetAsync(usn, 7, "10.00");
        await _usage.RateAsync();
        Assert.Equal("7 SMS 50 of 10: 5.500000, 50 after 0", (await LimitsAsync(usn))[1]);
        await SetTemporaryAsync(usn, 7, "5.00");
        await _usage.RateAsync();
        Assert.Equal("7 SMS 50 of 5: 5.500000, 100 after 50", (await LimitsAsync(usn))[1]);

        // The temporary override goes first, then a period without the permanent one, then that one (guide, lines 12855 to 12863).
        await SetTemporaryAsync(usn, 7, null);
        Assert.StartsWith("7 SMS 50 of 10:", (await LimitsAsync(usn))[1], StringComparison.Ordinal);
        await SetTemporaryAsync(usn, 7, null);
        await _usage.RateAsync();
        Assert.Equal("7 SMS 50 of 50: 5.500000, 0 after 100", (await LimitsAsync(usn))[1]);
        await SetTemporaryAsync(usn, 7, null);
        Assert.StartsWith("7 SMS 50 of 10:", (await LimitsAsync(usn))[1], StringComparison.Ordinal);
        await SetAsync(usn, 7, null);
        Assert.StartsWith("7 SMS 50 of 50:", (await LimitsAsync(usn))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thresholds_are_overridden_as_a_set()
    {
        var usn = await _usage.OrderAsync("0430000031");
        await ThresholdsAsync(usn, 7, 85, 50, 100);
        var one = await Api.CallAsync("spendmanagement", "getSubscriptionSpendLimitState", P("usn", usn), P("spendLimitId", "7"));
        Assert.Equal("50,85,100", Thresholds(one!, "effectiveAlertThresholds"));
        Assert.Equal("50,80,100", Thresholds(one!, "SpendLimit/alertThresholds"));
        await ThresholdsAsync(usn, 7);
        one = await Api.CallAsync("spendmanagement", "getSubscriptionSpendLimitState", P("usn", usn), P("spendLimitId", "7"));
        Assert.Equal("50,80,100", Thresholds(one!, "effectiveAlertThresholds"));
    }

    [Fact]
    public async Task What_is_not_there_or_cannot_be_is_refused()
    {
        var usn = await _usage.OrderAsync("0430000041");
        var voip = (await Orders.PortalCustomerAsync(server)).Subscriptions[1];
        foreach (
            var operation in new[]
            {
                "getSubscriptionValuePoolStates",
                "getSubscriptionUsageAlertGroups",
                "getSubscriptionSpendLimitStates",
            }
        )
        {
            Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("spendmanagement", operation, P("usn", "999999"))).Element);
        }

        Assert.Equal("NoSuchItemException", await CodeAsync("getSubscriptionValuePoolState", P("usn", usn), P("valuePoolId", "999")));
        Assert.Equal("NoSuchItemException", await CodeAsync("getSubscriptionUsageAlertGroup", P("usn", usn), P("usageAlertGroupId", "x")));
        Assert.Equal("NoSuchItemException", await CodeAsync("getSubscriptionSpendLimitState", P("usn", usn), P("spendLimitId", "999")));
        Assert.Equal("InvalidRequestException", await CodeAsync("getSubscriptionSpendLimitState", P("usn", voip), P("spendLimitId", "7")));
        Assert.Equal("NoSuchItemException", await CodeAsync("setSpendLimitOverride", P("usn", "999999"), Override(7, "1")));
        Assert.Equal("InvalidRequestException", await CodeAsync("setSpendLimitOverride", P("usn", usn), Override(999, "1")));
        Assert.Equal("InvalidRequestException", await CodeAsync("setSpendLimitOverride", P("usn", voip), Override(7, "1")));
        foreach (var amount in new[] { "-1", "0.001", "10000000000" })
        {
            Assert.Equal("InvalidRequestException", await CodeAsync("setSpendLimitOverride", P("usn", usn), Override(7, amount)));
        }

        Assert.Equal(
            "InvalidRequestException",
            await CodeAsync("setTemporarySpendLimitOverride", P("usn", usn), Temporary(7, "1", "<ratingPeriodId>999999</ratingPeriodId>"))
        );
        foreach (var threshold in new[] { 0, -5, 1_001 })
        {
            Assert.Equal(
                "InvalidRequestException",
                await CodeAsync("setSpendLimitAlertThresholdOverrides", P("usn", usn), ThresholdRequest(7, threshold))
            );
        }

        Assert.Equal(
            "InvalidRequestException",
            await CodeAsync("setSpendLimitAlertThresholdOverrides", P("usn", usn), ThresholdRequest(7, 50, 50))
        );
    }

    [Fact]
    public async Task Another_accounts_subscription_is_as_if_it_were_not_there()
    {
        var usn = await _usage.OrderAsync("0430000051");
        using var stranger = await server.AddCustomerAsync((await Orders.PortalCustomerAsync(server)).Usn);
        var foreign = await stranger.RefusedAsync("spendmanagement", "getSubscriptionSpendLimitStates", P("usn", usn));
        var unknown = await stranger.RefusedAsync("spendmanagement", "getSubscriptionSpendLimitStates", P("usn", "2149999995"));
        Assert.Equal(unknown.Message.Replace("2149999995", usn, StringComparison.Ordinal), foreign.Message);
        Assert.Equal(
            "NoSuchItemException",
            (
                await stranger.RefusedAsync(
                    "spendmanagement",
                    "setSpendLimitAlertThresholdOverrides",
                    P("usn", usn),
                    ThresholdRequest(7, 50)
                )
            ).Element
        );
    }

    private async Task EventsAsync(string id, string number, int count)
    {
        await _usage.ImportAsync(
            "smile",
            id,
            $"E,{id},137,{number},Username,2015-01-14T09:{id[1]}0:00+11:00,Event count,,,,,,,,,{count}\n"
        );
        await _usage.RateAsync();
    }

    private async Task<string> CodeAsync(string operation, params XElement[] parameters) =>
        (await Api.RefusedAsync("spendmanagement", operation, parameters)).Element!;

    private Task SetAsync(string usn, int limit, string? amount) =>
        Api.CallAsync("spendmanagement", "setSpendLimitOverride", P("usn", usn), Override(limit, amount));

    private Task SetTemporaryAsync(string usn, int limit, string? amount) =>
        Api.CallAsync("spendmanagement", "setTemporarySpendLimitOverride", P("usn", usn), Temporary(limit, amount, "<currentPeriod/>"));

    private Task ThresholdsAsync(string usn, int limit, params int[] thresholds) =>
        Api.CallAsync("spendmanagement", "setSpendLimitAlertThresholdOverrides", P("usn", usn), ThresholdRequest(limit, thresholds));

    private static XElement Override(int limit, string? amount) =>
        Document(
            $"<SubscriptionSpendLimitOverrideRequest><spendLimitId>{limit}</spendLimitId>{Amount(amount)}"
                + "</SubscriptionSpendLimitOverrideRequest>"
        );

    private static XElement Temporary(int limit, string? amount, string period) =>
        Document(
            $"<TemporarySubscriptionSpendLimitOverrideRequest><spendLimitId>{limit}</spendLimitId><RatingPeriod>{period}</RatingPeriod>"
                + $"{Amount(amount)}</TemporarySubscriptionSpendLimitOverrideRequest>"
        );

    private static XElement ThresholdRequest(int limit, params int[] thresholds) =>
        Document(
            $"<SubscriptionSpendLimitAlertThresholdOverrideRequest><spendLimitId>{limit}</spendLimitId>"
                + (
                    thresholds.Length == 0
                        ? ""
                        : new XElement("AlertThresholdOverrides", thresholds.Select(each => P("alertThreshold", each)))
                )
                + "</SubscriptionSpendLimitAlertThresholdOverrideRequest>"
        );

    private static string Amount(string? amount) => amount is null ? "" : $"<limitOverride>{amount}</limitOverride>";

    private async Task<List<string>> LimitsAsync(string usn) =>
        [
            .. (await Api.CallAsync("spendmanagement", "getSubscriptionSpendLimitStates", P("usn", usn)))
                .AllAt("SubscriptionSpendLimit")
                .Select(Limit),
        ];

    private static string Limit(XElement limit) =>
        $"{limit.At("SpendLimit/spendLimitId")} {limit.At("SpendLimit/name")} {limit.At("SpendLimit/limit")} "
        + $"of {Plain(limit.At("effectiveLimit"))}: {limit.At("currentSpend")}, "
        + $"{limit.At("currentThreshold")} after {limit.At("previousThreshold")}";

    private static string Plain(string? amount) =>
        decimal.Parse(amount!, CultureInfo.InvariantCulture).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Group(XElement group) =>
        $"{group.At("UsageAlertGroup/usageAlertGroupID")} {group.At("UsageAlertGroup/company")} {group.At("UsageAlertGroup/name")} "
        + group.At("currentUse");

    private static string Thresholds(XElement state, string path) =>
        string.Join(',', state.AllAt($"{path}/alertThreshold").Select(threshold => threshold.Value));
}
