using Smile.CustomCollections.Storage;

namespace Smile.Customers.Storage;

/// <summary>What customers have that has fields.</summary>
internal enum CustomerKind
{
    Account,
    Subscription,
    Subservice,
    PurchaseOrder,
}

/// <summary>A table whose fields may refer to entries of custom collections.</summary>
/// <param name="Account">The account that a row belongs to, as an expression.</param>
internal sealed record CustomerTable(CustomerKind Kind, ReferringTable Table, string Account, string One, string Many);

/// <summary>The tables of customers with fields of the catalogue.</summary>
internal static class CustomerTables
{
    public static IReadOnlyList<CustomerTable> All { get; } =
    [
        new(CustomerKind.Account, new ReferringTable("account", "usn"), "usn", "account", "accounts"),
        new(
            CustomerKind.Subscription,
            new ReferringTable("subscription", "usn", kind: "service_id::text"),
            "account_usn",
            "subscription",
            "subscriptions"
        ),
        new(
            CustomerKind.Subservice,
            new ReferringTable("subservice", "id", kind: "service_id::text"),
            "(SELECT account_usn FROM subscription WHERE subscription.usn = subservice.subscription_usn)",
            "subservice",
            "subservices"
        ),
        new(CustomerKind.PurchaseOrder, new ReferringTable("purchase_order", "id"), "account_usn", "purchase order", "purchase orders"),
    ];
}
