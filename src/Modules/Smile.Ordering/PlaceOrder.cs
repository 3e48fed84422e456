using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.Contracts.Messages;
using Smile.Customers.Access;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Customers.Subservices;
using Smile.Kernel;
using Smile.Ordering.Provisioning;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>What an order has created.</summary>
public sealed record PlacedOrder(
    CustomerOrder Order,
    Account Account,
    IReadOnlyList<Subscription> Subscriptions,
    IReadOnlyList<PlanScheduleItem> PlanItems
);

/// <summary>Enters an order: creates its account and subscriptions, and approves it where the package asks for no approval.</summary>
[UseCase]
public sealed class PlaceOrder(StageSession session, IPasswordVault vault, Fulfilment fulfilment, SubserviceChanges subservices)
{
    /// <param name="account">The locked account that is ordered for; null where the order creates it.</param>
    /// <exception cref="SmileException">A username is taken.</exception>
    public async Task<PlacedOrder> ExecuteAsync(CustomerOrder order, Account? account, CancellationToken cancellation)
    {
        var package =
            session.Catalogue.Package(order.PackageId)
            ?? throw new InvalidOperationException($"Package {order.PackageId} has left the catalogue.");
        if (order.OrdersAccount)
        {
            account = OrderedFields.NewAccount(session, order, package, package.Account!);
            await Invoicees.ChooseAsync(session, account, order.Form[PredefinedFields.InvoiceeUsn], Fault.OrderException, cancellation);
            session.Database.AddAccount(account);
        }

        var subscriptions = new List<Subscription>();
        var planItems = new List<PlanScheduleItem>();
        foreach (var component in order.Components.OrderBy(component => component.Position))
        {
            var template = package.Subscriptions[component.Position];
            var subscription = NewSubscription(order, package, template, component, account!);
            subscriptions.Add(subscription);
            session.NoteIdentifiers(subscription);
            subservices.AddOrdered(subscription, template.Subservices, order.Form);
            planItems.AddRange(OrderedFields.PlanItems(session, order, package, subscription, session.ZoneOf(account!)));
        }

        session.Database.AddSubscriptions(subscriptions);
        session.Database.AddPlanScheduleItems(planItems);
        // An account that waits for approval has nothing that is active: what is ordered with it waits as well.
        order.RequiresApproval |= !order.OrdersAccount && account!.Waits();
        order.Status = OrderStates.Placed(order.RequiresApproval);
        session.Announce(OrderMessages.Of(BusMessages.OrderEntered, order));
        if (order.RequiresApproval)
        {
            session.Announce(OrderMessages.Of(BusMessages.OrderRequiresApproval, order));
        }
        else
        {
            session.Announce(OrderMessages.Of(BusMessages.OrderApproved, order));
            await fulfilment.ContinueOrderAsync(order, account!, subscriptions, planItems, cancellation);
        }

        return new PlacedOrder(order, account!, subscriptions, planItems);
    }

    private Subscription NewSubscription(
        CustomerOrder order,
        Package package,
        PackageSubscription template,
        OrderedComponent component,
        Account account
    )
    {
        var service = session.Catalogue.Service(component.ServiceId)!;
        return new Subscription
        {
            Usn = component.Usn,
            AccountUsn = account.Usn,
            ParentUsn = account.Usn,
            ServiceId = service.Id,
            CompanyId = package.Company,
            Username = order.Form[template.UsernameField] ?? component.Usn.Value,
            Properties = OrderedFields.ForSubscription(session.Catalogue, service, order.Form),
            Password = service.HasCredentials
                ? template.PasswordField is not null && order.Password is { } chosen
                    ? chosen
                    : vault.Encrypt(Passwords.Generate())
                : null,
            Created = session.Now,
            OwnCycles = OrderedFields.OwnCycles(session.Catalogue, service, session.DayOf(account)),
        };
    }
}
