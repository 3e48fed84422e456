using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Smile.Catalogue;

namespace Smile.Storage;

/// <summary>Items that are in use and missing or wrong in a new catalogue.</summary>
public sealed class CatalogueInUseException : Exception
{
    public CatalogueInUseException(IReadOnlyList<string> missing)
        : base(
            "The new catalogue lacks items that are in use: "
                + string.Join(", ", missing)
                + ". Keep them; unpublish packages instead of removing them."
        ) { }

    private CatalogueInUseException(string message)
        : base(message) { }

    /// <param name="changes">Each with what it is and would be.</param>
    public static CatalogueInUseException ChangedDecimals(IEnumerable<string> changes) =>
        new(
            "The new catalogue changes the decimals of currencies that accounts have: "
                + string.Join(", ", changes)
                + ". Balances are kept in them; they cannot be changed."
        );

    /// <param name="pools">By their names.</param>
    public static CatalogueInUseException ChangedForms(IEnumerable<string> pools) =>
        new(
            "The new catalogue changes kind, digits, prefix or suffix of number pools that have numbers: "
                + string.Join(", ", pools)
                + ". Make another pool for numbers of another form."
        );

    /// <param name="values">Each with its collection and field.</param>
    public static CatalogueInUseException SharedValues(IEnumerable<string> values) =>
        new(
            "The new catalogue makes fields of custom collections unique whose values several entries have, or which are too long: "
                + string.Join(", ", values)
                + ". Change those entries first."
        );

    /// <param name="usernames">Each with its service.</param>
    public static CatalogueInUseException SharedUsernames(IEnumerable<string> usernames) =>
        new(
            "The new catalogue makes usernames of subservices unique that several subservices or subscriptions have: "
                + string.Join(", ", usernames)
                + ". Rename or remove all but one of each first."
        );

    /// <param name="references">Each with the entry that refers and the one that is not there.</param>
    public static CatalogueInUseException DanglingEntries(IEnumerable<string> references) =>
        new(
            "New entries of custom collections refer to entries that are not there any more: "
                + string.Join(", ", references)
                + ". They were deleted or renamed."
        );

    /// <param name="periods">By cycle and first day.</param>
    public static CatalogueInUseException ChangedPeriods(IEnumerable<string> periods) =>
        new(
            "The new catalogue changes periods of billing cycles that are in use: "
                + string.Join(", ", periods)
                + ". Customers are billed by them; periods can only be added, before the first one or behind the last."
        );
}

/// <summary>Keeps the catalogue's versions in the database.</summary>
public static class CatalogueStore
{
    /// <summary>Channel that servers listen on to read a new version.</summary>
    public const string Channel = "smile_catalogue";

    private const string BillingCycleKind = "billing_cycle";

    private const string CyclesInUse = """
        SELECT invoicing_cycle_table AS name FROM account WHERE invoicing_cycle_table IS NOT NULL
        UNION SELECT rating_cycle_table FROM account WHERE rating_cycle_table IS NOT NULL
        UNION SELECT invoicing_cycle_table FROM subscription WHERE invoicing_cycle_table IS NOT NULL
        UNION SELECT rating_cycle_table FROM subscription WHERE rating_cycle_table IS NOT NULL
        """;

    private const long LockKey = 0x536d696c6501;

