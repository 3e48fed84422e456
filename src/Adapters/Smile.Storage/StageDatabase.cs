using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Storage;

/// <summary>One unit of work on a stage's PostgreSQL database.</summary>
internal sealed class StageDatabase(
    Func<StageDbContext> createContext,
    NpgsqlDataSource source,
    NumberAllocator numbers,
    SearchPages pages,
    StageMemory memory,
    Action committed
) : IStageDatabase
{
    private StageDbContext? _context;
    private IDbContextTransaction? _transaction;

    /// <summary>Taken from the pool when it is first needed: some calls do without.</summary>
    private StageDbContext Context => _context ??= createContext();

    public DbSet<TEntity> Set<TEntity>()
        where TEntity : class => Context.Set<TEntity>();

    public DatabaseFacade Statements => Context.Database;

    public DbDataSource Source => source;

    public Usn? ChangedBy { get; set; }

    public SearchPages Pages => pages;

    public StageMemory Memory => memory;

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

    public Task<long[]> NextNumbersAsync(NumberSequence sequence, int count, CancellationToken cancellation) =>
        numbers.TakeAsync(sequence, count, cancellation);

    public async Task SaveAsync(CancellationToken cancellation)
    {
        // Changes are looked for once, and not again by what comes behind.
        var tracker = Context.ChangeTracker;
        tracker.DetectChanges();
        tracker.AutoDetectChangesEnabled = false;
        try
        {
            await SignAsync(cancellation);
            await Context.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException exception)
            when (exception.InnerException
                    is PostgresException
                    {
                        SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation,
                        ConstraintName: { } constraint
                    }
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
        finally
        {
            tracker.AutoDetectChangesEnabled = true;
        }
    }

    /// <summary>
    /// Says in each row who changes it, unless the use case has said it, and tells the audit trail who removes rows: those cannot say it.
    /// </summary>
    private async Task SignAsync(CancellationToken cancellation)
    {
        if (ChangedBy is not { } changer)
        {
            return;
        }

        var removes = false;
        foreach (var entry in Context.ChangeTracker.Entries<IChangedRow>())
        {
            switch (entry.State)
            {
                case EntityState.Added when entry.Entity.ChangedBy == default:
                    entry.Entity.ChangedBy = changer;
                    break;
                case EntityState.Modified when entry.Property(nameof(IChangedRow.ChangedBy)) is { IsModified: false } property:
                    property.CurrentValue = changer;
                    break;
                case EntityState.Deleted:
                    removes = true;
                    break;
            }
        }

        if (removes)
        {
            await Context.Database.ExecuteSqlAsync($"SELECT set_config('smile.changed_by', {changer.Value}, true)", cancellation);
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

    /// <summary>
    /// Counts the messages up per account, or per row of another kind. That row is locked by this transaction, or new in it, so numbers and
    /// ids follow the order of commits within the account.
    /// </summary>
    private long[] NumberMessages(IReadOnlyList<OutgoingMessage> messages)
    {
        if (messages.Count == 0)
        {
            return [];
        }

        // Saving looks through everything that is tracked for changes: not here as well.
        Context.ChangeTracker.AutoDetectChangesEnabled = false;
        var accounts = Context.Set<Account>().Local;
        Context.ChangeTracker.AutoDetectChangesEnabled = true;
        var sequences = new long[messages.Count];
        for (var index = 0; index < messages.Count; index++)
        {
            var key = messages[index].Aggregate;
            var source =
                messages[index].Source
                ?? accounts.FindEntry(new Usn(key))?.Entity
                ?? throw new InvalidOperationException($"Account {key} must be locked before its messages are announced.");
            sequences[index] = ++source.MessageSequence;
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
        Add(messages.Select(message => OutboxShard.Of(message.Aggregate)).ToArray(), NpgsqlDbType.Smallint);
        Add(messages.Select(message => message.Aggregate).ToArray(), NpgsqlDbType.Text);
        Add(sequences, NpgsqlDbType.Bigint);
        Add(messages.Select(message => message.Message.Topic).ToArray(), NpgsqlDbType.Text);
        Add(messages.Select(message => message.Message.MessageType).ToArray(), NpgsqlDbType.Text);
        Add(messages.Select(message => OutboxHeaders.Write(message.Message.Headers)).ToArray(), NpgsqlDbType.Jsonb);
        Add(messages.Select(message => message.Body).ToArray(), NpgsqlDbType.Text);
        await command.ExecuteNonQueryAsync(cancellation);

        void Add(object value, NpgsqlDbType type) =>
            command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
