using Microsoft.AspNetCore.Http.Features;
using Smile.Server.Downloads;

namespace Smile.Server.ForgottenPasswords;

/// <summary>
/// Takes the token out of a request's address as soon as routing has read it: what is behind writes addresses into logs and traces, and
/// whoever reads those must not choose a customer's password, or download his calls.
/// </summary>
internal static class HiddenTokens
{
    public const string RouteValue = "token";
    private const string Before = PasswordLinkAddresses.Path + "/";
    private const string PathTag = "url.path";
    private const string QueryTag = "url.query";

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Also of paths that lead nowhere, such as one with a dot behind it that a mail program took for a part of the link.
        var path = context.Request.Path.Value ?? "";
        var isOther = context.GetEndpoint() is RouteEndpoint && !context.Request.RouteValues.ContainsKey(RouteValue);
        if (!isOther && path.IndexOf(Before, StringComparison.OrdinalIgnoreCase) is var at and >= 0)
        {
            var hidden = string.Concat(path.AsSpan(0, at), Before, "-");
            context.Request.Path = hidden;
            Hide(context, hidden, PathTag, hidden);
        }
        else if (path.EndsWith(ActivityEndpoint.Path, StringComparison.OrdinalIgnoreCase) && context.Request.QueryString.HasValue)
        {
            context.Request.RouteValues[RouteValue] = context.Request.Query[RouteValue].ToString();
            context.Request.QueryString = QueryString.Empty;
            Hide(context, path, QueryTag, "-");
        }

        return next(context);
    }

    private static void Hide(HttpContext context, string target, string tag, string hidden)
    {
        if (context.Features.Get<IHttpRequestFeature>() is { } request)
        {
            request.RawTarget = target;
        }

        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } activity && activity.GetTagItem(tag) is not null)
        {
            activity.SetTag(tag, hidden);
        }
    }
}
