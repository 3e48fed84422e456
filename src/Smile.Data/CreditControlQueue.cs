using Npgsql;
using Smile.Domain.Catalogue;
using Smile.Domain.CreditControlRun;
using Smile.Domain.Foundation;

namespace Smile.Data;

/// <summary>Which accounts a credit control run has to treat, and what came of it. Every account is treated under its own lock.</summary>
public static class CreditControlQueue
{
    /// <summary>Accounts of a company, in the order of their USNs, that are late or were, or that responsive terms have moved, and that no run of the day has treated.</summary>
    /// <param name="day">The run's day.</param>
    /// <param name="due">Debts that are due by this day may be late: the account's zone may be ahead of the company's.</param>
    /// <param name="after">Only accounts behind this USN.</param>
    public static async Task<IReadOnlyList<Usn>> FindAccountsAsync(
        NpgsqlDataSource source, int companyId, DateOnly day, DateOnly due, IReadOnlyList<ResponsiveTermsItem> responsive, string after, int limit, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT account.usn
            FROM account LEFT JOIN credit_control_state state ON state.account_usn = account.usn
                LEFT JOIN unnest($6::integer[], $7::integer[]) AS of_type (account_type_id, responsive_terms_id) ON of_type.account_type_id = account.account_type_id
                LEFT JOIN unnest($8::integer[], $9::integer[]) AS responsive (id, default_terms_id) ON responsive.id = coalesce(account.responsive_terms_id, of_type.responsive_terms_id)
            WHERE account.company_id = $1 AND account.usn > $4 AND (state.last_run IS NULL OR state.last_run < $2)
                AND (state.level > 0
                    OR account.suspended_by_credit_control
                    OR (account.account_terms_id <> responsive.default_terms_id AND account.closed IS NULL)
                    OR EXISTS (SELECT 1 FROM subscription WHERE subscription.account_usn = account.usn AND subscription.suspended_by_credit_control)
                    OR EXISTS (SELECT 1 FROM financial_transaction debit WHERE debit.account_usn = account.usn AND debit.state = 'Closed' AND debit.unallocated_amount > 0
                        AND coalesce(debit.due_date, debit.transaction_date) <= $3))
            ORDER BY account.usn
            LIMIT $5
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = companyId });
        command.Parameters.Add(new NpgsqlParameter { Value = day });
        command.Parameters.Add(new NpgsqlParameter { Value = due });
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        var types = responsive.SelectMany(terms => terms.AccountTypes.Select(type => (Type: type, terms.Id))).ToList();
        command.Parameters.Add(new NpgsqlParameter { Value = types.Select(pair => pair.Type).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = types.Select(pair => pair.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = responsive.Select(terms => terms.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = responsive.Select(terms => terms.DefaultTerms).ToArray() });
        var accounts = new List<Usn>();
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            accounts.Add(new Usn(reader.GetString(0)));
        }

        return accounts;
    }

    /// <summary>Keeps why an account could not be treated.</summary>
    public static Task RecordFailureAsync(NpgsqlDataSource source, Usn account, string error, DateTimeOffset now, string changedBy, CancellationToken cancellation) => ExecuteAsync(
        source,
        """
        INSERT INTO credit_control_state (account_usn, level, level_name, account_terms_id, since, failures, last_error, changed_by)
        SELECT usn, 0, 'Settled', account_terms_id, $3, 1, left($2, 1000), $4 FROM account WHERE usn = $1
        ON CONFLICT (account_usn) DO UPDATE SET failures = credit_control_state.failures + 1, last_error = excluded.last_error, changed_by = excluded.changed_by
        """,
        cancellation,
        account.Value,
        error,
        now.ToUniversalTime(),
        changedBy);

    public static async Task<bool> IsFinishedAsync(NpgsqlDataSource source, int companyId, DateOnly day, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT EXISTS (SELECT 1 FROM credit_control_day WHERE company_id = $1 AND day = $2)");
        command.Parameters.Add(new NpgsqlParameter { Value = companyId });
        command.Parameters.Add(new NpgsqlParameter { Value = day });
        return (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>Notes that a day's run got to its end; a further run of the day adds to it.</summary>
    public static Task FinishAsync(NpgsqlDataSource source, CreditControlDay run, CancellationToken cancellation) => ExecuteAsync(
        source,
        """
        INSERT INTO credit_control_day (company_id, day, finished, treated, failed, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (company_id, day) DO UPDATE SET finished = excluded.finished, treated = credit_control_day.treated + excluded.treated, failed = excluded.failed, changed_by = excluded.changed_by
        """,
        cancellation,
        run.CompanyId,
        run.Day,
        run.Finished.ToUniversalTime(),
        run.Treated,
        run.Failed,
        run.ChangedBy.Value);

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
