using System.Xml.Linq;
using Smile.Conformance.Journey;
using Smile.Conformance.Running;

namespace Smile.Conformance.Bus;

/// <summary>LinkDeallocation, as a Java listener on SmileNumberPool receives it from a pool that an operator gave its numbers.</summary>
public sealed class PoolMessageTests
{
    private const string Pool = "6070712e-0058-4114-8cbd-94a2c57d145c";

    [ClientFact(ForeignClient.Jms)]
    public async Task A_listener_hears_of_links_that_end_and_what_is_left()
    {
        await using var system = await SmileSystem.StartAsync();
        await using var listener = await JmsListener.StartAsync(system.Broker, "numbers", ("SmileNumberPool", JmsListener.Everything));
        await using var selective = await JmsListener.StartAsync(
            system.Broker,
            "freed",
            ("SmileNumberPool", "smileMessageType = 'LinkDeallocation' AND reservationStatus = FALSE")
        );
        Assert.Equal(
            "30000 numbers are new in the pool 'Melbourne numbers'.",
            (await system.CommandAsync("pool", "import", "Melbourne numbers", "0399970000-0399999999")).Trim()
        );
        using var soap = new RawSoap(system.Server);
        var allocated = await CallAsync(
            soap,
            "createReservation",
            $"<poolId>{Pool}</poolId><start>0399990000</start><end>0399999999</end><LinkType xmlns=\"{RawSoap.Data}\">Allocation</LinkType>"
        );
        var quarantine = await CallAsync(soap, "unlink", $"<linkId>{allocated}</linkId>");
        Assert.Contains("10000", await system.CommandAsync("pool", "show", "Melbourne numbers"), StringComparison.Ordinal);
        Assert.Equal(
            "10000 numbers of the pool 'Melbourne numbers' are free that were not.",
            (await system.CommandAsync("pool", "release", "Melbourne numbers", "0399990000-0399999999")).Trim()
        );

        var announced = (await system.AnnouncedAsync()).Where(message => message.Topic == "SmileNumberPool").ToList();
        await listener.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, listener.Heard);
        Assert.All(listener.Heard, BusContract.AssertKept);
        Assert.All(listener.Heard, message => Assert.Equal(Pool, message.Group));
        Assert.Equal(
            [
                ("Allocation", $"String {allocated}", $"String {quarantine}", "Boolean true"),
                ("Quarantine", $"String {quarantine}", "String ", "Boolean false"),
            ],
            listener.Heard.Select(message =>
                (
                    XElement.Parse(message.Text).Element(XName.Get("LinkType", RawSoap.Data))!.Value,
                    message.Properties["linkId"],
                    message.Properties["quarantineLinkId"],
                    message.Properties["reservationStatus"]
                )
            )
        );
        await selective.UntilHeardAsync(1);
        Assert.Equal([$"String {quarantine}"], selective.Heard.Select(message => message.Properties["linkId"]));
    }

    /// <returns>The id of the link in the answer.</returns>
    private static async Task<string> CallAsync(RawSoap soap, string operation, string parameters)
    {
        var answer = await soap.CallAsync("pool", operation, parameters);
        Assert.True(answer.Fault is null, answer.Message);
        return answer.Envelope.Descendants(XName.Get("LinkId", RawSoap.Data)).Single().Value;
    }
}
