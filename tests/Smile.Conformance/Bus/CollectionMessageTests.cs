using System.Xml.Linq;
using Smile.Conformance.Journey;
using Smile.Conformance.Running;

namespace Smile.Conformance.Bus;

/// <summary>CustomCollectionEntryAdded, Updated and Deleted, as a Java listener on SmileCustomCollection receives them.</summary>
public sealed class CollectionMessageTests
{
    private const string Endpoint = "config/customfields";

    [ClientFact(ForeignClient.Jms)]
    public async Task A_listener_hears_of_an_entry_from_its_beginning_to_its_end_in_order()
    {
        await using var system = await SmileSystem.StartAsync();
        await using var listener = await JmsListener.StartAsync(
            system.Broker,
            "entries",
            ("SmileCustomCollection", JmsListener.Everything)
        );
        await using var selective = await JmsListener.StartAsync(
            system.Broker,
            "products",
            ("SmileCustomCollection", "smileMessageType = 'CustomCollectionEntryDeleted' AND collectionCode = 'products' AND companyId = 1")
        );
        using var soap = new RawSoap(system.Server);
        var added = await CallAsync(soap, "addCollectionEntry", Document("NewCustomCollectionEntryRequest", "", "iphone6s"));
        var key = added.Descendants(XName.Get("CustomCollectionEntry", RawSoap.Data)).Single().Attribute("key")!.Value;
        await CallAsync(soap, "updateCollectionEntry", Document("CustomCollectionEntry", $" key=\"{key}\"", "iphone6"));
        await CallAsync(soap, "deleteCollectionEntry", $"<key>{key}</key>");

        var announced = (await system.AnnouncedAsync()).Where(message => message.Topic == "SmileCustomCollection").ToList();
        await listener.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, listener.Heard);
        Assert.All(listener.Heard, BusContract.AssertKept);
        Assert.Equal(
            [
                ("CustomCollectionEntryAdded", "iphone6s", "iphone6s"),
                ("CustomCollectionEntryUpdated", "iphone6", "iphone6"),
                ("CustomCollectionEntryDeleted", "iphone6", null),
            ],
            listener.Heard.Select(message =>
                (
                    message.Type,
                    message.Properties["entryCode"]["String ".Length..],
                    message.Text.Length == 0 ? null : XElement.Parse(message.Text).Element(XName.Get("EntryCode", RawSoap.Data))!.Value
                )
            )
        );
        Assert.All(
            listener.Heard,
            message => Assert.Equal(($"Integer {key}", "Integer 1"), (message.Properties["key"], message.Properties["companyId"]))
        );
        await selective.UntilHeardAsync(1);
        Assert.Equal([$"Integer {key}"], selective.Heard.Select(message => message.Properties["key"]));
    }

    private static string Document(string name, string attributes, string code) =>
        $"<{name} xmlns=\"{RawSoap.Data}\"{attributes}><CollectionCode>products</CollectionCode><EntryCode>{code}</EntryCode><Object>"
        + "<String name=\"productCode\">iphone6s</String><String name=\"productDesc\">Apple iPhone 6S</String></Object>"
        + $"</{name}>";

    private static async Task<XElement> CallAsync(RawSoap soap, string operation, string parameters)
    {
        var answer = await soap.CallAsync(Endpoint, operation, parameters);
        Assert.True(answer.Fault is null, answer.Message);
        return answer.Envelope;
    }
}
