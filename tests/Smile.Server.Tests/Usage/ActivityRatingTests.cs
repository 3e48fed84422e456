using System.Globalization;
using System.Net;
using Smile.Rating.RateCards;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Rating;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>getRatingsForPeriod() (guide, line 10500) and getRatings() (line 3889): what is in a file sums up to what is charged.</summary>
public sealed class ActivityRatingTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly DateTimeOffset Since = new(2015, 1, 10, 0, 0, 0, TimeSpan.FromHours(11));
    private static readonly DateTimeOffset Now = new(2015, 3, 20, 0, 0, 0, TimeSpan.FromHours(11));

    private static readonly string[] Shown =
    [
        "Subscription USN",
        "Username",
        "CDR Start Timestamp",
        "CDR Call Duration",
        "CDR Event Count",
        "CDR Pages",
        "CDR Called",
        "Call Type",
        "Plan",
        "Destination",
        "Tariff Type",
        "Units",
        "Price Ex Tax",
        "Amount Ex Tax",
        "Currency",
        "Rating Period Start",
    ];

    private readonly UsageHelp _usage = new(server);
    private readonly TariffHelp _tariffs = new(server);

    [Fact]
    public async Task A_file_has_every_rating_of_the_period_and_a_record_costs_the_sum_of_its_rows()
    {
        var (usn, account) = await OrderAsync("0450000001", "imsi-451");
        using var login = await ActivityLogin.AddAsync(server, account);
        await DataAsync("m1", "imsi-451", "2015-01-25T10:00:00", 1_000);
        await CallAsync("m2", "0450000001", "2015-01-25T11:00:00", 90);
        var period = await PeriodAsync(login, usn, "2015-02-19");
        Assert.Null(await login.PeriodAsync(period));
        await _usage.RateAsync();
        await DataAsync("m3", "imsi-451", "2015-01-25T12:00:00", 100);
        await _usage.RateAsync();
        var before = await login.PeriodAsync(period);

        // It comes late and takes what is included: the last one is charged in full, by a row more.
        await DataAsync("m4", "imsi-451", "2015-01-25T11:30:00", 24);
        await _usage.RateAsync();
        var read = await login.ReadAsync(await login.PeriodAsync(period));
        Assert.Equal(await StateAsync(usn), Sum(read.All("Amount Ex Tax")));
        Assert.Equal(await RowsAsync(usn), read.Entries.Count);
        var last = read.Entries.Where(entry => entry["CDR Start Timestamp"] == "2015-01-25T12:00:00.000+11:00").ToList();
        Assert.Equal(2m, Sum(last.Select(entry => entry["Amount Ex Tax"])));
        Assert.True(last.Select(entry => entry["Rating Version"]).Distinct().Count() > 1);
        Assert.Single(last.Select(entry => entry["CDR Call ID"]).Distinct());
        Assert.Equal(read.All("CDR Start Timestamp").Order(StringComparer.Ordinal), read.All("CDR Start Timestamp"));

        // By a value pool: what it costs is more than what is to pay.
        var timed = read.Entries.Single(entry => entry["Charging Rule"] == "1203");
        Assert.Equal(
            $"{usn} 0450000001 2015-01-25T11:00:00.000+11:00 90 1 0 61290001111 Voice Mobile Plus Australia Local "
                + "90 0.225 0 AUD 2015-01-20",
            string.Join(' ', Shown.Select(column => timed[column]))
        );
        Assert.NotEqual("", timed["Value Pool"]);
        Assert.NotEqual("", timed["Charge Type"]);
        Assert.StartsWith(
            "Record Type,Batch ID,CDR Call ID,Subscription USN,Username,Subservice ID,CDR Start Timestamp,CDR Call Duration,"
                + "CDR Bytes Received,CDR Bytes Transmitted,CDR Event Count,CDR Pages,CDR Caller,CDR Called,Rated Timestamp,"
                + "Rated Caller SZU Name,",
            read.Text,
            StringComparison.Ordinal
        );

        // What was answered before is as it was, and so are its sums.
        var earlier = await login.ReadAsync(before);
        Assert.Equal(1.52m, Sum(earlier.All("Amount Ex Tax")));
        Assert.DoesNotContain("2015-01-25T11:30:00.000+11:00", earlier.All("CDR Start Timestamp"));
    }

    [Fact]
    public async Task A_record_over_the_end_of_a_period_is_in_the_files_of_both()
    {
        var (usn, account) = await OrderAsync("0450000011", "imsi-452");
        using var login = await ActivityLogin.AddAsync(server, account);
        await _usage.ImportAsync(
            "packets",
            "over",
            $$"""{"id":"o1","imsi":"imsi-452","start":{{Epoch("2015-02-19T23:00:00")}},"seconds":7200,"down":2147483648,"up":0}"""
        );
        await _usage.RateAsync();
        var first = await login.ReadAsync(await login.PeriodAsync(await PeriodAsync(login, usn, "2015-02-19")));
        var second = await login.ReadAsync(await login.PeriodAsync(await PeriodAsync(login, usn, "2015-03-19")));
        Assert.Equal(2_147_483_648m, Sum(first.All("Units")) + Sum(second.All("Units")));
        Assert.Equal(first.All("CDR Call ID").Distinct(), second.All("CDR Call ID").Distinct());
        Assert.All(second.All("CDR Start Timestamp"), start => Assert.Equal("2015-02-19T23:00:00.000+11:00", start));
    }

    [Fact]
    public async Task The_number_of_an_accounts_own_period_gives_all_of_its_subscriptions()
    {
        var (usn, account) = await OrderAsync("0450000021");
        var second = await _usage.OrderAsync("0450000022", account: account, since: Since);
        using var login = await ActivityLogin.AddAsync(server, account);
        await CallAsync("a1", "0450000021", "2015-03-20T00:00:00", 60);
        await CallAsync("a2", "0450000022", "2015-03-20T00:00:00", 60);
        await _usage.RateAsync();
        var list = await login.Api.CallAsync("subscription", "getRatingPeriods", P("usn", account));
        var period = list.AllAt("RatingPeriodSummary/ratingPeriodId").Last().Value;
        var read = await login.ReadAsync(await login.PeriodAsync(int.Parse(period, CultureInfo.InvariantCulture)));
        Assert.Equal(new[] { usn, second }.Order(StringComparer.Ordinal), read.All("Subscription USN").Distinct());
    }

    [Fact]
    public async Task Periods_and_transactions_that_are_not_there_or_out_of_reach_are_refused()
    {
        var (usn, account) = await OrderAsync("0450000031");
        var (_, other) = await OrderAsync("0450000032");
        using var login = await ActivityLogin.AddAsync(server, account);
        using var stranger = await ActivityLogin.AddAsync(server, other);
        var period = await PeriodAsync(login, usn, "2015-02-19");
        var number = await new Money(server, account).InvoiceAsync(10m);
        var messages = new HashSet<string>();
        foreach (var id in new[] { period, 2_000_000_000, 0, -1 })
        {
            var fault = await stranger.Api.RefusedAsync("subscription", "getRatingsForPeriod", P("ratingPeriodId", id));
            Assert.Equal("NoSuchItemException", fault.Element);
            messages.Add(fault.Message.Replace($"={id}]", "]", StringComparison.Ordinal));
        }

        Assert.Single(messages);
        messages.Clear();
        foreach (var transaction in new[] { number, "4711", "" })
        {
            var fault = await stranger.Api.RefusedAsync("account", "getRatings", P("transactionNumber", transaction));
            Assert.Equal("AccountException", fault.Element);
            messages.Add(fault.Message.Replace($"={transaction}]", "]", StringComparison.Ordinal));
        }

        Assert.Single(messages);
        Assert.Null(await login.InvoiceAsync(number));
    }

    /// <summary>
    /// What is on an invoice: the ratings of the period that it bills, and those that came too late for the bill of their own.
    /// </summary>
    [Fact]
    public async Task An_invoice_gives_the_ratings_that_are_billed_with_it()
    {
        var (usn, account) = await OrderAsync("0450000041", "imsi-454");
        using var login = await ActivityLogin.AddAsync(server, account);
        using var colleague = await ActivityLogin.AddAsync(server, account);
        await DataAsync("i1", "imsi-454", "2015-01-25T10:00:00", 1_100);
        await DataAsync("i2", "imsi-454", "2015-02-25T10:00:00", 1_200);
        await _usage.RateAsync();
        var first = await new Money(server, account).InvoiceAsync(10m);
        var second = await new Money(server, account).InvoiceAsync(10m);
        await BillAsync(usn, first, "2015-01-20", "2015-02-19");
        await BillAsync(usn, second, "2015-02-20", "2015-03-19");

        // Usage of the first period that comes when it was billed is billed with the second.
        await ExecuteAsync("UPDATE usage_state SET status = 'Closed' WHERE subscription_usn = $1 AND period_start = '2015-01-20'", usn);
        await DataAsync("i3", "imsi-454", "2015-01-26T10:00:00", 50);
        await _usage.RateAsync();
        await ExecuteAsync(
            "UPDATE usage_rating SET billed_in = '2015-02-20' WHERE subscription_usn = $1 AND billed_in > '2015-02-20'",
            usn
        );
        var one = await login.ReadAsync(await login.InvoiceAsync(first));
        var two = await login.ReadAsync(await login.InvoiceAsync(second));
        Assert.Equal(1.52m, Sum(one.All("Amount Ex Tax")));
        Assert.Equal(["2015-01-20"], one.All("Billed Period Start").Distinct());
        Assert.Equal(["2015-01-20", "2015-02-20"], two.All("Rating Period Start").Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["2015-02-20"], two.All("Billed Period Start").Distinct());
        Assert.Contains("2015-01-26T10:00:00.000+11:00", two.All("CDR Start Timestamp"));
        Assert.Equal(await StateAsync(usn), Sum(one.All("Amount Ex Tax")) + Sum(two.All("Amount Ex Tax")));
        using var refused = await colleague.Http.GetAsync((await login.InvoiceAsync(first))!.Address);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    /// <summary>What was paid can be looked at, wherever the subscription has gone; nobody else sees it by that.</summary>
    [Fact]
    public async Task An_invoices_ratings_are_its_accounts_when_the_subscription_has_gone_to_another()
    {
        var (usn, account) = await OrderAsync("0450000051", "imsi-455");
        var (_, next) = await OrderAsync("0450000052", "imsi-456");
        using var login = await ActivityLogin.AddAsync(server, account);
        using var other = await ActivityLogin.AddAsync(server, next);
        await DataAsync("j1", "imsi-455", "2015-01-25T10:00:00", 1_100);
        await _usage.RateAsync();
        var invoice = await new Money(server, account).InvoiceAsync(10m);
        await BillAsync(usn, invoice, "2015-01-20", "2015-02-19");
        await server.Administrator.CallAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", next));
        Assert.Equal(1.52m, Sum((await login.ReadAsync(await login.InvoiceAsync(invoice))).All("Amount Ex Tax")));
        await Assert.ThrowsAnyAsync<Exception>(() => other.InvoiceAsync(invoice));
        await Assert.ThrowsAnyAsync<Exception>(() => login.RangeAsync(usn, "2015-01-01T00:00:00Z", "2015-03-01T00:00:00Z"));
    }

    private Task BillAsync(string usn, string number, string from, string to) =>
        server.ExecuteAsync(
            "INSERT INTO billed_usage (subscription_usn, period_from, period_to, version, transaction_number, billed) "
                + "VALUES ($1, $2, $3, 1, $4, now())",
            usn,
            DateOnly.Parse(from, CultureInfo.InvariantCulture),
            DateOnly.Parse(to, CultureInfo.InvariantCulture),
            number
        );

    private Task ExecuteAsync(string sql, string usn) => _usage.RowsAsync(sql, usn);

    private static decimal Sum(IEnumerable<string> amounts) => amounts.Sum(amount => decimal.Parse(amount, CultureInfo.InvariantCulture));

    private async Task<decimal> StateAsync(string usn) =>
        decimal.Parse(
            (await _usage.RowsAsync("SELECT trim_scale(sum(amount))::text FROM usage_state WHERE subscription_usn = $1", usn)).Single(),
            CultureInfo.InvariantCulture
        );

    private async Task<int> RowsAsync(string usn) =>
        int.Parse(
            (await _usage.RowsAsync("SELECT count(*) FROM usage_rating WHERE subscription_usn = $1", usn)).Single(),
            CultureInfo.InvariantCulture
        );

    private static async Task<int> PeriodAsync(ActivityLogin login, string usn, string end)
    {
        var list = await login.Api.CallAsync("subscription", "getRatingPeriods", P("usn", usn));
        var period = list.AllAt("RatingPeriodSummary")
            .Single(each => each.At("ratingPeriodEnd")!.StartsWith(end, StringComparison.Ordinal));
        return int.Parse(period.At("ratingPeriodId")!, CultureInfo.InvariantCulture);
    }

    private async Task<(string Usn, string Account)> OrderAsync(string number, string? imsi = null)
    {
        await _tariffs.ImportAsync("Australia,Domestic,61,Local,2014-01-01,0.15,60,,\n", new RateCardOptions());
        if (server.Clock.GetUtcNow() < Now)
        {
            server.Clock.Advance(Now - server.Clock.GetUtcNow());
        }

        var usn = await _usage.OrderAsync(number, imsi, since: Since);
        return (usn, await server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn));
    }

    private Task DataAsync(string id, string imsi, string local, long mebibytes) =>
        _usage.ImportAsync(
            "packets",
            id,
            $$"""{"id":"{{id}}","imsi":"{{imsi}}","start":{{Epoch(local)}},"seconds":60,"down":{{mebibytes * 1048576}},"up":0}"""
        );

    private Task CallAsync(string id, string number, string local, int seconds) =>
        _usage.ImportAsync("smile", id, $"E,{id},137,{number},Username,{local}+11:00,Voice,,,61290001111,E164,{seconds}\n");

    private static long Epoch(string local) => DateTimeOffset.Parse(local + "+11:00", CultureInfo.InvariantCulture).ToUnixTimeSeconds();
}
