using System.Net;
using System.Net.Sockets;

namespace Smile.Testing;

/// <summary>Free ports for private servers.</summary>
public static class LoopbackPort
{
    /// <summary>A port of 127.0.0.1 that nobody listens on now.</summary>
    public static int Free() => Free(1)[0];

    /// <summary>Several at once, so that they differ.</summary>
    public static IReadOnlyList<int> Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
