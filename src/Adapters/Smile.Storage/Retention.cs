using Npgsql;
using NpgsqlTypes;
using Smile.Usage;

namespace Smile.Storage;

/// <summary>How long rows are kept that grow with use and that nothing depends on. Days; null for ever.</summary>
public sealed class RetentionSettings
{
    /// <summary>Addresses of documents, behind the day on which they expire.</summary>
    public int? ExpiredDownloadsDays { get; set; } = 7;

    /// <summary>Links to new passwords, behind the time at which they expire.</summary>
    public int? ExpiredPasswordLinksDays { get; set; } = 7;

    /// <summary>Work that was carried out or cancelled.</summary>
    public int? DoneWorkDays { get; set; } = 90;

    /// <summary>Failed logins.</summary>
    public int? FailedLoginsDays { get; set; } = 90;

    /// <summary>What provisioning systems answered.</summary>
    public int? ProvisionLogDays { get; set; } = 730;

    /// <summary>Who changed what. Ten years and some days: longer than tax law asks in most countries.</summary>
    public int? AuditDays { get; set; } = 3_700;

    /// <summary>Who had stored payment details decrypted. More than the year that PCI DSS asks for (10.5.1).</summary>
    public int? PaymentSecretAccessDays { get; set; } = 400;

    /// <summary>Stored payment details, behind the last day of their card, where no payment waits for them.</summary>
    public int? ExpiredPaymentDetailsDays { get; set; } = 90;

    /// <summary>Reservations of number pools, behind the end of their last link, quarantine included.</summary>
    public int? EndedReservationsDays { get; set; } = 90;

    /// <summary>Addresses of files with usage, behind the time at which they expire.</summary>
    public int? ExpiredActivityDays { get; set; } = 7;

    /// <summary>
    /// Batches of usage, behind the time at which their address expires: who asks for what came since an older one is refused. As long as
    /// usage is taken that began before.
    /// </summary>
    public int? ActivityBatchesDays { get; set; } = 731;

    /// <summary>What rating told of thresholds and features, once it was acted on.</summary>
    public int? UsageNoticesDays { get; set; } = 30;

    /// <summary>
    /// That it was acted on: longer than the notices themselves, so that none is acted on twice where the database of usage was restored.
    /// </summary>
    public int? ToldUsageNoticesDays { get; set; } = 400;

    /// <summary>Who has sent wrong numbers or codes of vouchers, which count for a day.</summary>
    public int? VoucherGuessesDays { get; set; } = 7;
}

/// <summary>
/// The time of the stage's clock, which operators of a sandbox may move, and the real one, by which the database dates some rows itself.
/// </summary>
public readonly record struct RetentionTimes(DateTimeOffset Stage, DateTimeOffset Real);

/// <summary>What a look at what is too old found, or deleted.</summary>
/// <param name="Kind">The kind of rows, as the settings name it.</param>
/// <param name="Days">How long they are kept; null for ever.</param>
public sealed record RetentionCount(string Kind, int? Days, long Rows);

/// <summary>
/// Deletes what is older than the settings keep it, in small transactions, so that it holds up nobody and may be stopped at any time; what
/// is left is deleted the next time. Servers that do it at the same time delete each row once.
/// </summary>
public static class Retention
{
    private const int BatchSize = 5_000;

    /// <summary>The rows of a kind that are too old: <c>$1</c> is the moment before which they are.</summary>
    private sealed record Rule(string Kind, Func<RetentionSettings, int?> Days, string Table, string IsOld, bool ByStageClock)
    {
        /// <summary>Whether the table is in the database of usage.</summary>
        public bool IsOfUsage { get; init; }

        /// <summary>
        /// What tells its rows apart, where the table may be distributed: rows have no place then, and cannot be passed over.
        /// </summary>
        public string? Key { get; init; }

        /// <summary>Which rows are deleted together.</summary>
        public string Batch =>
            Key is null
                ? $"ctid = ANY (ARRAY (SELECT ctid FROM {Table} WHERE {IsOld} LIMIT {BatchSize} FOR UPDATE SKIP LOCKED))"
                : $"({Key}) IN (SELECT {Key} FROM {Table} WHERE {IsOld} LIMIT {BatchSize})";

        public NpgsqlDataSource Source(NpgsqlDataSource source, UsageDatabase usage) => IsOfUsage ? usage.Connections : source;

        /// <summary>The statements' <c>$1</c>; null where rows of the kind are kept for ever.</summary>
        public NpgsqlParameter? Before(RetentionSettings settings, RetentionTimes times) =>
            Days(settings) is { } days
                ? new NpgsqlParameter
                {
                    Value = (ByStageClock ? times.Stage : times.Real).AddDays(-days).ToUniversalTime(),
                    NpgsqlDbType = NpgsqlDbType.TimestampTz,
                }
                : null;
    }

