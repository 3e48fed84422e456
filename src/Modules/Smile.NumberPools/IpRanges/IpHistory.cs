using Microsoft.EntityFrameworkCore;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.NumberPools.IpRanges.Storage;
using Smile.Session;

namespace Smile.NumberPools.IpRanges;

/// <summary>Who had an address.</summary>
/// <param name="AccountUsn">The account that the subscription has now.</param>
/// <param name="Until">Null while it is had.</param>
public sealed record IpHolder(
    string FromAddress,
    string ToAddress,
    Usn SubscriptionUsn,
    Usn AccountUsn,
    DateTimeOffset From,
    DateTimeOffset? Until
);

/// <summary>Whose an address was: usage is bound by it, and authorities ask.</summary>
[UseCase]
public sealed class IpHistory(StageSession session)
{
    public const int MostShown = 1_000;

    /// <summary>The holders of an address, the latest first.</summary>
    /// <param name="at">Null for all times.</param>
    /// <exception cref="SmileException">It is no address.</exception>
    public async Task<IReadOnlyList<IpHolder>> WhoAsync(string address, DateTimeOffset? at, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        at = at?.ToUniversalTime();
        var (version, position) = IpAddresses.Parse("address", address.Trim());
        var subscriptions = session.Database.ReadSubscriptions;
        var held =
            from range in session.Database.RangesWithAddress(version, position).AsNoTracking()
            where at == null || (range.Start <= at && (range.End == null || range.End > at))
            join subscription in subscriptions on range.SubscriptionUsn equals subscription.Usn
            orderby range.Start descending, range.Id
            select new IpHolder(range.FromAddress, range.ToAddress, subscription.Usn, subscription.AccountUsn, range.Start, range.End);
        return await held.Take(MostShown).ToListAsync(cancellation);
    }
}
