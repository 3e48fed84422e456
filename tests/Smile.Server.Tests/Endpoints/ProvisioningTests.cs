using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class ProvisioningTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_provider_that_answers_provisioned_completes_the_order()
    {
        var ordered = await AdslWithVoipAsync(server);
        var id = await RequestAsync(ordered.Subscriptions[0]);
        var delayed = await UpdateAsync(id, "Delayed", "The exchange is full");
        Assert.Equal(("Transferring", "Delayed"), (delayed.At("status"), delayed.At("result")));
        var incomplete = await Api.CallAsync("provisioning", "getIncompleteProvisionRequests", P("usn", ordered.Subscriptions[0]));
        Assert.Equal("RequestProvision", incomplete.At("ProvisionRequest/requestType"));
        Assert.Equal("3", incomplete.At("ProvisionRequest/attemptLimit"));
        Assert.Contains(
            "The exchange is full",
            incomplete.AllAt("ProvisionRequest/ProvisionRequestLogs/ProvisionRequestLog/message").Select(message => message.Value)
        );

        var done = await UpdateAsync(id, "Provisioned", null);
        Assert.Equal(("Complete", "Provisioned"), (done.At("status"), done.At("result")));
        Assert.Empty(
            (await Api.CallAsync("provisioning", "getIncompleteProvisionRequests", P("usn", ordered.Subscriptions[0]))).AllAt(
                "ProvisionRequest"
            )
        );
        Assert.Equal(
            [
                "SubscriptionReadyToProvision",
                "SubscriptionProvisioned",
                "SubscriptionEnabled",
                "SubscriptionActivated",
                "SubscriptionProvisioned",
                "SubscriptionEnabled",
                "SubscriptionActivated",
                "OrderComplete",
                "RatingConfigurationUpdated",
            ],
            (await server.MessagesAsync(ordered.Usn)).Skip(2).Select(message => message.Type)
        );
        Assert.Equal(int.Parse(id), (await server.MessagesAsync(ordered.Usn))[6].Headers["provisionRequestId"]);

        // The provider repeats itself: nothing happens again. It contradicts itself: that is refused.
        await UpdateAsync(id, "Provisioned", null);
        Assert.Equal(11, (await server.MessagesAsync(ordered.Usn)).Count);
        Assert.Equal(
            "ProvisioningException",
            (await Api.RefusedAsync("provisioning", "provisioningUpdate", P("provisionRequestId", id), Status("PermFail"))).Element
        );
    }

    [Fact]
    public async Task Without_status_and_message_the_request_is_only_shown()
    {
        var ordered = await AdslWithVoipAsync(server);
        var id = await RequestAsync(ordered.Subscriptions[0]);
        var shown = await Api.CallAsync("provisioning", "provisioningUpdate", P("provisionRequestId", id));
        Assert.Equal((id, ordered.Subscriptions[0], "Transferring"), (shown.At("provisionRequestId"), shown.At("USN"), shown.At("status")));
    }

    [Fact]
    public async Task A_temporary_failure_is_tried_again_to_the_limit_and_is_then_permanent()
    {
        var ordered = await AdslWithVoipAsync(server);
        var usn = ordered.Subscriptions[0];
        var id = await RequestAsync(usn);
        for (var attempt = 1; attempt < 3; attempt++)
        {
            Assert.Equal("Retrying", (await UpdateAsync(id, "TempFail", $"attempt {attempt}")).At("status"));
            server.Clock.Advance(TimeSpan.FromMinutes(5 * attempt));
            await server.CarryOutDueWorkAsync();
            Assert.Equal(
                attempt + 1,
                (await server.MessagesAsync(ordered.Usn)).Count(message => message.Type == "SubscriptionReadyToProvision")
            );
        }

        var failed = await UpdateAsync(id, "TempFail", "attempt 3");
        Assert.Equal(("Complete", "PermFail"), (failed.At("status"), failed.At("result")));
        Assert.Equal("NotProvisioned", (await Api.CallAsync("subscription", "get", P("usn", usn))).At("ProvisionStatus"));
        Assert.DoesNotContain(await server.MessagesAsync(ordered.Usn), message => message.Type == "OrderComplete");
    }

    /// <summary>O14. After a failure for good the provider is asked anew, and what he then answers completes the order.</summary>
    [Fact]
    public async Task A_provider_is_asked_again_after_a_failure_for_good()
    {
        var ordered = await AdslWithVoipAsync(server);
        var usn = ordered.Subscriptions[0];
        var id = await RequestAsync(usn);
        Assert.Contains("this one is Transferring", (await RefusedAsync(id, "ProvisioningException")).Message, StringComparison.Ordinal);
        Assert.Equal("Complete", (await UpdateAsync(id, "PermFail", "No such line")).At("status"));

        var again = await Api.CallAsync("provisioning", "retryProvisioning", P("provisionRequestId", id));
        var second = again.At("provisionRequestId")!;
        Assert.NotEqual(id, second);
        Assert.Equal(
            (usn, "RequestProvision", "Transferring", "3", null),
            (again.At("USN"), again.At("requestType"), again.At("status"), again.At("attemptLimit"), again.At("result"))
        );
        Assert.Equal("ReadyToProvision", (await Api.CallAsync("subscription", "get", P("usn", usn))).At("ProvisionStatus"));
        var asked = (await server.MessagesAsync(ordered.Usn))[^1];
        Assert.Equal(("SubscriptionReadyToProvision", int.Parse(second)), (asked.Type, asked.Headers["provisionRequestId"]));
        Assert.Equal(second, await RequestAsync(usn));
        Assert.Contains(
            $"made again already, as {second}",
            (await RefusedAsync(id, "ProvisioningException")).Message,
            StringComparison.Ordinal
        );

        // The old answer, delivered again, is not the new one's.
        Assert.Equal(id, (await UpdateAsync(id, "PermFail", null)).At("provisionRequestId"));
        Assert.Equal("Transferring", (await UpdateAsync(second, "Delayed", null)).At("status"));
        Assert.Equal(
            [$"{id} RequestProvision Complete PermFail, attempt 1 of 3", $"{second} RequestProvision Transferring Delayed, attempt 1 of 3"],
            (
                await PaymentHelp.RunAsync<Smile.Ordering.Provisioning.ProvisionUpdates, IReadOnlyList<string>>(
                    server,
                    updates => updates.DescribeAsync(usn, default)
                )
            ).Where(line => !line.StartsWith(' '))
        );

        await UpdateAsync(second, "Provisioned", null);
        Assert.Contains("OrderComplete", (await server.MessagesAsync(ordered.Usn)).Select(message => message.Type));
        Assert.Contains(
            "this one is Complete, Provisioned",
            (await RefusedAsync(second, "ProvisioningException")).Message,
            StringComparison.Ordinal
        );
        await RefusedAsync("999999", "NoSuchItemException");
        using var own = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("provisioning", "retryProvisioning", P("provisionRequestId", id))).Element
        );

        var closed = await AdslWithVoipAsync(server);
        var failed = await RequestAsync(closed.Subscriptions[0]);
        await UpdateAsync(failed, "PermFail", null);
        await Api.CallAsync("subscription", "cancel", P("usn", closed.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        Assert.Contains(
            "The subscription is closed",
            (await RefusedAsync(failed, "ProvisioningException")).Message,
            StringComparison.Ordinal
        );

        async Task<SoapFault> RefusedAsync(string request, string element)
        {
            var fault = await Api.RefusedAsync("provisioning", "retryProvisioning", P("provisionRequestId", request));
            Assert.Equal(element, fault.Element);
            return fault;
        }
    }

    [Fact]
    public async Task A_service_may_be_activated_before_it_is_provisioned()
    {
        var customer = await PortalCustomerAsync(server);
        var details = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", server.Unique("sim")))
        );
        await Api.CallAsync("order", "approveOrder", P("orderNumber", details.At("OrderNumber")!));
        var usn = details.At("OrderedComponents/Subscription/USN")!;
        var subscription = await Api.CallAsync("subscription", "get", P("usn", usn));
        Assert.Equal(
            ("ReadyToProvision", "Activated", "NotEnabled"),
            (subscription.At("ProvisionStatus"), subscription.At("ActivateStatus"), subscription.At("EnableStatus"))
        );
        await UpdateAsync(await RequestAsync(usn), "Provisioned", null);
        Assert.Equal(
            [
                "SubscriptionActivated",
                "SubscriptionReadyToProvision",
                "SubscriptionProvisioned",
                "SubscriptionEnabled",
                "OrderComplete",
                "RatingConfigurationUpdated",
            ],
            (await server.MessagesAsync(customer.Usn)).TakeLast(6).Select(message => message.Type)
        );
    }

    [Fact]
    public async Task Bad_updates_are_refused_with_the_documented_fault()
    {
        var ordered = await AdslWithVoipAsync(server);
        var id = await RequestAsync(ordered.Subscriptions[0]);
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("provisioning", "provisioningUpdate", P("provisionRequestId", 999999))).Element
        );
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("provisioning", "provisioningUpdate")).Element);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("provisioning", "provisioningUpdate", P("provisionRequestId", id), Status("Perhaps"))).Element
        );
        Assert.Equal(
            "ProvisioningException",
            (
                await Api.RefusedAsync(
                    "provisioning",
                    "provisioningUpdate",
                    P("provisionRequestId", id),
                    P("logMessage", new string('x', 4001))
                )
            ).Element
        );
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("provisioning", "getIncompleteProvisionRequests")).Element);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("provisioning", "getIncompleteProvisionRequests", P("usn", ordered.Usn))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("provisioning", "getIncompleteProvisionRequests", P("usn", "4711"))).Element
        );
        using var own = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("provisioning", "provisioningUpdate", P("provisionRequestId", id), Status("Provisioned"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("provisioning", "getIncompleteProvisionRequests", P("usn", ordered.Subscriptions[0]))).Element
        );
    }

    /// <summary>K4: an order is completed for its account, so its subscriptions stay there until it is.</summary>
    [Fact]
    public async Task A_subscription_whose_order_is_not_complete_is_not_migrated()
    {
        var ordered = await AdslWithVoipAsync(server);
        var target = (await PortalCustomerAsync(server)).Usn;
        var refused = await Api.RefusedAsync(
            "subscription",
            "migrateSubscription",
            P("usn", ordered.Subscriptions[0]),
            P("toAccountUsn", target)
        );
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.Contains(ordered.OrderNumber, refused.Message, StringComparison.Ordinal);
        await UpdateAsync(await RequestAsync(ordered.Subscriptions[0]), "Provisioned", null);
        Assert.Null(
            await Api.CallAsync("subscription", "migrateSubscription", P("usn", ordered.Subscriptions[0]), P("toAccountUsn", target))
        );
    }

    /// <summary>K4: one that was migrated before that was refused is provisioned all the same.</summary>
    [Fact]
    public async Task An_answer_for_a_subscription_that_left_its_orders_account_completes_the_order()
    {
        var ordered = await AdslWithVoipAsync(server);
        var target = (await PortalCustomerAsync(server)).Usn;
        var id = await RequestAsync(ordered.Subscriptions[0]);
        await server.ExecuteAsync(
            "UPDATE subscription SET account_usn = $1, parent_usn = $1 WHERE usn = $2",
            target,
            ordered.Subscriptions[0]
        );
        Assert.Equal("Complete", (await UpdateAsync(id, "Provisioned", null)).At("status"));
        Assert.Contains("OrderComplete", (await server.MessagesAsync(ordered.Usn)).Select(message => message.Type));
        Assert.Contains("SubscriptionProvisioned", (await server.MessagesAsync(target)).Select(message => message.Type));
    }

    /// <summary>O5, O6: closing ends what is under way, and completes the order of which nothing else is outstanding.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("TempFail")]
    public async Task Closing_a_subscription_ends_its_request_and_its_order(string? answer)
    {
        var ordered = await AdslWithVoipAsync(server);
        var id = await RequestAsync(ordered.Subscriptions[0]);
        if (answer is not null)
        {
            await UpdateAsync(id, answer, null);
        }

        await Api.CallAsync("subscription", "cancel", P("usn", ordered.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        Assert.Empty(
            (await Api.CallAsync("provisioning", "getIncompleteProvisionRequests", P("usn", ordered.Subscriptions[0]))).AllAt(
                "ProvisionRequest"
            )
        );
        Assert.Equal("Complete", (await Api.CallAsync("provisioning", "provisioningUpdate", P("provisionRequestId", id))).At("status"));
        Assert.Equal("OrderComplete", (await server.MessagesAsync(ordered.Usn))[^1].Type);
        Assert.Single(await server.MessagesAsync(ordered.Usn), message => message.Type == "OrderComplete");
    }

    private static System.Xml.Linq.XElement Status(string status) => Document($"<ProvisionRequestStatus>{status}</ProvisionRequestStatus>");

    private async Task<string> RequestAsync(string usn) =>
        (await Api.CallAsync("provisioning", "getIncompleteProvisionRequests", P("usn", usn))).At("ProvisionRequest/provisionRequestId")!;

    private async Task<System.Xml.Linq.XElement?> UpdateAsync(string id, string status, string? message) =>
        message is null
            ? await Api.CallAsync("provisioning", "provisioningUpdate", P("provisionRequestId", id), Status(status))
            : await Api.CallAsync(
                "provisioning",
                "provisioningUpdate",
                P("provisionRequestId", id),
                Status(status),
                P("logMessage", message)
            );
}
