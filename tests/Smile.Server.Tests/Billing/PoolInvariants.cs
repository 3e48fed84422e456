using System.Globalization;
using System.Text.Json;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Usage;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// What value pools have paid is what their ratings were not charged, they have never paid more than there was, and what is left of one is
/// in the next period's as often as the catalogue says: reckoned here by themselves, whatever came late or was rated again.
/// </summary>
internal sealed class PoolInvariants(ServerFixture server, UsageHelp usage)
{
    private const decimal WithTax = 1.1m;

    /// <summary>Tax of each rating is rounded by itself.</summary>
    private const decimal Near = 0.01m;

    /// <summary>Requires all of it of periods whose ratings are not archived.</summary>
    /// <param name="usns">Subscriptions of accounts that pay ten per cent of tax, with nothing that waits.</param>
    public async Task RequireAsync(IReadOnlyCollection<string> usns)
    {
        var rolling = server.Stage.Catalogue.Content.Plans.SelectMany(plan => plan.ValuePools).ToDictionary(pool => pool.Id);
        var rows = await usage.RowsAsync(
            """
            SELECT concat_ws('|', s.subscription_usn, s.period_start, s.period_end, p.value->>'id', p.value->>'planScheduleItem',
                p.value->>'limit', p.value->>'used', p.value->'rolled',
                CASE WHEN p.value->>'sharing' IS NULL THEN '' ELSE coalesce(s.sharing, 'nobody') || ' ' || (p.value->>'sharing') END,
                coalesce((p.value->>'isToldElsewhere')::boolean, false), p.value->>'threshold',
                s.status = 'Open' AND s.begins <= $2 AND s.ends > $2,
                (SELECT coalesce(sum(price - amount), 0) FROM usage_rating AS r WHERE r.subscription_usn = s.subscription_usn
                    AND r.period_start = s.period_start AND r.plan_schedule_item = (p.value->>'planScheduleItem')::bigint
                    AND r.value_pool = (p.value->>'id')::integer))
            FROM usage_state AS s, jsonb_array_elements(s.state->'valuePools') AS p
            WHERE s.subscription_usn = ANY($1) AND s.status <> 'Replaced' AND NOT s.archived
            ORDER BY s.subscription_usn, s.period_start
            """,
            usns.ToArray(),
            server.Clock.GetUtcNow().ToUniversalTime()
        );
        Pool? before = null;
        var pools = rows.Select(Pool.Of).ToList();
        RequireShared(pools);
        await RequireToldAsync(usns, pools);
        foreach (var pool in pools.Where(pool => pool.Sharing.Length == 0))
        {
            Assert.True(pool.Used <= pool.Limit + Near, $"{pool} has paid more than it has");
            Assert.True(Math.Abs(pool.Used - (pool.Paid * WithTax)) < Near, $"{pool} has paid {pool.Paid} by its ratings");
            if (before is not null && before.Goes(pool))
            {
                Assert.Equal(Left(before, rolling[pool.Id].RollOverPeriods, rolling[pool.Id].RollOverMost), pool.Rolled);
            }

            before = pool;
        }
    }

    /// <summary>
    /// A pool of which a threshold is reached now was told of last as one of which that or a higher one is; one of which none is, as that.
    /// </summary>
    private async Task RequireToldAsync(IReadOnlyCollection<string> usns, IEnumerable<Pool> pools)
    {
        var rows = await usage.RowsAsync(
            """
            SELECT concat_ws('|', n.subscription_usn, n.period_start, t.value->>'id', t.value->>'planScheduleItem', t.value->>'threshold')
            FROM usage_notice AS n, jsonb_array_elements(n.body->'thresholds') AS t
            WHERE n.subscription_usn = ANY($1) AND t.value->>'kind' = 'ValuePool' ORDER BY n.subscription_usn, n.period_start, n.version
            """,
            (object)usns.ToArray()
        );
        var told = rows.Select(row => row.Split('|'))
            .GroupBy(row => string.Join('|', row[..^1]))
            .ToDictionary(group => group.Key, group => decimal.Parse(group.Last()[^1], CultureInfo.InvariantCulture));
        foreach (var pool in pools.Where(pool => pool is { IsNow: true, IsToldElsewhere: false }))
        {
            var last = told.GetValueOrDefault(FormattableString.Invariant($"{pool.Usn}|{pool.From:yyyy-MM-dd}|{pool.Id}|{pool.Item}"));
            Assert.True(last >= pool.Threshold && (last > 0m) == (pool.Threshold > 0m), $"{pool} was told of as {last}");
        }
    }

