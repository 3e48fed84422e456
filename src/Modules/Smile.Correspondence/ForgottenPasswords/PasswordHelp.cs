using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.Customers.Access;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.ForgottenPasswords;

/// <summary>Who is helped with a forgotten password, and at which address.</summary>
internal static class PasswordHelp
{
    /// <summary>Whether a login opens the API: its password is an operator's business.</summary>
    public static Task<bool> IsProtectedAsync(this StageSession session, Usn login, CancellationToken cancellation) =>
        session.Database.ReadApiPermissions.AnyAsync(
            permission => permission.SubscriptionUsn == login && permission.SoapAccess,
            cancellation
        );

    /// <summary>The login's own address, else its account's, and when it was last changed.</summary>
    public static (string? Address, DateTimeOffset? Changed) AddressOf(Subscription login, Account account) =>
        login.Properties[PredefinedFields.EmailAddress] is { Length: > 0 } own
            ? (own, login.EmailChanged)
            : (account.Properties[PredefinedFields.EmailAddress] is { Length: > 0 } shared ? shared : null, account.EmailChanged);
}
