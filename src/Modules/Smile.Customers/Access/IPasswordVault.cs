using System.Security.Cryptography;

namespace Smile.Customers.Access;

/// <summary>Keeps passwords encrypted and readable again. Its keys are outside the database.</summary>
public interface IPasswordVault
{
    /// <summary>Encrypts with the current key.</summary>
    byte[] Encrypt(string password);

    /// <exception cref="CryptographicException">The text was changed, or its key is not configured any more.</exception>
    string Decrypt(byte[] encrypted);

    /// <summary>Compares in constant time.</summary>
    bool Matches(byte[] encrypted, string password);

    /// <summary>Whether the text was encrypted with an older key and should be encrypted anew.</summary>
    bool IsStale(byte[] encrypted);
}

/// <summary>Rules for passwords, and new ones.</summary>
public static class Passwords
{
    public const int MinLength = 6;
    public const int MaxLength = 200;

    // Without characters that look alike: passwords are read out over the telephone.
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>
    /// Whether customers may choose a password on a page: of the length that all have, not of blanks alone, and without what XML cannot
    /// carry, since calls must be able to give it back.
    /// </summary>
    public static bool IsAllowed(string password) =>
        password.Length is >= MinLength and <= MaxLength && !string.IsNullOrWhiteSpace(password) && !password.Any(IsUnsafe);

    public static string Generate(int length = 16) => RandomNumberGenerator.GetString(Alphabet, length);

    // U+FFFD stands for what could not be read: nobody could type it again.
    private static bool IsUnsafe(char character) => char.IsControl(character) || character is '\uFFFD' or '\uFFFE' or '\uFFFF';
}
