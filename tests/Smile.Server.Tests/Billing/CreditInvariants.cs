using System.Globalization;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Usage;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// What was told of credit limits is what the balance and the ratings that are on no bill say, reckoned here by themselves: whatever was
/// billed, taken back, paid, moved, replaced or rated again on the way. Each crossing was told once.
/// </summary>
internal sealed class CreditInvariants(ServerFixture server, UsageHelp usage)
{
    /// <summary>Nearer to a limit than this, rounding of the parts decides.</summary>
    private const decimal Near = 0.05m;

    private const decimal WithTax = 1.1m;

    /// <param name="usns">Subscriptions of accounts that pay ten per cent of tax; looked at, and with nothing that waits.</param>
    public async Task RequireAsync(IReadOnlyCollection<string> usns)
    {
        var limits = server
            .Stage.Catalogue.Content.Plans.Where(plan => plan.CreditLimit is not null)
            .ToDictionary(plan => plan.Code, plan => plan.CreditLimit!.Amount);
        var rows = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(concat_ws('|', s.usn, a.balance,
                EXISTS (SELECT FROM credit_limit_state WHERE subscription_usn = s.usn),
                s.closed IS NULL AND s.provision_status = 'Provisioned' AND a.currency = 'AUD' AND a.company_id = 1,
                (SELECT plan_code FROM plan_schedule_item WHERE subscription_usn = s.usn AND start <= $2
                    ORDER BY start DESC, id DESC LIMIT 1))), ARRAY[]::text[])
            FROM subscription AS s JOIN account AS a ON a.usn = s.account_usn WHERE s.usn = ANY ($1)
            """,
            usns.ToArray(),
            server.Clock.GetUtcNow()
        );
        foreach (var row in rows.Select(row => row.Split('|')))
        {
            var (usn, isTold) = (row[0], row[2] == "t");
            var told = await server.QueryAsync<string[]>(
                """
                SELECT coalesce(array_agg(message_type ORDER BY id), ARRAY[]::text[]) FROM outbox_message
                WHERE message_type LIKE 'CreditLimit%' AND headers::text LIKE '%' || $1 || '%'
                """,
                usn
            );
            Assert.All(told, (type, index) => Assert.Equal(index % 2 == 0 ? "CreditLimitExceeded" : "CreditLimitOkay", type));
            Assert.True(row[3] != "t" || isTold == (told.Length % 2 == 1), $"{usn}: {isTold} and {string.Join(", ", told)}");
            if (row is not [_, _, _, "t", var plan] || !limits.TryGetValue(plan, out var limit))
            {
                continue;
            }

            var owed = Amount(row[1]) + (Amount(await UnbilledAsync(usn)) * WithTax);
            Assert.True(
                Math.Abs(owed - limit) < Near || isTold == owed >= limit,
                string.Create(CultureInfo.InvariantCulture, $"{usn} owes {owed} of {limit}: exceeded {isTold}")
            );
        }
    }

    private async Task<string> UnbilledAsync(string usn) =>
        (
            await usage.RowsAsync(
                """
                SELECT coalesce(sum(r.amount), 0)::text FROM usage_rating AS r
                LEFT JOIN usage_state AS s ON s.subscription_usn = r.subscription_usn AND s.period_start = r.billed_in
                WHERE r.subscription_usn = $1 AND s.status IS DISTINCT FROM 'Closed'
                """,
                usn
            )
        ).Single();

    private static decimal Amount(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
