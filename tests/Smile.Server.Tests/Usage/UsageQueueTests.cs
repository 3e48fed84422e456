using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Server.Tests.Usage;

/// <summary>Several servers share what is to be rated, and two never have the same subscription.</summary>
public sealed class UsageQueueTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Buckets = 16;
    private const int Most = 100;

    private static readonly DateTimeOffset From = new(2015, 2, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Usn[] Subscriptions = [.. Enumerable.Range(1, 300).Select(number => new Usn($"queued{number}"))];

    private readonly UsageHelp _usage = new(server);

    private UsageDatabase Database => server.Stage.Usage;

    [Fact]
    public async Task A_bucket_is_worked_on_by_one_at_a_time()
    {
        await AddAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, Buckets + 4).Select(_ => Task.Run(ClaimAsync)));
        var taken = claims.Where(claim => claim.Count > 0).ToList();
        Assert.Equal(Buckets, taken.Select(claim => Assert.Single(claim).Bucket).Distinct().Count());
        Assert.Equal(Buckets, taken.Count);
        Assert.Equal(Subscriptions.Order(), taken.SelectMany(claim => claim[0].Subscriptions).Order());

        // What comes meanwhile waits for who has the bucket.
        await AddAsync();
        Assert.Empty(await ClaimAsync());

        // What was late is left for a moment and holds up nothing else; what was done is gone.
        var late = taken[0][0].Subscriptions[0];
        await UsageQueue.DoneAsync(Database, taken[0], [late], default);
        var next = Assert.Single(await ClaimAsync());
        Assert.Equal(taken[0][0].Bucket, next.Bucket);
        Assert.True(next.Batch > taken[0][0].Batch);
        await UsageQueue.DoneAsync(Database, [next], [], default);
        Assert.Empty(await ClaimAsync());
        await _usage.RowsAsync("UPDATE usage_work SET not_before = now() WHERE not_before IS NOT NULL");
        var again = Assert.Single(await ClaimAsync());
        Assert.Equal((taken[0][0].Batch, next.Bucket), (again.Batch, again.Bucket));
        Assert.Equal([late], again.Subscriptions);

        // Who is gone loses what it had, with what has come since.
        await UsageQueue.DoneAsync(Database, [again], [], default);
        await _usage.RowsAsync("UPDATE usage_work SET claimed_until = now() - interval '1 second' WHERE bucket = $1", taken[1][0].Bucket);
        var lost = await ClaimAsync();
        Assert.Equal([taken[1][0].Batch, next.Batch], lost.Select(work => work.Batch).Order());
        Assert.All(lost, work => Assert.Equal(taken[1][0].Bucket, work.Bucket));
        Assert.Equal(taken[1][0].Subscriptions.Order(), lost[0].Subscriptions.Order());
        Assert.Equal(taken[1][0].Subscriptions.Order(), lost[1].Subscriptions.Order());
    }

    /// <summary>A time before all usage means all of it: no rating has to reckon with days that there were not.</summary>
    [Fact]
    public async Task What_is_charged_otherwise_since_ever_is_so_since_there_is_usage()
    {
        var usn = new Usn("since-ever");
        await UsageQueue.AddChangeAsync(Database, [usn], DateTimeOffset.MinValue, 0, From, default);
        var work = Assert.Single(await UsageQueue.WaitingForAsync(Database, [usn], default));
        Assert.Equal(2000, work.First.Year);
        await _usage.RowsAsync("DELETE FROM usage_work WHERE batch_id = $1", work.Batch);
    }

    private Task AddAsync() => UsageQueue.AddChangeAsync(Database, Subscriptions, From, 0, From, default);

    private Task<IReadOnlyList<UsageWork>> ClaimAsync() => UsageQueue.ClaimAsync(Database, Most, default);
}
