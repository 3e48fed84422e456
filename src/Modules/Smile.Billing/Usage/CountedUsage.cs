using Smile.Kernel;

namespace Smile.Billing.Usage;

/// <summary>
/// The usage that counts towards minimum charges, of the rating periods on a bill: each part of it counts once, before discounts, where a
/// plan that was suspended has several.
/// </summary>
internal sealed class CountedUsage(IEnumerable<UsagePeriod> periods)
{
    private readonly Dictionary<(Usn Subscription, DateOnly Period, string Plan), decimal> _left = periods
        .SelectMany(period => period.Charges.Where(charge => !charge.IsLate).Select(charge => (period.SubscriptionUsn, charge)))
        .GroupBy(pair => (pair.SubscriptionUsn, pair.charge.Days.From, pair.charge.Plan))
        .ToDictionary(group => group.Key, group => group.Sum(pair => pair.charge.Amount));

    public static CountedUsage None => new([]);

    /// <summary>Takes as much as there is, up to an amount.</summary>
    /// <param name="periodFrom">First day of the rating period.</param>
    /// <returns>What was taken, without tax.</returns>
    public decimal Take(Usn subscription, DateOnly periodFrom, string plan, decimal most)
    {
        var left = _left.GetValueOrDefault((subscription, periodFrom, plan));
        var taken = Math.Clamp(most, 0m, Math.Max(0m, left));
        _left[(subscription, periodFrom, plan)] = left - taken;
        return taken;
    }
}
