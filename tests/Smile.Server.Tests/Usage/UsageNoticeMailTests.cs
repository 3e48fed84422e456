using System.Xml.Linq;
using Smile.Correspondence.Dispatch;
using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Usage;

/// <summary>What customers are written to about their usage (guide, line 21778), by a real mail server.</summary>
[Collection(CreditControlServerTests.Name)]
public sealed class UsageNoticeMailTests(ServerFixture server) : IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);
    private readonly UsageHelp _usage = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    [Fact]
    public async Task A_threshold_that_is_reached_is_mailed_once_and_that_all_is_at_nothing_again()
    {
        var usn = await _usage.OrderAsync("0460000101", "imsi-6101", since: server.Clock.GetUtcNow().AddDays(-2));
        var account = await AccountAsync(usn);
        await _help.DispatchAsync();
        await _help.NewsAsync(account);
        await DataAsync("m1", "imsi-6101", 500);
        await _help.DispatchAsync();
        Assert.Equal("", await _help.NewsAsync(account));

        await DataAsync("m2", "imsi-6101", 100);
        await DataAsync("m3", "imsi-6101", 50);
        await _help.DispatchAsync();
        Assert.Equal("usage-threshold", await _help.NewsAsync(account));
        var mail = Readable((await _help.Mail.ReceiveMailsAsync(1, "0460000101"))[0]);
        Assert.Contains("Subject: You have used 58% of Mobile Data Usage", mail, StringComparison.Ordinal);
        Assert.Contains("you have used 0.59 GB of 1 GB (Mobile Data Usage), which is 58%.", mail, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated", mail, StringComparison.Ordinal);

        var message = (await server.MessagesAsync(account)).Last(each => each.Type == "CorrespondenceSent");
        Assert.Equal(
            (usn, "Email", SendDispatch.NotificationType("usage-threshold").ToString("D")),
            (message.Headers["subscriptionUsn"], message.Headers["channel"], message.Headers["notificationType"])
        );
        Assert.Equal("joe@example.com", XElement.Parse(message.Body).At("Email/RecipientList/address"));

        // Two thresholds at once are one mail; all that is rated again is none.
        await DataAsync("m4", "imsi-6101", 400);
        await _usage.RowsAsync("UPDATE usage_notice SET told = NULL WHERE subscription_usn = $1", usn);
        await server.ExecuteAsync("INSERT INTO rating_change (subscription_usn, since) VALUES ($1, now() - interval '20 years')", usn);
        await _usage.RateAsync();
        await _help.DispatchAsync();
        Assert.Equal("usage-threshold", await _help.NewsAsync(account));
        Assert.Contains(
            "You have used 100% of",
            Readable((await _help.Mail.ReceiveMailsAsync(2, "0460000101"))[1]),
            StringComparison.Ordinal
        );

        server.Clock.Advance(TimeSpan.FromDays(40));
        await _usage.RateAsync();
        await _help.DispatchAsync();
        Assert.Equal("usage-reset", await _help.NewsAsync(account));
        mail = Readable((await _help.Mail.ReceiveMailsAsync(3, "0460000101"))[2]);
        Assert.Contains("Subject: Mobile Data Usage has begun anew", mail, StringComparison.Ordinal);
        Assert.Contains("1 GB of Mobile Data Usage are yours again", mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_that_is_included_is_told_of_in_the_currency_of_the_account()
    {
        var usn = await _usage.OrderAsync("0460000111", since: server.Clock.GetUtcNow().AddDays(-2));
        var account = await AccountAsync(usn);
        var start = server.Clock.GetUtcNow().AddMinutes(-30).ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'");

        // 0.25 a message without tax, of 500.00 with it.
        await _usage.ImportAsync(
            "smile",
            "s1",
            string.Concat(
                Enumerable.Range(0, 910).Select(place => $"E,s-{place},137,0460000111,Username,{start},SMS,,,+61470000000,Untyped,,,,,1\n")
            )
        );
        await _usage.RateAsync();
        Assert.Equal(
            "Included Local Calls and SMS: $250.25 of $500.00, 50%, $249.75 left",
            await server.QueryAsync<string>(
                """
                SELECT concat(template_values->>'item', ': ', template_values->>'used', ' of ', template_values->>'limit', ', ',
                    template_values->>'percent', ', ', template_values->>'left', ' left')
                FROM dispatch_item WHERE account_usn = $1 AND kind = 'UsageNotice'
                """,
                account
            )
        );
    }

    [Fact]
    public async Task Who_has_no_address_is_not_written_to()
    {
        var usn = await _usage.OrderAsync("0460000121", "imsi-6121", since: server.Clock.GetUtcNow().AddDays(-2));
        var account = await AccountAsync(usn);
        foreach (var table in new[] { "account", "subscription" })
        {
            await server.ExecuteAsync(
                $"UPDATE {table} SET properties = (SELECT jsonb_agg(field) FROM jsonb_array_elements(properties) field "
                    + "WHERE field->>'n' <> 'emailAddress'), changed_by = 'tests' WHERE usn = ANY($1)",
                (object)new[] { usn, account }
            );
        }

        await DataAsync("n1", "imsi-6121", 600);
        Assert.Equal(
            0,
            await server.QueryAsync<long>("SELECT count(*) FROM dispatch_item WHERE account_usn = $1 AND kind = 'UsageNotice'", account)
        );
    }

    private Task<string> AccountAsync(string usn) => server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn);

    private static string Readable(string mail) => mail.ReplaceLineEndings("\n").Replace("=\n", "", StringComparison.Ordinal);

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
}
