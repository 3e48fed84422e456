using System.Collections.Concurrent;
using Smile.Domain.Access;
using Smile.Server.Stages;

namespace Smile.Server.Security;

/// <summary>
/// Slows guessing down: after some failures of a username from an address, or of an address with any username, further attempts are
/// refused unseen for a time that doubles with each failure. A username that fails from many addresses is slowed too, but briefly, so that
/// nobody can lock a user out for long.
/// </summary>
internal sealed class FailedLogins(TimeProvider clock)
{
    private const int MaxEntries = 100_000;
    private static readonly TimeSpan Forget = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, Failures> _failures = new();

    /// <summary>How long attempts of this kind are refused; null where they are not.</summary>
    /// <param name="stage">The stage whose logins are tried.</param>
    /// <param name="username">Who tries.</param>
    /// <param name="address">Where from; null where it is not known, as for a portal's customers.</param>
    public TimeSpan? RefusedFor(string stage, string username, string? address)
    {
        var now = clock.GetUtcNow();
        var until = Keys(stage, username, address).Max(key => _failures.TryGetValue(key.Key, out var failures) ? failures.RefusedUntil : DateTimeOffset.MinValue);
        return until > now ? until - now : null;
    }

    public void Failed(string stage, string username, string? address)
    {
        var now = clock.GetUtcNow();
        if (_failures.Count > MaxEntries)
        {
            foreach (var (key, failures) in _failures)
            {
                if (failures.Last + Forget < now)
                {
                    _failures.TryRemove(key, out _);
                }
            }
        }

        foreach (var (key, allowed, longest) in Keys(stage, username, address))
        {
            _failures.AddOrUpdate(key, _ => new Failures(1, now, now), (_, before) => before.Last + Forget < now ? new Failures(1, now, now) : before.Next(now, allowed, longest));
        }
    }

    public void Succeeded(string stage, string username, string? address) => _failures.TryRemove(Keys(stage, username, address)[0].Key, out _);

    private static (string Key, int Allowed, TimeSpan Longest)[] Keys(string stage, string username, string? address)
    {
        var pair = ($"pair|{stage}|{username}|{address}", 5, TimeSpan.FromMinutes(5));
        return address is null
            ? [pair]
            : [pair, ($"address|{address}", 50, TimeSpan.FromMinutes(5)), ($"user|{stage}|{username}", 100, TimeSpan.FromSeconds(2))];
    }

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
internal sealed class LoginThrottle(FailedLogins failures, IHttpContextAccessor accessor) : ILoginThrottle
{
    private string Stage => accessor.HttpContext?.Features.Get<StageFeature>()?.Stage.Name ?? "";

    public bool IsRefused(string username) => failures.RefusedFor(Stage, username, null) is not null;

    public void Record(string username, bool succeeded)
    {
        if (succeeded)
        {
            failures.Succeeded(Stage, username, null);
        }
        else
        {
            failures.Failed(Stage, username, null);
        }
    }
}
