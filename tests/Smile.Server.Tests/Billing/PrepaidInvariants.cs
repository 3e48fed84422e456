using System.Globalization;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Usage;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// What is used of a prepaid block is what its ratings say, in each rating period and in all, never more than was bought, and each period
/// begins with what the ones before it left: reckoned here by themselves, whatever came late.
/// </summary>
internal sealed class PrepaidInvariants(ServerFixture server, UsageHelp usage)
{
    /// <param name="usns">Subscriptions with nothing that waits.</param>
    public async Task RequireAsync(IReadOnlyCollection<string> usns)
    {
        var states = await usage.RowsAsync(
            """
            SELECT concat_ws('|', s.subscription_usn, b.value->>'id', s.period_start, b.value->>'usedBefore', b.value->>'used',
                (SELECT coalesce(sum(units), 0) FROM usage_rating AS r WHERE r.subscription_usn = s.subscription_usn
                    AND r.period_start = s.period_start AND r.prepaid_block = (b.value->>'id')::bigint), s.archived)
            FROM usage_state AS s, jsonb_array_elements(s.state->'prepaidBlocks') AS b
            WHERE s.subscription_usn = ANY($1) AND s.status <> 'Replaced'
            ORDER BY s.subscription_usn, (b.value->>'id')::bigint, s.period_start
            """,
            (object)usns.ToArray()
        );
        var rows = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(concat_ws('|', b.id, coalesce(whole::text, ''), coalesce(whole - b.units, 0))), '{}'::text[])
            FROM prepaid_block AS b JOIN prepaid_block AS r ON r.id = coalesce(b.continues, b.id),
                LATERAL (SELECT CASE WHEN b.units IS NULL THEN NULL ELSE greatest(b.units, coalesce(r.purchased, b.units)) END) AS w (whole)
            WHERE b.subscription_usn = ANY($1)
            """,
            (object)usns.ToArray()
        );
        var bought = rows.Select(row => row.Split('|')).ToDictionary(row => row[0], row => (Most: Most(row[1]), Begins: Number(row[2])));
        foreach (var block in states.Select(row => row.Split('|')).GroupBy(row => row[1]))
        {
            var (most, used) = bought[block.Key];
            foreach (var row in block)
            {
                var (before, after, rated) = (Number(row[3]), Number(row[4]), Number(row[5]));
                Assert.True(before == used, $"{string.Join('|', row)} begins with {before}, and {used} was used before");
                Assert.True(
                    row[6] == "t" || after - before == rated,
                    $"{string.Join('|', row)} has used {after - before}, and {rated} by its ratings"
                );
                Assert.True(after == before || after <= most, $"{string.Join('|', row)} has used more than {most}");
                used = after;
            }
        }

        Assert.Empty(
            await usage.RowsAsync(
                """
                SELECT concat_ws(' ', subscription_usn, period_start, record_id, prepaid_block, sum(units), sum(amount))
                FROM usage_rating WHERE subscription_usn = ANY($1) AND prepaid_block IS NOT NULL
                GROUP BY subscription_usn, period_start, record_id, prepaid_block HAVING sum(amount) <> 0 OR sum(units) < 0
                """,
                (object)usns.ToArray()
            )
        );
    }

    private static decimal Most(string text) => text.Length == 0 ? decimal.MaxValue : Number(text);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
