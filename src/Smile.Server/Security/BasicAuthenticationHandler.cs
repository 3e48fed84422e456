using System.Buffers.Text;
using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Smile.Server.Stages;

namespace Smile.Server.Security;

/// <summary>HTTP Basic authentication against the CAT logins of the stage that is called.</summary>
internal sealed class BasicAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logging,
    UrlEncoder encoder,
    CallerDirectory directory,
    FailedLogins failures,
    FailedLoginTrail trail
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
{
    public const string SchemeName = "Basic";
    private const int LongestHeader = 2048;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (Context.Features.Get<StageFeature>() is not { } feature || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var stage = feature.Stage;
        var cacheKey = stage.Callers.KeyOf(header);
        if (stage.Callers.Find(cacheKey) is { } known)
        {
            feature.Caller = known;
            return AuthenticateResult.Success(Ticket(known.Usn.Value));
        }

        if (!TryRead(header, out var username, out var password))
        {
            return AuthenticateResult.Fail("The Authorization header is not valid Basic authentication.");
        }

        var address = Context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (failures.RefusedFor(stage.Name, username, address) is { } wait)
        {
            Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            trail.Refused(stage.Name);
            return AuthenticateResult.Fail("Too many failed attempts: wait before you try again.");
        }

        var (caller, isKnown) = await directory.FindAsync(stage, username, password, Context.RequestAborted);
        if (caller is null)
        {
            failures.Failed(stage.Name, username, address, isKnown);
            await trail.RecordAsync(stage, username, address, Context.RequestAborted);
            return AuthenticateResult.Fail("The username or password is wrong, or the user does not have SOAP API access.");
        }

        failures.Succeeded(stage.Name, username, address);
        stage.Callers.Add(cacheKey, caller);
        feature.Caller = caller;
        return AuthenticateResult.Success(Ticket(caller.Usn.Value));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Basic realm=\"Smile\", charset=\"UTF-8\"";
        return Task.CompletedTask;
    }

    private static bool TryRead(string header, out string username, out string password)
    {
        username = password = "";
        if (header.Length > LongestHeader)
        {
            return false;
        }

        var encoded = header["Basic ".Length..].Trim();
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(encoded.Length)];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return false;
        }

        (username, password) = (text[..colon], text[(colon + 1)..]);
        return true;
    }

    private AuthenticationTicket Ticket(string usn) =>
        new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, usn)], Scheme.Name)), Scheme.Name);
}
