using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subservices;

/// <summary>
/// getSubservice(), getSubservicesForSubscription(), getSubserviceBySubserviceUsername() (guide, lines 10656 to 10880).
/// </summary>
[UseCase]
public sealed class SubserviceQueries(StageSession session)
{
    /// <param name="ssid">Its number.</param>
    public async Task<Subservice> GetAsync(string ssid, CancellationToken cancellation)
    {
        var id = Number(ssid) ?? throw NoSuchSubservice(ssid);
        return await Reachable().FirstOrDefaultAsync(subservice => subservice.Id == id, cancellation) ?? throw NoSuchSubservice(ssid);
    }

    /// <summary>In the order in which they were added.</summary>
    public async Task<IReadOnlyList<Subservice>> OfSubscriptionAsync(string usn, CancellationToken cancellation)
    {
        var found = await session.ReadSubscriptionAsync(usn, cancellation);
        return await session
            .Database.ReadSubservices.Where(subservice =>
                subservice.SubscriptionUsn == found.Subscription.Usn && subservice.Removed == null
            )
            .OrderBy(subservice => subservice.Id)
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// The one with a username within a service. Where the service does not compare usernames there may be several (guide, line 10715).
    /// </summary>
    public async Task<Subservice> NamedAsync(int sid, string username, CancellationToken cancellation)
    {
        if (session.Catalogue.Service(sid) is not { } service)
        {
            throw Refuse.NotFound("sid", sid, "There is no such service.", Missing.Service);
        }

        var wanted = username.Trim();
        var found = await Reachable().Named(session.Catalogue, [service.Id], wanted).Take(2).ToListAsync(cancellation);
        return found switch
        {
            [var one] => one,
            [] => throw Refuse.NotFound(
                "subserviceUsername",
                wanted,
                $"There is no subservice of service {sid} with this username, or you may not access it.",
                Missing.Subservice
            ),
            _ => throw Refuse.With(
                Fault.TooManyResultsException,
                "subserviceUsername",
                wanted,
                "More than one subservice has this username. Use getSubservicesForSubscription()."
            ),
        };
    }

    /// <summary>An SSID is a number; null for what is none.</summary>
    internal static long? Number(string ssid) =>
        long.TryParse(ssid.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    internal static SmileException NoSuchSubservice(string ssid) =>
        Refuse.NotFound("SSID", ssid, "There is no such subservice, or you may not access it.", Missing.Subservice);

    /// <summary>Those of the subscriptions that the caller may reach.</summary>
    private IQueryable<Subservice> Reachable()
    {
        var present = session.Database.ReadSubservices.Where(subservice => subservice.Removed == null);
        if (session.Caller.AllAccounts)
        {
            return present;
        }

        var own = session.Database.Subscriptions.Where(subscription => subscription.AccountUsn == session.Caller.AccountUsn);
        return present.Where(subservice => own.Any(subscription => subscription.Usn == subservice.SubscriptionUsn));
    }
}
