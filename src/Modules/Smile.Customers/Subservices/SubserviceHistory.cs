using Microsoft.EntityFrameworkCore;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subservices;

/// <summary>Who had a username.</summary>
/// <param name="AccountUsn">The account that the subscription has now.</param>
/// <param name="Until">Null while it is had.</param>
public sealed record SubserviceHolder(
    int ServiceId,
    string Username,
    Usn SubscriptionUsn,
    Usn AccountUsn,
    DateTimeOffset From,
    DateTimeOffset? Until
);

/// <summary>Whose a username of a subservice was: usage is bound by it, and authorities ask.</summary>
[UseCase]
public sealed class SubserviceHistory(StageSession session)
{
    public const int MostShown = 1_000;

    /// <summary>The holders of a username, the latest first, whatever the case of its letters.</summary>
    /// <param name="sid">Null for all services.</param>
    /// <param name="at">Null for all times.</param>
    public async Task<IReadOnlyList<SubserviceHolder>> WhoAsync(
        string username,
        int? sid,
        DateTimeOffset? at,
        CancellationToken cancellation
    )
    {
        session.Caller.RequireAllAccounts();
        at = at?.ToUniversalTime();
        var lower = username.Trim().ToLowerInvariant();
        var subservices = session.Database.ReadSubservices;
        var subscriptions = session.Database.ReadSubscriptions;
#pragma warning disable CA1304, CA1311, CA1862 // The database compares, and knows no culture.
        var names = session.Database.ReadSubserviceNames.Where(name => name.Username.ToLower() == lower);
#pragma warning restore CA1304, CA1311, CA1862
        var held =
            from name in names
            where (sid == null || name.ServiceId == sid) && (at == null || (name.Start <= at && (name.End == null || name.End > at)))
            join subservice in subservices on name.SubserviceId equals subservice.Id
            join subscription in subscriptions on subservice.SubscriptionUsn equals subscription.Usn
            orderby name.Start descending, name.Id descending
            select new SubserviceHolder(name.ServiceId, name.Username, subscription.Usn, subscription.AccountUsn, name.Start, name.End);
        return await held.Take(MostShown).ToListAsync(cancellation);
    }
}
