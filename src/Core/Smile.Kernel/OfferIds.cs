using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Smile.Kernel;

/// <summary>
/// Ids of offers, which are made without being stored: an offer that is sent back still holds where the same id comes out of what it
/// depends on now (guide, line 16185).
/// </summary>
public static class OfferIds
{
    private static readonly Guid Namespace = new("6f9619ff-8b86-4d11-b42d-00cf4fc964ff");

    /// <summary>The name-based UUID (version 3, as in print: line 16120) of everything that an offer depends on.</summary>
    /// <param name="parts">In an order that is always the same, and formatted without regard to culture. Null and "" differ, and so do "a",
    /// "b" and "ab".</param>
    public static Guid Of(params IEnumerable<string?> parts)
    {
        using var name = new MemoryStream();
        name.Write(Namespace.ToByteArray(bigEndian: true));
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "");
            BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
            name.Write(length);
            name.Write(bytes);
        }

#pragma warning disable CA5351 // Version 3 is defined by this hash; nothing is kept secret by it.
        var hash = MD5.HashData(name.ToArray());
#pragma warning restore CA5351
        const byte version = 0x30;
        const byte variant = 0x80;
        hash[6] = (byte)((hash[6] & 0x0f) | version);
        hash[8] = (byte)((hash[8] & 0x3f) | variant);
        return new Guid(hash, bigEndian: true);
    }
}
