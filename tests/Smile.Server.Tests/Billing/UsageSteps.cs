using System.Globalization;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Usage;

namespace Smile.Server.Tests.Billing;

/// <summary>The steps of scenarios that use something: files of one line that a switch delivers.</summary>
internal sealed class UsageSteps(ServerFixture server)
{
    private const string Source = "versions";

    private readonly UsageHelp _usage = new(server);
    private readonly Dictionary<string, (string File, string Begin, int Version)> _latest = [];
    private int _count;

    /// <summary>
    /// <c>use NAME call SECONDS|data BYTES|fax PAGES [DAY [TIME]]</c>: nothing charges faxes. Where no day is given it was used when the
    /// step is.
    /// </summary>
    public async Task UseAsync(string usn, string[] words, DateTimeOffset now, Func<DateOnly, TimeOnly, DateTimeOffset> at)
    {
        var start =
            words.Length > 2
                ? at(
                    DateOnly.ParseExact(words[2], "yyyy-MM-dd", CultureInfo.InvariantCulture),
                    words.Length > 3 ? TimeOnly.Parse(words[3], CultureInfo.InvariantCulture) : new TimeOnly(10, 0)
                )
                : now;
        var id = $"{usn}-{_count++}";
        var begin = $"E,{id},,{usn},USN,{start.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)},";
        var file = await _usage.ImportAsync(Source, $"{id}.v1", begin + Usage(words) + '\n');
        Assert.Equal("1 lines: 1 bound", UsageHelp.Counts(file));
        _latest[usn] = (id, begin, 1);
    }

    /// <summary>
    /// <c>replace NAME call SECONDS|data BYTES|fax PAGES</c>: a later version of the file that was last says so of the same record.
    /// </summary>
    /// <returns>What became of it; nothing where nothing was used.</returns>
    public async Task<string> ReplaceAsync(string usn, string[] words)
    {
        if (!_latest.TryGetValue(usn, out var latest))
        {
            return "";
        }

        var (id, begin, version) = latest;
        _latest[usn] = (id, begin, version + 1);
        return UsageHelp.Counts(await _usage.ImportAsync(Source, $"{id}.v{version + 1}", begin + Usage(words) + '\n'));
    }

    private static string Usage(string[] words) =>
        words[0] switch
        {
            "call" => $"Voice,,,+61290001111,Untyped,{words[1]}",
            "data" => $"Data,,,,,1,{words[1]},0",
            "fax" => $"Fax,,,+61290001111,Untyped,60,,,{words[1]}",
            _ => throw new ArgumentException(words[0]),
        };

    /// <summary>As servers do it by themselves.</summary>
    public Task RateAsync() => _count == 0 ? Task.CompletedTask : _usage.RateAsync();

    /// <summary>The same while nobody else is at it, so that credit limits are as they should be.</summary>
    /// <param name="usns">The subscriptions.</param>
    public async Task RateAsync(IReadOnlyCollection<string> usns)
    {
        await RateAsync();
        if (_count > 0)
        {
            await new CreditInvariants(server, _usage).RequireAsync(usns);
            await new PoolInvariants(server, _usage).RequireAsync(usns);
            await new PrepaidInvariants(server, _usage).RequireAsync(usns);
        }
    }

    /// <summary>Gives a subscription a prepaid block, and has it rated with it.</summary>
    public async Task PrepayAsync(string usn, string code, decimal? units, DateTimeOffset start, DateTimeOffset? end)
    {
        var type = server.Stage.Catalogue.Content.PrepaidBlocks.Single(block => block.Code == code).ChargeType;
        await server.ExecuteAsync(
            """
            INSERT INTO prepaid_block (subscription_usn, code, charge_type, purchased, units, start, "end", changed_by)
            VALUES ($1, $2, $3, $4, $4, $5, $6, 'tests')
            """,
            usn,
            code,
            type,
            units is { } bought ? bought : DBNull.Value,
            start.ToUniversalTime(),
            end is { } last ? last.ToUniversalTime() : DBNull.Value
        );
        await server.ExecuteAsync("INSERT INTO rating_change (subscription_usn, since) VALUES ($1, $2)", usn, start.ToUniversalTime());
    }

    /// <summary>What was used of prepaid blocks by the end of each rating period.</summary>
    public async Task<string> ShowPrepaidAsync(IReadOnlyDictionary<string, string> subscriptions)
    {
        var shown = new List<string>();
        foreach (var (name, usn) in subscriptions)
        {
            shown.AddRange(
                (
                    await _usage.RowsAsync(
                        """
                        SELECT period_start || ' ' || coalesce(block->>'used', '') || ' of ' || coalesce(block->>'quantity', 'any')
                        FROM usage_state, jsonb_array_elements(state->'prepaidBlocks') AS block
                        WHERE subscription_usn = $1 AND status <> 'Replaced' ORDER BY period_start, (block->>'id')::integer
                        """,
                        usn
                    )
                ).Select(row => $"{name}'s {row}")
            );
        }

        return string.Join(", ", shown);
    }

    /// <summary>All that was used of subscriptions is to be rated again.</summary>
    public Task AgainAsync(IReadOnlyCollection<string> usns) =>
        _usage.OnScopeAsync(async scope =>
        {
            await scope.Use<Smile.Rating.Runs.TakeRatingChanges>().AddAsync([.. usns], DateTimeOffset.UnixEpoch, default);
            return usns.Count;
        });

    /// <summary>Says that usage of a subscription that cannot be charged need not be.</summary>
    public async Task<string> WriteOffAsync(string usn) =>
        await _usage.OnScopeAsync(async scope =>
            $"{await scope.Use<Smile.Rating.Runs.RatingProblems>().WriteOffAsync(new Smile.Kernel.Usn(usn), null, default)} written off"
        );

