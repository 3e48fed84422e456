using System.Security.Cryptography;
using Smile.Hosting.Security;
using Smile.Testing;

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

    /// <summary>
    /// R10: two servers, one of whose key files is updated later; nobody restarts, and no password is met without its key.
    /// </summary>
    [Fact]
    public void R10_a_new_key_decrypts_first_and_encrypts_when_it_is_told_to()
    {
        var clock = new ManualClock(DateTimeOffset.UnixEpoch);
        var files = new[] { Path.GetTempFileName(), Path.GetTempFileName() };
        try
        {
            Write(0, $"1={First}");
            Write(1, $"1={First}");
            var servers = files.Select(file => new PasswordVault(new Dictionary<int, string> { [1] = First }, null, file, clock)).ToArray();
            var old = servers[0].Encrypt("old");

            // The new key comes to the first server, and to the second one later: until it is told, nobody encrypts with it.
            Write(0, $"1={First}", $"2={Second}");
            var between = servers[0].Encrypt("between");
            Assert.Equal("between", servers[1].Decrypt(between));
            Assert.False(servers[0].IsStale(old));
            Write(1, $"1={First}", $"2={Second}");

            // Told on the first one only, it encrypts with it, and the second one understands it at once.
            Write(0, $"1={First}", $"2={Second}", "use=2");
            var told = servers[0].Encrypt("told");
            Assert.Equal("told", servers[1].Decrypt(told));
            Assert.True(servers[0].IsStale(old));
            Assert.False(servers[1].IsStale(servers[1].Encrypt("not told")));
            Assert.True(servers[1].IsStale(told));
            Write(1, $"1={First}", $"2={Second}", "use=2");
            Assert.False(servers[1].IsStale(told));

            // What makes no sense changes nothing.
            Write(1, "use=7", "2=broken", "nonsense");
            Assert.Equal("old", servers[1].Decrypt(old));
            Assert.False(servers[1].IsStale(servers[1].Encrypt("still")));
        }
        finally
        {
            Array.ForEach(files, File.Delete);
        }

        void Write(int server, params string[] lines)
        {
            File.WriteAllLines(files[server], lines);
            clock.Advance(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>Two keys of one number lock out: what one encrypts, the other cannot decrypt.</summary>
    [Theory]
    [InlineData("2=$3", "Line 4 of the key file * has another key 2. Give the new key a number of its own.")]
    [InlineData("garbage", "Line 4 of the key file * is neither N=KEY nor use=N.")]
    [InlineData("use=x", "Line 4 of the key file * is neither N=KEY nor use=N.")]
    [InlineData("-3=$3", "Line 4 of the key file * is neither N=KEY nor use=N.")]
    [InlineData("# an old key", null)]
    [InlineData("2=$2", null)]
    public void A_key_file_that_makes_no_sense_is_named_and_changes_nothing(string line, string? problem)
    {
        const string third = "MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM=";
        var file = Path.GetTempFileName();
        try
        {
            var clock = new ManualClock(DateTimeOffset.UnixEpoch);
            File.WriteAllLines(file, [$"1={First}", $"2={Second}", "use=2"]);
            var vault = new PasswordVault(new Dictionary<int, string> { [1] = First, [2] = Second }, 2, file, clock);
            var before = vault.Encrypt("secret");
            var last = line.Replace("$3", third, StringComparison.Ordinal).Replace("$2", Second, StringComparison.Ordinal);
            File.WriteAllLines(file, [$"1={First}", $"2={Second}", "use=1", last]);
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal("secret", vault.Decrypt(before));
            Assert.Equal(problem is null, vault.IsStale(before));
            Assert.Equal(problem is null ? [] : [problem.Replace("*", file, StringComparison.Ordinal)], KeyFile.Read(file)!.Problems);

            // Nor does a key change under its number, where the file says nothing else.
            File.WriteAllLines(file, [$"1={First}", $"2={third}", "use=2"]);
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal("secret", vault.Decrypt(before));
            Assert.Equal("new", new PasswordVault(new Dictionary<int, string> { [2] = Second }).Decrypt(vault.Encrypt("new")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>R10: a key that came a moment ago is found without waiting, since somebody wants to log in.</summary>
    [Fact]
    public void R10_an_unknown_key_is_looked_for_in_the_file_at_once()
    {
        var file = Path.GetTempFileName();
        try
        {
            var vault = new PasswordVault(
                new Dictionary<int, string> { [1] = First },
                null,
                file,
                new ManualClock(DateTimeOffset.UnixEpoch)
            );
            var encrypted = new PasswordVault(new Dictionary<int, string> { [2] = Second }).Encrypt("secret");
            Assert.Throws<CryptographicException>(() => vault.Decrypt(encrypted));
            File.WriteAllText(file, $"1={First}\n2={Second}\n");
            Assert.Equal("secret", vault.Decrypt(encrypted));
        }
        finally
        {
            File.Delete(file);
        }
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
