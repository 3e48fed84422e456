using System.Globalization;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Rating;

namespace Smile.Server.Tests.Usage;

/// <summary>From records to what they are charged, in the database.</summary>
public sealed class RateUsageTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly DateTimeOffset Since = new(2015, 1, 10, 0, 0, 0, TimeSpan.FromHours(11));
    private static readonly DateTimeOffset Now = new(2015, 3, 20, 0, 0, 0, TimeSpan.FromHours(11));

    private readonly UsageHelp _usage = new(server);
    private readonly TariffHelp _tariffs = new(server);

    [Fact]
    public async Task Records_in_order_go_on_and_late_ones_book_the_difference()
    {
        await CardAsync();
        var usn = await OrderAsync("0410000001", "imsi-1");

        // 1 GiB of data is included; what is more costs 0.02 a MiB.
        await DataAsync("m1", "imsi-1", "2015-01-15T10:00:00", 1_000);
        await _usage.RateAsync();
        Assert.Equal(["15 10:00:00 1206: 1048576000 = 0"], await _usage.RatingsAsync(usn));
        await DataAsync("m2", "imsi-1", "2015-01-15T12:00:00", 100);
        await _usage.RateAsync();
        Assert.Equal(
            ["15 10:00:00 1206: 1048576000 = 0", "15 12:00:00 1206: 25165824 = 0", "15 12:00:00 1207: 79691776 = 1.52"],
            await _usage.RatingsAsync(usn)
        );

        // One that comes late takes what is included, and the last is charged in full.
        await DataAsync("m3", "imsi-1", "2015-01-15T11:00:00", 24);
        await _usage.RateAsync();
        Assert.Equal(
            ["15 10:00:00 1206: 1048576000 = 0", "15 11:00:00 1206: 25165824 = 0", "15 12:00:00 1207: 104857600 = 2"],
            await _usage.RatingsAsync(usn)
        );
        Assert.Equal(["3"], await _usage.RowsAsync("SELECT max(version) FROM usage_rating WHERE subscription_usn = $1", usn));
        Assert.Equal(
            ["3 2.00"],
            await _usage.RowsAsync("SELECT records || ' ' || round(amount, 2) FROM usage_state WHERE subscription_usn = $1", usn)
        );
    }

    [Fact]
    public async Task A_corrected_tariff_is_charged_with_the_next_usage_and_an_error_goes_when_its_destination_comes()
    {
        await CardAsync();
        var usn = await OrderAsync("0410000011");
        await VoiceAsync("n1", "0410000011", "2015-01-15T10:00:00", 60, "999555");
        await _usage.RateAsync();
        Assert.Equal(["15 10:00:00 NoDestination"], await _usage.ProblemsAsync(usn));
        Assert.Empty(await _usage.RatingsAsync(usn));
        await _tariffs.ImportAsync("Atlantis,International,999,Local,2014-01-01,1.20,60,,\n");
        await VoiceAsync("n2", "0410000011", "2015-01-15T11:00:00", 30, "999555");
        await _usage.RateAsync();
        Assert.Empty(await _usage.ProblemsAsync(usn));

        // The plan includes calls of fifty dollars with tax.
        Assert.Equal(
            [
                "15 10:00:00 1201: 1 = 0",
                "15 10:00:00 1203: 60 = 1.2 pays 0",
                "15 11:00:00 1201: 1 = 0",
                "15 11:00:00 1203: 30 = 0.6 pays 0",
            ],
            await _usage.RatingsAsync(usn)
        );
    }

    [Fact]
    public async Task A_record_over_the_end_of_a_period_is_charged_in_both_and_counted_once()
    {
        await CardAsync();
        var usn = await OrderAsync("0410000021", "imsi-21");
        await _usage.ImportAsync(
            "packets",
            "over",
            $$"""{"id":"o1","imsi":"imsi-21","start":{{Epoch("2015-02-19T23:00:00")}},"seconds":7200,"down":2147483648,"up":0}"""
        );
        await _usage.RateAsync();
        Assert.Equal(
            ["2015-01-20: 1", "2015-02-20: 0"],
            await _usage.RowsAsync(
                "SELECT period_start || ': ' || records FROM usage_state WHERE subscription_usn = $1 ORDER BY period_start",
                usn
            )
        );
        Assert.Equal(
            ["2147483648"],
            await _usage.RowsAsync("SELECT trim_scale(sum(units))::text FROM usage_rating WHERE subscription_usn = $1", usn)
        );
    }

    /// <summary>
    /// Plans and usage meet by the stamp: with the next usage, all of the period is charged by the plans that hold now, and what the later
    /// plan includes is its own.
    /// </summary>
    [Fact]
    public async Task A_plan_that_was_changed_charges_from_then_on_with_the_next_usage()
    {
        await CardAsync();
        var usn = await OrderAsync("0410000031", "imsi-31");
        await DataAsync("c1", "imsi-31", "2015-01-15T10:00:00", 1_000);
        await DataAsync("c2", "imsi-31", "2015-01-17T10:00:00", 100);
        await _usage.RateAsync();
        Assert.Equal("1.52", (await SumAsync(usn))[0]);
        await server.ExecuteAsync(
            """
            INSERT INTO plan_schedule_item
                (subscription_usn, plan_schedule_type, plan_code, start, options, is_ordered, charge_overrides, changed_by)
            SELECT $1, 1, 'mobile-plus', '2015-01-16T00:00:00+11', '[]', false, '[]', 'tests'
            """,
            usn
        );
        await DataAsync("c3", "imsi-31", "2015-01-18T10:00:00", 1);
        await _usage.RateAsync();
        Assert.Equal("0", (await SumAsync(usn))[0]);
        Assert.Equal(
            ["15 10:00:00 1206: 1048576000 = 0", "17 10:00:00 1206: 104857600 = 0", "18 10:00:00 1206: 1048576 = 0"],
            await _usage.RatingsAsync(usn)
        );
    }

    /// <summary>What is wrong with one subscription's usage is nobody else's matter, and is not tried all the time.</summary>
    [Fact]
    public async Task A_subscription_that_cannot_be_rated_holds_up_nobody()
    {
        await CardAsync();
        var broken = await OrderAsync("0410000050");
        var bucket = await BucketAsync(broken);
        var (other, number) = ("", "");
        for (var next = 51; other.Length == 0; next++)
        {
            number = $"04100000{next}";
            var usn = await OrderAsync(number);
            other = await BucketAsync(usn) == bucket ? usn : "";
        }

        await VoiceAsync("w1", "0410000050", "2015-01-15T10:00:00", 60, "61390001111");
        await _usage.RateAsync();
        await _usage.RowsAsync("UPDATE usage_state SET meters = '[]' WHERE subscription_usn = $1", broken);
        await VoiceAsync("w2", "0410000050", "2015-01-15T11:00:00", 60, "61390001111");
        await VoiceAsync("w3", number, "2015-01-15T11:00:00", 60, "61390001111");
        Assert.Equal(broken, (await RateOnceAsync())?.Failure?.Subscription.Value);
        Assert.Equal(2, (await _usage.RatingsAsync(other)).Count);
        Assert.Null(await RateOnceAsync());
        var waits = "SELECT subscriptions::text FROM usage_work WHERE not_before > now() AND $1 = ANY (subscriptions)";
        Assert.Equal(["{" + broken + "}"], (await _usage.RowsAsync(waits, broken)).Distinct());
        await _usage.RowsAsync("DELETE FROM usage_state WHERE subscription_usn = $1", broken);
        await _usage.RowsAsync("DELETE FROM usage_rating WHERE subscription_usn = $1", broken);
        await _usage.RowsAsync("UPDATE usage_work SET not_before = NULL");
        await _usage.RateAsync();
        Assert.Equal(4, (await _usage.RatingsAsync(broken)).Count);
    }

    private async Task<string> BucketAsync(string usn) => Assert.Single(await _usage.RowsAsync("SELECT usage_bucket($1)::text", usn));

    private Task<Smile.Rating.Runs.RatedCount?> RateOnceAsync() =>
        _usage.OnScopeAsync(scope => scope.Use<Smile.Rating.Runs.RateUsage>().RunOnceAsync(default));

    private Task<IReadOnlyList<string>> SumAsync(string usn) =>
        _usage.RowsAsync("SELECT trim_scale(sum(amount))::text FROM usage_rating WHERE subscription_usn = $1", usn);

    /// <summary>Whatever the order, the files and the repetitions: the same prices and the same states.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_order_batching_and_repetition_comes_to_the_same(int seed)
    {
        await CardAsync();
        var random = new Random(seed);
        var (number, other) = ($"04200000{seed}1", $"04200000{seed}2");
        var (first, second) = (await OrderAsync(number, $"imsi-p{seed}"), await OrderAsync(other, $"imsi-q{seed}"));
        var records = Enumerable.Range(0, 60).Select(index => Random(random, index)).ToList();
        foreach (var record in records)
        {
            await _usage.ImportAsync("smile", $"q{seed}-{record.Id}", Line(record, $"q{seed}", other));
        }

        await _usage.RateAsync();
        var shuffled = records.OrderBy(_ => random.Next()).ToList();
        for (var from = 0; from < shuffled.Count; from += 7)
        {
            var lines = shuffled
                .Skip(from)
                .Take(7)
                .Concat(shuffled.Take(random.Next(from + 1)))
                .Select(record => Line(record, $"p{seed}", number));
            await _usage.ImportAsync("smile", $"p{seed}-{from}", string.Concat(lines));
            await _usage.RateAsync();
        }

        Assert.Equal(await _usage.RatingsAsync(second), await _usage.RatingsAsync(first));
        const string States =
            "SELECT period_start || ' ' || records || ' ' || problems || ' ' || trim_scale(amount) || ' ' || (state::text) "
            + "FROM usage_state WHERE subscription_usn = $1 ORDER BY period_start";
        Assert.Equal(await WithoutItemsAsync(States, second), await WithoutItemsAsync(States, first));
        Assert.NotEmpty(await _usage.RatingsAsync(first));
    }

    private async Task<string> OrderAsync(string number, string? imsi = null)
    {
        if (server.Clock.GetUtcNow() < Now)
        {
            server.Clock.Advance(Now - server.Clock.GetUtcNow());
        }

        return await _usage.OrderAsync(number, imsi, since: Since);
    }

    /// <summary>
    /// States name plan schedule items, which are other ones for another subscription, and which threshold was told before.
    /// </summary>
    private async Task<IEnumerable<string>> WithoutItemsAsync(string sql, string usn) =>
        (await _usage.RowsAsync(sql, usn)).Select(row =>
            System.Text.RegularExpressions.Regex.Replace(row, "\"(planScheduleItem|previousThreshold)\": [0-9.]+", "")
        );

    private async Task CardAsync() =>
        await _tariffs.ImportAsync("Australia,Domestic,61,Local,2014-01-01,0.15,60,,\n", new Smile.Rating.RateCards.RateCardOptions());

    private Task DataAsync(string id, string imsi, string local, long mebibytes) =>
        _usage.ImportAsync(
            "packets",
            id,
            $$"""{"id":"{{id}}","imsi":"{{imsi}}","start":{{Epoch(local)}},"seconds":60,"down":{{mebibytes * 1048576}},"up":0}"""
        );

    private Task VoiceAsync(string id, string number, string local, int seconds, string called) =>
        _usage.ImportAsync("smile", id, $"E,{id},137,{number},Username,{local}+11:00,Voice,,,{called},E164,{seconds}\n");

    private static (string Id, DateTimeOffset Start, string Usage) Random(Random random, int index)
    {
        var start = new DateTimeOffset(2015, 1, 15, 0, 0, 0, TimeSpan.FromHours(11)).AddSeconds((index * 21_600) + random.Next(20_000));
        var usage = random.Next(4) switch
        {
            0 => $"Voice,,,+61290001111,Untyped,{random.Next(1, 9_000)}",
            1 => "SMS,,,+61400999888,Untyped,,,,,1",
            2 => $"Data,,,,,{random.Next(1, 100)},{random.NextInt64(1, 600_000_000)},{random.Next(1000)}",
            _ => $"Event count,,,,,,,,,{random.Next(1, 4)}",
        };
        return (index.ToString(CultureInfo.InvariantCulture), start, usage);
    }

    private static string Line((string Id, DateTimeOffset Start, string Usage) record, string prefix, string number) =>
        $"E,{prefix}-{record.Id},137,{number},Username,"
        + $"{record.Start.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)},{record.Usage}\n";

    private static long Epoch(string local) => DateTimeOffset.Parse(local + "+11:00", CultureInfo.InvariantCulture).ToUnixTimeSeconds();
}