    /// <summary>
    /// A server has died while it made a bill: before the bill was committed, where the rating periods are open, or behind that, where they
    /// are closed.
    /// </summary>
    public Task BreakOffAsync(string usn) =>
        _usage.RowsAsync("UPDATE usage_state SET status = 'Closing', closing = now() - interval '1 hour' WHERE subscription_usn = $1", usn);

    /// <summary>
    /// What invoices charge for the usage of each rating period, by item, is the rounded sum of the ratings that are billed, whenever they
    /// came and however often the period was rated. Each second of a call is charged once, and no day is in two periods.
    /// </summary>
    public async Task RequireBilledAsync(IReadOnlyCollection<string> usns)
    {
        if (_count == 0)
        {
            return;
        }

        await RateAsync(usns);
        Assert.Empty(
            await _usage.RowsAsync(
                """
                SELECT concat_ws(' ', r.subscription_usn, r.start, r.seconds, 'seconds, of which are charged', sum(g.units))
                FROM usage_record AS r LEFT JOIN usage_rating AS g ON g.subscription_usn = r.subscription_usn AND g.record_id = r.id
                WHERE r.subscription_usn = ANY($1) AND r.call_type = $2
                GROUP BY r.subscription_usn, r.start, r.id, r.seconds HAVING coalesce(sum(g.units), 0) <> r.seconds
                """,
                usns.ToArray(),
                (short)Smile.Catalogue.CallType.Voice
            )
        );
        Assert.Empty(
            await _usage.RowsAsync(
                """
                SELECT concat_ws(' ', a.subscription_usn, a.period_start, a.period_end, b.period_start, b.period_end)
                FROM usage_state AS a JOIN usage_state AS b ON b.subscription_usn = a.subscription_usn
                    AND b.period_start > a.period_start AND b.period_start <= a.period_end
                WHERE a.subscription_usn = ANY($1) AND a.status <> 'Replaced' AND b.status <> 'Replaced'
                """,
                (object)usns.ToArray()
            )
        );

        var items = server
            .Stage.Catalogue.Content.Plans.SelectMany(plan => plan.ChargingRules)
            .ToLookup(rule => rule.Id, rule => rule.ItemCode);
        var ratings = await _usage.RowsAsync(
            """
            SELECT concat_ws('|', r.subscription_usn, r.period_start, rule, trim_scale(sum(r.amount))) FROM usage_rating AS r
            JOIN usage_state AS s ON s.subscription_usn = r.subscription_usn AND s.period_start = r.billed_in AND s.status = 'Closed'
            WHERE r.subscription_usn = ANY($1) GROUP BY r.subscription_usn, r.period_start, rule
            """,
            (object)usns.ToArray()
        );
        var rated = ratings
            .Select(row => row.Split('|'))
            .ToLookup(row => $"{row[0]} {row[1]} {items[Number(row[2])].First()}", row => Amount(row[3]))
            .Select(amounts => (amounts.Key, Sum: decimal.Round(amounts.Sum(), 2, MidpointRounding.AwayFromZero)))
            .Where(sum => sum.Sum != 0m)
            .Select(sum => FormattableString.Invariant($"{sum.Key} {sum.Sum:0.00}"))
            .Order(StringComparer.Ordinal);
        var billed = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(row), ARRAY[]::text[]) FROM (
                SELECT concat_ws(' ', usn, charge_from, item_code, sum(item.amount + item.discount)::numeric(18,2)) AS row
                FROM transaction_item AS item
                JOIN financial_transaction ON number = transaction_number AND state <> 'Deleted' AND type IN ('Invoice', 'Quote')
                WHERE usn = ANY($1) AND item_code IN ('calls', 'data')
                GROUP BY usn, charge_from, item_code HAVING sum(item.amount + item.discount) <> 0) AS lines
            """,
            (object)usns.ToArray()
        );
        Assert.Equal(rated, billed.Order(StringComparer.Ordinal));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static decimal Amount(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The thresholds of value pools that were told, in the order in which that was.</summary>
    public async Task<string> ShowThresholdsAsync(IReadOnlyDictionary<string, string> subscriptions)
    {
        var shown = new List<string>();
        foreach (var (name, usn) in subscriptions)
        {
            shown.AddRange(
                (
                    await _usage.RowsAsync(
                        """
                        SELECT period_start || ' ' || trim_scale((threshold->>'threshold')::numeric) || '%'
                        FROM usage_notice, jsonb_array_elements(body->'thresholds') AS threshold
                        WHERE subscription_usn = $1 AND threshold->>'kind' = 'ValuePool' ORDER BY period_start, version
                        """,
                        usn
                    )
                ).Select(row => $"{name}'s {row}")
            );
        }

        return string.Join(", ", shown);
    }

    /// <summary>The rating periods: what they come to, and whether they are open.</summary>
    public async Task<string> ShowAsync(IReadOnlyDictionary<string, string> subscriptions)
    {
        var shown = new List<string>();
        foreach (var (name, usn) in subscriptions)
        {
            shown.AddRange(
                (
                    await _usage.RowsAsync(
                        """
                        SELECT period_start || ' ' || status || ' ' || records || ' of ' || trim_scale(amount)
                            || CASE WHEN late = '{}' THEN '' ELSE ' with ' || array_to_string(late, '+') END
                        FROM usage_state WHERE subscription_usn = $1 AND status <> 'Replaced' ORDER BY period_start
                        """,
                        usn
                    )
                ).Select(row => $"{name}'s {row}")
            );
        }

        return string.Join(", ", shown);
    }
}
