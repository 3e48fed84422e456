using System.Net.Security;
using System.Text;

namespace Smile.OpenWire;

/// <summary>Where the broker is and how to speak to it.</summary>
public sealed record OpenWireOptions
{
    /// <summary><c>tcp://host:port</c> or <c>ssl://host:port</c>, tried in turn. Without a port: 61616, and 61617 for ssl.</summary>
    public required IReadOnlyList<Uri> Addresses { get; init; }

    /// <summary>Start with an address at random, to spread clients over equal brokers; else the first is preferred.</summary>
    public bool RandomiseStart { get; init; }

    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <summary>Needed for durable subscriptions, and unique at the broker while connected. Without it one is made up.</summary>
    public string? ClientId { get; init; }

    /// <summary>For one address: network, TLS, negotiation and log-in together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After it, a broker that does not answer is taken for lost.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this much silence the peer is taken for dead. The shorter of the broker's and ours holds; zero switches it off.
    /// </summary>
    public TimeSpan MaxInactivity { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause before the second attempt to reconnect; each further one is twice as long.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>PEM file of the authorities to trust for <c>ssl://</c>, instead of the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Judges the broker's certificate instead of the usual checks.</summary>
    public RemoteCertificateValidationCallback? CertificateValidation { get; init; }

    /// <summary>The socket's receive buffer. A small one (8 KB) makes a consumer's backlog crawl.</summary>
    public int ReceiveBufferBytes { get; init; } = 256 * 1024;

    /// <summary>The longest frame that is read, and the longest text that a compressed message may grow to.</summary>
    public int MaxFrameBytes { get; init; } = 64 * 1024 * 1024;

    /// <exception cref="ArgumentException">A setting makes no sense; the message says which.</exception>
    internal void Validate()
    {
        if (Addresses.Count == 0)
        {
            throw new ArgumentException("The broker needs an address, such as tcp://localhost:61616.");
        }

        foreach (var address in Addresses)
        {
            if (!address.IsAbsoluteUri || address.Scheme is not ("tcp" or "ssl") || address.Host.Length == 0)
            {
                throw new ArgumentException($"'{address}' is not a broker's address: use tcp://host:port or ssl://host:port.");
            }
        }

        if (
            ConnectTimeout <= TimeSpan.Zero
            || ResponseTimeout <= TimeSpan.Zero
            || MaxInactivity < TimeSpan.Zero
            || ReconnectDelay <= TimeSpan.Zero
        )
        {
            throw new ArgumentException("The broker's timeouts must be positive.");
        }

        if (MaxFrameBytes < 4096 || ReceiveBufferBytes < 4096)
        {
            throw new ArgumentException("The broker's buffer sizes must be 4,096 bytes or more.");
        }
    }

    /// <summary>Keeps the password out of <see cref="object.ToString"/>, which ends up in logs.</summary>
    private bool PrintMembers(StringBuilder builder)
    {
        builder
            .Append("Addresses = ")
            .AppendJoin(',', Addresses)
            .Append(", UserName = ")
            .Append(UserName)
            .Append(", ClientId = ")
            .Append(ClientId);
        return true;
    }
}
