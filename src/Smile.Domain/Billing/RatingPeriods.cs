using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Domain.Foundation;

namespace Smile.Domain.Billing;

/// <summary>getRatingPeriods(): the rating periods of a subscription from its activation to today (guide, line 10390).</summary>
[UseCase]
public sealed class RatingPeriods(StageSession session)
{
    private const int MostPeriods = 1_200;

    public async Task<RatingPeriodListType> ListAsync(string usn, CancellationToken cancellation)
    {
        // Their numbers are given when they are first asked for, so that nobody pays for those that nobody asks for.
        var (account, subscription) = await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation).ConfigureAwait(false) ?? throw StageSession.NoSuchSubscription(usn);
        if (subscription.Activated is not { } activated)
        {
            return new RatingPeriodListType();
        }

        var zone = session.Catalogue.Zone(account.TimeZoneId);
        var cycles = ChargeCycles.Of(session.Catalogue, account, subscription);
        var last = zone.DateOf(subscription.Closed ?? session.Now);
        var known = await session.Database.RatingPeriods.Where(period => period.SubscriptionUsn == subscription.Usn).ToDictionaryAsync(period => period.RatingPeriodEnd, cancellation).ConfigureAwait(false);
        var periods = new List<RatingPeriod>();

        // Behind the end of a table there are no periods until it goes on.
        DayRange? next = BillingPeriods.Nearest(cycles.Rating, zone.DateOf(activated));
        for (; next is { } days && days.From <= last && periods.Count < MostPeriods; next = BillingPeriods.Find(cycles.Rating, days.To.AddDays(1)))
        {
            if (!known.TryGetValue(days.To, out var period))
            {
                period = new RatingPeriod { SubscriptionUsn = subscription.Usn, RatingPeriodEnd = days.To, InvoicingPeriodEnd = BillingPeriods.Nearest(cycles.Invoicing, days.To).To, ChangedBy = session.Caller.Usn };
                session.Database.RatingPeriods.Add(period);
            }

            periods.Add(period);
        }

        await session.Database.SaveAsync(cancellation).ConfigureAwait(false);
        var bills = await session.Database.Bills.AsNoTracking().Where(bill => bill.AccountUsn == account.Usn).ToDictionaryAsync(bill => bill.PeriodEnd, bill => bill.Status, cancellation).ConfigureAwait(false);
        await session.CommitAsync(cancellation).ConfigureAwait(false);
        return new RatingPeriodListType
        {
            RatingPeriodSummary =
            [
                .. periods.Select(period => new RatingPeriodSummaryType
                {
                    USN = subscription.Usn.Value,
                    RatingPeriodId = period.Id,
                    InvoicingPeriodEnd = zone.ToXml(period.InvoicingPeriodEnd),
                    RatingPeriodEnd = zone.ToXml(period.RatingPeriodEnd),
                    ReleaseDate = zone.ToXml(period.InvoicingPeriodEnd.AddDays(1)),
                    Status = subscription.IsClosed ? RatingPeriodStatusType.Closed : Status(bills, period, account.NextBill),
                }),
            ],
        };
    }

    /// <summary>A bill that failed is tried again: until then its periods wait. What was billed before this server kept bills is closed.</summary>
    private static RatingPeriodStatusType Status(Dictionary<DateOnly, BillStatus> bills, RatingPeriod period, DateOnly? nextBill) => bills.TryGetValue(period.InvoicingPeriodEnd, out var status)
        ? status switch
        {
            BillStatus.Holding => RatingPeriodStatusType.Holding,
            BillStatus.Approving => RatingPeriodStatusType.Approving,
            BillStatus.Error => RatingPeriodStatusType.Waiting,
            _ => RatingPeriodStatusType.Closed,
        }
        : period.InvoicingPeriodEnd < nextBill ? RatingPeriodStatusType.Closed : RatingPeriodStatusType.Open;
}
