using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Overrides;
using Smile.Rating.Spend;
using Smile.Rating.Tariffs;
using Smile.Session;

namespace Smile.Rating.Subjects;

/// <summary>A rating period of a subscription.</summary>
public readonly record struct RatedPeriod(Usn Subscription, DayRange Days);

/// <summary>Reads what the rating of many rating periods depends on, with as many queries as for one.</summary>
[UseCase]
public sealed class RatingSubjects(StageSession session, TariffBooks books, ICatalogueVersions versions, IPrepaidBlocks prepaid)
{
    private readonly ChargingDays _days = new();

    /// <summary>What each rating period is rated by; those of subscriptions that there are not are left out.</summary>
    /// <param name="clocks">Of the subscriptions that there are.</param>
    public async Task<IReadOnlyDictionary<RatedPeriod, RatingSubject>> OfAsync(
        IReadOnlyCollection<RatedPeriod> periods,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        var usns = periods.Select(period => period.Subscription).Distinct().ToArray();
        return await OfAsync(periods, await RatedSubscription.ReadAsync(session.Database, usns, cancellation), clocks, cancellation);
    }

    /// <summary>The same of subscriptions that are read.</summary>
    internal async Task<IReadOnlyDictionary<RatedPeriod, RatingSubject>> OfAsync(
        IReadOnlyCollection<RatedPeriod> periods,
        IReadOnlyDictionary<Usn, RatedSubscription> rated,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        var database = session.Database;
        var usns = periods.Select(period => period.Subscription).Where(rated.ContainsKey).Distinct().ToArray();
        var items = (
            await database.ReadPlanScheduleItems.Where(item => usns.Contains(item.SubscriptionUsn)).ToListAsync(cancellation)
        ).ToLookup(item => item.SubscriptionUsn);
        var limits = await EffectiveLimits.ReadAsync(session, usns, cancellation);
        var given = await prepaid.OfAsync(usns, cancellation);
        var tariffs = await books.OfAsync(usns.Select(usn => rated[usn].Subscription.ServiceId), cancellation);
        var subjects = new Dictionary<RatedPeriod, RatingSubject>();
        foreach (var ofSubscription in periods.Distinct().GroupBy(period => period.Subscription))
        {
            if (!rated.TryGetValue(ofSubscription.Key, out var known))
            {
                continue;
            }

            var (subscription, account) = known;
            foreach (var period in ofSubscription)
            {
                var span = clocks[subscription.Usn].SpanOf(period.Days);
                var catalogue = await versions.OfPeriodAsync(period.Days, cancellation);
                var stints = PlanStints.Of(catalogue, subscription, items[subscription.Usn]);
                subjects.Add(
                    period,
                    Subject(catalogue, account, stints, tariffs[subscription.ServiceId], subscription, span, limits) with
                    {
                        PrepaidBlocks = Blocks(catalogue, given[subscription.Usn], span),
                    }
                );
            }
        }

        return subjects;
    }

    /// <summary>The blocks that can be used in some of a period. What was used of them before is not known yet.</summary>
    private static IReadOnlyList<PrepaidBlock> Blocks(CatalogueSnapshot catalogue, IEnumerable<GivenPrepaid> given, PeriodSpan period) =>
        [
            .. given
                .Where(block => block.Start < period.Ends && !(block.End <= period.Begins))
                .Select(block => (block, Item: catalogue.Content.PrepaidBlocks.FirstOrDefault(item => item.Code == block.Code)))
                .Select(pair => new PrepaidBlock(
                    pair.block.Id,
                    pair.block.Code,
                    pair.block.ChargeType,
                    pair.block.Quantity,
                    pair.block.Corrected,
                    pair.block.Start,
                    pair.block.End ?? DateTimeOffset.MaxValue
                )
                {
                    Plans = pair.Item?.Plans ?? [],
                    ChargingRules = pair.Item?.ChargingRules ?? [],
                    Thresholds = pair.Item?.Thresholds ?? [],
                }),
        ];

    private RatingSubject Subject(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyList<PlanStint> stints,
        TariffBook tariffs,
        Subscription subscription,
        PeriodSpan period,
        EffectiveLimits limits
    )
    {
        var content = catalogue.Content;
        return new RatingSubject
        {
            CatalogueVersion = catalogue.Version,
            Zone = period.Zone,
            Period = period.Days,
            BeginsAt = period.Begins,
            EndsAt = period.Ends,
            Company = account.CompanyId,
            Currency = session.CurrencyOf(account),
            Stints = stints,
            ChargeTypes = catalogue.Service(subscription.ServiceId)?.UsageChargeTypes ?? [],
            Tariffs = tariffs,
            Tax = catalogue.GstScheduleOf(account.AccountTypeId),
            Calendars = content.Calendars,
            SpendLimits = limits.Of(catalogue, subscription, period.Days),
            UsageAlertGroups = content.UsageAlertGroups,
            Days = _days,
        };
    }
}
