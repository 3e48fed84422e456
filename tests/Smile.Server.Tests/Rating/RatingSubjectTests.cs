using System.Diagnostics;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Subjects;
using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Rating;

/// <summary>What rating reads of subscriptions, for many at once.</summary>
public sealed class RatingSubjectTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly DayRange January = new(new DateOnly(2015, 1, 1), new DateOnly(2015, 1, 31));

    private readonly TariffHelp _tariffs = new(server);

    [Fact]
    public async Task A_subject_has_what_its_plans_and_its_account_say()
    {
        var usn = await MobileSubscriptions.AddAsync(server);
        await AddItemAsync(usn, 1, "mobile-plus", "2015-01-20T00:00:00Z", """[{"n":"dataPacks","k":"Integer","v":"3"}]""");
        await AddItemAsync(usn, 2, "mobile-plus", "2015-01-22T12:00:00Z");
        await AddItemAsync(usn, 2, null, "2015-01-25T12:00:00Z");
        var subject = await SubjectAsync(usn);
        string[] stints = ["1 mobile-plus ..20T00 0", "1 mobile-plus 20T00..end 3", "2 mobile-plus 22T12..25T12 0"];
        Assert.Equal(stints, subject.Stints.Select(Text));
        Assert.Equal(("Australia/Sydney", "AUD", 1, January), (subject.Zone.Name, subject.Currency.Code, subject.Company, subject.Period));
        Assert.Equal(10m, subject.Tax.PercentAt(January.To));
        Assert.Equal([1, 2, 3], subject.ChargeTypes.Select(type => type.Id));
        Assert.Equal(["1 10", "7 50"], subject.SpendLimits.Select(limit => FormattableString.Invariant($"{limit.Id} {limit.Limit}")));
        Assert.Equal(["peak"], subject.Calendars.Select(calendar => calendar.Code));
        Assert.Equal([3], subject.UsageAlertGroups.Select(group => group.Id));
        Assert.Same(await _tariffs.BookAsync(), subject.Tariffs);
    }

    /// <summary>Guide, line 7875: what is used after the cancellation cannot be charged.</summary>
    [Fact]
    public async Task A_closed_subscription_has_no_plan_after_that_instant()
    {
        await _tariffs.ImportAsync("Closing Land,International,9851,Local,2014-01-01,0.60,60,,\n");
        var usn = await MobileSubscriptions.AddAsync(server);
        await server.ExecuteAsync("UPDATE subscription SET closed = '2015-01-20T00:00:00Z' WHERE usn = $1", usn);
        var rater = new PeriodRater(await SubjectAsync(usn));
        Assert.Equal(RatingProblem.None, Rate(rater, 1, "2015-01-19T23:59:00Z"));
        Assert.Equal(RatingProblem.NoPlan, Rate(rater, 2, "2015-01-20T00:00:00Z"));
    }

    [Fact]
    public async Task A_call_is_rated_by_the_tariff_that_was_imported()
    {
        await _tariffs.ImportAsync("Call Land,International,9852,Local,2014-01-01,0.60,60,,\n");
        var ratings = new List<UsageRating>();
        var rater = new PeriodRater(await SubjectAsync(await MobileSubscriptions.AddAsync(server)));
        var call = new UsageToRate(1, Instant("2015-01-20T00:00:00Z"), Smile.Catalogue.CallType.Voice) { Called = "98521", Seconds = 30m };
        Assert.Equal(RatingProblem.None, rater.Rate(call, ratings));
        Assert.Equal(0.30m, ratings.Sum(rating => rating.Price));
        Assert.All(ratings.Where(rating => rating.Price > 0m), rating => Assert.Equal(252, rating.ValuePool));
    }

    [Fact]
    public async Task Unknown_subscriptions_are_left_out()
    {
        var known = new RatedPeriod(new Usn(await MobileSubscriptions.AddAsync(server)), January);
        var unknown = new RatedPeriod(new Usn("no-such"), January);
        Assert.Equal([known], (await _tariffs.SubjectsAsync(known, unknown)).Keys);
        Assert.Empty(await _tariffs.SubjectsAsync());
    }

    [Fact]
    public async Task Many_cost_as_many_queries_as_one()
    {
        var usns = new List<string>();
        for (var count = 0; count < 6; count++)
        {
            usns.Add(await MobileSubscriptions.AddAsync(server));
        }

        var periods = usns.Select(usn => new RatedPeriod(new Usn(usn), January)).ToArray();
        await _tariffs.SubjectsAsync(periods);
        Assert.Equal(
            await QueriesAsync(() => _tariffs.SubjectsAsync(periods[0])),
            await QueriesAsync(() => _tariffs.SubjectsAsync(periods))
        );

        // Two of them are for the clocks, and one for prepaid blocks, where any are sold.
        Assert.InRange(await QueriesAsync(() => _tariffs.SubjectsAsync(periods)), 1, 8);
        await using (await ChangedCatalogue.ApplyAsync(server, content => content with { PrepaidBlocks = [] }))
        {
            await _tariffs.SubjectsAsync(periods);
            Assert.InRange(await QueriesAsync(() => _tariffs.SubjectsAsync(periods)), 1, 7);
        }

        Assert.Equal(2, await QueriesAsync(() => ClocksAsync([.. periods.Select(period => period.Subscription)])));
    }

    /// <summary>The day is that of the account's clocks, and the cycle the account's unless the subscription has its own.</summary>
    [Fact]
    public async Task An_instant_belongs_to_the_rating_period_of_its_day()
    {
        var (account, usn) = await MobileSubscriptions.AddWithAccountAsync(server);
        await server.ExecuteAsync(
            "UPDATE account SET rating_cycle_type = invoicing_cycle_type, rating_cycle_day = 15, rating_cycle_table = NULL WHERE usn = $1",
            account
        );
        var key = new Usn(usn);
        var instants = new[] { Instant("2015-01-14T12:59:59Z"), Instant("2015-01-14T13:00:00Z"), Instant("2015-02-14T13:00:00Z") };
        var clocks = await ClocksAsync(key, new Usn("no-such"));
        Assert.Equal(
            ["2014-12-15..2015-01-14", "2015-01-15..2015-02-14", "2015-02-15..2015-03-14"],
            instants.Select(at => clocks[key].PeriodAt(at)!.Value).Select(days => $"{days.From:yyyy-MM-dd}..{days.To:yyyy-MM-dd}")
        );
        Assert.Equal([key], clocks.Keys);
    }

    private static RatingProblem Rate(PeriodRater rater, long id, string start) =>
        rater.Rate(new UsageToRate(id, Instant(start), Smile.Catalogue.CallType.Voice) { Called = "98511", Seconds = 10m }, []);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(PlanStint stint)
    {
        var from = stint.Start < Instant("2015-01-20T00:00:00Z") ? "" : $"{stint.Start:dd'T'HH}";
        var to = stint.End == DateTimeOffset.MaxValue ? "end" : $"{stint.End:dd'T'HH}";
        return FormattableString.Invariant($"{stint.ScheduleType} {stint.Plan.Code} {from}..{to} {stint.Options["dataPacks"]}");
    }

    private Task AddItemAsync(string usn, int type, string? plan, string start, string options = "[]") =>
        server.ExecuteAsync(
            $"""
            INSERT INTO plan_schedule_item
                (subscription_usn, plan_schedule_type, plan_code, start, options, is_ordered, charge_overrides, changed_by)
            VALUES ($1, {type}, {(plan is null ? "NULL" : $"'{plan}'")}, '{start}', '{options}', false, '[]', 'tests')
            """,
            usn
        );

    private async Task<RatingSubject> SubjectAsync(string usn)
    {
        var period = new RatedPeriod(new Usn(usn), January);
        return (await _tariffs.SubjectsAsync(period))[period];
    }

    private Task<IReadOnlyDictionary<Usn, RatingClock>> ClocksAsync(params Usn[] usns) =>
        _tariffs.OnScopeAsync(scope => scope.Use<RatingPeriodsOf>().ClocksAsync(usns, default));

    /// <summary>How many commands the database is sent by some work, whatever other tests do meanwhile.</summary>
    private static async Task<int> QueriesAsync(Func<Task> work)
    {
        var count = 0;
        using var root = new Activity("counted").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.RootId == root.RootId && activity.TagObjects.Any(tag => tag.Key is "db.statement" or "db.query.text"))
                {
                    Interlocked.Increment(ref count);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await work();
        return count;
    }
}
