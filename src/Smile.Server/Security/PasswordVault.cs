using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Smile.Domain.Access;

namespace Smile.Server.Security;

/// <summary>
/// Encrypts passwords with AES-256-GCM. Every text begins with the number of its key, so that keys can be rotated: the highest number
/// encrypts, all of them decrypt.
/// </summary>
internal sealed class PasswordVault : IPasswordVault
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = sizeof(int);

    private readonly SortedDictionary<int, byte[]> _keys = [];
    private readonly int _current;

    /// <param name="keys">Key number and the key, 32 bytes as base64.</param>
    /// <exception cref="ArgumentException">There is no key, or one is not of 32 bytes.</exception>
    public PasswordVault(IReadOnlyDictionary<int, string> keys)
    {
        foreach (var (number, text) in keys)
        {
            var key = new byte[KeyBytes];
            if (!Convert.TryFromBase64String(text, key, out var length) || length != KeyBytes)
            {
                throw new ArgumentException($"Password key {number} must be {KeyBytes} bytes as base64. Make one with: openssl rand -base64 {KeyBytes}");
            }

            _keys[number] = key;
        }

        _current = _keys.Count > 0 ? _keys.Keys.Max() : throw new ArgumentException("No password key is configured (Security:PasswordKeys).");
    }

    public byte[] Encrypt(string password)
    {
        var plain = Encoding.UTF8.GetBytes(password);
        var text = new byte[HeaderBytes + NonceBytes + TagBytes + plain.Length];
        BinaryPrimitives.WriteInt32BigEndian(text, _current);
        RandomNumberGenerator.Fill(text.AsSpan(HeaderBytes, NonceBytes));
        using var cipher = new AesGcm(_keys[_current], TagBytes);
        cipher.Encrypt(
            text.AsSpan(HeaderBytes, NonceBytes),
            plain,
            text.AsSpan(HeaderBytes + NonceBytes + TagBytes),
            text.AsSpan(HeaderBytes + NonceBytes, TagBytes),
            text.AsSpan(0, HeaderBytes));
        CryptographicOperations.ZeroMemory(plain);
        return text;
    }

    public string Decrypt(byte[] encrypted)
    {
        var plain = DecryptBytes(encrypted);
        var password = Encoding.UTF8.GetString(plain);
        CryptographicOperations.ZeroMemory(plain);
        return password;
    }

    public bool Matches(byte[] encrypted, string password)
    {
        var plain = DecryptBytes(encrypted);
        var given = Encoding.UTF8.GetBytes(password);
        var matches = CryptographicOperations.FixedTimeEquals(plain, given);
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(given);
        return matches;
    }

    public bool IsStale(byte[] encrypted) => BinaryPrimitives.ReadInt32BigEndian(encrypted) != _current;

    private byte[] DecryptBytes(byte[] encrypted)
    {
        if (encrypted.Length < HeaderBytes + NonceBytes + TagBytes || !_keys.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(encrypted), out var key))
        {
            throw new CryptographicException("The key of an encrypted password is not configured any more.");
        }

        var plain = new byte[encrypted.Length - HeaderBytes - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(
            encrypted.AsSpan(HeaderBytes, NonceBytes),
            encrypted.AsSpan(HeaderBytes + NonceBytes + TagBytes),
            encrypted.AsSpan(HeaderBytes + NonceBytes, TagBytes),
            plain,
            encrypted.AsSpan(0, HeaderBytes));
        return plain;
    }
}
