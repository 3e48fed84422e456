using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;
using Smile.NumberPools.Storage;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>What to look for.</summary>
/// <param name="Size">How many numbers each range has that is found; 0 or null for any.</param>
/// <param name="Limit">How many ranges to find at most; null for the default.</param>
/// <param name="Holder">Numbers in quarantine for him count as free; null for nobody.</param>
public sealed record PoolSearch(string PoolId, string Start, string End, long? Size, int? Limit, BackLink? Holder);

/// <summary>search(): ranges of a pool that can be reserved (guide, line 19339).</summary>
[UseCase]
public sealed class SearchPool(StageSession session, LinkedReservations reservations)
{
    private const int DefaultLimit = 30;

    /// <summary>An answer is small.</summary>
    public const int LargestLimit = 1_000;

    public async Task<IReadOnlyList<FreeNumbers>> ExecuteAsync(PoolSearch search, CancellationToken cancellation)
    {
        var pool = session.RequirePool(search.PoolId);
        search.Holder?.Check();
        var form = NumberForm.Of(pool);
        var within = form.ParseRange("SearchRangeStart", search.Start, "SearchRangeEnd", search.End);
        var size = new BigInteger(search.Size ?? 0);
        var limit = search.Limit ?? DefaultLimit;
        if (size < 0)
        {
            throw Refuse.Invalid("DesiredRangeSize", size, "Give how many numbers each range has, or 0 for ranges of any size.");
        }

        if (limit is < 1 or > LargestLimit)
        {
            throw Refuse.Invalid("ResultLimit", limit, $"Give 1 to {LargestLimit}.");
        }

        var row = await session.Database.NumberPools.AsNoTracking().FirstOrDefaultAsync(each => each.Id == pool.Id, cancellation);
        if (row is null)
        {
            return [];
        }

        await EndExpiredAsync(row, within, cancellation);
        var kept = await ReachedAsync(search.Holder, cancellation) is { } holder
            ? await session.Database.FindKeptForAsync(row.Number, within, holder, cancellation)
            : [];

        // Free ranges beside what is kept are found twice, and become one with it.
        var free = await session.Database.FindFreeAsync(row.Number, within, size, limit + kept.Count, cancellation);
        return
        [
            .. NumberRange
                .Merge([.. kept, .. free])
                .Select(range => range.Clip(within))
                .OfType<NumberRange>()
                .SelectMany(range => range.Blocks(size))
                .Take(limit)
                .Select(range => new FreeNumbers(pool.Id, form.Format(range.First), form.Format(range.Last))),
        ];
    }

    /// <summary>
    /// A back link that names an account or a subscription which the caller may not reach counts as none: what others have given up is not
    /// told. A USN that nobody has may be that of an order.
    /// </summary>
    private async Task<BackLink?> ReachedAsync(BackLink? holder, CancellationToken cancellation)
    {
        if (holder is null || session.Caller.AllAccounts)
        {
            return holder;
        }

        var usn = new Usn(holder.Key.Trim());
        var account =
            await session.AccountOfSubscriptionAsync(usn, cancellation)
            ?? await session
                .Database.ReadAccounts.Where(candidate => candidate.Usn == usn)
                .Select(candidate => (Usn?)candidate.Usn)
                .FirstOrDefaultAsync(cancellation);
        var namesUsn =
            account is not null
            || SubscriptionNumbers.SubscriptionHolder.Equals(holder.Type.Trim(), StringComparison.OrdinalIgnoreCase)
            || SubscriptionNumbers.AccountHolder.Equals(holder.Type.Trim(), StringComparison.OrdinalIgnoreCase);
        return namesUsn && account != session.Caller.AccountUsn ? null : holder;
    }

    /// <summary>What is over counts as free, also where nobody has ended it yet.</summary>
    private async Task EndExpiredAsync(NumberPoolRow row, NumberRange within, CancellationToken cancellation)
    {
        if (!await session.Database.HasExpiredAsync(row.Number, within, session.Now, cancellation))
        {
            return;
        }

        await session.Database.BeginAsync(cancellation);
        var locked = await session.Database.LockPoolAsync(row.Id, cancellation);
        await reservations.EndExpiredAsync(locked!, within, cancellation);
        await session.CommitAsync(cancellation);
    }
}
