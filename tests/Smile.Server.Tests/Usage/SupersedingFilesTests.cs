using System.Globalization;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Rating;
using Smile.Usage;
using Smile.Usage.Errors;
using Smile.Usage.Import;

namespace Smile.Server.Tests.Usage;

/// <summary>
/// A later version of a file takes the place of an earlier one: in the end there is what the latest one has, whatever happened on the way.
/// </summary>
public sealed class SupersedingFilesTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Source = "daily";

    private static readonly DateTimeOffset Since = new(2015, 1, 10, 0, 0, 0, TimeSpan.FromHours(11));
    private static readonly DateTimeOffset Now = new(2015, 3, 20, 0, 0, 0, TimeSpan.FromHours(11));

    private readonly UsageHelp _usage = new(server);
    private readonly TariffHelp _tariffs = new(server);

    [Fact]
    public async Task What_is_gone_is_taken_back_what_is_changed_is_replaced_and_what_is_the_same_stays()
    {
        await _tariffs.ImportAsync("Australia,Domestic,61,Local,2014-01-01,0.15,60,,\n", new Smile.Rating.RateCards.RateCardOptions());
        var usn = await OrderAsync("0420000001");
        var first = await ImportAsync(
            "VAP001-2015-01-15.csv",
            Line("a1", "0420000001", "01:00:00", 60)
                + Line("a2", "0420000001", "02:00:00", 120)
                + Line("a3", "0420000001", "03:00:00", 180)
                + Line("a4", "0420000999", "04:00:00", 60)
                + Line("a5", "0420000998", "04:00:00", 60)
                + "broken,line\n"
        );
        Assert.Equal("6 lines: 3 bound, 3 suspended", UsageHelp.Counts(first));
        await _usage.RateAsync();
        Assert.Equal(["60 0.15", "120 0.3", "180 0.45"], await TimedAsync(usn));
        var booked = await RatingRowsAsync(usn);

        var second = await ImportAsync(
            "VAP001-2015-01-15.1.csv",
            Line("a1", "0420000001", "01:00:00", 60)
                + Line("a2", "0420000001", "02:00:00", 60)
                + Line("a5", "0420000998", "04:00:00", 60)
                + Line("a6", "0420000001", "05:00:00", 60)
        );
        Assert.Equal("4 lines: 2 bound, 2 duplicate", UsageHelp.Counts(second));
        Assert.Equal(["a1 60", "a2 60", "a6 60"], await CallsAsync(usn));
        Assert.Empty(await _usage.SuspendedAsync(new SuspenseFilter { FileId = first.Id }));
        Assert.Equal("0420000998", (await _usage.SuspendedAsync(new SuspenseFilter { FileId = second.Id })).Single().Entry!.Identifier);
        await _usage.RateAsync();
        Assert.Equal(["60 0.15", "60 0.15", "60 0.15"], await TimedAsync(usn));
        Assert.True(booked < await RatingRowsAsync(usn));

        var (earlier, later) = (await FindAsync(first.Id), await FindAsync(second.Id));
        Assert.Equal((UsageFileStatus.Superseded, second.Id), (earlier.Status, earlier.SupersededBy));
        Assert.Equal((UsageFileStatus.Done, 4), (later.Status, later.TakenBack));
        Assert.Equal([new NamedUsageFile(first.Id, "VAP001-2015-01-15.csv")], later.Supersedes);

        // What was taken back is new when it comes in another file.
        Assert.Equal(
            "1 lines: 1 bound",
            UsageHelp.Counts(await ImportAsync("VAP001-2015-01-16.csv", Line("a3", "0420000001", "03:00:00", 180)))
        );
    }

    [Fact]
    public async Task A_version_that_is_no_number_is_no_other_file()
    {
        var refusal = await Assert.ThrowsAsync<Smile.Usage.Files.UsageFileException>(() =>
            ImportAsync("VAP001-2015-01-11.99999999999.csv", Line("v1", "0420000001", "01:00:00", 60))
        );
        Assert.Contains("The version in its name, 99999999999, is no number", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_earlier_version_that_comes_later_is_refused_and_a_later_one_may_bring_back_what_it_had()
    {
        var usn = await OrderAsync("0420000011");
        var (one, other) = (Line("b1", "0420000011", "01:00:00", 60), Line("b1", "0420000011", "01:00:00", 61));
        await ImportAsync("VAP002-2015-01-15.csv", one);
        var second = await ImportAsync("VAP002-2015-01-15.1.csv", other);
        var again = await ImportAsync("VAP002-2015-01-15.csv", one);
        Assert.Equal(UsageFileStatus.Refused, again.Status);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"A later version of it came before: version 1, file {second.Id}."),
            again.Message
        );
        Assert.Equal(["b1 61"], await CallsAsync(usn));
        var same = await ImportAsync("VAP002-2015-01-15.1.csv", one);
        Assert.Equal(
            (
                UsageFileStatus.Refused,
                string.Create(CultureInfo.InvariantCulture, $"Version 1 of it came before with other content: file {second.Id}.")
            ),
            (same.Status, same.Message)
        );
        Assert.Equal(second.Id, (await ImportAsync("VAP002-2015-01-15.1.csv", other)).Id);
        var third = await ImportAsync("VAP002-2015-01-15.2.csv", one);
        Assert.Equal(("1 lines: 1 bound", UsageFileStatus.Done), (UsageHelp.Counts(third), third.Status));
        Assert.Equal(["b1 60"], await CallsAsync(usn));
    }

    [Fact]
    public async Task A_version_that_cannot_be_read_or_has_nothing_takes_nothing_back()
    {
        var usn = await OrderAsync("0420000021");
        await ImportAsync("VAP003-2015-01-15.csv", Line("c1", "0420000021", "01:00:00", 60));
        var empty = await ImportAsync("VAP003-2015-01-15.1.csv", "");
        Assert.Equal(
            (UsageFileStatus.Refused, "It has no usage, so it takes no place of an earlier version."),
            (empty.Status, empty.Message)
        );
        var broken = await ImportAsync(
            "VAP003-2015-01-15.2.csv",
            Line("c1", "0420000021", "01:00:00", 99)
                + string.Concat(Enumerable.Range(0, 6_000).Select(line => string.Create(CultureInfo.InvariantCulture, $"broken,{line}\n")))
        );
        Assert.Equal(UsageFileStatus.Refused, broken.Status);
        Assert.Equal(["c1 60"], await CallsAsync(usn));

        // What was refused is not in the way.
        Assert.Equal(UsageFileStatus.Done, (await ImportAsync("VAP003-2015-01-15.1.csv", Line("c1", "0420000021", "01:00:00", 62))).Status);
        Assert.Equal(["c1 62"], await CallsAsync(usn));
    }

    [Fact]
    public async Task A_record_that_another_file_has_too_stays()
    {
        var usn = await OrderAsync("0420000031");
        var line = Line("d1", "0420000031", "01:00:00", 60);
        await ImportAsync("VAP004-2015-01-15.csv", line + Line("d2", "0420000031", "02:00:00", 60));
        Assert.Equal("1 lines: 1 duplicate", UsageHelp.Counts(await ImportAsync("a file of no version", line)));
        Assert.Equal(
            "1 lines: 1 bound",
            UsageHelp.Counts(await ImportAsync("VAP004-2015-01-15.1.csv", Line("d3", "0420000031", "03:00:00", 1)))
        );
        Assert.Equal(["d1 60", "d3 1"], await CallsAsync(usn));

        // Its id stays taken, too.
        var conflict = await ImportAsync("VAP004-2015-01-15.2.csv", Line("d1", "0420000031", "01:00:00", 61));
        Assert.Equal("1 lines: 1 conflict", UsageHelp.Counts(conflict));
        Assert.Equal(["d1 60"], await CallsAsync(usn));
    }

    [Fact]
    public async Task What_waited_and_was_bound_meanwhile_is_taken_back_from_where_it_is()
    {
        var first = await ImportAsync(
            "VAP005-2015-01-15.csv",
            Line("e1", "0420000041", "01:00:00", 60) + Line("e2", "0420000041", "02:00:00", 60)
        );
        Assert.Equal("2 lines: 2 suspended", UsageHelp.Counts(first));
        var usn = await OrderAsync("0420000041");
        Assert.Equal(
            2,
            (
                await _usage.OnScopeAsync(scope =>
                    scope.Use<UsageErrors>().RecycleAsync(new SuspenseFilter { FileId = first.Id }, null, default)
                )
            ).Bound
        );
        Assert.Equal(["e1 60", "e2 60"], await CallsAsync(usn));
        await ImportAsync("VAP005-2015-01-15.1.csv", Line("e2", "0420000041", "02:00:00", 60));
        Assert.Equal(["e2 60"], await CallsAsync(usn));
    }

    /// <summary>Stopped behind the first lines of the later version, and again while what is gone is taken back.</summary>
    [Theory]
    [InlineData("6", 12_000, 5_000)]
    [InlineData("7", 100, 100)]
    public async Task What_is_stopped_goes_on_and_comes_to_the_same(string place, int kept, int stopAt)
    {
        var number = $"042000005{place}";
        var usn = await OrderAsync(number);
        await ImportAsync($"VAP00{place}-2015-01-15.csv", Lines(place, number, 12_000, _ => 60));
        await _usage.RateAsync();
        var later = Lines(place, number, kept, line => 60 + (line % 2));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _usage.ImportAsync(
                Source,
                $"VAP00{place}-2015-01-15.1.csv",
                later,
                progress =>
                {
                    if (progress.Read >= stopAt)
                    {
                        stop.Cancel();
                    }
                },
                stop.Token
            )
        );
        var stopped = (await _usage.OnScopeAsync(scope => scope.Use<UsageFiles>().ListAsync(Source, 1, default))).Single();
        Assert.Equal((UsageFileStatus.Reading, stopAt), (stopped.Status, stopped.Counts.Read));
        await _usage.RateAsync();
        var whole = await ImportAsync($"VAP00{place}-2015-01-15.1.csv", later);
        Assert.Equal((stopped.Id, UsageFileStatus.Done), (whole.Id, whole.Status));
        Assert.Equal(kept, whole.Counts.Read);
        Assert.Equal((kept / 2, kept / 2), (whole.Counts.Bound, whole.Counts.Duplicates));
        Assert.Equal(12_000 - (kept / 2), whole.TakenBack);
        await RequireAsync(usn, kept, (kept * 60) + (kept / 2));
    }

    [Fact]
    public async Task Versions_that_come_at_once_end_as_the_later_one()
    {
        var usn = await OrderAsync("0420000081");
        var (one, other) = (Lines("8", "0420000081", 11_000, _ => 60), Lines("8", "0420000081", 9_000, line => 60 + (line % 3)));
        await Task.WhenAll(
            ImportAsync("VAP008-2015-01-15.csv", one),
            ImportAsync("VAP008-2015-01-15.1.csv", other),
            ImportAsync("VAP008-2015-01-15.csv", one),
            ImportAsync("VAP008-2015-01-15.1.csv", other)
        );

        // Whoever stood back is brought again, as watched folders do.
        var later = await ImportAsync("VAP008-2015-01-15.1.csv", other);
        Assert.Equal(UsageFileStatus.Done, later.Status);
        var earlier = await ImportAsync("VAP008-2015-01-15.csv", one);
        Assert.Equal(UsageFileStatus.Refused, earlier.Status);
        await RequireAsync(usn, 9_000, (9_000 * 60) + 9_000);
        Assert.Empty(
            await _usage.RowsAsync(
                "SELECT name FROM usage_file WHERE source = $1 AND file_key = 'VAP008-2015-01-15' AND status = 'Reading'",
                Source
            )
        );
    }

    /// <summary>So many records of so many seconds are there, and nothing else is charged.</summary>
    private async Task RequireAsync(string usn, int records, int seconds)
    {
        Assert.Equal(
            [string.Create(CultureInfo.InvariantCulture, $"{records} {seconds}")],
            await _usage.RowsAsync("SELECT count(*) || ' ' || trim_scale(sum(seconds)) FROM usage_record WHERE subscription_usn = $1", usn)
        );
        Assert.Equal(
            [$"{records}"],
            await _usage.RowsAsync(
                "WITH mine AS MATERIALIZED (SELECT key_hash FROM usage_record WHERE subscription_usn = $1) "
                    + "SELECT count(*) FROM mine JOIN usage_key ON usage_key.key_hash = mine.key_hash",
                usn
            )
        );
        await _tariffs.ImportAsync("Australia,Domestic,61,Local,2014-01-01,0.15,60,,\n", new Smile.Rating.RateCards.RateCardOptions());
        await _usage.RateAsync();
        Assert.Equal([$"{records}"], await _usage.RowsAsync("SELECT sum(records) FROM usage_state WHERE subscription_usn = $1", usn));
        Assert.Equal(
            ["0"],
            await _usage.RowsAsync(
                """
                SELECT count(*) FROM (
                    SELECT record_id FROM usage_rating WHERE subscription_usn = $1 GROUP BY record_id HAVING sum(units) <> 0) AS charged
                WHERE record_id NOT IN (SELECT id FROM usage_record WHERE subscription_usn = $1)
                """,
                usn
            )
        );
    }

    private async Task<string> OrderAsync(string number)
    {
        if (server.Clock.GetUtcNow() < Now)
        {
            server.Clock.Advance(Now - server.Clock.GetUtcNow());
        }

        return await _usage.OrderAsync(number, since: Since);
    }

    private Task<UsageFile> ImportAsync(string name, string text) => _usage.ImportAsync(Source, name, text);

    private async Task<UsageFile> FindAsync(long id) =>
        (await _usage.OnScopeAsync(scope => scope.Use<UsageFiles>().FindAsync(id, default)))!;

    /// <summary>Calls by their ids, which the source of these tests has as their sessions.</summary>
    private async Task<IEnumerable<string>> CallsAsync(string usn) =>
        await _usage.RowsAsync(
            "SELECT session || ' ' || trim_scale(seconds) FROM usage_record WHERE subscription_usn = $1 ORDER BY start, id",
            usn
        );

    private Task<IReadOnlyList<string>> TimedAsync(string usn) =>
        _usage.RowsAsync(
            """
            SELECT trim_scale(sum(units)) || ' ' || trim_scale(sum(price)) FROM usage_rating WHERE subscription_usn = $1 AND rule = 1203
            GROUP BY start, record_id HAVING sum(units) <> 0 ORDER BY start
            """,
            usn
        );

    private async Task<int> RatingRowsAsync(string usn) =>
        int.Parse(
            (await _usage.RowsAsync("SELECT count(*) FROM usage_rating WHERE subscription_usn = $1", usn)).Single(),
            CultureInfo.InvariantCulture
        );

    private static string Lines(string place, string number, int count, Func<int, int> seconds) =>
        string.Concat(
            Enumerable
                .Range(0, count)
                .Select(line =>
                    Line(
                        string.Create(CultureInfo.InvariantCulture, $"{place}-{line}"),
                        number,
                        string.Create(CultureInfo.InvariantCulture, $"{line / 3600:00}:{line / 60 % 60:00}:{line % 60:00}"),
                        seconds(line)
                    )
                )
        );

    private static string Line(string id, string number, string time, int seconds) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $",{id},2015-01-15,{time},0,{seconds},{number},0290001111,2015-01-16,Sydney,Melbourne,National,0.01\n"
        );
}
