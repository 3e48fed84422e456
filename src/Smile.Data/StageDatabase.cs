using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Smile.Catalogue.Fields;
using Smile.Domain.Access;
using Smile.Domain.Accounts;
using Smile.Domain.Billing;
using Smile.Domain.Cat;
using Smile.Domain.Contracts;
using Smile.Domain.CreditControlRun;
using Smile.Domain.Dispatch;
using Smile.Domain.Documents;
using Smile.Domain.DueWork;
using Smile.Domain.Foundation;
using Smile.Domain.GeneralLedger;
using Smile.Domain.InvoiceGroupings;
using Smile.Domain.Messaging;
using Smile.Domain.Ordering;
using Smile.Domain.Payments;
using Smile.Domain.Plans;
using Smile.Domain.Provisioning;
using Smile.Domain.PurchaseOrders;
using Smile.Domain.Receivables;
using Smile.Domain.Subscriptions;
using Smile.Kernel;

namespace Smile.Data;

/// <summary>One unit of work on a stage's PostgreSQL database.</summary>
internal sealed class StageDatabase(
    Func<StageDbContext> createContext,
    NpgsqlDataSource source,
    NumberAllocator numbers,
    SearchPages pages,
    Action committed
) : IStageDatabase
{
    /// <summary>The first item of each account whose time has come by <c>{0}</c>, where the account is not in dispute.</summary>
    private const string DueDispatch = """
        SELECT * FROM dispatch_item item
        WHERE status = 'Queued' AND next_attempt <= {0}
            AND NOT EXISTS (
                SELECT 1 FROM dispatch_item earlier
                WHERE earlier.account_usn = item.account_usn AND earlier.status = 'Queued' AND earlier.next_attempt <= {0}
                    AND (earlier.next_attempt, earlier.id) < (item.next_attempt, item.id))
            AND NOT EXISTS (SELECT 1 FROM account_dispute dispute WHERE dispute.account_usn = item.account_usn AND dispute.settled IS NULL)
        """;

    private StageDbContext? _context;
    private IDbContextTransaction? _transaction;

    /// <summary>Taken from the pool when it is first needed: some calls do without.</summary>
    private StageDbContext Context => _context ??= createContext();

    public DbSet<TEntity> Set<TEntity>()
        where TEntity : class => Context.Set<TEntity>();

    public async Task BeginAsync(CancellationToken cancellation)
    {
        // A transaction whose changes fail is never gone on with: savepoints would cost two round trips a call for nothing.
        Context.Database.AutoSavepointsEnabled = false;
        _transaction = await Context.Database.BeginTransactionAsync(cancellation);
    }

    public async Task AbandonAsync(CancellationToken cancellation)
    {
        if (_transaction is { } transaction)
        {
            await transaction.RollbackAsync(cancellation);
            await transaction.DisposeAsync();
            _transaction = null;
        }

        Context.ChangeTracker.Clear();
    }

    public async Task LockUsernamesAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        var names = keys.ToArray();

        // In one order, so that two that want the same names do not wait for each other.
        await Context.Database.ExecuteSqlAsync(
            $"""
            SELECT pg_advisory_xact_lock(key)
            FROM (SELECT DISTINCT hashtextextended('username/' || name, 0) AS key FROM unnest({names}) AS name
            ORDER BY key) AS sorted
            """,
            cancellation
        );
    }

    public async Task<IReadOnlyList<Account>> LockAccountsAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation)
    {
        var keys = usns.Select(usn => usn.Value).ToArray();
        return await this
            .Accounts.FromSql($"SELECT * FROM account WHERE usn = ANY ({keys}) ORDER BY usn FOR UPDATE")
            .ToListAsync(cancellation);
    }

    public async Task<IReadOnlyList<Account>> LockAccountsToBillAsync(
        int billingRun,
        DateOnly periodEnd,
        IReadOnlyDictionary<int, DateOnly> ended,
        int limit,
        CancellationToken cancellation
    )
    {
        var zones = ended.Where(zone => zone.Value >= periodEnd).Select(zone => zone.Key).ToArray();
        return await this
            .Accounts.FromSql(
                $"""
                SELECT * FROM account
                WHERE next_bill = {periodEnd} AND time_zone_id = ANY ({zones}) AND NOT EXISTS (
                    SELECT 1 FROM bill WHERE bill.account_usn = account.usn AND bill.period_end = account.next_bill
                        AND (bill.status = 'Holding' OR (bill.status = 'Error' AND bill.billing_run_id = {billingRun})))
                ORDER BY usn LIMIT {limit} FOR UPDATE SKIP LOCKED
                """
            )
            .ToListAsync(cancellation);
    }

    public async Task<IReadOnlyList<Account>> ReadAccountsAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation)
    {
        var keys = usns.ToArray();
        return await this
            .Accounts.AsNoTracking()
            .Where(account => keys.Contains(account.Usn))
            .OrderBy(account => account.Usn)
            .ToListAsync(cancellation);
    }

    public async Task<IReadOnlyList<Account>> LockUnplannedAccountsAsync(int limit, CancellationToken cancellation) =>
        await this
            .Accounts.FromSql(
                $"""
                SELECT * FROM account WHERE next_bill IS NULL AND provision_status = 'Provisioned' AND closed IS NULL
                ORDER BY usn LIMIT {limit} FOR UPDATE SKIP LOCKED
                """
            )
            .ToListAsync(cancellation);

    public async Task<IReadOnlyList<TransactionItem>> RaisedChargeLinesAsync(
        IReadOnlyCollection<(Usn Usn, DateOnly From)> wanted,
        CancellationToken cancellation
    )
    {
        var usns = wanted.Select(each => each.Usn.Value).ToArray();
        var days = wanted.Select(each => each.From).ToArray();
        return await this
            .TransactionItems.FromSql(
                $"""
                SELECT item.* FROM unnest({usns}, {days}) AS wanted (usn, day)
                JOIN transaction_item item ON item.usn = wanted.usn AND item.period_to >= wanted.day
                WHERE item.charge_source IS NOT NULL
                """
            )
            .AsNoTracking()
            .OrderBy(item => item.Id)
            .ToListAsync(cancellation);
    }

    public Task<int> CountDispatchAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
        this.DispatchItems.FromSqlRaw(DueDispatch, now).Take(limit).CountAsync(cancellation);

    public async Task<DispatchItem?> TakeDispatchAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var taken = await this
            .DispatchItems.FromSqlRaw(DueDispatch + " ORDER BY next_attempt, id LIMIT 1 FOR UPDATE OF item SKIP LOCKED", now)
            .ToListAsync(cancellation);
        return taken.FirstOrDefault();
    }

    public Task<long[]> NextNumbersAsync(NumberSequence sequence, int count, CancellationToken cancellation) =>
        numbers.TakeAsync(sequence, count, cancellation);

    public async Task<long> TakeInvoiceNumbersAsync(int companyId, long first, int count, CancellationToken cancellation)
    {
        await using var command = (NpgsqlCommand)Context.Database.GetDbConnection().CreateCommand();
        command.Transaction = (NpgsqlTransaction)
            (_transaction ?? throw new InvalidOperationException("Invoice numbers are taken within a transaction.")).GetDbTransaction();
        command.CommandText = """
            INSERT INTO invoice_number (company_id, last_number) VALUES ($1, $2 - 1 + $3)
            ON CONFLICT (company_id) DO UPDATE SET last_number = invoice_number.last_number + $3
            RETURNING last_number - $3 + 1
            """;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = companyId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task SaveAsync(CancellationToken cancellation)
    {
        try
        {
            await Context.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException exception)
            when (exception.InnerException
                    is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: { } constraint }
            )
        {
            throw new DuplicateValueException(constraint, exception);
        }
        catch (DbUpdateException exception)
            when (exception.InnerException
                    is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: { } constraint }
            )
        {
            throw new ReferencedValueException(constraint, exception);
        }
    }

    public async Task CommitAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        var sequences = NumberMessages(messages);
        await SaveAsync(cancellation);
        if (messages.Count > 0)
        {
            await InsertMessagesAsync(messages, sequences, cancellation);
        }

        await (_transaction ?? throw new InvalidOperationException("CommitAsync needs BeginAsync first.")).CommitAsync(cancellation);
        if (messages.Count > 0)
        {
            committed();
        }
    }

    public Task<FoundSubscription?> FindSubscriptionAsync(Usn usn, CancellationToken cancellation) =>
        FindSubscriptionQuery.ExecuteAsync(source, usn, cancellation);

    public async Task RecordSecretAccessAsync(Usn accessedBy, StoredPaymentDetails details, string purpose, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            INSERT INTO payment_secret_access (accessed_by, account_usn, payment_details_id, secret_kind, purpose)
            VALUES ($1, $2, $3, $4, $5)
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = accessedBy.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = details.AccountUsn.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = details.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = details.SecretKind.ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = purpose });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public Task<AccountStanding> StandingAsync(
        Usn account,
        DateOnly today,
        int[] ageDays,
        bool byDueDate,
        int[] overdueDays,
        CancellationToken cancellation,
        decimal minimumInvoice = 0m,
        int graceDays = 0
    ) =>
        AccountStandingQuery.ExecuteAsync(source, account, today, graceDays, ageDays, byDueDate, overdueDays, minimumInvoice, cancellation);

    public Task<IReadOnlyList<OverdueInvoice>> OverdueInvoicesAsync(
        Usn account,
        DateOnly today,
        int graceDays,
        int planGraceDays,
        decimal minimumInvoice,
        CancellationToken cancellation
    ) => AccountStandingQuery.OverdueInvoicesAsync(source, account, today, graceDays, planGraceDays, minimumInvoice, cancellation);

    public IQueryable<Account> AccountsWithField(string name, string value) =>
        this.Accounts.FromSql($"SELECT * FROM account WHERE properties @> {FieldPattern(name, value)}::jsonb");

    public Task<IReadOnlyList<Account>> OpenAccountsWithFieldAsync(
        string name,
        string value,
        Usn? only,
        SearchPage page,
        CancellationToken cancellation
    ) =>
        PageAsync(
            this.Accounts,
            (after, offset) =>
                $"""
                    SELECT * FROM account
                    WHERE properties @> {FieldPattern(
                        name,
                        value
                    )}::jsonb AND closed IS NULL AND ({only?.Value}::text IS NULL OR usn = {only?.Value}::text) AND usn > {after}
                    ORDER BY usn LIMIT {page.Limit + 1}::bigint OFFSET {offset}::bigint
                    """,
            account => account.Usn,
            new PagedSearch("account", name, value, only?.Value),
            page,
            cancellation
        );

    public IQueryable<Subscription> SubscriptionsWithField(string name, string value) =>
        this.Subscriptions.FromSql($"SELECT * FROM subscription WHERE properties @> {FieldPattern(name, value)}::jsonb");

    public Task<IReadOnlyList<Subscription>> OpenSubscriptionsWithFieldAsync(
        string name,
        string value,
        Usn? only,
        SearchPage page,
        CancellationToken cancellation
    ) =>
        PageAsync(
            this.Subscriptions,
            (after, offset) =>
                $"""
                    SELECT * FROM subscription
                    WHERE properties @> {FieldPattern(
                        name,
                        value
                    )}::jsonb AND closed IS NULL AND ({only?.Value}::text IS NULL OR account_usn = {only?.Value}::text) AND usn > {after}
                    ORDER BY usn LIMIT {page.Limit + 1}::bigint OFFSET {offset}::bigint
                    """,
            subscription => subscription.Usn,
            new PagedSearch("subscription", name, value, only?.Value),
            page,
            cancellation
        );

    public async Task<IReadOnlyList<FinancialTransaction>> NextUnallocatedAsync(
        Usn account,
        bool isDebit,
        FinancialTransaction? after,
        int limit,
        CancellationToken cancellation
    )
    {
        // One statement for each sign, so that each has its own index. The first page begins before everything.
        var (date, effective, number) = after is null
            ? (DateOnly.MinValue, DateTimeOffset.MinValue, "")
            : (after.TransactionDate, after.Effective.ToUniversalTime(), after.Number);
        return isDebit
            ? await this
                .Transactions.FromSql(
                    $"""
                    SELECT * FROM financial_transaction
                    WHERE account_usn = {account.Value} AND state = 'Closed' AND unallocated_amount > 0
                        AND (transaction_date, effective, number) > ({date}, {effective}, {number})
                    ORDER BY transaction_date, effective, number LIMIT {limit}
                    """
                )
                .ToListAsync(cancellation)
            : await this
                .Transactions.FromSql(
                    $"""
                    SELECT * FROM financial_transaction
                    WHERE account_usn = {account.Value} AND state = 'Closed' AND unallocated_amount < 0
                        AND (transaction_date, effective, number) > ({date}, {effective}, {number})
                    ORDER BY transaction_date, effective, number LIMIT {limit}
                    """
                )
                .ToListAsync(cancellation);
    }

    public async Task<OrderGroup?> FindOrderGroupAsync(string number, bool forChange, CancellationToken cancellation) =>
        forChange
            ? (
                await this.OrderGroups.FromSql($"SELECT * FROM order_group WHERE number = {number} FOR UPDATE").ToListAsync(cancellation)
            ).SingleOrDefault()
            : await this.OrderGroups.FirstOrDefaultAsync(group => group.Number == number, cancellation);

    public Task MoveDueWorkAsync(Usn subscriptionUsn, Usn accountUsn, CancellationToken cancellation) =>
        Context.Database.ExecuteSqlAsync(
            $"""
            UPDATE due_work SET account_usn = {accountUsn.Value}
            WHERE done IS NULL AND (subject = {subscriptionUsn.Value}
                OR subject IN (SELECT id::text FROM subscription_feature WHERE subscription_usn = {subscriptionUsn.Value})
                OR subject IN (SELECT id::text FROM provision_request WHERE subscription_usn = {subscriptionUsn.Value}))
            """,
            cancellation
        );

    /// <summary>Rows are changed before they are deleted: the audit trail takes from them who did it.</summary>
    public Task LeavePurchaseOrdersAndGroupingsAsync(Usn subscriptionUsn, Usn changedBy, CancellationToken cancellation) =>
        Context.Database.ExecuteSqlAsync(
            $"""
            UPDATE purchase_order_subscription SET changed_by = {changedBy.Value} WHERE subscription_usn = {subscriptionUsn.Value};
            DELETE FROM purchase_order_subscription WHERE subscription_usn = {subscriptionUsn.Value};
            UPDATE grouped_subscription SET changed_by = {changedBy.Value} WHERE subscription_usn = {subscriptionUsn.Value};
            DELETE FROM grouped_subscription WHERE subscription_usn = {subscriptionUsn.Value};
            UPDATE invoice_grouping SET rollup_to_usn = account_usn, changed_by = {changedBy.Value}
            WHERE rollup_to_usn = {subscriptionUsn.Value}
                AND account_usn = (SELECT account_usn FROM subscription WHERE usn = {subscriptionUsn.Value});
            """,
            cancellation
        );

    public async Task<int> ReservedInADayAsync(Usn by, CancellationToken cancellation)
    {
        await Context.Database.ExecuteSqlAsync(
            $"SELECT pg_advisory_xact_lock(hashtextextended('reserve ' || {by.Value}, 0))",
            cancellation
        );
        return await Context
            .Database.SqlQuery<int>(
                $"""
                SELECT count(*)::int AS "Value" FROM reserved_usn
                WHERE reserved_by = {by.Value} AND reserved_at > now() - interval '1 day'
                """
            )
            .SingleAsync(cancellation);
    }

    public async Task ReserveUsnsAsync(IReadOnlyCollection<Usn> usns, int serviceId, Usn by, CancellationToken cancellation)
    {
        var values = usns.Select(usn => usn.Value).ToArray();
        await Context.Database.ExecuteSqlAsync(
            $"INSERT INTO reserved_usn (usn, service_id, reserved_by) SELECT unnest({values}), {serviceId}, {by.Value}",
            cancellation
        );
    }

    public async Task<Usn?> TakeReservedUsnAsync(Usn usn, int serviceId, CancellationToken cancellation) =>
        await Context.Database.ExecuteSqlAsync(
            $"DELETE FROM reserved_usn WHERE usn = {usn.Value} AND service_id = {serviceId}",
            cancellation
        ) == 1
            ? usn
            : null;

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
        }

        if (_context is not null)
        {
            await _context.DisposeAsync();
        }
    }

    /// <summary>A page of open rows, and one more where there are more; where it ends is remembered for who asks for the next.</summary>
    /// <param name="sql">The statement that begins behind a USN and passes over so many rows.</param>
    private async Task<IReadOnlyList<TRow>> PageAsync<TRow>(
        DbSet<TRow> table,
        Func<string, int, FormattableString> sql,
        Func<TRow, Usn> usnOf,
        PagedSearch search,
        SearchPage page,
        CancellationToken cancellation
    )
        where TRow : class
    {
        var (after, offset) = pages.Begin(search, page);
        var found = await table.FromSql(sql(after, offset)).AsNoTracking().ToListAsync(cancellation);
        if (found.Count > page.Limit && page.Limit > 0)
        {
            pages.Remember(search, page, usnOf(found[page.Limit - 1]).Value);
        }

        return found;
    }

    private static string FieldPattern(string name, string value) => JsonSerializer.Serialize(new[] { new { n = name, v = value } });

    /// <summary>
    /// Counts the messages up per account. The account's row is locked by this transaction, or new in it, so numbers and ids follow the
    /// order of commits within the account.
    /// </summary>
    private long[] NumberMessages(IReadOnlyList<OutgoingMessage> messages)
    {
        if (messages.Count == 0)
        {
            return [];
        }

        // Asked for once: each time, everything that is tracked is looked through for changes.
        var accounts = this.Accounts.Local;
        var sequences = new long[messages.Count];
        for (var index = 0; index < messages.Count; index++)
        {
            var usn = messages[index].AccountUsn;
            var account =
                accounts.FindEntry(usn)?.Entity
                ?? throw new InvalidOperationException($"Account {usn} must be locked before its messages are announced.");
            sequences[index] = ++account.MessageSequence;
        }

        return sequences;
    }

    private async Task InsertMessagesAsync(IReadOnlyList<OutgoingMessage> messages, long[] sequences, CancellationToken cancellation)
    {
        await using var command = (NpgsqlCommand)Context.Database.GetDbConnection().CreateCommand();
        command.Transaction = (NpgsqlTransaction)_transaction!.GetDbTransaction();
        command.CommandText = """
            INSERT INTO outbox_message (shard, aggregate, sequence, topic, message_type, headers, body)
            SELECT shard, aggregate, sequence, topic, message_type, headers, body
            FROM unnest($1::smallint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[], $7::text[])
                WITH ORDINALITY AS message (shard, aggregate, sequence, topic, message_type, headers, body, position)
            ORDER BY position
            """;
        Add(messages.Select(message => OutboxShard.Of(message.AccountUsn)).ToArray(), NpgsqlDbType.Smallint);
        Add(messages.Select(message => message.AccountUsn.Value).ToArray(), NpgsqlDbType.Text);
        Add(sequences, NpgsqlDbType.Bigint);
        Add(messages.Select(message => message.Topic).ToArray(), NpgsqlDbType.Text);
        Add(messages.Select(message => message.MessageType).ToArray(), NpgsqlDbType.Text);
        Add(messages.Select(message => OutboxHeaders.Write(message.Headers)).ToArray(), NpgsqlDbType.Jsonb);
        Add(messages.Select(message => message.Body).ToArray(), NpgsqlDbType.Text);
        await command.ExecuteNonQueryAsync(cancellation);

        void Add(object value, NpgsqlDbType type) =>
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
