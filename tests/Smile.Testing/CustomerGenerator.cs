using System.Data.Common;

namespace Smile.Testing;

/// <summary>
/// Makes many customers out of one: copies of an account with ADSL subscriptions that cost $30.00 a month, every second account with two.
/// </summary>
public static class CustomerGenerator
{
    private const int AdslService = 17;
    private const string Plan = "adsl-test";

    /// <param name="nextBill">The last day of the earliest period that the copies are to be billed for.</param>
    /// <param name="prefix">Begins the USNs of the copies, so that they can be told apart.</param>
    /// <param name="service">What the subscriptions are of.</param>
    /// <param name="plan">A plan of that service.</param>
    /// <returns>How many subscriptions were made.</returns>
    public static async Task<long> GenerateAsync(
        DbDataSource source,
        int accounts,
        DateOnly nextBill,
        string prefix,
        int service = AdslService,
        string plan = Plan,
        CancellationToken cancellationToken = default
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await RunAsync(
            Command(
                """
                INSERT INTO account SELECT (jsonb_populate_record(NULL::account, to_jsonb(template) || jsonb_build_object(
                    'usn', $2 || number, 'username', $2 || number, 'balance', 0, 'message_sequence', 0, 'next_bill', $3::date,
                    'billed_through', NULL,
                    'invoicing_cycle_type', 'Anniversary', 'invoicing_cycle_day', 31, 'invoicing_cycle_table', NULL,
                    'rating_cycle_type', 'Anniversary', 'rating_cycle_day', 31,
                    'rating_cycle_table', NULL))).*
                FROM (SELECT * FROM account ORDER BY usn LIMIT 1) template, generate_series(1, $1) number
                """,
                accounts,
                prefix,
                nextBill
            )
        );
        await RunAsync(
            Command(
                """
                INSERT INTO subscription SELECT (jsonb_populate_record(NULL::subscription, to_jsonb(template) || jsonb_build_object(
                    'usn', $2 || number || part, 'username', lower($2) || number || part, 'account_usn', $2 || number,
                    'parent_usn', $2 || number, 'billed_through', (date_trunc('month', $3::date) - interval '1 day')::date,
                    'rebill_from', NULL, 'service_id', $4::int, 'provision_status', 'Provisioned', 'password', NULL,
                    'activate_status', 'Activated', 'activated', (date_trunc('month', $3::date) - interval '2 months'),
                    'created', (date_trunc('month', $3::date) - interval '2 months')))).*
                FROM (SELECT * FROM subscription ORDER BY usn LIMIT 1) template, generate_series(1, $1) number,
                    unnest(ARRAY['a', 'b']) part WHERE part = 'a' OR number % 2 = 0
                """,
                accounts,
                prefix,
                nextBill,
                service
            )
        );
        await RunAsync(
            Command(
                """
                INSERT INTO plan_schedule_item (subscription_usn, plan_schedule_type, plan_code, start, options, charge_overrides,
                    changed_by)
                SELECT usn, 1, $4, date_trunc('month', $3::date) - interval '2 months', '[]', '[]', 'generator' FROM subscription
                WHERE account_usn LIKE $2 || '%' AND $1 > 0
                """,
                accounts,
                prefix,
                nextBill,
                plan
            )
        );
        await RunAsync(Command("VACUUM ANALYZE"));
        await using var count = Command("SELECT count(*) FROM subscription WHERE account_usn LIKE $1 || '%'", prefix);
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;

        async Task RunAsync(DbCommand command)
        {
            await using var running = command;
            await running.ExecuteNonQueryAsync(cancellationToken);
        }

        DbCommand Command(string sql, params object[] values)
        {
            var command = connection.CreateCommand();
            (command.CommandText, command.CommandTimeout) = (sql, 0);
            foreach (var value in values)
            {
                var parameter = command.CreateParameter();
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }

            return command;
        }
    }
}
