using System.Globalization;
using System.Security.Cryptography;
using Smile.Kernel;
using Smile.Rating.Archive;
using Smile.Receivables;
using Smile.Server.Tests.Billing;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Usage.Binding;
using Smile.Usage.Errors;

namespace Smile.Server.Tests.Usage;

/// <summary>
/// Months of usage go to files and out of the database: all that was there is in the files, however often it was stopped, and nothing that
/// was billed changes.
/// </summary>
public sealed class ArchiveUsageTests(ArchiveServer billing) : IClassFixture<ArchiveServer>, IDisposable
{
    private readonly ArchiveHelp _help = new(billing);

    private UsageHelp Usage => _help.Usage;

    public void Dispose() => _help.Dispose();

    [Fact]
    public async Task Files_have_what_was_there_and_the_months_are_gone()
    {
        await _help.BeginAsync();
        var january = new DateOnly(_help.Year, 1, 1);
        var records = await RowsAsync("usage_record", "start", january);
        var ratings = await RowsAsync("usage_rating", "period_start", january);
        var states = await Usage.RowsAsync("SELECT concat_ws(' ', period_start, records, amount, status) FROM usage_state ORDER BY 1");
        Assert.Equal((2, true), (records.Count, ratings.Count >= 2));
        var done = await _help.ArchiveAsync();
        Assert.Equal([1, 2, 3], done.Select(month => month.Month.Month));
        Assert.Equal((6, ArchiveStatus.Dropped), (done.Sum(month => month.Records), done[0].Status));
        var manifest = _help.Manifest(january);
        Assert.Equal($"{_help.Year}-01", manifest.GetProperty("month").GetString());
        foreach (
            var (table, rows, entry) in new[] { ("usage_record", records, 1), ("usage_rating", ratings, 0) }.Select(each =>
                (
                    each.Item1,
                    each.Item2,
                    manifest.GetProperty("files").EnumerateArray().Single(file => file.GetProperty("table").GetString() == each.Item1)
                )
            )
        )
        {
            var file = entry.GetProperty("file").GetString()!;
            var bytes = await File.ReadAllBytesAsync(Path.Combine(_help.Folder, file));
            Assert.Equal((rows.Count, bytes.Length), (entry.GetProperty("rows").GetInt64(), entry.GetProperty("bytes").GetInt64()));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), entry.GetProperty("sha256").GetString());
            Assert.Equal(rows, await _help.ReadBackAsync(table, file));
        }

        Assert.Equal(9, Directory.GetFiles(_help.Folder).Length);
        Assert.DoesNotContain(await _help.PartitionsAsync(), table => string.CompareOrdinal(table[^7..], $"{_help.Year}_04") < 0);
        Assert.Equal(
            (0, 0, 0),
            (await _help.CountAsync("usage_record"), await _help.CountAsync("usage_key"), await _help.CountAsync("usage_rating"))
        );
        Assert.Equal(
            states,
            await Usage.RowsAsync("SELECT concat_ws(' ', period_start, records, amount, status) FROM usage_state ORDER BY 1")
        );
        if (!OperatingSystem.IsWindows())
        {
            Assert.All(
                Directory.GetFiles(_help.Folder),
                file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file))
            );
        }

        // Again there is nothing to do.
        Assert.Empty(await _help.ArchiveAsync());
        Assert.Equal(3, (await Usage.OnScopeAsync(scope => scope.Use<ArchiveUsage>().ListAsync(default))).Count);
    }

    [Fact]
    public async Task A_text_with_line_breaks_and_quotes_is_one_row()
    {
        await _help.BeginAsync();
        await Usage.RowsAsync("UPDATE usage_record SET description = E'one \"two\"\\nthree,\\r\\n\"', caller = ''");
        var month = new DateOnly(_help.Year, 2, 1);
        var rows = await RowsAsync("usage_record", "start", month);
        await _help.ArchiveAsync();
        Assert.Equal(rows, await _help.ReadBackAsync("usage_record", $"usage-{month:yyyy-MM}-records.csv.gz"));
    }

    /// <summary>Killed while files are written, before it is noted that they are whole, while keys go, and before the tables go.</summary>
    [Theory]
    [InlineData(ArchiveStep.Export)]
    [InlineData(ArchiveStep.Forget)]
    [InlineData(ArchiveStep.Drop)]
    [InlineData(ArchiveStep.Done)]
    public async Task What_was_killed_goes_on_and_comes_to_the_same(ArchiveStep step)
    {
        await _help.BeginAsync();
        var month = new DateOnly(_help.Year, 2, 1);
        var (records, ratings) = (await RowsAsync("usage_record", "start", month), await RowsAsync("usage_rating", "period_start", month));
        await Assert.ThrowsAsync<ArchiveHelp.KilledException>(() => _help.ArchiveAsync(stopAt: step, stopIn: month));
        Assert.Equal(step == ArchiveStep.Done ? 0 : 2, (await RowsAsync("usage_record", "start", month)).Count);
        await _help.ArchiveAsync();
        Assert.Equal(records, await _help.ReadBackAsync("usage_record", $"usage-{month:yyyy-MM}-records.csv.gz"));
        Assert.Equal(ratings, await _help.ReadBackAsync("usage_rating", $"usage-{month:yyyy-MM}-ratings.csv.gz"));
        Assert.Equal((0, 0), (await _help.CountAsync("usage_record"), await _help.CountAsync("usage_key")));
        Assert.DoesNotContain(Directory.GetFiles(_help.Folder), file => file.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Equal(3, await _help.CountAsync("usage_archive WHERE status = 'Dropped'"));
    }

    /// <summary>What was exported is looked at again before it is dropped.</summary>
    [Fact]
    public async Task Files_that_are_gone_or_changed_are_written_again_before_anything_is_dropped()
    {
        await _help.BeginAsync();
        var month = new DateOnly(_help.Year, 1, 1);
        var rows = await RowsAsync("usage_record", "start", month);
        await Assert.ThrowsAsync<ArchiveHelp.KilledException>(() => _help.ArchiveAsync(stopAt: ArchiveStep.Drop, stopIn: month));
        var file = $"usage-{month:yyyy-MM}-records.csv.gz";
        await File.WriteAllTextAsync(Path.Combine(_help.Folder, file), "something else");
        await _help.ArchiveAsync();
        Assert.Equal(rows, await _help.ReadBackAsync("usage_record", file));
    }

    [Fact]
    public async Task Files_of_another_archive_are_not_overwritten()
    {
        await _help.BeginAsync();
        var path = Path.Combine(_help.Folder, $"usage-{_help.Year}-01.json");
        var text = $$"""{"format":1,"id":"{{Guid.NewGuid()}}","month":"{{_help.Year}}-01","part":1,"by":"x","files":[]}""";
        await File.WriteAllTextAsync(path, text);
        Assert.Contains("of another archive. Name another folder.", await _help.RefusedAsync(), StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(path));
        Assert.Equal(6, await _help.CountAsync("usage_record"));
    }

    [Fact]
    public async Task Two_at_once_are_one()
    {
        await _help.BeginAsync();
        ArchiveStoppedException? second = null;
        await Usage.OnScopeAsync(scope =>
            scope
                .Use<ArchiveUsage>()
                .ExecuteAsync(
                    _help.Before,
                    15,
                    _help.Folder,
                    _ => second ??= Assert.ThrowsAsync<ArchiveStoppedException>(() => _help.ArchiveAsync()).GetAwaiter().GetResult(),
                    default
                )
        );
        Assert.Equal("Usage is being archived by somebody else at this moment.", second?.Message);
        Assert.Equal(3, await _help.CountAsync("usage_archive WHERE status = 'Dropped'"));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_and_changes_nothing()
    {
        await _help.BeginAsync();
        var before = await _help.AllAsync();
        var plan = await _help.PlanAsync();
        Assert.Equal([2L, 2L, 2L], plan.Months.Where(month => month.Month.Year == _help.Year).Select(month => month.Records));
        Assert.Empty(plan.Obstacles);
        Assert.Equal(before, await _help.AllAsync());
        Assert.Empty(Directory.GetFiles(_help.Folder));
    }

    [Fact]
    public async Task Months_that_are_kept_and_folders_that_are_not_there_are_refused()
    {
        await _help.BeginAsync();
        var before = await _help.AllAsync();
        var refused = await Assert.ThrowsAsync<SmileException>(() => _help.ArchiveAsync(new DateOnly(_help.Year, 11, 1)));
        Assert.Contains(
            $"15 months are kept (UsageKeepMonths). The latest would be {_help.Year}-10.",
            refused.Message,
            StringComparison.Ordinal
        );
        await Assert.ThrowsAsync<SmileException>(() => _help.PlanAsync(new DateOnly(_help.Year, 11, 1)));
        var missing = await Assert.ThrowsAsync<ArchiveStoppedException>(() => _help.ArchiveAsync(folder: Path.Combine(_help.Folder, "no")));
        Assert.StartsWith("There is no folder", missing.Message, StringComparison.Ordinal);
        Assert.Equal(before, await _help.AllAsync());
    }

    /// <summary>A call of sixty days from March on is charged in May, too: May is billed before March goes.</summary>
    [Fact]
    public async Task A_record_that_lasts_into_a_period_which_is_not_billed_keeps_its_month()
    {
        await _help.BeginAsync(more: () => _help.PlayAsync("03-10 11:00 use a call 5184000"));
        var now = _help.Year + 2;
        await _help.Scenario.PlayStepAsync($"{now}-01-06 bill through {_help.Year}-04-30");
        var stopped = await Assert.ThrowsAsync<ArchiveStoppedException>(() => _help.ArchiveAsync());
        Assert.StartsWith("Not billed: 1 rating period", stopped.Message, StringComparison.Ordinal);
        await _help.Scenario.PlayStepAsync($"{now}-01-07 bill unforeseen");
        Assert.Equal(7, (await _help.ArchiveAsync()).Sum(month => month.Records));
    }

    [Fact]
    public async Task Usage_that_is_not_billed_is_not_archived()
    {
        await _help.BeginAsync(bills: false);
        var before = await _help.AllAsync();
        Assert.Equal($"Not billed: 1 rating period, such as {_help.Usn} of {_help.Year}-03-01. Bill them.", await _help.RefusedAsync());
        Assert.Single((await _help.PlanAsync()).Obstacles);
        Assert.Equal(before, await _help.AllAsync());
    }

    [Fact]
    public async Task Usage_whose_bill_the_stage_does_not_know_is_not_archived()
    {
        await _help.BeginAsync();
        await _help.Server.ExecuteAsync(
            "DELETE FROM billed_usage WHERE subscription_usn = $1 AND period_from = $2",
            _help.Usn,
            new DateOnly(_help.Year, 2, 1)
        );
        var before = await _help.AllAsync();
        Assert.StartsWith("The stage knows no bill of 1 rating period", await _help.RefusedAsync(), StringComparison.Ordinal);
        Assert.Equal(before, await _help.AllAsync());
    }

    [Fact]
    public async Task Late_usage_that_waits_for_a_bill_holds_the_months_of_its_period()
    {
        await _help.BeginAsync(bills: false);
        await ImportAsync("late", new DateOnly(_help.Year, 1, 12));
        await Usage.RateAsync();
        var refused = await _help.RefusedAsync();
        Assert.Contains("Waiting for the bills of later periods: late usage of 1 rating period.", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_that_waits_to_be_rated_or_among_the_errors_is_not_archived_around()
    {
        await _help.BeginAsync();
        var day = $"{_help.Year}-04-02";
        await Usage.RowsAsync(
            "INSERT INTO usage_work (bucket, batch_id, priority, arrived, subscriptions, first_start, last_start) "
                + "SELECT 0, id, 0, arrived, '{}', first_start, last_start FROM usage_batch ORDER BY id LIMIT 1"
        );
        await Usage.ImportAsync("smile", "unknown", Line("unknown", "0499999999", "Username", new DateOnly(_help.Year, 2, 10)));
        await Usage.RowsAsync(
            """
            INSERT INTO usage_problem (subscription_usn, period_start, record_id, start, problem, since)
            VALUES ($1, $2, 1, now(), 'NoTariff', now())
            """,
            _help.Usn,
            new DateOnly(_help.Year, 2, 1)
        );
        var before = await _help.AllAsync();
        Assert.Equal(
            string.Join(
                '\n',
                $"Waiting to be rated: usage that began before {day}. Run: smile usage rate",
                $"Waiting among the errors: 1 record that began before {day}. Bind or write off. "
                    + $"See: smile usage errors list --until {day}T00:00:00Z",
                "Not charged: 1 record. Correct what is missing, or write off. See: smile usage problems list"
            ),
            await _help.RefusedAsync()
        );
        Assert.Equal(before, await _help.AllAsync());

        // Once somebody has said what becomes of it, it goes.
        await Usage.RowsAsync("UPDATE usage_problem SET written_off_by = 'tests'");
        await Usage.OnScopeAsync(scope =>
            scope.Use<UsageErrors>().WriteOffAsync(new SuspenseFilter { Source = "smile" }, "tests", default)
        );
        await Usage.RateAsync();
        Assert.Equal(3, (await _help.ArchiveAsync()).Count);
    }

    /// <summary>Without its records a period would come to nothing, and all that was charged would be booked back.</summary>
    [Theory]
    [InlineData(ArchiveStep.Export)]
    [InlineData(ArchiveStep.Done)]
    public async Task Rating_again_changes_nothing_that_is_archived(ArchiveStep stop)
    {
        await _help.BeginAsync();
        await Assert.ThrowsAsync<ArchiveHelp.KilledException>(() =>
            _help.ArchiveAsync(stopAt: stop, stopIn: new DateOnly(_help.Year, 2, 1))
        );
        const string states = "SELECT concat_ws(' ', period_start, version, records, amount) FROM usage_state ORDER BY 1";
        var (before, ratings) = (await Usage.RowsAsync(states), await _help.CountAsync("usage_rating"));
        await Usage.OnScopeAsync(async scope =>
        {
            await scope
                .Use<Smile.Rating.Runs.TakeRatingChanges>()
                .AddAsync([_help.Usn], new DateTimeOffset(_help.Year, 1, 1, 0, 0, 0, TimeSpan.Zero), default);
            return 0;
        });
        await Usage.RateAsync();
        Assert.Equal(before, await Usage.RowsAsync(states));
        Assert.Equal(ratings, await _help.CountAsync("usage_rating"));
        Assert.Equal(0, await _help.CountAsync("usage_work"));
    }

    [Fact]
    public async Task A_file_that_comes_again_is_not_taken_and_says_why()
    {
        await _help.BeginAsync();
        await _help.ArchiveAsync();
        var again = await ImportAsync($"{_help.Usn}-0", new DateOnly(_help.Year, 1, 10));
        Assert.Equal("1 lines: 1 suspended", again);
        var waiting = (await Usage.SuspendedAsync(new SuspenseFilter { Reason = SuspenseReason.TooOld })).Single();
        Assert.Contains($"It began before {_help.Year}-04-02: the rating periods", waiting.Detail, StringComparison.Ordinal);
        Assert.Equal(
            (1, 0),
            await Usage.OnScopeAsync(scope =>
                scope.Use<UsageErrors>().RecycleAsync(new SuspenseFilter { Key = waiting.Key }, null, default)
            )
        );
        Assert.Equal("1 lines: 1 bound", await ImportAsync("new", new DateOnly(_help.Year + 1, 11, 10)));
    }

    /// <summary>Usage that is being brought in while it is archived is taken before, and then holds it up, or waits.</summary>
    [Fact]
    public async Task Who_brings_usage_at_the_same_time_loses_none()
    {
        await _help.BeginAsync();
        var imports = Enumerable
            .Range(0, 20)
            .Select(index => Task.Run(() => ImportAsync($"race-{index}", new DateOnly(_help.Year, 2, 11))))
            .ToList();
        var archive = Task.Run(async () =>
        {
            try
            {
                await _help.ArchiveAsync();
                return true;
            }
            catch (ArchiveStoppedException)
            {
                return false;
            }
        });
        var results = await Task.WhenAll(imports);
        var isArchived = await archive;
        var bound = results.Count(result => result == "1 lines: 1 bound");
        Assert.Equal(20, bound + results.Count(result => result == "1 lines: 1 suspended"));
        Assert.Equal(isArchived ? 0 : 6 + bound, await _help.CountAsync("usage_record"));
        Assert.True(!isArchived || bound == 0);
    }

    [Fact]
    public async Task What_reads_archived_usage_answers_without_it()
    {
        await _help.BeginAsync();
        var invoice = await InvoiceAsync();
        using var login = await ActivityLogin.AddAsync(_help.Server, _help.Scenario.Account);
        var (start, end) = ($"{_help.Year}-01-01T00:00:00+11:00", $"{_help.Year}-12-31T00:00:00+11:00");
        Assert.NotNull(await login.RangeAsync(_help.Usn, start, end));
        Assert.NotNull(await login.InvoiceAsync(invoice));
        var batch = (await login.BatchAsync(_help.Usn, 0))!;
        await _help.ArchiveAsync();
        Assert.Null(await login.RangeAsync(_help.Usn, start, end));
        Assert.Null(await login.InvoiceAsync(invoice));
        Assert.Null(await login.BatchAsync(_help.Usn, 0));
        Assert.Null(await login.BatchAsync(_help.Usn, batch.Batch));
        var session = _help.Server.Stage.CreateSession(Caller.Server(new Usn("tests")));
        await using var database = session.Database;
        var document = (await _help.Server.DocumentsOf(session).FindTransactionAsync(invoice, CancellationToken.None))!;
        Assert.Equal((0, false, true), (document.Usage.Count, document.HasMoreUsage, document.HasArchivedUsage));

        // What comes later is in files as ever.
        await ImportAsync("later", new DateOnly(_help.Year + 1, 11, 10));
        Assert.Single((await login.ReadAsync(await login.BatchAsync(_help.Usn, batch.Batch))).Entries);
    }

    [Fact]
    public async Task An_invoice_whose_usage_is_archived_is_not_deleted()
    {
        await _help.BeginAsync();
        var invoice = await InvoiceAsync();
        await _help.ArchiveAsync();
        var refused = await Assert.ThrowsAsync<SmileException>(() =>
            Usage.OnScopeAsync(async scope =>
            {
                await scope.Use<TransactionLifecycle>().DeleteAsync(invoice, default);
                return 0;
            })
        );
        Assert.Contains("Usage on it is archived", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await _help.CountAsync("usage_state WHERE status <> 'Closed' AND archived"));
    }

    /// <summary>No later version of a file takes back what is archived.</summary>
    [Fact]
    public async Task Which_file_archived_records_are_of_is_forgotten()
    {
        await _help.BeginAsync();
        await Usage.RowsAsync("INSERT INTO usage_versioned VALUES (gen_random_uuid(), 1, 1, $1, now() + interval '100 years')", _help.Usn);
        Assert.True(await _help.CountAsync("usage_versioned") > 1);
        await _help.ArchiveAsync();
        Assert.Equal(1, await _help.CountAsync("usage_versioned"));
    }

    /// <summary>
    /// Value pools that several share or that roll over, prepaid blocks, and a clock that is behind: what comes later, comes late or is
    /// replaced is charged and billed as if all that was before were still there.
    /// </summary>
    [Theory]
    [InlineData("account cycle 31", "family", "child")]
    [InlineData("account cycle 31", "rolling", "hoarding")]
    [InlineData("account cycle 31", "included", "family")]
    [InlineData("account perth", "family", "family")]
    [InlineData("account perth", "hoarding", "rolling")]
    public async Task What_comes_later_is_billed_as_without_an_archive(string account, string a, string b)
    {
        var (kept, archived) = (await LifeAsync(archives: false), await LifeAsync(archives: true));
        Assert.Equal(string.Join("\n", kept), string.Join("\n", archived));
        Assert.Contains(kept, line => line.Contains("calls", StringComparison.Ordinal));

        async Task<IReadOnlyList<string>> LifeAsync(bool archives)
        {
            // Each begins with an account of its own.
            using var help = new ArchiveHelp(billing);
            await help.ClearAsync();
            await help.PlayAsync($"01-01 {account}", $"01-01 order a {a}", $"01-01 order b {b}");
            await help.PlayAsync("01-03 prepay a hour 21000", "01-03 prepay b any to YEAR-01-31");
            foreach (var (month, seconds) in new[] { (1, 6000), (2, 9600), (3, 3000), (4, 12000), (5, 4800) })
            {
                await help.PlayAsync(
                    $"{month:00}-05 use a call {seconds}",
                    $"{month:00}-20 use b call {seconds / 2}",
                    $"{month:00}-{(month == 2 ? 27 : 30)} 23:30 use a call 4000",
                    $"{month + 1:00}-01 00:30 use b call 600",
                    $"{month + 1:00}-02 bill"
                );
            }

            await help.PlayAsync("06-03 use a call 1200", "06-05 rate");
            if (archives)
            {
                Assert.Equal([1, 2, 3], (await help.ArchiveAsync(keepMonths: 2)).Select(month => month.Month.Month));
            }

            var played = await help.PlayAsync(
                "06-10 use a call 2400 YEAR-05-15",
                "06-10 11:00 replace a call 6000",
                "06-11 use b call 300 YEAR-05-03",
                "06-12 use b call 9000",
                "06-13 rate",
                "06-13 show usage",
                "06-13 show pools",
                "06-13 show prepaid",
                "06-13 show thresholds",
                "07-01 bill",
                "07-02 use a call 900",
                "08-01 bill",
                "08-02 show usage"
            );
            var months = await help.Usage.RowsAsync("SELECT DISTINCT to_char(start, 'MM') FROM usage_record ORDER BY 1");
            Assert.Equal(archives ? "04" : "01", months[0]);

            // What the months come to that are not in the files.
            var ratings = await help.Usage.RowsAsync(
                """
                SELECT concat_ws(' ', to_char(period_start, 'MM'), to_char(start, 'MM-DD HH24:MI'), rule, value_pool,
                    trim_scale(sum(units)), trim_scale(sum(price)), trim_scale(sum(amount)))
                FROM usage_rating WHERE extract(month FROM period_start) >= 5
                GROUP BY period_start, start, record_id, rule, value_pool HAVING sum(units) <> 0 ORDER BY 1
                """
            );
            return [.. played, .. ratings];
        }
    }

    private async Task<string> InvoiceAsync() =>
        await _help.Server.QueryAsync<string>(
            "SELECT transaction_number FROM billed_usage WHERE subscription_usn = $1 AND period_from = $2",
            _help.Usn,
            new DateOnly(_help.Year, 1, 1)
        );

    private async Task<string> ImportAsync(string id, DateOnly day) =>
        UsageHelp.Counts(await Usage.ImportAsync("smile", id, Line(id, _help.Usn, "USN", day)));

    private static string Line(string id, string identifier, string type, DateOnly day) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"E,{id},,{identifier},{type},{day:yyyy-MM-dd}T10:00:00+11:00,Voice,,,+61290001111,Untyped,60\n"
        );

    private Task<IReadOnlyList<string>> RowsAsync(string table, string column, DateOnly month) =>
        Usage.RowsAsync(
            $"SELECT row::text FROM {table} AS row WHERE {column} >= $1 AND {column} < $1 + interval '1 month' ORDER BY 1",
            column == "start" ? month.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) : month
        );
}
