using Npgsql;
using Smile.Catalogue;
using Smile.CreditControl;
using Smile.Kernel;

namespace Smile.Storage;

/// <summary>Which accounts a credit control run has to treat, and what came of it. Every account is treated under its own lock.</summary>
public static class CreditControlQueue
{
    /// <summary>
    /// Accounts of a company, in the order of their USNs, that are late or were, or that responsive terms have moved, and that no run of
    /// the day has treated. Read at once: what is late is found by due dates, and going through it takes longer than a connection may be
    /// held.
    /// </summary>
    /// <param name="day">The run's day.</param>
    /// <param name="due">Debts that are due by this day may be late: the account's zone may be ahead of the company's.</param>
    public static async Task<IReadOnlyList<Usn>> FindAccountsAsync(
        NpgsqlDataSource source,
        int companyId,
        DateOnly day,
        DateOnly due,
        IReadOnlyList<ResponsiveTermsItem> responsive,
        CancellationToken cancellation
    )
    {
        // Each part of the union has an index of its own; "other than the default terms" is asked as less and as more for that.
        await using var command = source.CreateCommand(
            """
            WITH of_type AS (
                SELECT * FROM unnest($4::integer[], $5::integer[]) AS of_type (account_type_id, default_terms_id)
            ), candidate AS (
                SELECT account_usn AS usn FROM open_day WHERE NOT is_credit AND due <= $3
                UNION SELECT account_usn FROM credit_control_state WHERE level > 0
                UNION SELECT usn FROM account WHERE suspended_by_credit_control
                UNION SELECT account_usn FROM subscription WHERE suspended_by_credit_control
                UNION SELECT usn FROM account JOIN of_type USING (account_type_id)
                      WHERE responsive_terms_id IS NULL AND closed IS NULL AND account_terms_id < default_terms_id
                UNION SELECT usn FROM account JOIN of_type USING (account_type_id)
                      WHERE responsive_terms_id IS NULL AND closed IS NULL AND account_terms_id > default_terms_id
                UNION SELECT usn FROM account JOIN unnest($6::integer[], $7::integer[]) AS own (responsive_terms_id,
                    default_terms_id) USING (responsive_terms_id)
                      WHERE closed IS NULL AND account_terms_id <> default_terms_id
            )
            SELECT account.usn
            FROM candidate JOIN account ON account.usn = candidate.usn
                LEFT JOIN credit_control_state state ON state.account_usn = account.usn
            WHERE account.company_id = $1 AND (state.last_run IS NULL OR state.last_run < $2)
            ORDER BY account.usn
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = companyId });
        command.Parameters.Add(new NpgsqlParameter { Value = day });
        command.Parameters.Add(new NpgsqlParameter { Value = due });
        var types = responsive.SelectMany(terms => terms.AccountTypes.Select(type => (Type: type, terms.DefaultTerms))).ToList();
        command.Parameters.Add(new NpgsqlParameter { Value = types.Select(pair => pair.Type).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = types.Select(pair => pair.DefaultTerms).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = responsive.Select(terms => terms.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = responsive.Select(terms => terms.DefaultTerms).ToArray() });
        var accounts = new List<Usn>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            accounts.Add(new Usn(reader.GetString(0)));
        }

        return accounts;
    }

    /// <summary>Keeps why an account could not be treated.</summary>
    public static Task RecordFailureAsync(
        NpgsqlDataSource source,
        Usn account,
        string error,
        DateTimeOffset now,
        string changedBy,
        CancellationToken cancellation
    ) =>
        ExecuteAsync(
            source,
            """
            INSERT INTO credit_control_state (account_usn, level, level_name, account_terms_id, since, failures, last_error, changed_by)
            SELECT usn, 0, 'Settled', account_terms_id, $3, 1, left($2, 1000), $4 FROM account WHERE usn = $1
            ON CONFLICT (account_usn) DO UPDATE
                SET failures = credit_control_state.failures + 1, last_error = excluded.last_error, changed_by = excluded.changed_by
            """,
            cancellation,
            account.Value,
            error,
            now.ToUniversalTime(),
            changedBy
        );

    public static async Task<bool> IsFinishedAsync(NpgsqlDataSource source, int companyId, DateOnly day, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT EXISTS (SELECT 1 FROM credit_control_day WHERE company_id = $1 AND day = $2)"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = companyId });
        command.Parameters.Add(new NpgsqlParameter { Value = day });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Notes that a day's run got to its end; a further run of the day adds to it.</summary>
    public static Task FinishAsync(NpgsqlDataSource source, CreditControlDay run, CancellationToken cancellation) =>
        ExecuteAsync(
            source,
            """
            INSERT INTO credit_control_day (company_id, day, finished, treated, failed, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (company_id, day) DO UPDATE
                SET finished = excluded.finished, treated = credit_control_day.treated + excluded.treated,
                    failed = excluded.failed, changed_by = excluded.changed_by
            """,
            cancellation,
            run.CompanyId,
            run.Day,
            run.Finished.ToUniversalTime(),
            run.Treated,
            run.Failed,
            run.ChangedBy.Value
        );

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }
}
