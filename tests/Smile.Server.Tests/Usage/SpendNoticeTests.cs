using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>
/// What is told of spend limits (guide, lines 23327 to 23605) and applied by usage: each crossing once, whatever is rated again.
/// </summary>
public sealed class SpendNoticeTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Ratings = "RatingConfigurationUpdated";
    private const string Features = "SubscriptionFeaturesChanged";

    private readonly UsageHelp _usage = new(server);
    private int _seen;

    [Fact]
    public async Task Each_crossing_is_told_once_and_what_it_applies_is_taken_off_with_it()
    {
        var usn = await _usage.OrderAsync("0460000001", "imsi-601", since: server.Clock.GetUtcNow().AddDays(-2));
        var account = await AccountAsync(usn);
        await NewsAsync(account);

        // A gibibyte is included; more costs 0.022 a mebibyte with tax, of which 10.00 may be spent. What is more is slow.
        await DataAsync("d1", "imsi-601", 1_024 + 100);
        Assert.Equal([Features, Ratings], await NewsAsync(account));
        Assert.Equal(["851"], await FeaturesAsync(usn));
        await DataAsync("d2", "imsi-601", 200);
        Assert.Equal(["StatusUpdated 1: 50 after 0"], await NewsAsync(account));
        await DataAsync("d3", "imsi-601", 300);
        Assert.Equal(["Exceeded 1: 100 after 50", "StatusUpdated 1: 100 after 50", Ratings], await NewsAsync(account));

        // Nothing new, and nothing that was told before, though all is rated again and told again.
        await _usage.RowsAsync("UPDATE usage_notice SET told = NULL WHERE subscription_usn = $1", usn);
        await server.ExecuteAsync("INSERT INTO rating_change (subscription_usn, since) VALUES ($1, now() - interval '20 years')", usn);
        await _usage.RateAsync();
        await DataAsync("d4", "imsi-601", 1);
        Assert.Empty(await NewsAsync(account));
        Assert.Empty(await _usage.RowsAsync("SELECT version FROM usage_notice WHERE subscription_usn = $1 AND told IS NULL", usn));

        // A higher limit is kept again, a lower one is not.
        await LimitAsync(usn, "50.00");
        Assert.Equal(["Receded 1: 0 after 100", "StatusUpdated 1: 0 after 100", Ratings], await NewsAsync(account));
        await LimitAsync(usn, null);
        Assert.Equal(["Exceeded 1: 100 after 0", "StatusUpdated 1: 100 after 0", Ratings], await NewsAsync(account));

        // With the next rating period all is at nothing, though nothing is used in it.
        server.Clock.Advance(TimeSpan.FromDays(40));
        await _usage.RateAsync();
        Assert.Equal([Ratings, "Receded 1: 0 after 100", "StatusUpdated 1: 0 after 100", Features], (await NewsAsync(account)).Order());
        Assert.Empty(await FeaturesAsync(usn));
        await _usage.RateAsync();
        Assert.Empty(await NewsAsync(account));
    }

    [Fact]
    public async Task A_limit_that_is_exceeded_applies_its_features_and_its_body_is_the_guides()
    {
        var usn = await _usage.OrderAsync("0460000011", since: server.Clock.GetUtcNow().AddDays(-2));
        var account = await AccountAsync(usn);
        await NewsAsync(account);
        await EventsAsync("e1", "0460000011", 100);
        Assert.Equal(["Exceeded 7: 100 after 0", Ratings, "StatusUpdated 7: 100 after 0", Features], (await NewsAsync(account)).Order());
        Assert.Equal(["850"], await FeaturesAsync(usn));
        var body = XElement.Parse(
            (await server.MessagesAsync(account)).Last(message => message.Type == "SubscriptionSpendLimitExceeded").Body
        );
        Assert.Equal(usn, body.At("Subscription/USN"));
        var limit = body.AllAt("Limits/SubscriptionSpendLimit").Single();
        Assert.Equal(
            ("7", "SMS", "50", "50", "55.000000", "100", "0"),
            (
                limit.At("SpendLimit/spendLimitId"),
                limit.At("SpendLimit/name"),
                limit.At("SpendLimit/limit"),
                limit.At("effectiveLimit"),
                limit.At("currentSpend"),
                limit.At("currentThreshold"),
                limit.At("previousThreshold")
            )
        );
        Assert.Matches("^2015-..-..\\+1[01]:00$", limit.At("periodEnd")!);

        // A subscription that is closed meanwhile is told nothing more.
        await server.Administrator.CallAsync(
            "subscription",
            "cancel",
            P("usn", usn),
            P("fromTimestamp", server.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"))
        );
        await NewsAsync(account);
        server.Clock.Advance(TimeSpan.FromDays(40));
        await _usage.RateAsync();
        Assert.DoesNotContain(await NewsAsync(account), message => message.Contains('7', StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_told_is_not_told_again_when_the_cycle_changes()
    {
        var usn = await _usage.OrderAsync("0460000031", "imsi-631", since: server.Clock.GetUtcNow().AddDays(-2));
        var account = await AccountAsync(usn);
        await DataAsync("c1", "imsi-631", 1_024 + 600);
        Assert.Contains("Exceeded 1: 100 after 0", await NewsAsync(account));

        // By the new cycle a period begins today, and the one that went on ended yesterday.
        var today = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        await server.ExecuteAsync(
            $"UPDATE account SET rating_cycle_type = 'Monthly', rating_cycle_day = {today.Day}, rating_cycle_table = NULL WHERE usn = $1",
            account
        );
        await server.ExecuteAsync("INSERT INTO rating_change (subscription_usn, since) VALUES ($1, now() - interval '20 years')", usn);
        await _usage.RateAsync();
        await _usage.RateAsync();
        Assert.Empty(await NewsAsync(account));
        Assert.Equal(["851"], await FeaturesAsync(usn));
        Assert.Equal(
            [$"{today:yyyy-MM-dd} 1"],
            await _usage.RowsAsync("SELECT period_start || ' ' || records FROM usage_state WHERE subscription_usn = $1 AND alert", usn)
        );
    }

    [Fact]
    public async Task Usage_of_a_period_that_is_over_tells_nothing()
    {
        var usn = await _usage.OrderAsync("0460000021", since: server.Clock.GetUtcNow().AddDays(-80));
        var account = await AccountAsync(usn);
        await NewsAsync(account);
        await EventsAsync("o1", "0460000021", 100, daysAgo: 70);
        Assert.Empty(await NewsAsync(account));
        Assert.Empty(await FeaturesAsync(usn));
    }

    private Task<string> AccountAsync(string usn) => server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn);

    private async Task<IReadOnlyList<string>> FeaturesAsync(string usn) =>
        await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(feature_id::text ORDER BY feature_id), ARRAY[]::text[]) FROM subscription_feature
            WHERE subscription_usn = $1 AND "end" IS NULL
            """,
            usn
        );

    /// <summary>What was announced since the last look.</summary>
    private async Task<IReadOnlyList<string>> NewsAsync(string account)
    {
        var messages = await server.MessagesAsync(account);
        var news = messages.Skip(_seen).Select(Text).ToList();
        _seen = messages.Count;
        return news;
    }

    private static string Text(AnnouncedMessage message) =>
        message.Type.StartsWith("SubscriptionSpendLimit", StringComparison.Ordinal)
            ? $"{message.Type["SubscriptionSpendLimit".Length..]} {message.Headers["spendLimitId"]}: "
                + $"{message.Headers["currentThreshold"]} after {message.Headers["previousThreshold"]}"
            : message.Type;

    private async Task DataAsync(string id, string imsi, long mebibytes)
    {
        var start = server.Clock.GetUtcNow().AddMinutes(-30).ToUnixTimeSeconds();
        await _usage.ImportAsync(
            "packets",
            id,
            $$"""{"id":"{{id}}","imsi":"{{imsi}}","start":{{start}},"seconds":60,"down":{{mebibytes * 1048576}},"up":0}"""
        );
        await _usage.RateAsync();
    }

    private async Task EventsAsync(string id, string number, int count, int daysAgo = 0)
    {
        var start = server.Clock.GetUtcNow().AddDays(-daysAgo).AddMinutes(-30).ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'");
        await _usage.ImportAsync("smile", id, $"E,{id},137,{number},Username,{start},Event count,,,,,,,,,{count}\n");
        await _usage.RateAsync();
    }

    private async Task LimitAsync(string usn, string? amount)
    {
        var limit = amount is null ? "" : $"<limitOverride>{amount}</limitOverride>";
        await server.Administrator.CallAsync(
            "spendmanagement",
            "setSpendLimitOverride",
            P("usn", usn),
            Document(
                $"<SubscriptionSpendLimitOverrideRequest><spendLimitId>1</spendLimitId>{limit}</SubscriptionSpendLimitOverrideRequest>"
            )
        );
        await _usage.RateAsync();
    }
}
