namespace Smile.OpenWire.Wire;

/// <summary>
/// What each side says first, always in version 1 of the format. We offer loose encoding without a cache: a little longer on the
/// wire, and every frame can be read for itself.
/// </summary>
/// <param name="Version">The newest version that the side speaks.</param>
/// <param name="MaxInactivity">Milliseconds of silence after which a side is taken for dead; zero for never.</param>
/// <param name="MaxFrameBytes">The longest frame that the side reads.</param>
/// <param name="TightEncoding">Whether the side wants the packed encoding.</param>
/// <param name="Cache">Whether the side wants structures cached.</param>
internal sealed record WireFormat(int Version, long MaxInactivity, long MaxFrameBytes, bool TightEncoding, bool Cache)
{
    /// <summary>The version whose fields this client writes: what ActiveMQ has spoken since 5.11.</summary>
    public const int OurVersion = 12;

    private const string TightEncodingKey = "TightEncodingEnabled";
    private const string CacheKey = "CacheEnabled";
    private const string MaxInactivityKey = "MaxInactivityDuration";
    private const string MaxFrameKey = "MaxFrameSize";

    private static ReadOnlySpan<byte> Magic => "ActiveMQ"u8;

    public void Write(FrameBuffer buffer)
    {
        buffer.BeginFrame(WireType.WireFormatInfo);
        buffer.WriteBytes(Magic);
        buffer.WriteInt(Version);
        buffer.WriteBoolean(true);
        var length = buffer.BeginLength();
        PropertyMap.Write(
            buffer,
            new Dictionary<string, object>
            {
                [TightEncodingKey] = TightEncoding,
                [CacheKey] = Cache,
                ["CacheSize"] = 1024,
                ["StackTraceEnabled"] = false,
                ["SizePrefixDisabled"] = false,
                ["TcpNoDelayEnabled"] = true,
                [MaxInactivityKey] = MaxInactivity,
                // Spelt so on the wire. The first keep-alive must come in time too.
                ["MaxInactivityDurationInitalDelay"] = MaxInactivity / 3,
                [MaxFrameKey] = MaxFrameBytes,
            }
        );
        buffer.EndLength(length);
        buffer.EndFrame();
    }

    /// <summary>Reads the fields that follow the type byte.</summary>
    public static WireFormat Read(ref FrameReader reader)
    {
        if (!reader.Take(Magic.Length).SequenceEqual(Magic))
        {
            throw new WireException("The peer does not speak OpenWire.");
        }

        var version = reader.ReadInt();
        var properties = PropertyMap.Read(reader.ReadOptionalBytes());
        return new WireFormat(
            version,
            properties.GetValueOrDefault(MaxInactivityKey) as long? ?? 0,
            properties.GetValueOrDefault(MaxFrameKey) as long? ?? long.MaxValue,
            properties.GetValueOrDefault(TightEncodingKey) as bool? ?? false,
            properties.GetValueOrDefault(CacheKey) as bool? ?? false
        );
    }

    /// <summary>What holds between the two sides: each setting is the lesser of both.</summary>
    /// <exception cref="WireException">The peer is too old.</exception>
    public WireFormat Negotiate(WireFormat peer) =>
        peer.Version < OurVersion
            ? throw new WireException(
                $"The broker speaks OpenWire version {peer.Version}; this client needs {OurVersion}, which is ActiveMQ 5.11 or later."
            )
            : new WireFormat(
                OurVersion,
                Math.Min(MaxInactivity, peer.MaxInactivity),
                Math.Min(MaxFrameBytes, peer.MaxFrameBytes),
                TightEncoding && peer.TightEncoding,
                Cache && peer.Cache
            );
}
