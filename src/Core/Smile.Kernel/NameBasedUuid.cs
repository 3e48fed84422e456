using System.Security.Cryptography;
using System.Text;

namespace Smile.Kernel;

/// <summary>Identifiers that are made of names: version 5 of RFC 9562, as the guide's notification types have it (line 21822).</summary>
public static class NameBasedUuid
{
    /// <summary>The name space of this server's names.</summary>
    private static readonly Guid Space = new("5b0c4f0e-6d0a-4f8e-9b57-3c1a52d1f0a7");

    public static Guid Of(string name)
    {
        // SHA-1 is what version 5 asks for; nothing is kept secret with it.
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350
        SHA1.HashData([.. Space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
