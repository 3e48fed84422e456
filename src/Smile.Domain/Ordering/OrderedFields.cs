using Smile.Domain.Catalogue;
using Smile.Domain.CustomFields;
using Smile.Domain.Foundation;
using Smile.Domain.Subscriptions;

namespace Smile.Domain.Ordering;

/// <summary>Which fields of an order form go to the account and which to its subscriptions: to each what it defines, and to all the predefined contact details.</summary>
internal static class OrderedFields
{
    public static FieldValues ForAccount(CatalogueSnapshot catalogue, FieldValues form) => Known(new FieldRules(catalogue.Content, catalogue.Content.AccountFields), form);

    public static FieldValues ForSubscription(CatalogueSnapshot catalogue, Service service, FieldValues form) => Known(new FieldRules(catalogue.Content, service.Fields), form);

    /// <summary>The plans that the ordered package plan gives the subscription, from the start of the day.</summary>
    public static IEnumerable<PlanScheduleItem> PlanItems(StageSession session, CustomerOrder order, Package package, Subscription subscription, BillingTimeZone zone)
    {
        var choice = package.Plans.FirstOrDefault(plan => plan.Id == order.PackagePlanId);
        return from code in choice?.Plans ?? []
               let plan = session.Catalogue.Plan(code)
               where plan.Service == subscription.ServiceId
               select new PlanScheduleItem
               {
                   SubscriptionUsn = subscription.Usn,
                   PlanScheduleType = plan.PlanScheduleType,
                   PlanCode = plan.Code,
                   Start = zone.StartOf(zone.DateOf(session.Now)),
                   ChangedBy = session.Caller.Usn,
               };
    }

    private static FieldValues Known(FieldRules rules, FieldValues form) => form.Where(field => field.Name is not (PredefinedFields.Username or OrderEntry.UsnField) && rules.Knows(field.Name));
}
