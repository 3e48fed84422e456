using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.CustomCollections;
using Smile.Customers.Access;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Customers.Subservices;
using Smile.Kernel;
using Smile.Ordering.Storage;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>Checks an order document against its package and makes the order of it. Nothing is stored yet.</summary>
[UseCase]
public sealed class OrderEntry(StageSession session, IPasswordVault vault, FormNumbers numbers)
{
    private const Fault Fault = Fault.OrderException;

    /// <summary>The form field that names a USN of reserveUsns() for the package's first subscription.</summary>
    public const string UsnField = "usn";

    /// <param name="accountUsn">The account that subscriptions are ordered for; null where the order is to create one.</param>
    /// <exception cref="SmileException">The order does not fit its package, or the caller may not order it.</exception>
    public async Task<CustomerOrder> ReadAsync(OrderType document, Usn? accountUsn, OrderStatus status, CancellationToken cancellation)
    {
        var package = OrderablePackage(document.Package);
        if (package.Account is null && accountUsn is null)
        {
            throw Refuse.With(
                Fault,
                "pkgId",
                package.Id,
                "The package contains no account: name the account to order its subscriptions for."
            );
        }

        if (package.Account is not null && accountUsn is not null)
        {
            throw Refuse.With(
                Fault,
                "pkgId",
                package.Id,
                "The package contains an account and cannot be ordered for an existing one. Use orderAccount()."
            );
        }

        if (document.AccountUSN is { Length: > 0 } stated && stated != accountUsn?.Value)
        {
            throw Refuse.With(Fault, "AccountUSN", stated, "The AccountUSN in the Order does not match the account that is ordered for.");
        }

        await CheckPlanAsync(package, document.PackagePlan, accountUsn, cancellation);
        var (form, password) = await ReadFormAsync(
            package,
            FieldValues.From(document.OrderForm?.Object, await ZoneAsync(package, accountUsn, cancellation)),
            cancellation
        );
        new FieldRules(package.Form).CheckComplete(
            password is null
                ? form
                : PasswordFields(package).Aggregate(form, (fields, name) => fields.With(FieldValues.Text(name, password))),
            Fault
        );

        var number = "O" + Luhn.Append((await session.Database.NextNumbersAsync(NumberSequence.Order, 1, cancellation))[0]);
        var needed = package.Subscriptions.Count + (accountUsn is null ? 1 : 0);
        var usns = (await session.Database.NextNumbersAsync(NumberSequence.Usn, needed, cancellation)).Select(Luhn.Append).ToList();
        var owner = accountUsn ?? new Usn(usns[^1]);
        var order = new CustomerOrder
        {
            Number = number,
            AccountUsn = owner,
            OrdersAccount = accountUsn is null,
            PackageId = package.Id,
            PackagePlanId = document.PackagePlan,
            RequiresApproval = package.RequiresApproval,
            Status = status,
            Form = form,
            Password = password is null ? null : vault.Encrypt(password),
            Entered = session.Now,
            EnteredBy = session.Caller.Usn,
        };
        for (var position = 0; position < package.Subscriptions.Count; position++)
        {
            var service = session.Catalogue.Service(package.Subscriptions[position].Service)!;
            order.Components.Add(
                new OrderedComponent
                {
                    OrderNumber = number,
                    Usn =
                        position == 0 && form[UsnField] is { } reserved
                            ? await session.Database.TakeReservedUsnAsync(new Usn(reserved), service.Id, cancellation)
                                ?? throw Refuse.With(
                                    Fault,
                                    UsnField,
                                    reserved,
                                    "The USN is not one that reserveUsns() reserved for this service, or it is in use."
                                )
                            : service.MakeUsn(usns[position]),
                    ServiceId = service.Id,
                    Position = position,
                }
            );
        }

        return order;
    }