    private static readonly IReadOnlyList<Rule> Rules =
    [
        new(
            nameof(RetentionSettings.ExpiredDownloadsDays),
            settings => settings.ExpiredDownloadsDays,
            "document_download",
            "expires < $1",
            true
        ),
        new(
            nameof(RetentionSettings.ExpiredPasswordLinksDays),
            settings => settings.ExpiredPasswordLinksDays,
            "password_link",
            "expires < $1",
            true
        ),
        new(nameof(RetentionSettings.DoneWorkDays), settings => settings.DoneWorkDays, "due_work", "done < $1", true),
        new(nameof(RetentionSettings.FailedLoginsDays), settings => settings.FailedLoginsDays, "failed_login", "at < $1", false),
        new(
            nameof(RetentionSettings.ProvisionLogDays),
            settings => settings.ProvisionLogDays,
            "provision_request_log",
            "logged < $1",
            true
        ),
        new(nameof(RetentionSettings.AuditDays), settings => settings.AuditDays, "audit_change", "at < $1", false),
        new(
            nameof(RetentionSettings.PaymentSecretAccessDays),
            settings => settings.PaymentSecretAccessDays,
            "payment_secret_access",
            "at < $1",
            false
        ),
        new(
            nameof(RetentionSettings.ExpiredPaymentDetailsDays),
            settings => settings.ExpiredPaymentDetailsDays,
            "stored_payment_details",
            "expiry < $1::date AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.account_usn = stored_payment_details.account_usn "
                + "AND payment.status = 'Waiting')",
            true
        ),
        new(
            nameof(RetentionSettings.EndedReservationsDays),
            settings => settings.EndedReservationsDays,
            "pool_reservation",
            "ended < $1",
            true
        ),
        new(
            nameof(RetentionSettings.ExpiredActivityDays),
            settings => settings.ExpiredActivityDays,
            "usage_activity_batch",
            "expires < $1 AND kind <> 'Batch'",
            true
        )
        {
            IsOfUsage = true,
        },
        new(
            nameof(RetentionSettings.ActivityBatchesDays),
            settings => settings.ActivityBatchesDays,
            "usage_activity_batch",
            "expires < $1 AND kind = 'Batch'",
            true
        )
        {
            IsOfUsage = true,
        },
        new(nameof(RetentionSettings.UsageNoticesDays), settings => settings.UsageNoticesDays, "usage_notice", "told < $1", true)
        {
            IsOfUsage = true,
            Key = "subscription_usn, period_start, version, kind",
        },
        new(
            nameof(RetentionSettings.ToldUsageNoticesDays),
            settings => settings.ToldUsageNoticesDays,
            "told_usage_notice",
            "told < $1",
            true
        ),
        new(nameof(RetentionSettings.VoucherGuessesDays), settings => settings.VoucherGuessesDays, "voucher_guess", "last < $1", true),
    ];

    /// <summary>How many rows of each kind are too old.</summary>
    public static async Task<IReadOnlyList<RetentionCount>> CountAsync(
        NpgsqlDataSource source,
        UsageDatabase usage,
        RetentionSettings settings,
        RetentionTimes times,
        CancellationToken cancellation
    )
    {
        var counts = new List<RetentionCount>();
        foreach (var rule in Rules)
        {
            await using var command = rule.Source(source, usage).CreateCommand($"SELECT count(*) FROM {rule.Table} WHERE {rule.IsOld}");
            var rows = 0L;
            if (rule.Before(settings, times) is { } before)
            {
                command.Parameters.Add(before);
                rows = (long)(await command.ExecuteScalarAsync(cancellation))!;
            }

            counts.Add(new RetentionCount(rule.Kind, rule.Days(settings), rows));
        }

        return counts;
    }

    /// <summary>Deletes what is too old.</summary>
    /// <param name="deletedBy">Who does it, for the audit trail.</param>
    public static async Task<IReadOnlyList<RetentionCount>> DeleteAsync(
        NpgsqlDataSource source,
        UsageDatabase usage,
        RetentionSettings settings,
        RetentionTimes times,
        string deletedBy,
        CancellationToken cancellation
    )
    {
        var counts = new List<RetentionCount>();
        foreach (var rule in Rules)
        {
            var rows = rule.Before(settings, times) is { } before
                ? await DeleteAsync(rule.Source(source, usage), rule, before, deletedBy, cancellation)
                : 0;
            counts.Add(new RetentionCount(rule.Kind, rule.Days(settings), rows));
        }

        return counts;
    }

    private static async Task<long> DeleteAsync(
        NpgsqlDataSource source,
        Rule rule,
        NpgsqlParameter before,
        string deletedBy,
        CancellationToken cancellation
    )
    {
        var (deleted, batch) = (0L, 0);
        do
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);

            // A row that is removed cannot say who does it: the transaction does, for the audit trail.
            await using var name = new NpgsqlCommand("SELECT set_config('smile.changed_by', $1, true)", connection, transaction);
            name.Parameters.Add(new NpgsqlParameter { Value = deletedBy });
            await name.ExecuteNonQueryAsync(cancellation);
            await using var delete = new NpgsqlCommand($"DELETE FROM {rule.Table} WHERE {rule.Batch}", connection, transaction);
            delete.Parameters.Add(before.Clone());
            batch = await delete.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            deleted += batch;
        } while (batch == BatchSize);

        return deleted;
    }
}
