using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Smile.Kernel;

namespace Smile.Prepaid.Vouchers;

/// <summary>
/// Secret codes of vouchers. They are kept as a salted hash (PBKDF2 with SHA-256) with the number of its rounds before it: few for codes
/// that are made here, which nobody can guess, and many for those of others, which may be short.
/// </summary>
internal static class VoucherCodes
{
    public const int LongestCode = 100;
    public const int LongestNumber = 40;

    private const int RoundsOfOwn = 1_000;
    private const int RoundsOfOthers = 50_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int LengthOfCode = 16;
    private const long LeastNumber = 1_000_000_000;
    private const long MostNumber = 9_999_999_999;

    // Without characters that look alike: codes are printed and typed.
    private const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    private static readonly byte[] Nothing = new byte[sizeof(int) + SaltBytes + HashBytes];

    /// <summary>
    /// A number with a check digit, of which nothing can be told of others; too short to be taken for a card's, which no message shows.
    /// </summary>
    public static string NewNumber() =>
        Luhn.Append(
            BinaryPrimitives.ReadInt64BigEndian(RandomNumberGenerator.GetBytes(sizeof(long))) is var drawn
                ? LeastNumber + (drawn & long.MaxValue) % (MostNumber - LeastNumber + 1)
                : 0L
        );

    /// <summary>In groups of four: case, hyphens and blanks do not count.</summary>
    public static string NewCode() =>
        string.Join('-', RandomNumberGenerator.GetString(Alphabet, LengthOfCode).Chunk(4).Select(group => new string(group)));

    public static byte[] Hash(string code, bool isOwn)
    {
        var secret = new byte[Nothing.Length];
        BinaryPrimitives.WriteInt32BigEndian(secret, isOwn ? RoundsOfOwn : RoundsOfOthers);
        RandomNumberGenerator.Fill(secret.AsSpan(sizeof(int), SaltBytes));
        Derive(code, secret).CopyTo(secret.AsSpan(sizeof(int) + SaltBytes));
        return secret;
    }

    /// <summary>Compares in constant time. Takes as long where there is no voucher.</summary>
    public static bool Matches(byte[]? secret, string code)
    {
        var known = secret ?? Nothing;
        var derived = Derive(code, known);
        return CryptographicOperations.FixedTimeEquals(derived, known.AsSpan(sizeof(int) + SaltBytes)) && secret is not null;
    }

    private static byte[] Derive(string code, byte[] secret) =>
        Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(Plain(code)),
            secret.AsSpan(sizeof(int), SaltBytes).ToArray(),
            BinaryPrimitives.ReadInt32BigEndian(secret) is > 0 and var rounds ? rounds : RoundsOfOwn,
            HashAlgorithmName.SHA256,
            HashBytes
        );

    private static string Plain(string code) =>
        new([.. code.Where(character => character is not '-' and not ' ').Select(char.ToUpperInvariant)]);
}
