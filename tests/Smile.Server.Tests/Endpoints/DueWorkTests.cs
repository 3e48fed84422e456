using Microsoft.Extensions.DependencyInjection;
using Smile.Customers.DueWork;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>What is dated is done on its date, on the stage's clock.</summary>
[Collection(ServerTests.Name)]
public sealed class DueWorkTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    private DateTimeOffset Now => server.Clock.GetUtcNow();

    /// <summary>The module whose it is carries it out: a kind that none takes, or two, would fail when its day comes.</summary>
    [Fact]
    public async Task Each_kind_of_due_work_has_one_handler()
    {
        await using var scope = UseCaseScope.Begin(
            server.Services.GetRequiredService<IServiceScopeFactory>(),
            server.Stage,
            Caller.Server(new Usn("tests"))
        );
        var kinds = scope.Use<IEnumerable<IDueWorkHandler>>().SelectMany(handler => handler.Kinds);
        Assert.Equal(Enum.GetValues<DueWorkKind>().Order(), kinds.Order());
    }

    [Fact]
    public async Task A_suspension_in_advance_begins_and_ends_on_its_dates()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var from = Now.AddDays(2);
        await Api.CallAsync("subscription", "suspend", P("usn", usn), P("fromTimestamp", Stamp(from)), P("comment", "holiday"));
        await Api.CallAsync("subscription", "resume", P("usn", usn), P("fromTimestamp", Stamp(from.AddDays(7))));
        Assert.Equal("Active", await SuspendStatusAsync(usn));

        server.Clock.MoveTo(from.AddSeconds(-1));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Active", await SuspendStatusAsync(usn));
        server.Clock.MoveTo(from);
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Suspended", await SuspendStatusAsync(usn));
        server.Clock.MoveTo(from.AddDays(7));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Active", await SuspendStatusAsync(usn));
        Assert.Equal(
            ["SubscriptionSuspended", "SubscriptionResumed"],
            (await server.MessagesAsync(customer.Usn))
                .Select(message => message.Type)
                .Where(type =>
                    type.StartsWith("SubscriptionSuspended", StringComparison.Ordinal)
                    || type.StartsWith("SubscriptionResumed", StringComparison.Ordinal)
                )
        );
    }

    [Fact]
    public async Task A_resumption_without_a_suspension_before_it_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        Assert.Equal(
            "SuspendException",
            (
                await Api.RefusedAsync(
                    "subscription",
                    "resume",
                    P("usn", customer.Subscriptions[1]),
                    P("fromTimestamp", Stamp(Now.AddDays(1)))
                )
            ).Element
        );
    }

    [Fact]
    public async Task A_cancellation_in_advance_closes_on_its_date_once()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var first = Now.AddDays(10);
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", Stamp(first)));
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", Stamp(first.AddDays(5))));
        server.Clock.MoveTo(first.AddDays(1));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Provisioned", (await Api.CallAsync("subscription", "get", P("usn", usn))).At("ProvisionStatus"));
        server.Clock.MoveTo(first.AddDays(5));

        // Two servers at once: it is done once.
        await Task.WhenAll(server.CarryOutDueWorkAsync(), server.CarryOutDueWorkAsync(), server.CarryOutDueWorkAsync());
        Assert.Equal("Deprovisioned", (await Api.CallAsync("subscription", "get", P("usn", usn))).At("ProvisionStatus"));
        Assert.Single(await server.MessagesAsync(customer.Usn), message => message.Type == "SubscriptionClosed");
    }

    [Fact]
    public async Task A_feature_is_applied_from_midnight_to_midnight_in_the_accounts_time_zone()
    {
        var ordered = await AdslWithVoipAsync(server);
        var usn = await ProvisionedAsync(ordered);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(
            await server.QueryAsync<string>(
                "SELECT name FROM catalogue_item JOIN account ON kind = 'time_zone' AND key = time_zone_id::text WHERE usn = $1",
                ordered.Usn
            )
        );
        var start = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Now, zone).DateTime).AddDays(3);
        var midnight = new DateTimeOffset(start.ToDateTime(TimeOnly.MinValue), zone.GetUtcOffset(start.ToDateTime(TimeOnly.MinValue)));
        var id = (
            await Api.CallAsync(
                "subscription",
                "applyFeature",
                P("usn", usn),
                P("featureId", 812),
                P("startDate", $"{start:yyyy-MM-dd}"),
                P("endDate", $"{start.AddDays(2):yyyy-MM-dd}")
            )
        )!.Value;
        Assert.NotEqual(
            id,
            (
                await Api.CallAsync(
                    "subscription",
                    "applyFeature",
                    P("usn", usn),
                    P("featureId", 812),
                    P("startDate", $"{start.AddDays(900):yyyy-MM-dd}")
                )
            )!.Value
        );
        Assert.Empty(await ActiveAsync(usn));
        server.Clock.MoveTo(midnight.AddSeconds(-1));
        await server.CarryOutDueWorkAsync();
        Assert.Empty(await ActiveAsync(usn));
        server.Clock.MoveTo(midnight);
        await server.CarryOutDueWorkAsync();
        Assert.Equal(["812"], await ActiveAsync(usn));
        server.Clock.Advance(TimeSpan.FromDays(2));
        await server.CarryOutDueWorkAsync();
        Assert.Empty(await ActiveAsync(usn));

        var types = (await server.MessagesAsync(ordered.Usn))
            .Where(message => message.Type is "SubscriptionFeaturesChanged" or "SubscriptionProvisionCommand")
            .ToList();
        Assert.Equal(
            ["SubscriptionFeaturesChanged", "SubscriptionProvisionCommand", "SubscriptionFeaturesChanged", "SubscriptionProvisionCommand"],
            types.Select(message => message.Type)
        );
        Assert.Equal(("applyFeature", 812), ((string)types[1].Headers["command"], (int)types[1].Headers["commandID"]));
        Assert.Contains("<FeatureId>812</FeatureId>", types[0].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<FeatureId>812</FeatureId>", types[2].Body, StringComparison.Ordinal);
    }

    /// <summary>O4, O7, O13: the provider is told when the set of active features changes, and of subscriptions that it has.</summary>
    [Fact]
    public async Task A_feature_that_is_applied_twice_is_switched_off_when_the_last_one_ends()
    {
        var ordered = await AdslWithVoipAsync(server);
        await Api.CallAsync("subscription", "applyFeature", P("usn", ordered.Subscriptions[0]), P("featureId", 813));
        Assert.Empty(await CommandsAsync(ordered.Usn));

        var usn = await ProvisionedAsync(ordered);
        var first = (await Api.CallAsync("subscription", "applyFeature", P("usn", usn), P("featureId", 812)))!.Value;
        var second = (await Api.CallAsync("subscription", "applyFeature", P("usn", usn), P("featureId", 812)))!.Value;
        Assert.Equal(["applyFeature 812"], await CommandsAsync(ordered.Usn));
        await StopAsync(first);
        Assert.Equal(["applyFeature 812"], await CommandsAsync(ordered.Usn));
        Assert.Contains("812", await ActiveAsync(usn));
        await StopAsync(second);
        Assert.Equal(["applyFeature 812", "stopApplyingFeature 812"], await CommandsAsync(ordered.Usn));

        // An end that moves later changes ratings from the old end on, one that moves earlier from the new one.
        var today = DateOnly.FromDateTime(Now.UtcDateTime);
        DateOnly[] days = [today.AddDays(5), today.AddDays(9), today.AddDays(7)];
        var third = (
            await Api.CallAsync("subscription", "applyFeature", P("usn", usn), P("featureId", 812), P("endDate", $"{days[0]:yyyy-MM-dd}"))
        )!.Value;
        var zone = server.Stage.Catalogue.Zone(19);
        foreach (var (end, since) in new[] { (days[1], days[0]), (days[2], days[2]) })
        {
            await Api.CallAsync(
                "subscription",
                "stopApplyingFeature",
                P("subscriptionFeatureId", third),
                P("endDate", $"{end:yyyy-MM-dd}")
            );
            var message = (await server.MessagesAsync(ordered.Usn))[^1];
            Assert.Equal(
                ("RatingConfigurationUpdated", zone.StartOf(since).ToUnixTimeMilliseconds()),
                (message.Type, (long)message.Headers["timestamp"])
            );
        }
    }

    [Fact]
    public async Task The_end_of_a_feature_is_moved_or_taken_away()
    {
        var ordered = await AdslWithVoipAsync(server);
        var usn = ordered.Subscriptions[0];
        var id = (await Api.CallAsync("subscription", "applyFeature", P("usn", usn), P("featureId", 812)))!.Value;
        Assert.Equal(["812"], await ActiveAsync(usn));
        Assert.Null(
            await Api.CallAsync(
                "subscription",
                "stopApplyingFeature",
                P("subscriptionFeatureId", id),
                P("endDate", $"{Now.AddDays(3):yyyy-MM-dd}")
            )
        );
        Assert.Null(await Api.CallAsync("subscription", "stopApplyingFeature", P("subscriptionFeatureId", id)));
        server.Clock.Advance(TimeSpan.FromDays(5));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(["812"], await ActiveAsync(usn));
        Assert.Null(
            await Api.CallAsync(
                "subscription",
                "stopApplyingFeature",
                P("subscriptionFeatureId", id),
                P("endDate", $"{Now.AddDays(-1):yyyy-MM-dd}")
            )
        );
        Assert.Empty(await ActiveAsync(usn));
    }

    [Fact]
    public async Task Bad_features_are_refused()
    {
        var ordered = await AdslWithVoipAsync(server);
        var usn = ordered.Subscriptions[0];
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "applyFeature", P("usn", usn), P("featureId", 4711))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "applyFeature", P("usn", "4711"), P("featureId", 812))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "subscription",
                    "applyFeature",
                    P("usn", usn),
                    P("featureId", 812),
                    P("startDate", "2035-01-02"),
                    P("endDate", "2035-01-01")
                )
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "stopApplyingFeature", P("subscriptionFeatureId", Guid.NewGuid()))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "stopApplyingFeature", P("subscriptionFeatureId", ""))).Element
        );
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("subscription", "stopApplyingFeature")).Element);
        using var own = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        var id = (await Api.CallAsync("subscription", "applyFeature", P("usn", usn), P("featureId", 812)))!.Value;
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "stopApplyingFeature", P("subscriptionFeatureId", id))).Element
        );
    }

    private static string Stamp(DateTimeOffset instant) =>
        instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string?> SuspendStatusAsync(string usn) =>
        (await Api.CallAsync("subscription", "get", P("usn", usn))).At("SuspendStatus");

    private async Task<string> ProvisionedAsync(OrderedAccount ordered)
    {
        var id = (await Api.CallAsync("provisioning", "getIncompleteProvisionRequests", P("usn", ordered.Subscriptions[0]))).At(
            "ProvisionRequest/provisionRequestId"
        )!;
        await Api.CallAsync(
            "provisioning",
            "provisioningUpdate",
            P("provisionRequestId", id),
            Document("<ProvisionRequestStatus>Provisioned</ProvisionRequestStatus>")
        );
        return ordered.Subscriptions[0];
    }

    private Task StopAsync(string feature) =>
        Api.CallAsync(
            "subscription",
            "stopApplyingFeature",
            P("subscriptionFeatureId", feature),
            P("endDate", $"{Now.AddDays(-1):yyyy-MM-dd}")
        );

    private async Task<IEnumerable<string>> CommandsAsync(string account) =>
        (await server.MessagesAsync(account))
            .Where(message => message.Type == "SubscriptionProvisionCommand")
            .Select(message => $"{message.Headers["command"]} {message.Headers["commandID"]}");

    private async Task<IEnumerable<string>> ActiveAsync(string usn) =>
        (await Api.CallAsync("subscription", "getActiveFeatures", P("usn", usn)))
            .AllAt("SubscriptionFeature/Feature/FeatureId")
            .Select(id => id.Value);
}
