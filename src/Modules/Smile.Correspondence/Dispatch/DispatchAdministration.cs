using Microsoft.EntityFrameworkCore;
using Smile.Correspondence.Dispatch.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.Dispatch;

/// <summary>What operators see of the dispatch queue, and what they do about it.</summary>
[UseCase]
public sealed class DispatchAdministration(StageSession session)
{
    /// <summary>Items with a status, the newest first.</summary>
    /// <param name="limit">Most items.</param>
    public async Task<IReadOnlyList<DispatchItem>> ListAsync(DispatchStatus status, int limit, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        return await session
            .Database.DispatchItems.AsNoTracking()
            .Where(item => item.Status == status)
            .OrderByDescending(item => item.Id)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>How many accounts have items whose time has come, up to a limit.</summary>
    public static Task<int> CountDueAsync(IStageDatabase database, DateTimeOffset now, int limit, CancellationToken cancellation) =>
        database.CountDispatchAsync(now, limit, cancellation);

    /// <summary>Queues failed items again, to the addresses that their accounts now have.</summary>
    /// <param name="ids">Their numbers; none for all.</param>
    /// <returns>How many.</returns>
    /// <exception cref="SmileException">One of them is not there or has not failed.</exception>
    public async Task<int> RetryAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        await session.Database.BeginAsync(cancellation);
        var wanted = ids.Distinct().ToArray();
        var failed = await session
            .Database.DispatchItems.Where(item => item.Status == DispatchStatus.Failed && (wanted.Length == 0 || wanted.Contains(item.Id)))
            .ToListAsync(cancellation);
        if (wanted.Except(failed.Select(item => item.Id)).ToList() is { Count: > 0 } missing)
        {
            throw Refuse.NotFound("id", missing[0], "There is no such failed item in the dispatch queue. Use smile dispatch list.");
        }

        foreach (var item in failed)
        {
            item.Status = DispatchStatus.Queued;
            item.Attempts = 0;
            item.NextAttempt = session.Now;
        }

        await session.CommitAsync(cancellation);
        return failed.Count;
    }
}
