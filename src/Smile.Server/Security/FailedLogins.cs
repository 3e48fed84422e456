using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Smile.Customers.Access;
using Smile.Hosting.Stages;

namespace Smile.Server.Security;

/// <summary>
/// Slows guessing down: after some failures of a username from an address, or of an address with names that nobody has, further attempts
/// are refused unseen for a time that doubles with each failure. A username that fails from many addresses is slowed too, but briefly, so
/// that nobody can lock a user out for long; and who has logged in from an address before is not refused for what others do there, behind
/// the same proxy perhaps. What is kept is bounded, whatever names and addresses are tried.
/// </summary>
internal sealed class FailedLogins(TimeProvider clock, int maxEntries = FailedLogins.MaxEntries)
{
    private const int MaxEntries = 50_000;
    private static readonly TimeSpan Forget = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Known = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<Key, Failures> _failures = new();
    private readonly ConcurrentDictionary<Key, DateTimeOffset> _known = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private long _swept;

    private enum Kind
    {
        Pair,
        Address,
        User,
    }

    /// <summary>How many names and addresses are kept.</summary>
    public int Kept => _failures.Count + _known.Count;

    /// <summary>How long attempts of this kind are refused; null where they are not.</summary>
    /// <param name="stage">The stage whose logins are tried.</param>
    /// <param name="username">Who tries.</param>
    /// <param name="address">Where from; null where it is not known, as for a portal's customers.</param>
    public TimeSpan? RefusedFor(string stage, string username, IPAddress? address)
    {
        var now = clock.GetUtcNow();
        var pair = KeyOf(Kind.Pair, stage, username, address);
        var until = Until(pair);
        if (address is not null && !(_known.TryGetValue(pair, out var seen) && seen + Known > now))
        {
            var (network, user) = (Until(KeyOf(Kind.Address, "", "", address)), Until(KeyOf(Kind.User, stage, username, null)));
            until = new[] { until, network, user }.Max();
        }

        return until > now ? until - now : null;

        DateTimeOffset Until(Key key) => _failures.TryGetValue(key, out var failures) ? failures.RefusedUntil : DateTimeOffset.MinValue;
    }

    /// <param name="isKnown">Whether there is a login of that name: then it says nothing of the address, where others log in too.</param>
    public void Failed(string stage, string username, IPAddress? address, bool isKnown)
    {
        MakeRoom();
        CountFailure(KeyOf(Kind.Pair, stage, username, address), 5, TimeSpan.FromMinutes(5));
        if (address is not null)
        {
            CountFailure(KeyOf(Kind.User, stage, username, null), 100, TimeSpan.FromSeconds(2));
            if (!isKnown)
            {
                CountFailure(KeyOf(Kind.Address, "", "", address), 50, TimeSpan.FromMinutes(5));
            }
        }
    }

    public void Succeeded(string stage, string username, IPAddress? address)
    {
        var pair = KeyOf(Kind.Pair, stage, username, address);
        _failures.TryRemove(pair, out _);
        if (address is not null)
        {
            _failures.TryRemove(KeyOf(Kind.Address, "", "", address), out _);
            if (_known.Count < maxEntries)
            {
                _known[pair] = clock.GetUtcNow();
            }
        }
    }

    private void CountFailure(Key key, int allowed, TimeSpan longest)
    {
        var now = clock.GetUtcNow();
        if (_failures.Count < maxEntries || _failures.ContainsKey(key))
        {
            _failures.AddOrUpdate(
                key,
                _ => new Failures(1, now, now),
                (_, before) => before.Last + Forget < now ? new Failures(1, now, now) : before.Next(now, allowed, longest)
            );
        }
    }

    /// <summary>Forgets what is old, once in a while; where that is not enough, the half that failed least and longest ago.</summary>
    private void MakeRoom()
    {
        var now = clock.GetUtcNow();
        var swept = Interlocked.Read(ref _swept);
        var isFull = _failures.Count >= maxEntries;
        if ((!isFull && swept + Sweep.Ticks > now.UtcTicks) || Interlocked.CompareExchange(ref _swept, now.UtcTicks, swept) != swept)
        {
            return;
        }

        foreach (var (key, seen) in _known.Where(entry => entry.Value + Known < now))
        {
            _known.TryRemove(key, out _);
        }

        foreach (var (key, _) in _failures.Where(entry => entry.Value.Last + Forget < now))
        {
            _failures.TryRemove(key, out _);
        }

        if (_failures.Count >= maxEntries)
        {
            foreach (
                var (key, _) in _failures
                    .ToArray()
                    .OrderBy(entry => entry.Value.RefusedUntil)
                    .ThenBy(entry => entry.Value.Last)
                    .Take(maxEntries / 2)
            )
            {
                _failures.TryRemove(key, out _);
            }
        }
    }

    /// <summary>
    /// Of a few bytes, however long the name is; nobody can choose names that fall together. Case does not make another name: it may not
    /// make another login.
    /// </summary>
    private Key KeyOf(Kind kind, string stage, string username, IPAddress? address)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"{kind}\n{stage}\n{Network(address)}\n{username.ToLowerInvariant()}"), hash);
        return new Key(BitConverter.ToInt64(hash), BitConverter.ToInt64(hash[8..]));
    }

    /// <summary>Of IPv6 the network, a /64: one customer has as many addresses in it as he likes.</summary>
    private static string Network(IPAddress? address) =>
        address switch
        {
            null => "",
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
            { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
            _ => address.ToString(),
        };

    private readonly record struct Key(long First, long Second);

    private sealed record Failures(int Count, DateTimeOffset Last, DateTimeOffset RefusedUntil)
    {
        public Failures Next(DateTimeOffset now, int allowed, TimeSpan longest)
        {
            var count = Count + 1;
            if (count < allowed)
            {
                return new Failures(count, now, now);
            }

            var wait = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(count - allowed, 20)));
            return new Failures(count, now, now + (wait < longest ? wait : longest));
        }
    }
}

/// <summary>The same for customers whose credentials a portal asks about.</summary>
internal sealed class LoginThrottle(FailedLogins failures, CurrentCall call) : ILoginThrottle
{
    private string Stage => call.Feature?.Stage.Name ?? "";

    public bool IsRefused(string username) => failures.RefusedFor(Stage, username, null) is not null;

    public void Record(string username, bool succeeded)
    {
        if (succeeded)
        {
            failures.Succeeded(Stage, username, null);
        }
        else
        {
            failures.Failed(Stage, username, null, isKnown: false);
        }
    }
}
