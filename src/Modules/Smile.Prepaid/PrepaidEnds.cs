using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Rating.Subjects;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>Says until when a prepaid block can be used that begins now.</summary>
[UseCase]
public sealed class PrepaidEnds(StageSession session, RatingPeriodsOf periods)
{
    /// <returns>The first instant at which it cannot be used; null where its rating cycle has no period so late.</returns>
    internal async Task<DateTimeOffset?> OfAsync(
        Account account,
        Subscription subscription,
        PrepaidValidity validity,
        CancellationToken cancellation
    )
    {
        var (zone, now) = (session.ZoneOf(account), session.Now);
        var today = zone.DateOf(now);
        return validity.Unit switch
        {
            PrepaidValidityUnit.Minutes => now.AddMinutes(validity.Count),
            PrepaidValidityUnit.Hours => now.AddHours(validity.Count),
            PrepaidValidityUnit.Days => zone.StartOf(today.AddDays(validity.Count)),
            PrepaidValidityUnit.Months => zone.StartOf(today.AddMonths(validity.Count)),
            _ => await EndOfPeriodAsync(subscription, validity.Count, cancellation),
        };
    }

    private async Task<DateTimeOffset?> EndOfPeriodAsync(Subscription subscription, int count, CancellationToken cancellation)
    {
        var clock = (await periods.ClocksAsync([subscription.Usn], cancellation))[subscription.Usn];
        var days = clock.PeriodAt(session.Now);
        for (var more = count; more > 1 && days is { } period; more--)
        {
            days = clock.PeriodOn(period.To.AddDays(1));
        }

        return days is { } last ? clock.SpanOf(last).Ends : null;
    }
}
