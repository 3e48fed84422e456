using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>An operator of the catalogue with the login that it names.</summary>
/// <param name="Group">The first group whose member he is; null for none.</param>
internal sealed record FoundOperator(Usn Usn, OperatorItem Item, TicketGroupItem? Group);

/// <summary>
/// Finds operators: the catalogue names them by their usernames, since logins are in the database alone. Who cannot log in is none.
/// </summary>
[UseCase]
public sealed class Operators(StageSession session)
{
    /// <summary>The operators of some usernames that are active logins; in that order.</summary>
    internal async Task<IReadOnlyList<FoundOperator>> NamedAsync(IReadOnlyList<string> usernames, CancellationToken cancellation)
    {
        if (usernames.Count == 0)
        {
            return [];
        }

        var found = await Active()
            .Named(session.Catalogue, Services(), [.. usernames])
            .OrderBy(login => login.Usn)
            .Select(login => new { login.Usn, login.Username })
            .ToListAsync(cancellation);
        var operators = new List<FoundOperator>();
        foreach (var username in usernames)
        {
            var login =
                found.FirstOrDefault(candidate => candidate.Username == username)
                ?? found.FirstOrDefault(candidate => string.Equals(candidate.Username, username, StringComparison.OrdinalIgnoreCase));
            if (login is not null && session.Catalogue.Operator(username) is { } item)
            {
                operators.Add(new FoundOperator(login.Usn, item, GroupOf(username)));
            }
        }

        return operators;
    }

    /// <summary>The operator who has a login; null where it is nobody's, or not active.</summary>
    internal async Task<FoundOperator?> OfLoginAsync(Usn usn, CancellationToken cancellation)
    {
        var services = Services();
        var username = await Active()
            .Where(login => login.Usn == usn && services.Contains(login.ServiceId))
            .Select(login => login.Username)
            .FirstOrDefaultAsync(cancellation);
        if (username is null)
        {
            return null;
        }

        var names = session
            .Catalogue.Content.Operators.Select(item => item.Username)
            .Where(name => string.Equals(name, username, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return (await NamedAsync(names, cancellation)).FirstOrDefault(found => found.Usn == usn);
    }

    /// <summary>Whether a USN is an active subscription that the caller may know of.</summary>
    internal Task<bool> IsActiveSubscriptionAsync(Usn usn, CancellationToken cancellation)
    {
        var (all, own) = (session.Caller.AllAccounts, session.Caller.AccountUsn);
        return Active().AnyAsync(login => login.Usn == usn && (all || login.AccountUsn == own), cancellation);
    }

    /// <summary>The usernames of logins, whatever became of them.</summary>
    internal async Task<IReadOnlyDictionary<Usn, string>> UsernamesAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation)
    {
        var wanted = usns.Distinct().ToArray();
        return await session
            .Database.ReadSubscriptions.Where(login => wanted.Contains(login.Usn))
            .ToDictionaryAsync(login => login.Usn, login => login.Username, cancellation);
    }

    private IQueryable<Subscription> Active() =>
        session.Database.ReadSubscriptions.Where(login =>
            login.Closed == null && login.SuspendStatus == SuspendStatus.Active && login.EnableStatus == EnableStatus.Enabled
        );

    private int[] Services() => [.. session.Catalogue.Content.Services.Where(service => service.IsCatAccess).Select(service => service.Id)];

    private TicketGroupItem? GroupOf(string username) =>
        session.Catalogue.Content.TicketGroups.FirstOrDefault(group => group.Members.Contains(username));
}