    /// <summary>
    /// Refuses the first username that another subscription or subservice of its service has, or that two of these orders have, and takes
    /// their numbers from pools.
    /// </summary>
    /// <param name="orders">That are to be placed together.</param>
    public async Task ClaimAsync(IReadOnlyCollection<CustomerOrder> orders, CancellationToken cancellation)
    {
        var wanted = (
            from order in orders
            from component in order.Components
            let template = session.Catalogue.Package(order.PackageId)?.Subscriptions[component.Position]
            where template is not null
            from field in NameFields(component.ServiceId, template)
            where order.Form[field] is not null
            select (component.ServiceId, order.Form[field]!, (Usn?)null)
        ).ToList();
        await Usernames.RequireFreeAsync(session, wanted, name => Refuse.With(Fault, "username", name, Usernames.Taken), cancellation);
        await numbers.HoldAsync(orders, before: null, cancellation);
    }

    /// <summary>The fields with names that nobody else may have.</summary>
    private IEnumerable<string> NameFields(int serviceId, PackageSubscription template) =>
        session.Catalogue.Service(serviceId)?.Subservices is { UniqueUsernames: true }
            ? template.Subservices.Select(subservice => subservice.Field).Prepend(template.UsernameField)
            : [template.UsernameField];

    /// <summary>
    /// Gives numbers and reserved USNs back that orders have not used; what was to have such a USN goes, since another order may name it.
    /// </summary>
    public async Task ReleaseAsync(IReadOnlyCollection<CustomerOrder> orders, CancellationToken cancellation)
    {
        await numbers.ReleaseAsync(orders, cancellation);
        var reserved = (
            from order in orders
            from component in order.Components
            where order.Form[UsnField] == component.Usn.Value
            select (Order: order, Component: component)
        ).ToList();
        foreach (var (order, component) in reserved)
        {
            order.Components.Remove(component);
        }

        foreach (var service in reserved.GroupBy(each => each.Component.ServiceId, each => each.Component.Usn))
        {
            await session.Database.ReserveUsnsAsync([.. service], service.Key, session.Caller.Usn, cancellation);
        }
    }

    /// <summary>Puts changes into an order that has not been approved.</summary>
    /// <returns>The fields that the request names, and whether it sets a password.</returns>
    public async Task<(FieldValues Changes, bool SetsPassword)> ChangeAsync(
        CustomerOrder order,
        OrderType document,
        CancellationToken cancellation
    )
    {
        var package = session.Catalogue.Package(order.PackageId) ?? throw NoSuchOrderForm(order.PackageId);
        if (document.Package is { } packageId && packageId != order.PackageId)
        {
            throw Refuse.With(
                Fault,
                "Package",
                packageId,
                "The package of an order cannot be changed. Cancel the order and enter another."
            );
        }

        if (document.AccountUSN is { Length: > 0 } usn && usn != order.AccountUsn.Value)
        {
            throw Refuse.With(Fault, "AccountUSN", usn, "The account of an order cannot be changed. Cancel the order and enter another.");
        }

        if (document.PackagePlan is { } plan)
        {
            await CheckPlanAsync(package, plan, order.OrdersAccount ? null : order.AccountUsn, cancellation);
            order.PackagePlanId = plan;
        }

        var zone = await ZoneAsync(package, order.OrdersAccount ? null : order.AccountUsn, cancellation);
        var (form, password) = await ReadFormAsync(package, FieldValues.From(document.OrderForm?.Object, zone), cancellation);
        order.Form = order.Form.With(form);
        new FieldRules([.. package.Form.Where(field => !PasswordFields(package).Contains(field.Name))]).CheckComplete(order.Form, Fault);
        if (password is not null)
        {
            order.Password = vault.Encrypt(password);
        }

        return (form, password is not null);
    }

    /// <summary>The package, where it exists, is published, has an order form and the caller may order it.</summary>
    public Package OrderablePackage(int? packageId)
    {
        if (packageId is not { } id)
        {
            throw Refuse.With(Fault, "pkgId", "", "The <Package> element was not specified.");
        }

        return session.Catalogue.Package(id) is { Published: true, Form.Count: > 0 } package && session.Caller.MayOrder(id)
            ? package
            : throw NoSuchOrderForm(id);
    }

    private static SmileException NoSuchOrderForm(int packageId) =>
        Refuse.NotFound("pkgId", packageId, "Use getOrderForms() to discover available order forms", Missing.OrderForm);

