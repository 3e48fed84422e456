using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Smile.Kernel;

namespace Smile.Session;

/// <summary>The sequences that numbers come from. Numbers are never used twice.</summary>
public enum NumberSequence
{
    Usn,
    Order,
    ProvisionRequest,

    /// <summary>Transactions and payments.</summary>
    Transaction,

    /// <summary>Tickets.</summary>
    Ticket,
}

/// <summary>The database of one stage, as one unit of work.</summary>
public interface IStageDatabase : IAsyncDisposable
{
    /// <summary>A table. Each capability names its own: <c>database.Payments</c> is an extension of Payments.</summary>
    DbSet<TEntity> Set<TEntity>()
        where TEntity : class;

    /// <summary>Statements within the unit of work, for the <c>Storage</c> folders of modules alone.</summary>
    DatabaseFacade Statements { get; }

    /// <summary>Connections of their own, beside the transaction, for the <c>Storage</c> folders of modules alone.</summary>
    DbDataSource Source { get; }

    /// <summary>In whose name rows are added, changed and removed: saving writes it into them, and into the audit trail.</summary>
    Usn? ChangedBy { get; set; }

    /// <summary>Where the pages of searches on this stage end.</summary>
    SearchPages Pages { get; }

    /// <summary>What modules keep in memory for this stage.</summary>
    StageMemory Memory { get; }

    /// <summary>Begins the operation's one transaction.</summary>
    Task BeginAsync(CancellationToken cancellation);

    /// <summary>Gives up the transaction with its locks and all that was read, so that the operation can begin anew.</summary>
    Task AbandonAsync(CancellationToken cancellation);

    /// <summary>Takes numbers from a sequence, without the check digit.</summary>
    Task<long[]> NextNumbersAsync(NumberSequence sequence, int count, CancellationToken cancellation);

    /// <summary>Saves everything and its messages, and commits. Either all of it becomes visible or nothing.</summary>
    Task CommitAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);

    /// <summary>Saves what has changed so far within the transaction, to learn of conflicts and generated ids.</summary>
    /// <exception cref="DuplicateValueException">A value that must be unique is taken.</exception>
    Task SaveAsync(CancellationToken cancellation);
}

/// <summary>A row that is to be deleted is still referred to: something came to use it since that was asked.</summary>
/// <param name="constraint">Name of the database constraint.</param>
public sealed class ReferencedValueException(string constraint, Exception inner) : Exception($"Referenced value: {constraint}", inner)
{
    public string Constraint { get; } = constraint;
}

/// <summary>A value that must be unique is taken.</summary>
/// <param name="constraint">Name of the database constraint, such as <c>ux_subscription_username</c>.</param>
public sealed class DuplicateValueException(string constraint, Exception inner) : Exception($"Duplicate value: {constraint}", inner)
{
    public string Constraint { get; } = constraint;
}
