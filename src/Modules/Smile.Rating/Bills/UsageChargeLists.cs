using Microsoft.EntityFrameworkCore;
using Smile.Billing.Usage;
using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Bills;

/// <summary>
/// Makes charges of ratings: the sums of a rating period by its charging rules, with the texts that the catalogue has for them.
/// </summary>
[UseCase]
public sealed class UsageChargeLists(StageSession session, UsageDatabase database, ICatalogueVersions versions)
{
    /// <param name="accountOf">By the subscriptions of the periods.</param>
    internal async Task<IReadOnlyList<UsagePeriod>> OfAsync(
        IReadOnlyList<ClosingPeriod> periods,
        Dictionary<Usn, Usn> accountOf,
        CancellationToken cancellation
    )
    {
        if (periods.Count == 0)
        {
            return [];
        }

        var usns = periods.Select(period => period.Period.Subscription).Distinct().ToArray();
        var plans = await session
            .Database.ReadPlanScheduleItems.Where(item => usns.Contains(item.SubscriptionUsn) && item.PlanCode != null)
            .Select(item => new
            {
                item.Id,
                item.PlanScheduleType,
                item.PlanCode,
            })
            .ToDictionaryAsync(item => item.Id, item => (Type: item.PlanScheduleType, Code: item.PlanCode!), cancellation);
        var sums = (
            await UsageSums.ReadAsync(
                database,
                [
                    .. periods.SelectMany(period =>
                        period
                            .Late.Where(late => late != period.Period.Days.From)
                            .Append(period.Period.Days.From)
                            .Select(day => (period.Period.Subscription, day, period.Period.Days.From))
                    ),
                ],
                LinesOf(plans.Values.Select(plan => plan.Code).Distinct()),
                cancellation
            )
        ).ToLookup(sum => (sum.Subscription, sum.BilledIn));
        var subscriptions = await session
            .Database.ReadSubscriptions.Where(subscription => usns.Contains(subscription.Usn))
            .Select(subscription => new { subscription.Usn, subscription.CostCentreId })
            .ToDictionaryAsync(subscription => subscription.Usn, subscription => subscription.CostCentreId, cancellation);
        var ends = await EndsAsync(periods, cancellation);
        var result = new List<UsagePeriod>(periods.Count);
        var ordered = periods.OrderBy(each => each.Period.Subscription.Value, StringComparer.Ordinal).ThenBy(each => each.Period.Days.From);
        foreach (var (period, version, _) in ordered)
        {
            var charges = new List<UsageCharge>();
            foreach (var sum in sums[(period.Subscription, period.Days.From)])
            {
                var days = new DayRange(sum.PeriodFrom, ends[(period.Subscription, sum.PeriodFrom)]);
                var catalogue = await versions.OfPeriodAsync(days, cancellation);
                charges.Add(Charge(catalogue, days, plans[sum.PlanScheduleItem], sum));
            }

            result.Add(
                new UsagePeriod(accountOf[period.Subscription], period.Subscription, period.Days, version, charges)
                {
                    CostCentreId = subscriptions[period.Subscription],
                }
            );
        }

        return result;
    }

    /// <summary>Which charging rules of plans are charged as one line, each line with the lowest number of its rules.</summary>
    private List<(int Rule, int Line, bool IsByType)> LinesOf(IEnumerable<string> plans) =>
        [
            .. plans
                .Select(session.Catalogue.Plan)
                .SelectMany(plan => plan?.ChargingRules ?? [])
                .GroupBy(rule => (rule.ItemCode, rule.Description, rule.DisplayRate, IsByType(rule)))
                .SelectMany(line => line.Select(rule => (rule.Id, line.Min(each => each.Id), line.Key.Item4))),
        ];

    private static bool IsByType(ChargingRuleItem rule) => rule.Source.Kind is RateSourceKind.TariffRate or RateSourceKind.TariffFlagfall;

    /// <summary>The last days of periods by their first.</summary>
    private async Task<Dictionary<(Usn Subscription, DateOnly From), DateOnly>> EndsAsync(
        IReadOnlyList<ClosingPeriod> periods,
        CancellationToken cancellation
    )
    {
        var ends = periods.ToDictionary(each => (each.Period.Subscription, each.Period.Days.From), each => each.Period.Days.To);
        var late = periods
            .SelectMany(each => each.Late.Select(day => (each.Period.Subscription, day)))
            .Where(key => !ends.ContainsKey(key))
            .ToList();
        foreach (var period in late.Count == 0 ? [] : await RatingRows.DaysAsync(database, late, cancellation))
        {
            ends[(period.Subscription, period.Days.From)] = period.Days.To;
        }

        return ends;
    }

    private static UsageCharge Charge(CatalogueSnapshot catalogue, DayRange days, (int Type, string Code) plan, UsageSum sum)
    {
        var rule =
            catalogue.Plan(plan.Code)?.ChargingRules.FirstOrDefault(candidate => candidate.Id == sum.Rule)
            ?? throw new InvalidOperationException(
                $"Plan {plan.Code} of catalogue version {catalogue.Version} has no charging rule {sum.Rule}, by which usage is charged."
            );
        var tariffType =
            IsByType(rule) && sum.TariffType is { } id ? catalogue.Content.TariffTypes.FirstOrDefault(type => type.Id == id)?.Name : null;
        return new UsageCharge(
            days,
            sum.PeriodFrom != sum.BilledIn,
            System.FormattableString.Invariant($"{plan.Type}/{plan.Code}"),
            rule.ItemCode,
            rule.Description,
            tariffType,
            rule.DisplayRate,
            sum.Amount,
            sum.Before,
            sum.Records
        );
    }
}
