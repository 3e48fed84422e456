using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Smile.OpenWire.Transport;

/// <summary>Opens the network connection to a broker, with TLS where the address says ssl.</summary>
internal static class BrokerSocket
{
    private const int DefaultPort = 61616;
    private const int DefaultTlsPort = 61617;

    public static async Task<Stream> ConnectAsync(Uri address, OpenWireOptions options, CancellationToken cancellationToken)
    {
        var isTls = address.Scheme == "ssl";
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, // We write whole batches ourselves.
            ReceiveBufferSize = options.ReceiveBufferBytes,
        };
        try
        {
            var port =
                address.Port > 0 ? address.Port
                : isTls ? DefaultTlsPort
                : DefaultPort;
            await socket.ConnectAsync(address.IdnHost, port, cancellationToken).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return isTls ? await SecureAsync(stream, address.IdnHost, options, cancellationToken).ConfigureAwait(false) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(
        NetworkStream stream,
        string host,
        OpenWireOptions options,
        CancellationToken cancellationToken
    )
    {
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            var settings = new SslClientAuthenticationOptions
            {
                TargetHost = host,
                RemoteCertificateValidationCallback = options.CertificateValidation,
                CertificateChainPolicy = options.CertificateAuthorityFile is { } file ? TrustOnly(file) : null,
            };
            await secure.AuthenticateAsClientAsync(settings, cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static X509ChainPolicy TrustOnly(string authorityFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, // Private authorities seldom publish what they revoked.
        };
        policy.CustomTrustStore.ImportFromPemFile(authorityFile);
        return policy;
    }
}
