using Smile.Conformance.Running;
using Smile.OpenWire;
using Smile.Testing;

namespace Smile.Conformance.Bus;

/// <summary>What providers send on the bus, good and bad.</summary>
public sealed class ProvisionResponseTests
{
    private const string Namespace = "http://xml.inomial.com/smile/2.xsd";

    /// <summary>K4, K5, K6: one response that fails, whyever, holds up none of the others.</summary>
    [Fact]
    public async Task Responses_that_cannot_be_taken_hold_up_nobody()
    {
        await using var system = await SmileSystem.StartAsync();
        using var client = new OrderingClient(system.Server);
        var first = await client.OrderAdslAsync("first");
        var poisoned = await client.OrderAdslAsync("poisoned");
        var wordy = await client.OrderAdslAsync("wordy");
        var last = await client.OrderAdslAsync("last");
        await using var connection = await OpenWireConnection.ConnectAsync(
            new OpenWireOptions
            {
                Addresses = [system.Broker.Address],
                UserName = PrivateBroker.UserName,
                Password = PrivateBroker.Password,
            },
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            CancellationToken.None
        );
        await using var producer = await connection.CreateProducerAsync(CancellationToken.None);

        // From the first one that is taken on, the server's subscription is there.
        await Until.TrueAsync(
            "the server listens",
            async () =>
            {
                await SendAsync(producer, Response(await RequestAsync(system, first), "Done"));
                return await StatusAsync(system, first) == "Provisioned";
            }
        );

        // Its service has left the catalogue: the response fails with something that nobody has thought of.
        var poison = await RequestAsync(system, poisoned);
        await system.QueryAsync<int>(
            "UPDATE subscription SET service_id = 4711 WHERE usn = $1 RETURNING service_id",
            poisoned.Subscriptions[0]
        );
        await SendAsync(producer, "not XML at all");
        await SendAsync(producer, Response(999_999, "unknown"));
        await SendAsync(producer, Response(poison, "poison"));
        await SendAsync(
            producer,
            "\uFEFF" + Response(await RequestAsync(system, wordy), new string('x', 3_999) + "😀" + new string('y', 100_000))
        );
        await SendAsync(producer, Response(await RequestAsync(system, last), "Done 😀"));

        await Until.TrueAsync("the last one is taken", async () => await StatusAsync(system, last) == "Provisioned");
        Assert.Equal("Provisioned", await StatusAsync(system, wordy));
        Assert.Equal(
            new string('x', 3_999),
            await system.QueryAsync<string>(
                "SELECT message FROM provision_request_log WHERE provision_request_id = $1 AND message LIKE 'x%'",
                await RequestAsync(system, wordy)
            )
        );
        Assert.Equal(
            "Done 😀",
            await system.QueryAsync<string>(
                "SELECT message FROM provision_request_log WHERE provision_request_id = $1 AND message LIKE 'Done%'",
                await RequestAsync(system, last)
            )
        );
        Assert.Equal("ReadyToProvision", await StatusAsync(system, poisoned));
    }

    /// <summary>
    /// R20: two installations, each with a stage named live, on one broker. Each hears the providers, and neither keeps the other from it.
    /// </summary>
    [Fact]
    public async Task Two_installations_with_the_same_stage_name_hear_responses_on_one_broker()
    {
        await using var first = await SmileSystem.StartAsync();
        await using var second = await SmileSystem.StartAsync(shared: first.Broker);
        await using var connection = await OpenWireConnection.ConnectAsync(
            new OpenWireOptions
            {
                Addresses = [first.Broker.Address],
                UserName = PrivateBroker.UserName,
                Password = PrivateBroker.Password,
            },
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            CancellationToken.None
        );
        await using var producer = await connection.CreateProducerAsync(CancellationToken.None);
        foreach (var system in new[] { first, second })
        {
            using var client = new OrderingClient(system.Server);
            var order = await client.OrderAdslAsync("shared");
            await Until.TrueAsync(
                "the installation hears its response",
                async () =>
                {
                    await SendAsync(producer, Response(await RequestAsync(system, order), "Done"));
                    return await StatusAsync(system, order) == "Provisioned";
                }
            );
        }

        using var http = new HttpClient();
        foreach (var system in new[] { first, second })
        {
            Assert.StartsWith(
                "{\"status\":\"Healthy\"",
                await http.GetStringAsync(new Uri(system.Server.Address, "/health/ready")),
                StringComparison.Ordinal
            );
        }
    }

    private static string Response(int request, string message) =>
        $"<SubscriptionProvisionResponse xmlns='{Namespace}'><provisionRequestId>{request}</provisionRequestId>"
        + $"<status>Provisioned</status><message>{message}</message></SubscriptionProvisionResponse>";

    private static Task SendAsync(OpenWireProducer producer, string body) =>
        producer.SendTransactionAsync(
            [
                (
                    "SmileSubscription",
                    new TextMessage(body, new Dictionary<string, object> { ["smileMessageType"] = "SubscriptionProvisionResponse" })
                ),
            ],
            CancellationToken.None
        );

    private static Task<int> RequestAsync(SmileSystem system, PlacedOrder order) =>
        system.QueryAsync<int>("SELECT id FROM provision_request WHERE subscription_usn = $1", order.Subscriptions[0]);

    private static Task<string> StatusAsync(SmileSystem system, PlacedOrder order) =>
        system.QueryAsync<string>("SELECT provision_status FROM subscription WHERE usn = $1", order.Subscriptions[0]);
}