    /// <summary>
    /// Who shares a pool sees the same of it, which is what the calls of all of them were paid by it; what it has is what the plans bring,
    /// and of one of them it is told.
    /// </summary>
    private void RequireShared(IEnumerable<Pool> pools)
    {
        var values = server.Stage.Catalogue.Content.Plans.SelectMany(plan => plan.ValuePools).ToDictionary(pool => pool.Id);
        foreach (var shared in pools.Where(pool => pool.Sharing.Length > 0).GroupBy(pool => (pool.Sharing, pool.From)))
        {
            var (limit, used, paid) = (shared.First().Limit, shared.First().Used, shared.Sum(pool => pool.Paid) * WithTax);
            Assert.All(shared, pool => Assert.Equal((limit, used), (pool.Limit, pool.Used)));
            Assert.True(used <= limit + Near, $"{shared.Key} has paid more than it has");
            Assert.True(Math.Abs(used - paid) < Near * shared.Count(), $"Of {shared.Key} {used} is used, and {paid} by its ratings");
            Assert.True(limit <= shared.Sum(pool => values[pool.Id].ValueIncTax), $"{shared.Key} has more than is brought");
            Assert.Single(shared, pool => !pool.IsToldElsewhere);
        }
    }

    /// <summary>Cent by cent: the oldest that can still be used is used first, and of what is too much the oldest is left out.</summary>
    private static IReadOnlyList<Rolled> Left(Pool pool, int periods, decimal? most)
    {
        var own = new Rolled(pool.Limit - pool.Rolled.Sum(value => value.Value), 0);
        var (lost, left) = (pool.Used, new List<Rolled>());
        foreach (var value in pool.Rolled.Append(own))
        {
            var rest = Math.Max(0m, value.Value - lost);
            lost = Math.Max(0m, lost - value.Value);
            left.Add(new Rolled(rest, value.Age + 1));
        }

        left.RemoveAll(value => value.Age > periods || value.Value == 0m);
        while (most is { } limit && left.Sum(value => value.Value) is var sum && sum > limit)
        {
            left[0] = left[0] with { Value = left[0].Value - Math.Min(left[0].Value, sum - limit) };
            left.RemoveAll(value => value.Value == 0m);
        }

        return left;
    }

    private sealed record Rolled(decimal Value, int Age);

    private sealed record Pool(
        string Usn,
        DateOnly From,
        DateOnly To,
        int Id,
        string Item,
        decimal Limit,
        decimal Used,
        IReadOnlyList<Rolled> Rolled,
        string Sharing,
        bool IsToldElsewhere,
        decimal Threshold,
        bool IsNow,
        decimal Paid
    )
    {
        public static Pool Of(string row)
        {
            var words = row.Split('|');
            return new Pool(
                words[0],
                DateOnly.Parse(words[1], CultureInfo.InvariantCulture),
                DateOnly.Parse(words[2], CultureInfo.InvariantCulture),
                int.Parse(words[3], CultureInfo.InvariantCulture),
                words[4],
                decimal.Parse(words[5], CultureInfo.InvariantCulture),
                decimal.Parse(words[6], CultureInfo.InvariantCulture),
                JsonSerializer.Deserialize<List<Rolled>>(words[7], JsonSerializerOptions.Web)!,
                words[8],
                words[9] == "t",
                decimal.Parse(words[10], CultureInfo.InvariantCulture),
                words[11] == "t",
                decimal.Parse(words[12], CultureInfo.InvariantCulture)
            );
        }

        /// <summary>Whether a pool is the same plan's in the next period.</summary>
        public bool Goes(Pool next) => (Usn, Id, Item, To.AddDays(1)) == (next.Usn, next.Id, next.Item, next.From);
    }
}
