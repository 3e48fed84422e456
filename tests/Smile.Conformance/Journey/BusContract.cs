using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Smile.Conformance.Running;
using Smile.Contracts;

namespace Smile.Conformance.Journey;

/// <summary>What the guide says of a message: header properties with their types, and the body's document.</summary>
internal static class BusContract
{
    private const string Data = "http://xml.inomial.com/smile/2.xsd";

    private static readonly string[] OfEntry = ["companyId:Integer", "key:Integer", "collectionCode:String", "entryCode:String"];

    private static readonly string[] OfCreditLimit =
    [
        "sid:Integer",
        "usn:String",
        "creditLimit:String",
        "balance:String",
        "currency:String",
    ];

    /// <summary>
    /// Of the messages about orders and their fulfilment (guide, lines 21984-22650 and 23086-23266), about links to numbers (guide, line
    /// 21921), about credit limits (guide, lines 22263-22390) and about entries of custom collections (guide, lines 21610-21760), with
    /// Java's names of the types.
    /// </summary>
    private static readonly Dictionary<string, (string[] Headers, string Body)> Messages = new()
    {
        ["CustomCollectionEntryAdded"] = (OfEntry, "CustomCollectionEntry"),
        ["CustomCollectionEntryUpdated"] = (OfEntry, "CustomCollectionEntry"),
        ["CustomCollectionEntryDeleted"] = (OfEntry, ""),
        ["LinkDeallocation"] = (["linkId:String", "quarantineLinkId:String", "reservationStatus:Boolean"], "PoolReservationLink"),
        ["OrderEntered"] = (["number:String", "accountUsn:String"], "Order"),
        ["OrderRequiresApproval"] = (["number:String", "accountUsn:String"], "Order"),
        ["OrderApproved"] = (["number:String", "accountUsn:String"], "Order"),
        ["OrderComplete"] = (["number:String", "accountUsn:String"], "Order"),
        ["PrepaidAdded"] = (["sid:Integer", "usn:String"], "PrepaidAdded"),
        ["PrepaidExpiryWarningEvent"] = (["sid:Integer", "usn:String"], "PrepaidExpiryWarningEvent"),
        ["PrepaidUpdated"] = (["sid:Integer", "usn:String"], "PrepaidUpdated"),
        ["RatingConfigurationUpdated"] = (["usn:String", "sid:Integer", "ratingPriorityState:Integer", "timestamp:Long"], ""),
        ["CreditLimitExceeded"] = (OfCreditLimit, "Subscription"),
        ["CreditLimitOkay"] = (OfCreditLimit, "Subscription"),
        ["SubscriptionClosed"] = (["sid:Integer", "usn:String"], "SubscriptionUpdated"),
        ["SubscriptionIpRangesUpdated"] = (["sid:Integer", "usn:String"], "SubscriptionIpRangesUpdated"),
        ["SubscriptionReadyToProvision"] = (["sid:Integer", "usn:String", "provisionRequestId:Integer"], "SubscriptionFeaturesUpdate"),
        ["SubscriptionProvisioned"] = (["sid:Integer", "usn:String", "provisionRequestId:Integer"], "SubscriptionFeaturesUpdate"),
        ["SubscriptionEnabled"] = (["sid:Integer", "usn:String"], "SubscriptionFeaturesUpdate"),
        ["SubscriptionActivated"] = (["sid:Integer", "usn:String"], "SubscriptionFeaturesUpdate"),
    };

    /// <summary>Set on every message beside the guide's.</summary>
    private static readonly string[] Common = ["smileMessageType:String", "smileMessageId:String", "smileSequence:Long"];

    private static readonly Lazy<XmlSchemaSet> Schemas = new(ReadSchemas);

    public static void AssertKept(HeardMessage message)
    {
        var (headers, body) = Messages[message.Type];
        Assert.Equal("TextMessage", message.Kind);
        Assert.True(message.Persistent, $"{message.Type} was not persistent");
        Assert.Equal(
            [.. headers.Concat(Common).Order(StringComparer.Ordinal)],
            message
                .Properties.Where(property => !property.Key.StartsWith("JMSX", StringComparison.Ordinal))
                .Select(property => $"{property.Key}:{property.Value.Split(' ')[0]}")
                .Order(StringComparer.Ordinal)
        );
        if (body.Length == 0)
        {
            Assert.Equal("", message.Text);
            return;
        }

        var document = XDocument.Parse(message.Text);
        Assert.Equal(XName.Get(body, Data), document.Root!.Name);
        document.Validate(Schemas.Value, (_, problem) => Assert.Fail($"{message.Type}: {problem.Message}\n{message.Text}"));
    }

    private static XmlSchemaSet ReadSchemas()
    {
        var files = PublishedContract.ReadFiles();
        var set = new XmlSchemaSet { XmlResolver = new PublishedFiles(files) };
        set.Add(
            null,
            XmlReader.Create(new StringReader(files[PublishedContract.MasterSchema]), null, "contract:/" + PublishedContract.MasterSchema)
        );
        set.Compile();
        return set;
    }

    private sealed class PublishedFiles(IReadOnlyDictionary<string, string> files) : XmlResolver
    {
        public override object GetEntity(Uri absoluteUri, string? role, Type? ofObjectToReturn) =>
            new MemoryStream(System.Text.Encoding.UTF8.GetBytes(files[Path.GetFileName(absoluteUri.AbsolutePath)]));
    }
}
