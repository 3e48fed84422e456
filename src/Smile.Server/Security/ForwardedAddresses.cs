using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Smile.Server.Security;

/// <summary>
/// Says once for each address that sends <c>X-Forwarded-For</c> and is no trusted proxy: behind one that is not listed everybody comes from one address, and
/// is slowed down as one.
/// </summary>
internal sealed partial class ForwardedAddresses(IOptions<ForwardedHeadersOptions> options, ILogger<ForwardedAddresses> logger)
{
    private const int MostAddresses = 100;
    private readonly ConcurrentDictionary<IPAddress, bool> _told = new();

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.ContainsKey("X-Forwarded-For") && context.Connection.RemoteIpAddress is { } address && !IsTrusted(address)
            && _told.Count < MostAddresses && _told.TryAdd(address, true))
        {
            LogUntrusted(address);
        }

        return next(context);
    }

    private bool IsTrusted(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.Value.KnownProxies.Contains(plain) || options.Value.KnownIPNetworks.Any(network => network.Contains(plain));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} sends X-Forwarded-For and is not among Smile:TrustedProxies: its headers do not count. If it is your proxy, add it")]
    private partial void LogUntrusted(IPAddress address);
}
