using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>
/// Which fields of an order form go to the account and which to its subscriptions: to each what it defines, and to all the predefined
/// contact details.
/// </summary>
internal static class OrderedFields
{
    public static FieldValues ForAccount(CatalogueSnapshot catalogue, FieldValues form) =>
        Known(new FieldRules(catalogue.Content.AccountFields), form);

    public static FieldValues ForSubscription(CatalogueSnapshot catalogue, Service service, FieldValues form) =>
        Known(new FieldRules(service.Fields), form);

    /// <summary>The account that an order creates, not yet in the database.</summary>
    /// <exception cref="SmileException">The cycle's table of periods does not have today.</exception>
    public static Account NewAccount(StageSession session, CustomerOrder order, Package package, PackageAccount template)
    {
        var zone = session.Catalogue.Zone(template.TimeZone);
        var cycle = Required(
            session.Catalogue,
            CycleChoice.Of(template.CycleType, template.CycleDay, template.Cycle, zone.DateOf(session.Now)),
            zone.DateOf(session.Now)
        );
        var rating = template.RatingCycle is { } other
            ? Required(
                session.Catalogue,
                CycleChoice.Of(other.Type, other.Day, other.Table, zone.DateOf(session.Now)),
                zone.DateOf(session.Now)
            )
            : cycle;
        return new Account
        {
            Usn = order.AccountUsn,
            CompanyId = package.Company,
            AccountTypeId = template.AccountType,
            AccountTermsId = template.AccountTerms,
            Currency = session.Catalogue.Company(package.Company).Currency,
            TimeZoneId = zone.Key,
            InvoicingCycle = cycle,
            RatingCycle = rating,
            Username = order.AccountUsn.Value,
            Properties = ForAccount(session.Catalogue, order.Form),
            Created = session.Now,
        };
    }

    /// <summary>The plans that the ordered package plan gives the subscription, from the start of the day.</summary>
    public static IEnumerable<PlanScheduleItem> PlanItems(
        StageSession session,
        CustomerOrder order,
        Package package,
        Subscription subscription,
        BillingTimeZone zone
    ) =>
        Plans(session.Catalogue, order, package, subscription.ServiceId)
            .Select(plan => new PlanScheduleItem
            {
                SubscriptionUsn = subscription.Usn,
                PlanScheduleType = plan.PlanScheduleType,
                PlanCode = plan.Code,
                IsOrdered = true,
                Start = zone.StartOf(zone.DateOf(session.Now)),
            });

    /// <summary>The cycles of a new subscription whose service does not follow the account's; null where it does.</summary>
    /// <exception cref="SmileException">The cycle's table of periods does not have the day.</exception>
    public static SubscriptionCycles? OwnCycles(CatalogueSnapshot catalogue, Service service, DateOnly created)
    {
        if (!service.HasOwnCycle)
        {
            return null;
        }

        var cycle = Required(catalogue, CycleChoice.Of(service.CycleType, service.CycleDay, service.Cycle, created), created);
        return new SubscriptionCycles(cycle, cycle);
    }

    /// <summary>The plans of the ordered package plan that are for a service.</summary>
    public static IEnumerable<Plan> Plans(CatalogueSnapshot catalogue, CustomerOrder order, Package package, int serviceId) =>
        from code in package.Plans.FirstOrDefault(plan => plan.Id == order.PackagePlanId)?.Plans ?? []
        let plan = catalogue.Plan(code)
        where plan?.Service == serviceId
        select plan;

    /// <summary>The cycle, refused where its table has no period for the start date.</summary>
    private static CycleChoice Required(CatalogueSnapshot catalogue, CycleChoice cycle, DateOnly day)
    {
        _ = BillingPeriods.At(catalogue.Cycle(cycle), day);
        return cycle;
    }

    private static FieldValues Known(FieldRules rules, FieldValues form) =>
        form.Where(field =>
            field.Name is not (PredefinedFields.Username or PredefinedFields.InvoiceeUsn or OrderEntry.UsnField) && rules.Knows(field.Name)
        );
}
