using Smile.Kernel;

namespace Smile.Receivables.GeneralLedger;

/// <summary>Spreads a charge over the months that it is for, by days.</summary>
internal static class DeferredIncome
{
    /// <summary>What is charged for longer than ten years is income at once.</summary>
    private const int MostMonths = 120;

    /// <summary>
    /// The shares of a charge and the days on which they are income: what is for the posting's month or before on the posting's day, the
    /// rest on the last day of each month.
    /// </summary>
    /// <param name="amount">Without tax, in <paramref name="currency"/>.</param>
    /// <param name="from">First day that is charged for.</param>
    /// <param name="to">Last day that is charged for.</param>
    /// <returns>Shares that add up to the amount, each rounded to the currency's minor unit.</returns>
    public static IReadOnlyList<(DateOnly Day, decimal Amount)> Spread(
        decimal amount,
        DateOnly from,
        DateOnly to,
        DateOnly postingDay,
        Currency currency
    )
    {
        var postingMonthEnd = EndOfMonth(postingDay);
        if (to <= postingMonthEnd || ((to.Year - from.Year) * 12) + to.Month - from.Month > MostMonths)
        {
            return [(postingDay, amount)];
        }

        var days = to.DayNumber - from.DayNumber + 1;
        var shares = new List<(DateOnly Day, decimal Amount)>();
        var spread = 0m;
        for (var end = from > postingMonthEnd ? EndOfMonth(from) : postingMonthEnd; ; end = EndOfMonth(end.AddDays(1)))
        {
            var last = end < to ? end : to;

            // What is due up to here, less what was spread: rounding never adds up to a difference.
            var earned = last == to ? amount : currency.Round(amount * (last.DayNumber - from.DayNumber + 1) / days);
            if (earned != spread)
            {
                shares.Add((end <= postingMonthEnd ? postingDay : last, earned - spread));
            }

            spread = earned;
            if (last == to)
            {
                return shares;
            }
        }
    }

    private static DateOnly EndOfMonth(DateOnly day) => new(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month));
}
