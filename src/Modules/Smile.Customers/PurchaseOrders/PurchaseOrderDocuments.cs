using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;

namespace Smile.Customers.PurchaseOrders;

internal static class PurchaseOrderDocuments
{
    public static PurchaseOrderType Document(CatalogueSnapshot catalogue, Account account, PurchaseOrder order) =>
        new()
        {
            AccountUSN = account.Usn.Value,
            Number = order.Number,
            ExpiryDate = order.Expires is { } expires ? catalogue.Zone(account.TimeZoneId).ToXml(expires) : null,
            Object = order.Properties.ToDocument(),
            Subscriptions = new PurchaseOrderSubscriptionsType
            {
                SubscriptionUSN = [.. order.Subscriptions.Select(covered => covered.SubscriptionUsn.Value).Order(StringComparer.Ordinal)],
            },
            ExclusiveInvoice = order.ExclusiveInvoice,
            PurchaseOrderId = order.Id.ToString(),
            Company = account.CompanyId,
            Deprecated = order.Deprecated,
        };
}
