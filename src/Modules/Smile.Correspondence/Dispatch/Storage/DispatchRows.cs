using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Correspondence.Dispatch.Storage;

/// <summary>Takes items of the dispatch queue.</summary>
internal static class DispatchRows
{
    /// <summary>Kinds that are about no money.</summary>
    private const string Apart = "'Letter', 'UsageNotice'";

    /// <summary>
    /// The first item of each account whose time has come by <c>{0}</c>, where the account is not in dispute; its first letter or
    /// notice of usage goes all the same.
    /// </summary>
    private const string DueDispatch = $$"""
        SELECT * FROM dispatch_item item
        WHERE status = 'Queued' AND next_attempt <= {0}
            AND NOT EXISTS (
                SELECT 1 FROM dispatch_item earlier
                WHERE earlier.account_usn = item.account_usn AND (earlier.kind IN ({{Apart}})) = (item.kind IN ({{Apart}}))
                    AND earlier.status = 'Queued' AND earlier.next_attempt <= {0}
                    AND (earlier.next_attempt, earlier.id) < (item.next_attempt, item.id))
            AND (item.kind IN ({{Apart}})
                OR NOT EXISTS (
                    SELECT 1 FROM account_dispute dispute WHERE dispute.account_usn = item.account_usn AND dispute.settled IS NULL))
        """;

    extension(IStageDatabase database)
    {
        /// <summary>How many accounts have items that <see cref="TakeDispatchAsync"/> could take now, up to a limit.</summary>
        public Task<int> CountDispatchAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
            database.DispatchItems.FromSqlRaw(DueDispatch, now).Take(limit).CountAsync(cancellation);

        /// <summary>
        /// Takes the next item of the dispatch queue whose time has come, for the length of the transaction; items that others have taken
        /// are passed over, and so are those of accounts in dispute. An account's items are taken one after the other: a reminder arrives
        /// before the notice of suspension.
        /// </summary>
        public async Task<DispatchItem?> TakeDispatchAsync(DateTimeOffset now, CancellationToken cancellation)
        {
            var taken = await database
                .DispatchItems.FromSqlRaw(DueDispatch + " ORDER BY next_attempt, id LIMIT 1 FOR UPDATE OF item SKIP LOCKED", now)
                .ToListAsync(cancellation);
            return taken.FirstOrDefault();
        }
    }
}
