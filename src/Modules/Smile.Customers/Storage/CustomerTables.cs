using Smile.Catalogue.Fields;
using Smile.CustomCollections;
using Smile.CustomCollections.Storage;

namespace Smile.Customers.Storage;

/// <summary>The tables of customers with fields of the catalogue, which may refer to entries of custom collections.</summary>
internal static class CustomerTables
{
    public static IReadOnlyList<ReferringKind> Referring { get; } =
    [
        new(
            new ReferringTable("account", "usn"),
            "account",
            "accounts",
            OwnedBy("usn"),
            (content, collection) => content.AccountFieldsBoundTo(collection).Select(BoundField.Of)
        ),
        new(
            new ReferringTable("subscription", "usn", kind: "service_id::text"),
            "subscription",
            "subscriptions",
            OwnedBy("account_usn"),
            (content, collection) => content.SubscriptionFieldsBoundTo(collection).Select(BoundField.Of)
        ),
        new(
            new ReferringTable("subservice", "id", kind: "service_id::text"),
            "subservice",
            "subservices",
            OwnedBy("(SELECT account_usn FROM subscription WHERE subscription.usn = subservice.subscription_usn)"),
            (content, collection) => content.SubserviceFieldsBoundTo(collection).Select(BoundField.Of)
        ),
        new(
            new ReferringTable("purchase_order", "id"),
            "purchase order",
            "purchase orders",
            OwnedBy("account_usn"),
            (content, collection) => content.PurchaseOrderFieldsBoundTo(collection).Select(BoundField.Of)
        ),
    ];

    private static (ReferenceOwnerKind Kind, string Key)[] OwnedBy(string account) => [(ReferenceOwnerKind.Account, account)];
}
