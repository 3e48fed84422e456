using Smile.Hosting.Security;
using Smile.Kernel;
using Smile.Session;
using Smile.Testing;

namespace Smile.Server.Tests.Security;

/// <summary>Credentials that were verified are remembered, and forgotten as soon as they may be wrong.</summary>
public sealed class CallerCacheTests
{
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Credentials_are_remembered_for_five_minutes_and_only_as_they_were_sent()
    {
        var cache = new CallerCache(_clock);
        var joe = Caller("1");
        cache.Add("Basic am9lOmE=", joe, cache.State);

        Assert.Same(joe, cache.Find("Basic am9lOmE="));
        Assert.Null(cache.Find("Basic am9lOmI="));
        Assert.Null(cache.Find("basic am9lOmE="));
        Assert.Null(cache.Find("Basic am9lOmE=" + new string('=', 2_000)));
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(cache.Find("Basic am9lOmE="));
    }

    [Fact]
    public void A_login_that_changes_is_forgotten_with_all_of_its_credentials_and_others_are_not()
    {
        var cache = new CallerCache(_clock);
        cache.Add("Basic old", Caller("1"), cache.State);
        cache.Add("Basic new", Caller("1"), cache.State);
        cache.Add("Basic other", Caller("2"), cache.State);

        cache.Remove(new Usn("1"));

        Assert.Null(cache.Find("Basic old"));
        Assert.Null(cache.Find("Basic new"));
        Assert.NotNull(cache.Find("Basic other"));
        cache.Clear();
        Assert.Null(cache.Find("Basic other"));
    }

    /// <summary>Its permissions were read, then taken away, and what was heard of that came before it was remembered.</summary>
    [Fact]
    public void A_login_that_changed_while_its_credentials_were_verified_is_not_remembered()
    {
        var cache = new CallerCache(_clock);
        foreach (var forget in new Action[] { () => cache.Remove(new Usn("1")), cache.Clear })
        {
            var state = cache.State;
            var read = Caller("1");
            forget();
            cache.Add("Basic joe", read, state);
            Assert.Null(cache.Find("Basic joe"));
        }
    }

    private static Caller Caller(string usn) =>
        new(new Usn(usn), new Usn("9"), AllAccounts: true, ViewPassword: false, OrderAllPackages: false, new HashSet<int>());
}
