using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Access;

/// <summary>authenticate(): checks the credentials of a subscription for a portal (guide, line 17776).</summary>
[UseCase]
public sealed class Authenticate(StageSession session, IPasswordVault vault, ILoginThrottle throttle)
{
    private const int UsernameAndPassword = 1;
    private const int CatServiceType = 2;

    /// <exception cref="SmileException">The request is invalid. Wrong credentials are no fault but an answer.</exception>
    public async Task<AuthenticationResponseType> ExecuteAsync(AuthenticationRequestType document, CancellationToken cancellation)
    {
        if (document.AuthenticationRequestTypeValue != UsernameAndPassword)
        {
            throw Refuse.With(
                Fault.AuthenticationException,
                "AuthenticationRequestType",
                document.AuthenticationRequestTypeValue,
                "Only type 1, username and password, is configured."
            );
        }

        var parameters = FieldValues.From(document.Parameters.Object, session.Catalogue.LocalZone);
        if (parameters["username"] is not { Length: > 0 } username || parameters["password"] is not { Length: > 0 } password)
        {
            throw Refuse.With(Fault.AuthenticationException, "Parameters", "", "Give the String parameters 'username' and 'password'.");
        }

        var serviceType = parameters["serviceType"] is { } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                ? given
                : -1
            : CatServiceType;
        var services = session
            .Catalogue.Content.Services.Where(service => service.AuthenticationServiceType == serviceType)
            .Select(service => service.Id)
            .ToArray();
        if (services.Length == 0)
        {
            throw Refuse.With(
                Fault.AuthenticationException,
                "serviceType",
                serviceType,
                "There is no such service type. 1 is Smile, 2 is CAT."
            );
        }

        if (throttle.IsRefused(username))
        {
            return new AuthenticationResponseType { Success = false };
        }

        var candidates = await session
            .Database.Subscriptions.AsNoTracking()
            .NamedAsync(session.Catalogue, services, username, cancellation);
        var match = candidates.FirstOrDefault(subscription =>
            subscription is { SuspendStatus: SuspendStatus.Active, EnableStatus: EnableStatus.Enabled }
            && subscription.Password is { } stored
            && vault.Matches(stored, password)
        );
        throttle.Record(username, match is not null);
        return match is null
            ? new AuthenticationResponseType { Success = false }
            : new AuthenticationResponseType { Success = true, USN = match.Usn.Value };
    }
}

/// <summary>Slows down who guesses a customer's password through a portal: after some failures attempts fail unseen for a while.</summary>
public interface ILoginThrottle
{
    bool IsRefused(string username);

    void Record(string username, bool succeeded);
}