    /// <param name="account">That is ordered for; null where the order creates it.</param>
    private async Task CheckPlanAsync(Package package, int? packagePlan, Usn? account, CancellationToken cancellation)
    {
        if (packagePlan is null && package.Plans.Count > 0)
        {
            throw Refuse.With(
                Fault,
                "PackagePlan",
                "",
                $"Package {package.Id} is ordered with a plan. Use getOrderForm() to discover its plans."
            );
        }

        if (packagePlan is not { } id)
        {
            return;
        }

        var plan =
            package.Plans.FirstOrDefault(plan => plan.Id == id)
            ?? throw Refuse.NotFound(
                "PackagePlan",
                id,
                $"Package {package.Id} has no such plan. Use getOrderForm() to discover its plans.",
                Missing.PackagePlan
            );
        if (plan.Contract is { } contract)
        {
            await CheckContractAsync(package, id, contract, account, cancellation);
        }
    }

    /// <summary>Refuses now what could not be bound when the subscription is activated.</summary>
    private async Task CheckContractAsync(Package package, int packagePlan, int contractId, Usn? account, CancellationToken cancellation)
    {
        var company = session.Catalogue.Company(package.Company);
        if (session.Catalogue.Contract(contractId)?.IsOfferedOn(session.Catalogue.Zone(company.TimeZone).DateOf(session.Now)) != true)
        {
            throw Refuse.With(Fault, "PackagePlan", packagePlan, $"The plan comes with contract {contractId}, which is not offered today.");
        }

        var currency = account is null
            ? company.Currency
            : await session
                .Database.ReadAccounts.Where(candidate => candidate.Usn == account)
                .Select(candidate => candidate.Currency)
                .FirstOrDefaultAsync(cancellation);
        if (currency is not null && currency != company.Currency)
        {
            throw Refuse.With(
                Fault,
                "PackagePlan",
                packagePlan,
                $"The plan comes with contract {contractId}, which has no prices in {currency}, which the account is kept in."
            );
        }
    }

    /// <summary>That of the account that is ordered for, or will be that of the one that is ordered.</summary>
    private async Task<BillingTimeZone> ZoneAsync(Package package, Usn? account, CancellationToken cancellation)
    {
        var own = account is null
            ? null
            : await session
                .Database.ReadAccounts.Where(candidate => candidate.Usn == account)
                .Select(candidate => (int?)candidate.TimeZoneId)
                .FirstOrDefaultAsync(cancellation);
        return own is { } id
            ? session.Catalogue.Zone(id)
            : session.Catalogue.Zone(package.Account?.TimeZone ?? session.Catalogue.Company(package.Company).TimeZone);
    }

    /// <summary>Checks the fields and takes passwords out of them: they are never stored with the order or shown in a message.</summary>
    private async Task<(FieldValues Form, string? Password)> ReadFormAsync(
        Package package,
        FieldValues fields,
        CancellationToken cancellation
    )
    {
        await session.CheckFieldsAsync(new FieldRules(package.Form), fields, Fault, cancellation);
        foreach (
            var name in package
                .Subscriptions.Select(subscription => subscription.UsernameField)
                .Append(PredefinedFields.Username)
                .Distinct()
        )
        {
            if (fields[name] is { } username)
            {
                fields = fields.With(FieldValues.Text(name, Usernames.Checked(username, name, Fault)));
            }
        }

        foreach (var (service, subservice) in package.Subscriptions.SelectMany(each => each.Subservices.Select(one => (each.Service, one))))
        {
            if (fields[subservice.Field] is { } name)
            {
                name = SubserviceRules.CheckedName(session.Catalogue, service, subservice.Field, name, Fault);
                fields = fields.With(FieldValues.Text(subservice.Field, name));
            }
        }

        fields = numbers.Checked(package, fields);
        string? password = null;
        foreach (var name in PasswordFields(package))
        {
            password = fields[name] ?? password;
            fields = fields.Without(name);
        }

        if (password?.Length is < Passwords.MinLength or > Passwords.MaxLength)
        {
            throw Refuse.With(Fault, "password", "", $"A password has {Passwords.MinLength} to {Passwords.MaxLength} characters.");
        }

        return (fields, password);
    }

    private static IEnumerable<string> PasswordFields(Package package) =>
        package.Subscriptions.Select(subscription => subscription.PasswordField).OfType<string>().Distinct();
}
