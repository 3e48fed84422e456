using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Hosting.Security;

/// <summary>
/// Remembers credentials that were verified, so that a call costs no query and no decryption. Kept by a keyed hash: no password stands in
/// memory because of it. A change of password or permission takes the login out, on every server.
/// </summary>
public sealed class CallerCache(TimeProvider clock)
{
    private const int MaxEntries = 10_000;
    private const int LongestOnStack = 512;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly ConcurrentDictionary<Key, Entry> _callers = new();
    private int _state;

    /// <summary>Counts what was taken out. To be read before credentials are verified.</summary>
    public int State => Volatile.Read(ref _state);

    /// <param name="authorization">The header as it came.</param>
    public Caller? Find(string authorization) =>
        _callers.TryGetValue(KeyOf(authorization), out var entry) && entry.Until > clock.GetUtcNow() ? entry.Caller : null;

    /// <param name="state">What <see cref="State"/> was before they were verified: if a login was taken out since, it may have been this
    /// one, and what was read of it is not kept.</param>
    public void Add(string authorization, Caller caller, int state)
    {
        if (_callers.Count >= MaxEntries)
        {
            _callers.Clear();
        }

        var key = KeyOf(authorization);
        _callers[key] = new Entry(caller, clock.GetUtcNow() + Lifetime);
        if (state != State)
        {
            _callers.TryRemove(key, out _);
        }
    }

    public void Remove(Usn usn)
    {
        Interlocked.Increment(ref _state);
        foreach (var (key, entry) in _callers)
        {
            if (entry.Caller.Usn == usn)
            {
                _callers.TryRemove(key, out _);
            }
        }
    }

    public void Clear()
    {
        Interlocked.Increment(ref _state);
        _callers.Clear();
    }

    private Key KeyOf(string authorization)
    {
        var size = Encoding.UTF8.GetMaxByteCount(authorization.Length);
        var bytes = size <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[size];
        var length = Encoding.UTF8.GetBytes(authorization, bytes);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, bytes[..length], hash);
        CryptographicOperations.ZeroMemory(bytes[..length]);
        var parts = MemoryMarshal.Cast<byte, UInt128>(hash);
        return new Key(parts[0], parts[1]);
    }

    private readonly record struct Key(UInt128 First, UInt128 Second);

    private sealed record Entry(Caller Caller, DateTimeOffset Until);
}
