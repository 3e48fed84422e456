using System.Security.Cryptography;
using Smile.Server.Security;

namespace Smile.Server.Tests.Security;

public sealed class PasswordVaultTests
{
    private static readonly string First = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string Second = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public void A_password_comes_back_and_looks_different_each_time()
    {
        var vault = new PasswordVault(new Dictionary<int, string> { [1] = First });
        var once = vault.Encrypt("pässword");
        var again = vault.Encrypt("pässword");
        Assert.Equal("pässword", vault.Decrypt(once));
        Assert.NotEqual(once, again);
        Assert.True(vault.Matches(once, "pässword"));
        Assert.False(vault.Matches(once, "passwort"));
    }

    [Fact]
    public void Keys_rotate_the_highest_encrypts_and_all_decrypt()
    {
        var old = new PasswordVault(new Dictionary<int, string> { [1] = First }).Encrypt("secret");
        var vault = new PasswordVault(new Dictionary<int, string> { [1] = First, [2] = Second });
        Assert.Equal("secret", vault.Decrypt(old));
        Assert.True(vault.IsStale(old));
        Assert.False(vault.IsStale(vault.Encrypt("secret")));
        Assert.Throws<CryptographicException>(() => new PasswordVault(new Dictionary<int, string> { [2] = Second }).Decrypt(old));
    }

    [Fact]
    public void A_changed_byte_is_noticed_wherever_it_is()
    {
        var vault = new PasswordVault(new Dictionary<int, string> { [1] = First });
        var encrypted = vault.Encrypt("secret");
        for (var index = 0; index < encrypted.Length; index++)
        {
            var changed = encrypted.ToArray();
            changed[index] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => vault.Decrypt(changed));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("c2hvcnQ=")]
    public void A_key_that_is_none_is_refused_saying_how_to_make_one(string key)
    {
        var exception = Assert.Throws<ArgumentException>(() => new PasswordVault(new Dictionary<int, string> { [1] = key }));
        Assert.Contains("openssl rand", exception.Message, StringComparison.Ordinal);
    }
}
