using Smile.Cli;
using Smile.NumberPools;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.PaymentHelp;

namespace Smile.Server.Tests.Pools;

/// <summary>What operators do with pools, and the files that they give.</summary>
[Collection(ServerTests.Name)]
public sealed class PoolCommandTests(ServerFixture server)
{
    private readonly PoolHelp _pool = new(server);

    [Fact]
    public async Task A_wrong_range_is_told_by_its_line_and_nothing_is_imported()
    {
        await _pool.ImportAsync(PoolHelp.Telephone, "0200000000", "0200000999");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file,
                "# ours since 2014\n0200001000-0200001999\n\n0200000990-0200001010\n200002000\n0200003000\n0200009-0200003001\n"
            );
            var ranges = await PoolCommand.RangesAsync(["0200004000-0200003000"], file, default);
            var problems = (await Assert.ThrowsAsync<PoolException>(() => ImportAsync(ranges))).Message.Split('\n');
            Assert.Equal(4, problems.Length);
            Assert.StartsWith("range 1: 0200004000-0200003000: ", problems[0], StringComparison.Ordinal);
            Assert.StartsWith($"{file}, line 5: 200002000-200002000: A number of the pool", problems[1], StringComparison.Ordinal);
            Assert.StartsWith($"{file}, line 7: 0200009-0200003001: ", problems[2], StringComparison.Ordinal);
            Assert.Equal($"{file}, line 2: 0200001000-0200001999 has numbers of 0200000990-0200001010 ({file}, line 4).", problems[3]);
            var present = await Assert.ThrowsAsync<PoolException>(() =>
                ImportAsync([new NamedRange("range 1", "0200000990", "0200001010")])
            );
            Assert.Equal(
                "range 1: 0200000990-0200001010 has numbers of 0200000000-0200000999, which the pool has already.",
                present.Message
            );
            Assert.Equal("0200000000-0200000999", await _pool.SearchAsync(PoolHelp.Telephone, "0200000000", "0200009999"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Ranges_that_meet_are_one_to_search()
    {
        var ranges = await PoolCommand.RangesAsync(["0210000500-0210000999", "0210000000-0210000499", "0210001000"], null, default);
        Assert.Equal(1001, await ImportAsync(ranges));
        Assert.Equal("0210000000-0210001000", await _pool.SearchAsync(PoolHelp.Telephone, "0210000000", "0210009999"));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    [Fact]
    public async Task Texts_with_hyphens_are_parted_in_the_middle() =>
        Assert.Equal(
            [
                new NamedRange("range 1", "EX-000001-MEL", "EX-000009-MEL"),
                new NamedRange("range 2", "EX-000001-MEL", "EX-000001-MEL"),
                new NamedRange("range 3", "1", "2"),
            ],
            await PoolCommand.RangesAsync(["EX-000001-MEL-EX-000009-MEL", "EX-000001-MEL", "1 - 2"], null, default)
        );

    [Fact]
    public async Task Quarantine_can_end_before_its_time()
    {
        await _pool.ImportAsync(PoolHelp.Telephone, "0220000000", "0220000099");
        var link = await _pool.ReserveAsync(PoolHelp.Telephone, "0220000010", "0220000019", "Allocation", "1");
        await _pool.ReserveAsync(PoolHelp.Telephone, "0220000020", "0220000029", "Allocation", "1");
        await Assert.ThrowsAsync<PoolException>(() => ReleaseAsync("0220000000", "0220000099"));
        var kept = await _pool.UnlinkAsync(link.At("LinkId"));
        await Assert.ThrowsAsync<PoolException>(() => ReleaseAsync("0220000010", "0220000018"));
        Assert.Equal(10, await ReleaseAsync("0220000000", "0220000099"));
        Assert.Equal(
            "0220000000-0220000019 0220000030-0220000099",
            await _pool.SearchAsync(PoolHelp.Telephone, "0220000000", "0220000099")
        );
        Assert.Contains(
            await server.MessagesAsync(PoolHelp.Telephone),
            message => (string)message.Headers["linkId"] == kept.At("LinkId") && !(bool)message.Headers["reservationStatus"]
        );
    }

    [Fact]
    public async Task Numbers_that_are_free_are_taken_out_of_a_pool()
    {
        await _pool.ImportAsync(PoolHelp.Telephone, "0230000000", "0230000099");
        await _pool.ImportAsync(PoolHelp.Telephone, "0230000100", "0230000199");
        var before = await CountAsync("Melbourne numbers");
        NamedRange[] ranges = [new("range 1", "0230000190", "0230000199"), new("range 2", "0230000050", "0230000149")];
        Assert.Equal(110, await WithdrawAsync(dryRun: true, ranges));
        Assert.Equal(before, await CountAsync("Melbourne numbers"));
        Assert.Equal(110, await WithdrawAsync(dryRun: false, ranges));
        Assert.Equal(
            "0230000000-0230000049 0230000150-0230000189",
            await _pool.SearchAsync(PoolHelp.Telephone, "0230000000", "0230000199")
        );
        Assert.Equal(before.Numbers - 110, (await CountAsync("Melbourne numbers")).Numbers);
        Assert.Equal(
            "InvalidRequestException",
            (await _pool.ReserveRefusedAsync(PoolHelp.Telephone, "0230000050", "0230000050", "Temporary")).Element
        );

        // What is gone can come back, and go once.
        Assert.EndsWith(
            "has numbers that the pool does not have.",
            (await Assert.ThrowsAsync<PoolException>(() => WithdrawAsync(dryRun: false, ranges[0]))).Message,
            StringComparison.Ordinal
        );
        await _pool.ImportAsync(PoolHelp.Telephone, "0230000050", "0230000149");
        Assert.Equal("0230000000-0230000189", await _pool.SearchAsync(PoolHelp.Telephone, "0230000000", "0230000199"));
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
        Assert.Equal(
            "230000000-230000099 230000100-230000199 230000150-230000199",
            await server.QueryAsync<string>(
                """
                SELECT string_agg((before ->> 'first') || '-' || (before ->> 'last'), ' ' ORDER BY id) FROM audit_change
                WHERE table_name = 'pool_range' AND action = 'DELETE' AND (before ->> 'first')::numeric BETWEEN 230000000 AND 230000199
                """
            )
        );
    }

    [Fact]
    public async Task What_is_in_use_is_named_and_nothing_is_taken_out()
    {
        await _pool.ImportAsync(PoolHelp.Telephone, "0240000000", "0240000099");
        await _pool.ReserveAsync(PoolHelp.Telephone, "0240000010", "0240000019", "Allocation", "1");
        var link = await _pool.ReserveAsync(PoolHelp.Telephone, "0240000030", "0240000030", "PreAllocation", "1");
        await _pool.UnlinkAsync(link.At("LinkId"));
        var refusal = await Assert.ThrowsAsync<PoolException>(() =>
            WithdrawAsync(dryRun: false, new("range 1", "0240000015", "0240000039"), new("range 2", "0240000050", "0240000099"))
        );
        Assert.Equal(
            "range 1: 0240000015-0240000039 has numbers of 0240000010-0240000019: Allocation.\n"
                + "range 1: 0240000015-0240000039 has numbers of 0240000030-0240000030: Quarantine.",
            refusal.Message
        );
        Assert.Equal(
            "0240000000-0240000009 0240000020-0240000029 0240000031-0240000099",
            await _pool.SearchAsync(PoolHelp.Telephone, "0240000000", "0240000099")
        );
        for (var number = 50; number < 90; number += 2)
        {
            await _pool.ReserveAsync(PoolHelp.Telephone, $"02400000{number}", $"02400000{number}", "Allocation");
        }

        var many = await Assert.ThrowsAsync<PoolException>(() =>
            WithdrawAsync(dryRun: true, new NamedRange("all", "0240000050", "0240000099"))
        );
        Assert.Equal(11, many.Message.Split('\n').Length);
        Assert.EndsWith("has more that is in use.", many.Message, StringComparison.Ordinal);
        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
    }

    [Fact]
    public async Task The_report_says_how_full_a_pool_is()
    {
        var before = await CountAsync();
        await _pool.ImportAsync(PoolHelp.Networks, "2001:db8:1::", "2001:db8:1::ff");
        await _pool.ReserveAsync(PoolHelp.Networks, "2001:db8:1::", "2001:db8:1::f", "Temporary");
        await _pool.ReserveAsync(PoolHelp.Networks, "2001:db8:1::10", "2001:db8:1::11", "PreAllocation");
        var both = await _pool.ReserveAsync(PoolHelp.Networks, "2001:db8:1::20", "2001:db8:1::23", "Temporary");
        await _pool.LinkAsync(both.At("Reservation/ReservationId"), "Allocation");
        var after = await CountAsync();

        // A number with links of two kinds is of both, and used once.
        Assert.Equal(
            (256, 234, 20, 2, 4, 0),
            (
                (int)(after.Numbers - before.Numbers),
                (int)(after.Free - before.Free),
                (int)(after.Temporary - before.Temporary),
                (int)(after.PreAllocated - before.PreAllocated),
                (int)(after.Allocated - before.Allocated),
                (int)(after.Quarantined - before.Quarantined)
            )
        );
        Assert.InRange(after.PercentUsed, 1, 99);
        await Assert.ThrowsAsync<PoolException>(() =>
            RunAsync<PoolAdministration, int>(server, async pools => (await pools.CountAsync("No such pool", default)).Count)
        );
    }

    /// <summary>A number in quarantine that somebody reserves for a moment is still in quarantine.</summary>
    [Fact]
    public async Task The_report_counts_each_kind_apart()
    {
        await _pool.ImportAsync(PoolHelp.Telephone, "0250000000", "0250000099");
        var before = await CountAsync("Melbourne numbers");
        var link = await _pool.ReserveAsync(PoolHelp.Telephone, "0250000000", "0250000004", "PreAllocation");
        await _pool.UnlinkAsync(link.At("LinkId"));
        await _pool.LinkAsync(link.At("Reservation/ReservationId"), "Temporary");
        var after = await CountAsync("Melbourne numbers");
        Assert.Equal(
            (5, 5, 5, 0),
            (
                (int)(after.Used - before.Used),
                (int)(after.Temporary - before.Temporary),
                (int)(after.Quarantined - before.Quarantined),
                (int)(after.PreAllocated - before.PreAllocated)
            )
        );
    }

    private Task<PoolCount> CountAsync(string pool = "Networks") =>
        RunAsync<PoolAdministration, PoolCount>(server, async pools => (await pools.CountAsync(pool, default)).Single().Count);

    private Task<System.Numerics.BigInteger> WithdrawAsync(bool dryRun, params NamedRange[] ranges) =>
        RunAsync<PoolAdministration, System.Numerics.BigInteger>(
            server,
            pools => pools.WithdrawAsync("Melbourne numbers", ranges, dryRun, default)
        );

    private Task<System.Numerics.BigInteger> ImportAsync(IReadOnlyList<NamedRange> ranges) =>
        RunAsync<PoolAdministration, System.Numerics.BigInteger>(server, pools => pools.ImportAsync(PoolHelp.Telephone, ranges, default));

    private Task<System.Numerics.BigInteger> ReleaseAsync(string start, string end) =>
        RunAsync<PoolAdministration, System.Numerics.BigInteger>(
            server,
            pools => pools.ReleaseAsync("Melbourne numbers", new NamedRange("range", start, end), default)
        );
}
