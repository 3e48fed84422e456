using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing;

/// <summary>A plan that a subscription begins to use.</summary>
/// <param name="Usn">The subscription.</param>
/// <param name="Options">What is chosen with the plan, by the codes of its options.</param>
/// <param name="From">The first day.</param>
/// <param name="Cycles">The subscription's.</param>
public sealed record StartingPlan(Usn Usn, Plan Plan, FieldValues Options, DateOnly From, ChargeCycles Cycles);

/// <summary>
/// What subscriptions are charged when they begin: the bill of the invoicing period that the day is in, ahead of its end, and so
/// without what is charged in arrears. Pure, so that the
/// quote of an order is its invoice.
/// </summary>
public static class InitialCharges
{
    /// <summary>Charges without GST lines and rounding, in the order of the subscriptions, plans and days.</summary>
    /// <param name="day">The invoice's day.</param>
    public static IReadOnlyList<TransactionItem> Of(
        CatalogueSnapshot catalogue,
        Account account,
        IEnumerable<StartingPlan> plans,
        ApplicableDiscounts discounts,
        DateOnly day,
        DateTimeOffset now
    )
    {
        var pricing = new BillLines(catalogue, account, discounts, day, now, BillLines.NewIds(now));
        return
        [
            .. plans
                .GroupBy(plan => plan.Usn)
                .SelectMany(subscription =>
                {
                    var uses = subscription
                        .Select(plan => new PlanUse(
                            plan.Plan.PlanScheduleType,
                            plan.Plan.Code,
                            plan.Options,
                            ChargeOverrides.None,
                            new DayRange(plan.From, DateOnly.MaxValue)
                        )
                        {
                            IsOrdered = true,
                        })
                        .ToList();
                    var cycles = subscription.First().Cycles;
                    var unit = new BilledUnit(
                        subscription.Key,
                        cycles,
                        [.. ChargeSources.OfPlans(catalogue, uses, [])],
                        [],
                        DateOnly.MinValue
                    );
                    return pricing.Of(unit, unit.Due(catalogue, BillingPeriods.At(cycles.Invoicing, day), isAhead: true));
                }),
        ];
    }
}
