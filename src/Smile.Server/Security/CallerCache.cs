using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Server.Security;

/// <summary>
/// Remembers credentials that were verified, so that a call costs no query and no decryption. Kept by a keyed hash: no password stands in
/// memory because of it. A change of password or permission takes the login out, on every server.
/// </summary>
internal sealed class CallerCache(TimeProvider clock)
{
    private const int MaxEntries = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, (Caller Caller, DateTimeOffset Until)> _callers = new();

    /// <summary>The name that credentials are kept by.</summary>
    public string KeyOf(string authorization)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(authorization), hash);
        return Convert.ToBase64String(hash);
    }

    public Caller? Find(string key) => _callers.TryGetValue(key, out var entry) && entry.Until > clock.GetUtcNow() ? entry.Caller : null;

    public void Add(string key, Caller caller)
    {
        if (_callers.Count >= MaxEntries)
        {
            _callers.Clear();
        }

        _callers[key] = (caller, clock.GetUtcNow() + Lifetime);
    }

    public void Remove(Usn usn)
    {
        foreach (var (key, entry) in _callers)
        {
            if (entry.Caller.Usn == usn)
            {
                _callers.TryRemove(key, out _);
            }
        }
    }

    public void Clear() => _callers.Clear();
}
