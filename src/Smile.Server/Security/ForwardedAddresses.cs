using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace Smile.Server.Security;

/// <summary>
/// Says once for each address that sends <c>X-Forwarded-For</c> and is no trusted proxy: behind one that is not listed everybody comes from
/// one address, and is slowed down as one.
/// </summary>
internal sealed partial class ForwardedAddresses(IOptions<ForwardedHeadersOptions> options, ILogger<ForwardedAddresses> logger)
{
    private const int MostAddresses = 100;
    private readonly ConcurrentDictionary<IPAddress, bool> _told = new();

    /// <summary>Before the framework reads forwarded headers: afterwards nothing tells which address the call came from.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is not null && IsTrusted(address))
        {
            if (PortOf(context.Request.Headers) is { } port)
            {
                context.Features.Set(new ForwardedPort(port));
            }
        }
        else if (
            address is not null
            && context.Request.Headers.ContainsKey("X-Forwarded-For")
            && _told.Count < MostAddresses
            && _told.TryAdd(address, true)
        )
        {
            LogUntrusted(address);
        }

        return next(context);
    }

    /// <summary>
    /// After the framework has read them: takes the port, which it does not know, and a prefix's slash at the end off, which would be
    /// doubled.
    /// </summary>
    public static Task CompleteAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (context.Features.Get<ForwardedPort>() is { Number: var port })
        {
            request.Host =
                port == (request.IsHttps ? 443 : 80) ? new HostString(request.Host.Host) : new HostString(request.Host.Host, port);
        }

        if (request.PathBase.Value is { } prefix && prefix.EndsWith('/'))
        {
            request.PathBase = prefix.TrimEnd('/');
        }

        return next(context);
    }

    /// <summary>The port that the proxy states; null where there is none, or <c>X-Forwarded-Host</c> has one itself.</summary>
    private static int? PortOf(IHeaderDictionary headers)
    {
        var host = headers["X-Forwarded-Host"].ToString().Split(',')[^1].Trim();
        return
            new HostString(host).Port is null
            && int.TryParse(
                headers["X-Forwarded-Port"].ToString().Split(',')[^1].Trim(),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var port
            )
            && port is > 0 and <= ushort.MaxValue
            ? port
            : null;
    }

    private bool IsTrusted(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.Value.KnownProxies.Contains(plain) || options.Value.KnownIPNetworks.Any(network => network.Contains(plain));
    }

    private sealed record ForwardedPort(int Number);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Address} sends X-Forwarded-For and is not among Smile:TrustedProxies: its headers do not count. If it is your "
            + "proxy, add it"
    )]
    private partial void LogUntrusted(IPAddress address);
}
