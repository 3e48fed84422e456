using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using Smile.Hosting.Stages;
using Smile.Session;

namespace Smile.Server.Security;

/// <summary>
/// HTTP Basic authentication against the CAT logins of the stage that is called, as a step of the pipeline: who is known stands in the
/// call's <see cref="StageFeature"/>, and what needs somebody refuses who is not. Each call passes here, and there is no other scheme: the
/// framework's authentication, with a handler, a principal and a ticket for each call, costs more than the call itself.
/// </summary>
internal sealed class CallerAuthentication(CallerDirectory directory, FailedLogins failures, FailedLoginTrail trail)
{
    private const string Scheme = "Basic ";
    private const int LongestHeader = 2048;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (context.Features.Get<StageFeature>() is not { } feature || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        feature.Caller = feature.Stage.Callers.Find(header);
        return feature.Caller is not null ? next(context) : IdentifyAsync(context, feature, header, next);
    }

    private async Task IdentifyAsync(HttpContext context, StageFeature feature, string header, RequestDelegate next)
    {
        feature.Caller = await FindAsync(context, feature.Stage, header);
        await next(context);
    }

    private async Task<Caller?> FindAsync(HttpContext context, Stage stage, string header)
    {
        if (!TryRead(header, out var username, out var password))
        {
            return null;
        }

        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (failures.RefusedFor(stage.Name, username, address) is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            trail.Refused(stage.Name);
            return null;
        }

        var state = stage.Callers.State;
        var (caller, isKnown) = await directory.FindAsync(stage, username, password, context.RequestAborted);
        if (caller is null)
        {
            failures.Failed(stage.Name, username, address, isKnown);
            await trail.RecordAsync(stage, username, address, context.RequestAborted);
            return null;
        }

        failures.Succeeded(stage.Name, username, address);
        stage.Callers.Add(header, caller, state);
        return caller;
    }

    private static bool TryRead(string header, out string username, out string password)
    {
        username = password = "";
        if (header.Length > LongestHeader)
        {
            return false;
        }

        var encoded = header[Scheme.Length..].Trim();
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
}
