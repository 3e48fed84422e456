using Microsoft.EntityFrameworkCore;
using Smile.Customers;
using Smile.Customers.Access;
using Smile.Customers.Subscriptions;
using Smile.Hosting.Stages;
using Smile.Session;

namespace Smile.Server.Security;

/// <summary>Finds the API user that credentials belong to: a CAT subscription with SOAP access (guide, line 268).</summary>
internal sealed class CallerDirectory(IPasswordVault vault)
{
    /// <returns>The caller, null where the credentials are wrong or the login may not use the API; and whether there is a login of that
    /// name.</returns>
    public async Task<(Caller? Caller, bool IsKnown)> FindAsync(
        Stage stage,
        string username,
        string password,
        CancellationToken cancellation
    )
    {
        var services = stage.Catalogue.Content.Services.Where(service => service.IsCatAccess).Select(service => service.Id).ToArray();
        await using var database = stage.Store.CreateDatabase();
        var candidates = await (
            from subscription in database.ReadSubscriptions.Named(stage.Catalogue, services, username)
            join permission in database.ReadApiPermissions on subscription.Usn equals permission.SubscriptionUsn
            select new { subscription, permission }
        ).ToListAsync(cancellation);

        // Where older logins differ in case only, the name as typed is meant, or none.
        var found =
            candidates.FirstOrDefault(candidate => candidate.subscription.Username == username)
            ?? (candidates.Count == 1 ? candidates[0] : null);
        if (
            found
                is not {
                    subscription: { Password: { } stored, SuspendStatus: SuspendStatus.Active } login,
                    permission: { SoapAccess: true } permissions
                }
            || !vault.Matches(stored, password)
        )
        {
            return (null, found is not null);
        }

        var caller = new Caller(
            login.Usn,
            login.AccountUsn,
            permissions.AllAccounts,
            permissions.ViewPassword,
            permissions.OrderAllPackages,
            permissions.OrderablePackages.ToHashSet()
        )
        {
            Classes = permissions.MayCall(),
        };
        return (caller, true);
    }
}
