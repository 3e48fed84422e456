using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing;

/// <summary>
/// When the billing of a subscription begins: with its activation (guide, line 10597), whenever it was ordered and approved.
/// </summary>
public static class BillingBeginning
{
    /// <summary>
    /// Moves the plans that were ordered to today, where they were to begin earlier. What an initial invoice has charged for days before is
    /// taken back by the next bill.
    /// </summary>
    /// <param name="account">Locked; its next bill comes in time for the subscription's first period.</param>
    /// <param name="planItems">Of the subscription, to be changed.</param>
    public static void Move(StageSession session, Account account, Subscription subscription, IEnumerable<PlanScheduleItem> planItems)
    {
        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);
        foreach (var item in planItems.Where(item => item is { IsOrdered: true, PlanCode: not null }))
        {
            var planned = zone.DateOf(item.Start);
            if (planned >= today)
            {
                continue;
            }

            item.Start = zone.StartOf(today);
            if (subscription.BilledThrough is not null)
            {
                subscription.RebillFromDay(planned);
            }
        }

        PlanBill(session.Catalogue, account, [subscription], today);
    }

    /// <summary>
    /// Sets the next bill date to the earliest period end of the account or its subscriptions, if that is not earlier already.
    /// </summary>
    public static void PlanBill(CatalogueSnapshot catalogue, Account account, IEnumerable<Subscription> subscriptions, DateOnly day)
    {
        var ends = subscriptions
            .Select(subscription => subscription.OwnCycles?.Invoicing ?? account.InvoicingCycle)
            .Distinct()
            .Select(EndOf);
        account.NextBill = ends.Prepend(account.NextBill ?? EndOf(account.InvoicingCycle)).Min();

        // Where a table of periods does not have the day, the run that bills the account says so.
        DateOnly EndOf(CycleChoice cycle) => BillingPeriods.Nearest(catalogue.Cycle(cycle), day).To;
    }
}
