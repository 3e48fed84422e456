using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Smile.Hosting.Security;

/// <summary>
/// Encrypts with AES-256-GCM. Every text begins with the number of its key, so that keys can be rotated: one of them encrypts, the highest
/// number unless another is named; all of them decrypt. A key file is read again when it changes: what is new in it decrypts at once, and
/// encrypts when the file says so.
/// </summary>
public sealed class KeyRing
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = sizeof(int);

    /// <summary>So often is it looked whether the file has changed.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string? _file;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private volatile KeySet _set;
    private (DateTime Written, long Length) _seen;
    private long _lookedAt;

    /// <param name="what">What the keys are for, to name them by: Password, Card.</param>
    /// <param name="keys">Key number and the key, 32 bytes as base64.</param>
    /// <param name="current">Number of the key that encrypts; null for the highest.</param>
    /// <param name="file">The key file, which is read again when it changes; null for none.</param>
    /// <exception cref="ArgumentException">There is no key, or one is not of 32 bytes.</exception>
    public KeyRing(string what, IReadOnlyDictionary<int, string> keys, int? current = null, string? file = null, TimeProvider? clock = null)
    {
        var parsed = new SortedDictionary<int, byte[]>();
        foreach (var (number, text) in keys)
        {
            parsed[number] =
                Parse(text)
                ?? throw new ArgumentException(
                    $"{what} key {number} must be {KeyBytes} bytes as base64. Make one with: openssl rand -base64 {KeyBytes}"
                );
        }

        _set = new KeySet(
            parsed,
            parsed.Count > 0
                ? current ?? parsed.Keys.Max()
                : throw new ArgumentException($"No {what.ToLowerInvariant()} key is configured (Smile:{what}Keys).")
        );
        _file = file;
        _clock = clock ?? TimeProvider.System;
        _seen = Stamp();
        _lookedAt = _clock.GetUtcNow().UtcTicks;
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
        Look();
        var (keys, current) = _set;
        var text = new byte[HeaderBytes + NonceBytes + TagBytes + plain.Length];
        BinaryPrimitives.WriteInt32BigEndian(text, current);
        RandomNumberGenerator.Fill(text.AsSpan(HeaderBytes, NonceBytes));
        using var cipher = new AesGcm(keys[current], TagBytes);
        cipher.Encrypt(
            text.AsSpan(HeaderBytes, NonceBytes),
            plain,
            text.AsSpan(HeaderBytes + NonceBytes + TagBytes),
            text.AsSpan(HeaderBytes + NonceBytes, TagBytes),
            [.. text.AsSpan(0, HeaderBytes), .. bound]
        );
        return text;
    }

    /// <exception cref="CryptographicException">The text was changed, belongs to something else, or its key is not configured any
    /// more.</exception>
    public byte[] Decrypt(byte[] encrypted, ReadOnlySpan<byte> bound = default)
    {
        if (encrypted.Length < HeaderBytes + NonceBytes + TagBytes || Find(BinaryPrimitives.ReadInt32BigEndian(encrypted)) is not { } key)
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
            [.. encrypted.AsSpan(0, HeaderBytes), .. bound]
        );
        return plain;
    }

    public bool IsStale(byte[] encrypted) => BinaryPrimitives.ReadInt32BigEndian(encrypted) != Current();

    private int Current()
    {
        Look();
        return _set.Current;
    }

    /// <summary>A key; one that is not known may have come into the file just now.</summary>
    private byte[]? Find(int number)
    {
        Look();
        if (_set.Keys.TryGetValue(number, out var key))
        {
            return key;
        }

        Read();
        return _set.Keys.GetValueOrDefault(number);
    }

    /// <summary>Reads the file where it has changed since it was last looked at.</summary>
    private void Look()
    {
        if (_file is null || Math.Abs(_clock.GetUtcNow().UtcTicks - Interlocked.Read(ref _lookedAt)) < Interval.Ticks)
        {
            return;
        }

        lock (_gate)
        {
            Interlocked.Exchange(ref _lookedAt, _clock.GetUtcNow().UtcTicks);
            if (Stamp() != _seen)
            {
                Read();
            }
        }
    }

    /// <summary>
    /// Takes over what the file says. Keys that are not in it any more stay until the server is started again; a file that makes no sense
    /// changes nothing.
    /// </summary>
    private void Read()
    {
        if (_file is null)
        {
            return;
        }

        lock (_gate)
        {
            try
            {
                _seen = Stamp();
                if (KeyFile.Read(_file) is not { Problems: [] } content)
                {
                    return;
                }

                var keys = new SortedDictionary<int, byte[]>(_set.Keys);
                foreach (var (number, text) in content.Keys)
                {
                    // A number keeps its key: something may be encrypted with it already.
                    if (Parse(text) is { } key)
                    {
                        keys.TryAdd(number, key);
                    }
                }

                // A key that is new decrypts; it encrypts only when the file says so, since other servers may not have it yet.
                _set = new KeySet(keys, content.Use is { } told && keys.ContainsKey(told) ? told : _set.Current);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It is being written, and is looked at again.
                _seen = default;
            }
        }
    }

    private (DateTime Written, long Length) Stamp()
    {
        var file = _file is null ? null : new FileInfo(_file);
        return file is { Exists: true } ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private sealed record KeySet(SortedDictionary<int, byte[]> Keys, int Current);
}
