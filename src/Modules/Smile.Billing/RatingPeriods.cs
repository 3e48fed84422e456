using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing;

/// <summary>
/// getRatingPeriods(): the rating periods of a subscription from its activation to today, or an account's own since it was opened (guide,
/// line 10390).
/// </summary>
[UseCase]
public sealed class RatingPeriods(StageSession session)
{
    private const int MostPeriods = 1_200;

    public async Task<RatingPeriodListType> ListAsync(string usn, CancellationToken cancellation)
    {
        // Their numbers are given when they are first asked for, so that nobody pays for those that nobody asks for.
        var (account, subscription) = await BeginAsync(usn.Trim(), cancellation);
        if ((subscription is null ? account.Created : subscription.Activated) is not { } began)
        {
            return new RatingPeriodListType();
        }

        var zone = session.ZoneOf(account);
        var cycles = subscription is null
            ? ChargeCycles.Of(session.Catalogue, account)
            : ChargeCycles.Of(session.Catalogue, account, subscription);
        var closed = subscription is null ? account.Closed : subscription.Closed;
        var last = zone.DateOf(closed ?? session.Now);
        Usn? ofSubscription = subscription?.Usn;
        Usn? ofAccount = subscription is null ? account.Usn : null;
        var known = await session
            .Database.RatingPeriods.Where(period => period.SubscriptionUsn == ofSubscription && period.AccountUsn == ofAccount)
            .ToDictionaryAsync(period => period.RatingPeriodEnd, cancellation);
        var periods = new List<RatingPeriod>();

        // Behind the end of a table there are no periods until it goes on.
        DayRange? next = BillingPeriods.Nearest(cycles.Rating, zone.DateOf(began));
        for (
            ;
            next is { } days && days.From <= last && periods.Count < MostPeriods;
            next = BillingPeriods.Find(cycles.Rating, days.To.AddDays(1))
        )
        {
            if (!known.TryGetValue(days.To, out var period))
            {
                period = new RatingPeriod
                {
                    SubscriptionUsn = ofSubscription,
                    AccountUsn = ofAccount,
                    RatingPeriodEnd = days.To,
                    InvoicingPeriodEnd = BillingPeriods.Nearest(cycles.Invoicing, days.To).To,
                };
                session.Database.RatingPeriods.Add(period);
            }

            periods.Add(period);
        }

        await session.Database.SaveAsync(cancellation);
        var bills = await session
            .Database.Bills.AsNoTracking()
            .Where(bill => bill.AccountUsn == account.Usn)
            .ToDictionaryAsync(bill => bill.PeriodEnd, bill => bill.Status, cancellation);
        await session.CommitAsync(cancellation);
        return new RatingPeriodListType
        {
            RatingPeriodSummary =
            [
                .. periods.Select(period => new RatingPeriodSummaryType
                {
                    USN = (subscription?.Usn ?? account.Usn).Value,
                    RatingPeriodId = period.Id,
                    InvoicingPeriodEnd = zone.ToXml(period.InvoicingPeriodEnd),
                    RatingPeriodEnd = zone.ToXml(period.RatingPeriodEnd),
                    ReleaseDate = zone.ToXml(period.InvoicingPeriodEnd.AddDays(1)),
                    Status = closed is not null ? RatingPeriodStatusType.Closed : Status(bills, period, account.NextBill),
                }),
            ],
        };
    }

    private async Task<(Account Account, Subscription? Subscription)> BeginAsync(string usn, CancellationToken cancellation)
    {
        if (await session.FindAccountAsync(usn, cancellation) is not null)
        {
            return (await session.BeginOnAccountAsync(usn, cancellation), null);
        }

        return await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
    }

    /// <summary>
    /// A bill that failed is tried again: until then its periods wait. What was billed before this server kept bills is closed.
    /// </summary>
    private static RatingPeriodStatusType Status(Dictionary<DateOnly, BillStatus> bills, RatingPeriod period, DateOnly? nextBill) =>
        bills.TryGetValue(period.InvoicingPeriodEnd, out var status)
            ? status switch
            {
                BillStatus.Holding => RatingPeriodStatusType.Holding,
                BillStatus.Approving => RatingPeriodStatusType.Approving,
                BillStatus.Error => RatingPeriodStatusType.Waiting,
                _ => RatingPeriodStatusType.Closed,
            }
        : period.InvoicingPeriodEnd < nextBill ? RatingPeriodStatusType.Closed
        : RatingPeriodStatusType.Open;
}
