using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Customers;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;

namespace Smile.Ordering;

/// <summary>Orders and order forms as the wire and the bus show them.</summary>
internal static class OrderDocuments
{
    /// <summary>An order form (guide, line 1274).</summary>
    public static OrderFormType Form(Package package) =>
        new()
        {
            Package = package.Id,
            Name = package.Name,
            OrderFormTypeValue = package.Account is null ? OrderFormTypeType.Subscription : OrderFormTypeType.Account,
            PackagePlans =
                package.Plans.Count == 0
                    ? null
                    : new PackagePlansType
                    {
                        PackagePlan = [.. package.Plans.Select(plan => new PackagePlanType { PackagePlan = plan.Id, Name = plan.Name })],
                    },
            OrderFormDescription = FormDocuments.Describe(package.FormName, package.Form),
        };

    /// <summary>The order itself, as SmileOrder messages carry it (guide, line 22017).</summary>
    public static OrderType Order(CustomerOrder order) =>
        new()
        {
            Package = order.PackageId,
            RequiresApproval = order.Status is OrderStatus.RequiresApproval or OrderStatus.Draft,
            AccountUSN = order.AccountUsn.Value,
            PackagePlan = order.PackagePlanId,
            OrderForm = FormDocuments.Properties(order.Form),
        };

    /// <summary>
    /// The order and the state of what it orders (guide, line 1440). A component that is not there yet, because its order group has
    /// not been placed, shows as not provisioned (guide, line 2028).
    /// </summary>
    public static OrderDetailsType Details(CustomerOrder order, Account? account, IReadOnlyCollection<Subscription> subscriptions) =>
        new()
        {
            OrderNumber = order.Number,
            Order = Order(order),
            OrderedComponents = new OrderedComponentsType
            {
                Account = order.OrdersAccount ? Ordered(order, account) : null,
                Subscription =
                [
                    .. order
                        .Components.OrderBy(component => component.Position)
                        .Select(component =>
                            Ordered(order, component, subscriptions.FirstOrDefault(subscription => subscription.Usn == component.Usn))
                        ),
                ],
            },
        };

    private static OrderedAccountType Ordered(CustomerOrder order, Account? account) =>
        new()
        {
            USN = order.AccountUsn.Value,
            ProvisionStatus = (account?.ProvisionStatus ?? ProvisionStatus.NotProvisioned).ToDocument(),
            SuspendStatus = (account?.SuspendStatus ?? SuspendStatus.Active).ToDocument(),
            ActivateStatus = (account?.ActivateStatus ?? ActivateStatus.NotActivated).ToDocument(),
            EnableStatus = (account?.EnableStatus ?? EnableStatus.NotEnabled).ToDocument(),
            InitialInvoice = InitialInvoice(order),
        };

    private static KeyedTextValueType? InitialInvoice(CustomerOrder order) =>
        order.InitialInvoice is { } number ? new KeyedTextValueType { Key = number, Value = order.InitialInvoiceText ?? number } : null;

    private static OrderedSubscriptionType Ordered(CustomerOrder order, OrderedComponent component, Subscription? subscription) =>
        new()
        {
            USN = component.Usn.Value,
            ProvisionStatus = (subscription?.ProvisionStatus ?? ProvisionStatus.NotProvisioned).ToDocument(),
            SuspendStatus = (subscription?.SuspendStatus ?? SuspendStatus.Active).ToDocument(),
            ActivateStatus = (subscription?.ActivateStatus ?? ActivateStatus.NotActivated).ToDocument(),
            EnableStatus = (subscription?.EnableStatus ?? EnableStatus.NotEnabled).ToDocument(),
            InitialInvoice = InitialInvoice(order),
            SID = component.ServiceId,
        };
}
