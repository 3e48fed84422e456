using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Smile.Server.Security;

/// <summary>
/// Encrypts with AES-256-GCM. Every text begins with the number of its key, so that keys can be rotated: one of them encrypts, the highest number
/// unless another is named; all of them decrypt.
/// </summary>
internal sealed class KeyRing
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = sizeof(int);

    private readonly SortedDictionary<int, byte[]> _keys = [];
    private readonly int _current;

    /// <param name="what">What the keys are for, to name them by: Password, Card.</param>
    /// <param name="keys">Key number and the key, 32 bytes as base64.</param>
    /// <exception cref="ArgumentException">There is no key, or one is not of 32 bytes.</exception>
    /// <param name="current">Number of the key that encrypts; null for the highest.</param>
    public KeyRing(string what, IReadOnlyDictionary<int, string> keys, int? current = null)
    {
        foreach (var (number, text) in keys)
        {
            _keys[number] = Parse(text) ?? throw new ArgumentException($"{what} key {number} must be {KeyBytes} bytes as base64. Make one with: openssl rand -base64 {KeyBytes}");
        }

        _current = _keys.Count > 0 ? current ?? _keys.Keys.Max() : throw new ArgumentException($"No {what.ToLowerInvariant()} key is configured (Smile:{what}Keys).");
    }

    /// <summary>The bytes of a key; null where the text is none.</summary>
    public static byte[]? Parse(string text)
    {
        var key = new byte[KeyBytes];
        return Convert.TryFromBase64String(text, key, out var length) && length == KeyBytes ? key : null;
    }

    /// <param name="bound">What the text belongs to: it decrypts with the same only.</param>
    public byte[] Encrypt(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound = default)
    {
        var text = new byte[HeaderBytes + NonceBytes + TagBytes + plain.Length];
        BinaryPrimitives.WriteInt32BigEndian(text, _current);
        RandomNumberGenerator.Fill(text.AsSpan(HeaderBytes, NonceBytes));
        using var cipher = new AesGcm(_keys[_current], TagBytes);
        cipher.Encrypt(
            text.AsSpan(HeaderBytes, NonceBytes),
            plain,
            text.AsSpan(HeaderBytes + NonceBytes + TagBytes),
            text.AsSpan(HeaderBytes + NonceBytes, TagBytes),
            [.. text.AsSpan(0, HeaderBytes), .. bound]);
        return text;
    }

    /// <exception cref="CryptographicException">The text was changed, belongs to something else, or its key is not configured any more.</exception>
    public byte[] Decrypt(byte[] encrypted, ReadOnlySpan<byte> bound = default)
    {
        if (encrypted.Length < HeaderBytes + NonceBytes + TagBytes || !_keys.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(encrypted), out var key))
        {
            throw new CryptographicException("The key of something encrypted is not configured any more.");
        }

        var plain = new byte[encrypted.Length - HeaderBytes - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(
            encrypted.AsSpan(HeaderBytes, NonceBytes),
            encrypted.AsSpan(HeaderBytes + NonceBytes + TagBytes),
            encrypted.AsSpan(HeaderBytes + NonceBytes, TagBytes),
            plain,
            [.. encrypted.AsSpan(0, HeaderBytes), .. bound]);
        return plain;
    }

    public bool IsStale(byte[] encrypted) => BinaryPrimitives.ReadInt32BigEndian(encrypted) != _current;
}
