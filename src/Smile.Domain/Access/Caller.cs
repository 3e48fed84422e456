using Smile.Domain.Foundation;

namespace Smile.Domain.Access;

/// <summary>Who calls, and what they may do.</summary>
/// <param name="Usn">The CAT subscription whose credentials were given.</param>
/// <param name="AccountUsn">The account that it belongs to: all that it reaches without <paramref name="AllAccounts"/>.</param>
public sealed record Caller(Usn Usn, Usn AccountUsn, bool AllAccounts, bool ViewPassword, bool OrderAllPackages, IReadOnlySet<int> OrderablePackages)
{
    public bool MayReach(Usn accountUsn) => AllAccounts || accountUsn == AccountUsn;

    public bool MayOrder(int packageId) => OrderAllPackages || OrderablePackages.Contains(packageId);

    /// <summary>Refuses what only callers with access to all accounts may do.</summary>
    public void DemandAllAccounts()
    {
        if (!AllAccounts)
        {
            throw Refuse.Forbidden("This operation needs the permission 'Allow SOAP access to all accounts'.");
        }
    }

    /// <summary>The server itself, for work that falls due.</summary>
    public static Caller Server(Usn inTheNameOf) => new(inTheNameOf, inTheNameOf, AllAccounts: true, ViewPassword: false, OrderAllPackages: true, new HashSet<int>());
}
