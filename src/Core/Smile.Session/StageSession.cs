using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Session;

/// <summary>Work that a unit of work leaves to its end, since others wait for it from then on.</summary>
public interface ICommitWork
{
    Task ExecuteAsync(CancellationToken cancellation);
}

/// <summary>
/// One call, or one piece of due work, on one stage: who acts, the catalogue and the time that hold, the database, and the messages to
/// announce. One operation is one transaction.
/// </summary>
/// <param name="issuing">The version that documents are issued by, where that is not the one whose prices count.</param>
public sealed class StageSession(
    IStageDatabase database,
    CatalogueSnapshot catalogue,
    TimeProvider clock,
    Caller caller,
    CatalogueSnapshot? issuing = null
)
{
    private readonly List<OutgoingMessage> _messages = [];
    private readonly List<ICommitWork> _commitWork = [];
    private readonly Queue<string> _numbers = [];

    public IStageDatabase Database { get; } = InNameOf(caller, database);

    public CatalogueSnapshot Catalogue { get; } = catalogue;

    /// <summary>
    /// What documents are issued by: the catalogue that holds now, with its names, addresses and texts, also where a late bill has the
    /// prices of an older one.
    /// </summary>
    public CatalogueSnapshot IssuingCatalogue { get; } = issuing ?? catalogue;

    public Caller Caller { get; } = caller;

    /// <summary>The stage's time, to the millisecond as the wire shows it.</summary>
    public DateTimeOffset Now { get; } = Truncate(clock.GetUtcNow());

    /// <summary>Announces a message after the commit.</summary>
    public void Announce(OutgoingMessage message) => _messages.Add(message);

    /// <summary>The work of a kind that is done as the last thing before the commit, made when it is first asked for.</summary>
    public TWork AtCommit<TWork>(Func<StageSession, TWork> create)
        where TWork : class, ICommitWork
    {
        if (_commitWork.OfType<TWork>().FirstOrDefault() is { } present)
        {
            return present;
        }

        var work = create(this);
        _commitWork.Add(work);
        return work;
    }

    public async Task CommitAsync(CancellationToken cancellation)
    {
        foreach (var work in _commitWork)
        {
            await work.ExecuteAsync(cancellation);
        }

        _commitWork.Clear();
        await Database.CommitAsync(_messages, cancellation);
    }

    /// <summary>The number of a transaction or a payment: a payment's is its receipt's.</summary>
    public async Task<string> NextTransactionNumberAsync(CancellationToken cancellation) =>
        _numbers.TryDequeue(out var kept) ? kept : (await NextTransactionNumbersAsync(1, cancellation))[0];

    /// <summary>Several of them at once.</summary>
    public async Task<IReadOnlyList<string>> NextTransactionNumbersAsync(int count, CancellationToken cancellation) =>
        [.. (await Database.NextNumbersAsync(NumberSequence.Transaction, count, cancellation)).Select(Luhn.Append)];

    /// <summary>Takes so many numbers at once for transactions that are about to be entered.</summary>
    public async Task KeepTransactionNumbersAsync(int count, CancellationToken cancellation)
    {
        foreach (var number in count > 0 ? await NextTransactionNumbersAsync(count, cancellation) : [])
        {
            _numbers.Enqueue(number);
        }
    }

    private static IStageDatabase InNameOf(Caller caller, IStageDatabase database)
    {
        database.ChangedBy = caller.Usn;
        return database;
    }

    private static DateTimeOffset Truncate(DateTimeOffset instant) =>
        new(instant.UtcTicks - instant.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
}
