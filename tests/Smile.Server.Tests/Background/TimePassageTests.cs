using Microsoft.Extensions.DependencyInjection;
using Smile.Cli;
using Smile.Customers.Access;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Background;

/// <summary>Time that passes on a stage for trying out: what falls due on the way happens, in its order and dated its own time.</summary>
[Collection(TimePassageServerTests.Name)]
public sealed class TimePassageTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task What_falls_due_on_the_way_happens_at_its_own_time()
    {
        var username = server.Unique("passage");
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, Text("username", username)));
        var number = group.At("OrderGroupNumber")!;
        var account = group.At("AccountUSN")!;
        await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", number), Order(AdslOnly, 36, Text("username", username + "a")));
        var placed = await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", number));
        var subscription = placed.At("OrderGroup/Orders/Order/OrderedComponents/Subscription/USN")!;
        var request = (await Api.CallAsync("provisioning", "getIncompleteProvisionRequests", P("usn", subscription))).At(
            "ProvisionRequest/provisionRequestId"
        )!;
        await Api.CallAsync(
            "provisioning",
            "provisioningUpdate",
            P("provisionRequestId", request),
            Document("<ProvisionRequestStatus>Provisioned</ProvisionRequestStatus>")
        );
        await Api.CallAsync("subscription", "suspend", P("usn", subscription), P("fromTimestamp", "2015-02-20T12:00:00+11:00"));
        await Api.CallAsync("subscription", "resume", P("usn", subscription), P("fromTimestamp", "2015-02-25T12:00:00+11:00"));

        var told = new List<string>();
        await server
            .Services.GetRequiredService<TimePassage>()
            .AdvanceAsync(
                server.Stage,
                new DateTimeOffset(2015, 3, 20, 9, 0, 0, TimeSpan.FromHours(11)),
                "tests",
                told.Add,
                CancellationToken.None
            );
        Assert.Equal(
            ["Suspended 2015-02-20T01:00:00Z", "Resumed 2015-02-25T01:00:00Z"],
            await server.QueryAsync<string[]>(
                "SELECT array_agg(kind || to_char(at AT TIME ZONE 'UTC', ' YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') ORDER BY at) FROM "
                    + "subscription_event WHERE subscription_usn = $1",
                subscription
            )
        );

        // Periods begin on the 14th, and the initial invoice has two of them. Billed when the period is over, dated the day after; four
        // whole days were free.
        Assert.Equal(
            ["2015-03-13 2015-03-13 13:00 2015-03-14 25.70"],
            await server.QueryAsync<string[]>(
                """
                SELECT array_agg(concat_ws(' ', period_end, to_char(billed AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), transaction_date,
                    round(bill.amount, 2)) ORDER BY period_end)
                FROM bill JOIN financial_transaction ON number = transaction_numbers[1] WHERE bill.account_usn = $1
                """,
                account
            )
        );
        Assert.Contains(
            told,
            line =>
                line.StartsWith("2015-03-13 13:00Z", StringComparison.Ordinal)
                && line.Contains("periods billed, 1 invoice, 0 errors", StringComparison.Ordinal)
        );
        Assert.Equal(new DateTimeOffset(2015, 3, 19, 22, 0, 0, TimeSpan.Zero), server.Stage.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Time_does_not_pass_backwards_and_a_stage_in_earnest_keeps_its_clock()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            server
                .Services.GetRequiredService<TimePassage>()
                .AdvanceAsync(server.Stage, server.Stage.Clock.GetUtcNow().AddMinutes(-1), "tests", _ => { }, CancellationToken.None)
        );
        Assert.Contains(
            "ClockMayMove=true",
            Assert.Throws<CommandException>(() => ClockCommand.Movable(server.Stage)).Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>What accounts have would lie in the future. Those that API users alone were made for have nothing.</summary>
    [Fact]
    public async Task The_clock_is_set_only_where_nobody_has_an_account()
    {
        await using var stage = await server.NewStageAsync("unused", clockMayMove: true);
        var before = new DateTimeOffset(2014, 1, 1, 9, 0, 0, TimeSpan.FromHours(11));
        var later = before.AddYears(2);
        await ClockCommand.SetAsync(stage, later, CancellationToken.None);
        var user = new ApiUser("user", "some-password", null, AllAccounts: true, ViewPassword: false, AllPackages: false, []);
        await UserCommand.AddAsync(stage, server.Services.GetRequiredService<IPasswordVault>(), user, CancellationToken.None);
        await ClockCommand.SetAsync(stage, before, CancellationToken.None);
        Assert.Equal(before.Date, stage.Clock.GetUtcNow().ToOffset(before.Offset).Date);

        await using (var command = stage.Store.Source.CreateCommand("DELETE FROM api_permission"))
        {
            await command.ExecuteNonQueryAsync();
        }

        foreach (var time in new[] { before.AddDays(-1), later })
        {
            Assert.Equal(
                "Stage unused has 1 account: 'clock set' is for a stage that nobody uses yet. Let time pass with 'clock advance'.",
                (await Assert.ThrowsAsync<CommandException>(() => ClockCommand.SetAsync(stage, time, CancellationToken.None))).Message
            );
        }

        Assert.Equal(before.Date, stage.Clock.GetUtcNow().ToOffset(before.Offset).Date);
    }
}

[CollectionDefinition(Name)]
public sealed class TimePassageServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "time passage";
}
