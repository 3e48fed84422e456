using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Access;

/// <summary>setClearPassword() and getAuthenticationCredentials() (guide, lines 6990, 7786).</summary>
[UseCase]
public sealed class Credentials(StageSession session, IPasswordVault vault)
{
    private const string PasswordType = "password";

    /// <summary>The password of a subscription in clear; needs the "view password" permission.</summary>
    public async Task<CredentialsType> GetAsync(string usn, CancellationToken cancellation)
    {
        if (!session.Caller.ViewPassword)
        {
            throw Refuse.Forbidden("This operation needs the permission 'view password'.");
        }

        var key = new Usn(usn);
        var found = await session
            .Database.Subscriptions.AsNoTracking()
            .FirstOrDefaultAsync(subscription => subscription.Usn == key, cancellation);
        if (found is null || !session.Caller.MayReach(found.AccountUsn))
        {
            throw StageSession.NoSuchSubscription(usn);
        }

        // The passwords of API users open the API itself: they are the protected ones (guide, line 7027).
        if (
            await session.Database.ApiPermissions.AnyAsync(
                permission => permission.SubscriptionUsn == key && permission.SoapAccess,
                cancellation
            )
        )
        {
            throw Refuse.Forbidden("The password of this subscription is protected.");
        }

        return found.Password is { } password
            ? new CredentialsType { Credential = [Document(vault.Decrypt(password))] }
            : new CredentialsType();
    }

    /// <summary>Changes the password of an account or a subscription.</summary>
    public async Task SetAsync(string usn, CredentialType document, CancellationToken cancellation)
    {
        var password = FieldValues.From(document.Parameters.Object, session.Catalogue.LocalZone)[PasswordType];
        if (document.Type != PasswordType || password?.Length is null or < Passwords.MinLength or > Passwords.MaxLength)
        {
            throw Refuse.Invalid(
                "Credential",
                document.Type,
                $"Give a Credential of type '{PasswordType}' with a String named '{PasswordType}' of {Passwords.MinLength} to "
                    + $"{Passwords.MaxLength} characters."
            );
        }

        var encrypted = vault.Encrypt(password);
        if (await session.BeginOnSubscriptionAsync(usn, cancellation) is var (_, subscription))
        {
            if (subscription.IsClosed)
            {
                throw Refuse.Invalid("usn", usn, "The subscription is closed.");
            }

            subscription.ChangePassword(encrypted);
        }
        else if (await session.LockAccountAsync(new Usn(usn), cancellation) is { } account)
        {
            account.Password = encrypted;
        }
        else
        {
            throw Refuse.NotFound("usn", usn, "There is no such account or subscription, or you may not access it.", Missing.Usn);
        }

        await session.CommitAsync(cancellation);
    }

    private static CredentialType Document(string password) =>
        new() { Type = PasswordType, Parameters = FormDocuments.Properties(new FieldValues([FieldValues.Text(PasswordType, password)])) };
}
