using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.DueWork;

/// <summary>What operators see of work that failed too often, and what they do about it.</summary>
[UseCase]
public sealed class DueWorkAdministration(StageSession session)
{
    /// <summary>Work that is not tried any more, the oldest first.</summary>
    /// <param name="limit">Most pieces.</param>
    public async Task<IReadOnlyList<DueWorkItem>> FailedAsync(int limit, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        return await session
            .Database.DueWork.AsNoTracking()
            .Where(work => work.Done == null && work.Failures >= DueWorkItem.MostFailures)
            .OrderBy(work => work.Id)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>Has failed work tried again at once.</summary>
    /// <param name="ids">Their numbers; none for all.</param>
    /// <returns>How many.</returns>
    public Task<int> RetryAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation) =>
        ChangeAsync(
            ids,
            work =>
            {
                work.Failures = 0;
                work.Due = session.Now;
            },
            cancellation
        );

    /// <summary>Takes failed work off the calendar: it is not done.</summary>
    /// <param name="ids">Their numbers, at least one.</param>
    /// <returns>How many.</returns>
    public Task<int> EndAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation) =>
        ids.Count == 0
            ? throw Refuse.Invalid("ids", "", "Name the work that shall not be done.")
            : ChangeAsync(ids, work => work.Done = session.Now, cancellation);

    private async Task<int> ChangeAsync(IReadOnlyCollection<long> ids, Action<DueWorkItem> change, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        await session.Database.BeginAsync(cancellation);
        var wanted = ids.Distinct().ToArray();
        var failed = session.Database.DueWork.Where(work =>
            work.Done == null && work.Failures >= DueWorkItem.MostFailures && (wanted.Length == 0 || wanted.Contains(work.Id))
        );
        var owners = await failed.Select(work => work.AccountUsn).Distinct().ToListAsync(cancellation);
        await session.Database.LockAccountsAsync(owners, cancellation);

        // Read under the locks: somebody else may have dealt with some meanwhile.
        var found = await failed.ToListAsync(cancellation);
        if (wanted.Except(found.Select(work => work.Id)).ToList() is { Count: > 0 } missing)
        {
            throw Refuse.NotFound(
                "id",
                missing[0].ToString(CultureInfo.InvariantCulture),
                "There is no such failed work. Use smile work list."
            );
        }

        foreach (var work in found)
        {
            change(work);
        }

        await session.CommitAsync(cancellation);
        return found.Count;
    }
}
