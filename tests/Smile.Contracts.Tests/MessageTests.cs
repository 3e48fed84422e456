using System.Xml.Linq;

namespace Smile.Contracts.Tests;

/// <summary>What messages on the bus carry must be documents that a listener can validate with the published schema.</summary>
public sealed class MessageTests
{
    /// <summary>
    /// The root elements of the guide's messages. CustomCollectionEntryDeleted and RatingConfigurationUpdated have no body.
    /// </summary>
    public static TheoryData<string> Bodies =>
        [
            "Account",
            "ActiveConnection",
            "CustomCollectionEntry",
            "ItemisedTransactionDetailEvent",
            "Order",
            "PoolReservationLink",
            "PrepaidAdded",
            "PrepaidExpiryWarningEvent",
            "PrepaidUpdated",
            "RealisedCharge",
            "Subscription",
            "SubscriptionFeaturesUpdate",
            "SubscriptionIpRangesUpdated",
            "SubscriptionPlanChanged",
            "SubscriptionProvisionResponse",
            "SubscriptionSpendLimits",
            "SubscriptionUpdated",
            "TransactionAllocatedEvent",
            "TransactionDetailEvent",
            "TransactionEvent",
            "TransmittedCorrespondence",
        ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void The_body_of_a_message_is_a_document_of_the_contract(string root)
    {
        Assert.True(SmileDocuments.ByName.ContainsKey(root), $"The generated code has no document {root}.");
        Assert.NotNull(ContractFiles.Schemas.GlobalElements[new System.Xml.XmlQualifiedName(root, ContractFiles.DataNamespace)]);
        Assert.NotEmpty(Directory.GetFiles(ContractFiles.ExampleFolder, $"{root}.*.xml"));
    }

    [Fact]
    public void A_message_body_without_a_schema_is_told_apart() =>
        Assert.NotEmpty(ContractFiles.Validate(new XDocument(new XElement(XName.Get("RatingConfiguration", ContractFiles.DataNamespace)))));
}
