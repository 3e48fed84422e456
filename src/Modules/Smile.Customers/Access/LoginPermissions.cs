using Smile.Session;

namespace Smile.Customers.Access;

/// <summary>Compares the permissions of a caller with those of a login.</summary>
internal static class LoginPermissions
{
    extension(Caller caller)
    {
        /// <summary>Whether the caller may do everything that a login may: only then may he change it, for he could log in as it.</summary>
        public bool MayDoAllOf(ApiPermission login) =>
            caller.IsServer
            || !login.SoapAccess
            || (
                (caller.AllAccounts || !login.AllAccounts)
                && (caller.ViewPassword || !login.ViewPassword)
                && (caller.OrderAllPackages || (!login.OrderAllPackages && login.OrderablePackages.All(caller.OrderablePackages.Contains)))
                && caller.May(login.MayCall())
            );
    }
}
