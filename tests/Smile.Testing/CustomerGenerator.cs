using System.Data.Common;

namespace Smile.Testing;

/// <summary>Makes many customers out of one: copies of an account and its subscription, every second account with two.</summary>
public static class CustomerGenerator
{
    /// <param name="template">The USN of an account with a subscription that has a plan.</param>
    /// <param name="nextBill">The last day of the earliest period that the copies are to be billed for.</param>
    /// <param name="prefix">Begins the USNs of the copies, so that they can be told apart.</param>
    /// <returns>How many subscriptions were made.</returns>
    public static async Task<long> GenerateAsync(DbDataSource source, string template, int accounts, DateOnly nextBill, string prefix, CancellationToken cancellationToken = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(
            """
            INSERT INTO account SELECT (jsonb_populate_record(NULL::account, to_jsonb(template) || jsonb_build_object(
                'usn', $3 || number, 'username', $3 || number, 'balance', 0, 'message_sequence', 0, 'next_bill', $4::date, 'billed_through', NULL, 'invoicing_cycle_day', 31, 'rating_cycle_day', 31))).*
            FROM account template, generate_series(1, $2) number WHERE template.usn = $1
            """).ConfigureAwait(false);
        await ExecuteAsync(
            """
            INSERT INTO subscription SELECT (jsonb_populate_record(NULL::subscription, to_jsonb(template) || jsonb_build_object(
                'usn', $3 || number || part, 'username', lower($3) || number || part, 'account_usn', $3 || number, 'parent_usn', $3 || number, 'billed_through', (date_trunc('month', $4::date) - interval '1 day')::date, 'rebill_from', NULL))).*
            FROM (SELECT * FROM subscription WHERE account_usn = $1 ORDER BY usn LIMIT 1) template, generate_series(1, $2) number, unnest(ARRAY['a', 'b']) part WHERE part = 'a' OR number % 2 = 0
            """).ConfigureAwait(false);
        await ExecuteAsync(
            """
            INSERT INTO plan_schedule_item (subscription_usn, plan_schedule_type, plan_code, start, options, charge_overrides, changed_by)
            SELECT copy.usn, template.plan_schedule_type, template.plan_code, (date_trunc('month', $4::date) - interval '2 months'), template.options, template.charge_overrides, 'generator'
            FROM subscription copy, plan_schedule_item template
            WHERE copy.account_usn LIKE $3 || '%' AND $2 > 0 AND template.subscription_usn = (SELECT usn FROM subscription WHERE account_usn = $1 ORDER BY usn LIMIT 1)
            """).ConfigureAwait(false);
        await ExecuteAsync("VACUUM ANALYZE").ConfigureAwait(false);
        await using var count = Command("SELECT count(*) FROM subscription WHERE account_usn LIKE $1 || '%'", prefix);
        return (long)(await count.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;

        async Task ExecuteAsync(string sql)
        {
            await using var command = sql.Contains('$', StringComparison.Ordinal) ? Command(sql, template, accounts, prefix, nextBill) : Command(sql);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
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
