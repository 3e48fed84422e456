using System.Security.Cryptography;
using System.Text.Json;
using Smile.Payments;

namespace Smile.Hosting.Security;

/// <summary>Encrypts what is secret of payment details with the card keys, bound to the details that it belongs to.</summary>
/// <param name="keys">Key number and the key, 32 bytes as base64; none where no details are kept.</param>
/// <exception cref="ArgumentException">A key is not of 32 bytes.</exception>
public sealed class PaymentDetailsVault(IReadOnlyDictionary<int, string> keys, int? current = null, string? file = null)
    : IPaymentDetailsVault
{
    private readonly KeyRing? _ring = keys.Count == 0 ? null : new KeyRing("Card", keys, current, file);

    /// <summary>With the keys of the settings.</summary>
    public static IPaymentDetailsVault Open(ServerSettings settings) =>
        new PaymentDetailsVault(settings.CardKeys, settings.CardKeyInUse, settings.CardKeyFile);

    public bool HasKey => _ring is not null;

    private KeyRing Ring => _ring ?? throw new CryptographicException("No card key is configured (Smile:CardKeys).");

    public byte[] Encrypt(Guid detailsId, DetailsSecret secret)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(secret);
        var text = Ring.Encrypt(plain, detailsId.ToByteArray());
        CryptographicOperations.ZeroMemory(plain);
        return text;
    }

    public DetailsSecret Decrypt(Guid detailsId, byte[] encrypted)
    {
        var plain = Ring.Decrypt(encrypted, detailsId.ToByteArray());
        var secret =
            JsonSerializer.Deserialize<DetailsSecret>(plain)
            ?? throw new CryptographicException("What is kept of payment details cannot be read.");
        CryptographicOperations.ZeroMemory(plain);
        return secret;
    }

    public bool IsStale(byte[] encrypted) => Ring.IsStale(encrypted);
}
