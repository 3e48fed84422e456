namespace Smile.Hosting.Security;

/// <summary>Answers with addresses below the configured one, whatever host a request names: it is the caller's word.</summary>
public sealed class PublicAddress(Uri address)
{
    public static PublicAddress? Of(ServerSettings settings) =>
        settings.PublicAddress is { Length: > 0 } text ? new PublicAddress(new Uri(text)) : null;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Scheme = address.Scheme;
        context.Request.Host = address.IsDefaultPort ? new HostString(address.IdnHost) : new HostString(address.IdnHost, address.Port);
        context.Request.PathBase = address.AbsolutePath.TrimEnd('/');
        return next(context);
    }
}
