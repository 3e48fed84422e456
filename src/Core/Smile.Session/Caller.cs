using Smile.Kernel;

namespace Smile.Session;

/// <summary>Who calls, and what they may do.</summary>
/// <param name="Usn">The CAT subscription whose credentials were given.</param>
/// <param name="AccountUsn">The account that it belongs to: all that it reaches without <paramref name="AllAccounts"/>.</param>
public sealed record Caller(
    Usn Usn,
    Usn AccountUsn,
    bool AllAccounts,
    bool ViewPassword,
    bool OrderAllPackages,
    IReadOnlySet<int> OrderablePackages
)
{
    /// <summary>The classes of operations that it may call.</summary>
    public OperationClass Classes { get; init; } = OperationClasses.Default(AllAccounts);

    /// <summary>Whether it is no login but the server, or who sits at it.</summary>
    public bool IsServer { get; private init; }

    /// <summary>Whether amounts and prices may be other than the catalogue's.</summary>
    public bool MayChooseAmounts => May(OperationClass.Money);

    /// <summary>Whether he speaks for the company.</summary>
    public bool IsStaff => May(OperationClass.Staff);

    public bool May(OperationClass wanted) => (Classes & wanted) == wanted;

    public bool MayReach(Usn accountUsn) => AllAccounts || accountUsn == AccountUsn;

    public bool MayOrder(int packageId) => OrderAllPackages || OrderablePackages.Contains(packageId);

    /// <summary>Refuses what only callers with access to all accounts may do.</summary>
    public void RequireAllAccounts()
    {
        if (!AllAccounts)
        {
            throw Refuse.Forbidden("This operation needs the permission 'Allow SOAP access to all accounts'.");
        }
    }

    /// <summary>The server itself, for work that falls due.</summary>
    public static Caller Server(Usn inTheNameOf) =>
        new(inTheNameOf, inTheNameOf, AllAccounts: true, ViewPassword: false, OrderAllPackages: true, new HashSet<int>())
        {
            IsServer = true,
        };
}
