using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.DueWork;

/// <summary>Carries out one piece of due work, in one transaction with its being done.</summary>
[UseCase]
public sealed class CarryOutDueWork(StageSession session, IEnumerable<IDueWorkHandler> handlers)
{
    /// <returns>False where another server was faster, or the work was taken off the calendar.</returns>
    public async Task<bool> ExecuteAsync(long id, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var owner = await session
            .Database.DueWork.AsNoTracking()
            .Where(item => item.Id == id)
            .Select(item => (Usn?)item.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        if (owner is not { } accountUsn || (await session.Database.LockAccountsAsync([accountUsn], cancellation)) is not [var account])
        {
            return false;
        }

        // Read under the lock: what another server did meanwhile shows.
        var work = await session.Database.DueWork.FirstOrDefaultAsync(item => item.Id == id && item.AccountUsn == accountUsn, cancellation);
        if (work is not { Done: null } || work.Due > session.Now)
        {
            return false;
        }

        work.Done = session.Now;
        var handler =
            handlers.FirstOrDefault(candidate => candidate.Kinds.Contains(work.Kind))
            ?? throw new InvalidOperationException($"Unknown due work {work.Kind}.");
        var afterwards = await handler.CarryOutAsync(work, account, cancellation);
        await session.CommitAsync(cancellation);
        if (afterwards is not null)
        {
            // External calls run after the commit, outside the lock; their retry is already scheduled.
            await afterwards();
        }

        return true;
    }
}
