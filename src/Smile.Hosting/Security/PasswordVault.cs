using System.Security.Cryptography;
using System.Text;
using Smile.Customers.Access;

namespace Smile.Hosting.Security;

/// <summary>Encrypts passwords with the password keys.</summary>
/// <param name="keys">Key number and the key, 32 bytes as base64.</param>
/// <param name="current">Number of the key that encrypts; null for the highest.</param>
/// <param name="file">The key file, which is read again when it changes; null for none.</param>
/// <exception cref="ArgumentException">There is no key, or one is not of 32 bytes.</exception>
public sealed class PasswordVault(
    IReadOnlyDictionary<int, string> keys,
    int? current = null,
    string? file = null,
    TimeProvider? clock = null
) : IPasswordVault
{
    private readonly KeyRing _ring = new("Password", keys, current, file, clock);

    /// <summary>With the keys of the settings.</summary>
    public static IPasswordVault Open(ServerSettings settings) =>
        new PasswordVault(settings.PasswordKeys, settings.PasswordKeyInUse, settings.PasswordKeyFile);

    public byte[] Encrypt(string password)
    {
        var plain = Encoding.UTF8.GetBytes(password);
        var text = _ring.Encrypt(plain);
        CryptographicOperations.ZeroMemory(plain);
        return text;
    }

    public string Decrypt(byte[] encrypted)
    {
        var plain = _ring.Decrypt(encrypted);
        var password = Encoding.UTF8.GetString(plain);
        CryptographicOperations.ZeroMemory(plain);
        return password;
    }

    public bool Matches(byte[] encrypted, string password)
    {
        var plain = _ring.Decrypt(encrypted);
        var given = Encoding.UTF8.GetBytes(password);
        var matches = CryptographicOperations.FixedTimeEquals(plain, given);
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(given);
        return matches;
    }

    public bool IsStale(byte[] encrypted) => _ring.IsStale(encrypted);
}
