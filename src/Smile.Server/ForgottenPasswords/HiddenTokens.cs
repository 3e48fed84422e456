using Microsoft.AspNetCore.Http.Features;

namespace Smile.Server.ForgottenPasswords;

/// <summary>
/// Takes the token out of a request's path as soon as routing has read it: what is behind writes paths into logs and traces, and whoever
/// reads those must not choose a customer's password.
/// </summary>
internal static class HiddenTokens
{
    public const string RouteValue = "token";
    private const string Before = PasswordLinkAddresses.Path + "/";
    private const string PathTag = "url.path";

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Also of paths that lead nowhere, such as one with a dot behind it that a mail program took for a part of the link.
        var path = context.Request.Path.Value ?? "";
        var isOther = context.GetEndpoint() is RouteEndpoint && !context.Request.RouteValues.ContainsKey(RouteValue);
        if (!isOther && path.IndexOf(Before, StringComparison.OrdinalIgnoreCase) is var at and >= 0)
        {
            var hidden = string.Concat(path.AsSpan(0, at), Before, "-");
            context.Request.Path = hidden;
            if (context.Features.Get<IHttpRequestFeature>() is { } request)
            {
                request.RawTarget = hidden;
            }

            if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } activity && activity.GetTagItem(PathTag) is not null)
            {
                activity.SetTag(PathTag, hidden);
            }
        }

        return next(context);
    }
}