    /// <summary>The latest version, or null where none was applied.</summary>
    public static async Task<CatalogueSnapshot?> LoadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT version, content::text FROM catalogue_version ORDER BY version DESC LIMIT 1"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new CatalogueSnapshot(reader.GetInt32(0), CatalogueJson.Read(reader.GetString(1)))
            : null;
    }

    /// <summary>When each version was applied, in their order.</summary>
    public static async Task<IReadOnlyList<(int Version, DateTimeOffset Applied)>> AppliedAsync(
        NpgsqlDataSource source,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand("SELECT version, applied_at FROM catalogue_version ORDER BY version");
        var versions = new List<(int, DateTimeOffset)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            versions.Add((reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1)));
        }

        return versions;
    }

    public static async Task<CatalogueSnapshot> LoadVersionAsync(NpgsqlDataSource source, int version, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT content::text FROM catalogue_version WHERE version = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = version });
        return new CatalogueSnapshot(
            version,
            CatalogueJson.Read(
                (string)(
                    await command.ExecuteScalarAsync(cancellation)
                    ?? throw new InvalidOperationException($"There is no version {version} of the catalogue.")
                )
            )
        );
    }

    /// <summary>Makes a new version of the content, unless it is what the latest version has.</summary>
    /// <param name="appliedAt">By the stage's clock, where that is not the system's; null for now.</param>
    /// <param name="dryRun">Only check: everything is taken back.</param>
    /// <returns>The version that now holds.</returns>
    /// <exception cref="CatalogueInUseException">Something that accounts or subscriptions use would be gone, or periods that they are
    /// billed by would change.</exception>
    public static async Task<int> ApplyAsync(
        NpgsqlDataSource source,
        CatalogueContent content,
        string appliedBy,
        CancellationToken cancellation,
        DateTimeOffset? appliedAt = null,
        bool dryRun = false
    )
    {
        var json = CatalogueJson.Write(content);
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellation);
        var (latest, latestChecksum) = await LatestAsync(connection, cancellation);
        if (latestChecksum == checksum)
        {
            return latest;
        }

        await ReplaceItemsAsync(connection, Items(content), cancellation);
        await RequireItemsInUseAsync(connection, cancellation);
        await RequirePeriodsInUseAsync(connection, content, cancellation);
        await RequireDecimalsInUseAsync(connection, content, cancellation);
        await RequireFormsInUseAsync(connection, content, cancellation);
        await UniqueUsernames.CompareAsync(connection, content, appliedBy, cancellation);
        await CollectionSeeds.AddAsync(connection, content, appliedBy, appliedAt, cancellation);
        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO catalogue_version (version, applied_at, applied_by, checksum, content)
            VALUES ($1, coalesce($5, now()), $2, $3, $4)
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = latest + 1 },
                new() { Value = appliedBy },
                new() { Value = checksum },
                new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = (object?)appliedAt?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        await insert.ExecuteNonQueryAsync(cancellation);
        if (dryRun)
        {
            await transaction.RollbackAsync(cancellation);
            return latest;
        }

        await ExecuteAsync(connection, $"NOTIFY {Channel}", cancellation);
        await transaction.CommitAsync(cancellation);
        return latest + 1;
    }

    private static IReadOnlyList<(string Kind, string Key, string Name)> Items(CatalogueContent content)
    {
        var items = new List<(string Kind, string Key, string Name)>();
        items.AddRange(content.Companies.Select(item => ("company", Key(item.Id), item.Name)));
        items.AddRange(content.Currencies.Select(item => ("currency", item.Code, item.Code)));
        items.AddRange(content.TimeZones.Select(item => ("time_zone", Key(item.Id), item.Name)));
        items.AddRange(content.BillingCycles.Select(item => (BillingCycleKind, item.Name, item.Name)));
        items.AddRange(content.AccountTypes.Select(item => ("account_type", Key(item.Id), item.Name)));
        items.AddRange(content.AccountTerms.Select(item => ("account_terms", Key(item.Id), item.Name)));
        items.AddRange(content.ResponsiveTerms.Select(item => ("responsive_terms", Key(item.Id), item.Name)));
        items.AddRange(content.Services.Select(item => ("service", Key(item.Id), item.Name)));
        items.AddRange(content.Packages.Select(item => ("package", Key(item.Id), item.Name)));
        items.AddRange(
            content
                .Packages.SelectMany(package => package.Plans)
                .DistinctBy(plan => plan.Id)
                .Select(item => ("package_plan", Key(item.Id), item.Name))
        );
        items.AddRange(content.Plans.Select(item => ("plan", item.Code, item.Name)));
        items.AddRange(content.PrepaidBlocks.Select(item => ("prepaid_block", item.Code, item.Name)));
        items.AddRange(content.Contracts.Select(item => ("contract", Key(item.Id), item.Name)));
        items.AddRange(
            content
                .ManagedPlanGroups.SelectMany(group => group.Choices)
                .Select(item => ("managed_plan_choice", Key(item.Id), item.DisplayName))
        );
        items.AddRange(content.Features.Select(item => ("feature", Key(item.Id), item.Name)));
        items.AddRange(content.InvoiceGroupings.Select(item => ("invoice_grouping", item.Id.ToString(), item.Name)));
        items.AddRange(content.NumberPools.Select(item => ("number_pool", item.Id.ToString(), item.Name)));
        items.AddRange(content.TicketStatuses.Select(item => ("ticket_status", Key(item.Id), item.Name)));
        items.AddRange(content.TicketGroups.Select(item => ("ticket_group", Key(item.Id), item.Name)));
        items.AddRange(content.TicketTypes.Select(item => ("ticket_type", Key(item.Id), item.Name)));
        items.AddRange(content.ChargeTypes.Select(item => ("charge_type", Key(item.Id), item.Name)));
        items.AddRange(content.PaymentTypes.Select(item => ("payment_type", item.Code, item.Name)));
        return items;

        static string Key(int id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task ReplaceItemsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(string Kind, string Key, string Name)> items,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            WITH next AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS item (kind, key, name)),
                 gone AS (DELETE FROM catalogue_item item
                     WHERE NOT EXISTS (SELECT 1 FROM next WHERE next.kind = item.kind AND next.key = item.key))
            INSERT INTO catalogue_item (kind, key, name) SELECT kind, key, name FROM next
            ON CONFLICT (kind, key) DO UPDATE SET name = excluded.name
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter { Value = items.Select(item => item.Kind).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = items.Select(item => item.Key).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = items.Select(item => item.Name).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Refuses a catalogue that lacks what rows refer to.</summary>
    private static async Task RequireItemsInUseAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT DISTINCT kind, key FROM (
                SELECT 'company' AS kind, company_id::text AS key FROM account
                UNION SELECT 'currency', currency FROM account
                UNION SELECT 'time_zone', time_zone_id::text FROM account
                UNION SELECT 'account_type', account_type_id::text FROM account
                UNION SELECT 'account_terms', account_terms_id::text FROM account
                UNION SELECT '{BillingCycleKind}', name FROM ({CyclesInUse}) AS cycle
                UNION SELECT 'responsive_terms', responsive_terms_id::text FROM account WHERE responsive_terms_id > 0
                UNION SELECT 'service', service_id::text FROM subscription
                UNION SELECT 'package', package_id::text FROM customer_order WHERE status IN ('Draft', 'RequiresApproval', 'Approved')
                UNION SELECT 'plan', plan_code FROM plan_schedule_item WHERE plan_code IS NOT NULL
                UNION SELECT 'contract', contract_id::text FROM subscription_contract
                UNION SELECT 'prepaid_block', code FROM prepaid_block
                UNION SELECT 'prepaid_block', code FROM voucher_batch
                UNION SELECT 'managed_plan_choice', managed_plan_choice_id::text FROM plan_schedule_item
                    WHERE managed_plan_choice_id IS NOT NULL
                UNION SELECT 'feature', feature_id::text FROM subscription_feature
                UNION SELECT 'invoice_grouping', configuration_id::text FROM invoice_grouping WHERE deleted IS NULL
                UNION SELECT 'charge_type', unnest(charge_types)::text FROM invoice_grouping WHERE deleted IS NULL
                UNION SELECT 'number_pool', id::text FROM number_pool
                UNION SELECT 'ticket_status', status_id::text FROM ticket
                UNION SELECT 'ticket_group', group_id::text FROM ticket WHERE closed IS NULL AND group_id IS NOT NULL
                UNION SELECT 'ticket_type', type_id::text FROM ticket
                UNION SELECT 'payment_type', payment_type_code FROM stored_payment_details
                UNION SELECT 'payment_type', payment_type_code FROM payment WHERE status = 'Waiting') AS used
            WHERE NOT EXISTS (SELECT 1 FROM catalogue_item item WHERE item.kind = used.kind AND item.key = used.key)
            ORDER BY kind, key
            """,
            connection
        );
        var missing = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                missing.Add($"{reader.GetString(0)} {reader.GetString(1)}");
            }
        }

        if (missing.Count > 0)
        {
            throw new CatalogueInUseException(missing);
        }
    }

    /// <summary>Refuses other decimals for a currency that accounts have: balances are kept in them.</summary>
    private static async Task RequireDecimalsInUseAsync(
        NpgsqlConnection connection,
        CatalogueContent content,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT item ->> 'code', (item ->> 'decimals')::integer
            FROM (SELECT content FROM catalogue_version ORDER BY version DESC
                LIMIT 1) AS latest, jsonb_array_elements(latest.content -> 'currencies') AS item
            WHERE EXISTS (SELECT FROM account WHERE account.currency = item ->> 'code') ORDER BY 1
            """,
            connection
        );
        var next = content.Currencies.ToDictionary(currency => currency.Code, currency => currency.Decimals);
        var changes = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var (currency, decimals) = (reader.GetString(0), reader.GetInt32(1));
                if (next[currency] != decimals)
                {
                    changes.Add($"{currency} has {next[currency]} in place of {decimals}");
                }
            }
        }

        if (changes.Count > 0)
        {
            throw CatalogueInUseException.ChangedDecimals(changes);
        }
    }

    /// <summary>Refuses another form for a pool that has numbers: what was imported and reserved would be read as other numbers.</summary>
    private static async Task RequireFormsInUseAsync(NpgsqlConnection connection, CatalogueContent content, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT id, form FROM number_pool ORDER BY number", connection);
        var next = content.NumberPools.ToDictionary(pool => pool.Id);
        var changed = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var pool = next[reader.GetGuid(0)];
                if (pool.Form() != reader.GetString(1))
                {
                    changed.Add(pool.Name);
                }
            }
        }

        if (changed.Count > 0)
        {
            throw CatalogueInUseException.ChangedForms(changed);
        }
    }

    /// <summary>Refuses other periods for cycles that somebody has: days that were billed in one period would be in another.</summary>
    private static async Task RequirePeriodsInUseAsync(
        NpgsqlConnection connection,
        CatalogueContent content,
        CancellationToken cancellation
    )
    {
        // The version that holds, with the cycles alone: a catalogue may be large.
        await using var command = new NpgsqlCommand(
            $"""
            SELECT coalesce(json_agg(cycle ORDER BY cycle ->> 'name'), '[]')::text
            FROM (SELECT content FROM catalogue_version ORDER BY version DESC
                LIMIT 1) AS latest, jsonb_array_elements(latest.content -> 'billingCycles') AS cycle
            WHERE cycle ->> 'name' IN ({CyclesInUse})
            """,
            connection
        );
        var next = content.BillingCycles.ToDictionary(cycle => cycle.Name);
        var changed =
            from cycle in CatalogueJson.ReadItems<BillingCycleItem>((string)(await command.ExecuteScalarAsync(cancellation))!)
            let lost = cycle.LostIn(next[cycle.Name])
            where lost is not null
            select $"{cycle.Name} from {lost:yyyy-MM-dd}";
        if (changed.ToList() is { Count: > 0 } problems)
        {
            throw CatalogueInUseException.ChangedPeriods(problems);
        }
    }

    private static async Task<(int Version, string? Checksum)> LatestAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT version, checksum FROM catalogue_version ORDER BY version DESC LIMIT 1",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt32(0), reader.GetString(1)) : (0, null);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
