using System.Text.Json;
using Smile.Conformance.Running;
using Smile.Conformance.Stacks;
using Smile.Testing;

namespace Smile.Conformance.Journey;

/// <summary>A customer's way from the order form to the portal, with applications of others' making on every side.</summary>
public sealed class JourneyTests : IAsyncLifetime
{
    private static readonly int[] PortalAndVoip = [16, 15];

    private SmileSystem _system = null!;

    public async Task InitializeAsync() => _system = await SmileSystem.StartAsync();

    public async Task DisposeAsync() => await _system.DisposeAsync();

    [ClientFact(ForeignClient.Zeep, ForeignClient.Jms)]
    public async Task An_order_is_approved_provisioned_over_the_bus_and_announced_as_the_guide_draws_it()
    {
        await using var listener = await JmsListener.StartAsync(
            _system.Broker,
            "journey",
            ("SmileOrder", JmsListener.Everything),
            ("SmileSubscription", "sid = 17 AND smileMessageType LIKE 'Subscription%'")
        );
        await using var provider = await JmsListener.StartProviderAsync(_system.Broker);

        var calls = await ClientProgram.RunAsync(
            "/usr/bin/python3",
            ClientProgram.File("zeep/journey.py"),
            _system.Server.Endpoints,
            PreparedDatabases.UserName,
            PreparedDatabases.Password,
            "journey",
            $"{Until.Patience.TotalSeconds}"
        );
        var ordered = calls.Single(call => call.TryGetProperty("subscriptionUsn", out _));
        var (orderNumber, accountUsn, subscriptionUsn) = (
            Text(ordered, "orderNumber"),
            Text(ordered, "accountUsn"),
            Text(ordered, "subscriptionUsn")
        );
        Assert.Equal(
            [
                Line(new { call = "getAvailableOrderForms", packages = Expected.Packages }),
                Line(
                    new
                    {
                        call = "orderAccount",
                        orderNumber,
                        accountUsn,
                        requiresApproval = true,
                        subscriptionUsn,
                        provisionStatus = "NotProvisioned",
                    }
                ),
                Line(new { call = "approveOrder" }),
                Line(
                    new
                    {
                        call = "getOrder",
                        provisionStatus = "Provisioned",
                        enableStatus = "Enabled",
                        activateStatus = "Activated",
                    }
                ),
                Line(
                    new
                    {
                        call = "authenticate",
                        success = true,
                        isTheLogin = true,
                    }
                ),
                Line(
                    new
                    {
                        call = "get",
                        isTheAccount = true,
                        services = PortalAndVoip,
                    }
                ),
            ],
            calls.Select(call => Line(call))
        );

        // The portal customer's order is complete as well; its subscriptions are of other services than the selector's.
        var announced = (await _system.AnnouncedAsync())
            .Where(message =>
                message.Topic == "SmileOrder"
                || (message.AccountUsn == accountUsn && message.Type.StartsWith("Subscription", StringComparison.Ordinal))
            )
            .ToList();
        await listener.UntilHeardAsync(announced);
        Assert.Equal(announced.Count, listener.Heard.Count);
        Assert.All(listener.Heard, BusContract.AssertKept);
        AssertSequence([.. listener.Heard.Where(message => message.Group == accountUsn)], orderNumber, accountUsn, subscriptionUsn);
    }

    /// <summary>Figures 3 to 5 of the guide (lines 2680-2735).</summary>
    private static void AssertSequence(IReadOnlyList<HeardMessage> heard, string orderNumber, string accountUsn, string subscriptionUsn)
    {
        Assert.Equal(
            [
                "SmileOrder OrderEntered 1",
                "SmileOrder OrderRequiresApproval 2",
                "SmileOrder OrderApproved 3",
                "SmileSubscription SubscriptionReadyToProvision 4",
                "SmileSubscription SubscriptionProvisioned 5",
                "SmileSubscription SubscriptionEnabled 6",
                "SmileSubscription SubscriptionActivated 7",
                "SmileOrder OrderComplete 8",
            ],
            heard.OrderBy(message => message.Sequence).Select(message => $"{message.Topic} {message.Type} {message.Sequence}")
        );
        foreach (var topic in heard.GroupBy(message => message.Topic))
        {
            Assert.Equal(topic.Select(message => message.Sequence).Order(), topic.Select(message => message.Sequence));
        }

        Assert.All(
            heard.Where(message => message.Topic == "SmileOrder"),
            message => Assert.Equal((orderNumber, accountUsn), (Value(message, "number"), Value(message, "accountUsn")))
        );
        Assert.All(
            heard.Where(message => message.Topic == "SmileSubscription"),
            message => Assert.Equal(("17", subscriptionUsn), (Value(message, "sid"), Value(message, "usn")))
        );
    }

    private static string Value(HeardMessage message, string property) => message.Properties[property].Split(' ', 2)[1];

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private static string Line(object facts) => JsonSerializer.Serialize(facts);
}
