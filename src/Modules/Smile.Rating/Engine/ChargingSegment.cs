using Smile.Catalogue;
using Smile.Rating.Tariffs;

namespace Smile.Rating.Engine;

/// <summary>
/// A span of time in which nothing changes that prices depend on, but for what is used up: neither the plan nor the day, neither the hours
/// of a rule nor the band of a calendar, nor the offset of the clocks.
/// </summary>
internal sealed class ChargingSegment
{
    private readonly RatingSubject _subject;
    private readonly ChargingRule[][] _rules;
    private readonly int _minute;
    private readonly Dictionary<(int Destination, CallType CallType), Tariff?> _tariffs = [];

    /// <param name="span">Of the day, that the segment is in.</param>
    public ChargingSegment(
        RatingSubject subject,
        StintCharging charging,
        DateTimeOffset from,
        DateTimeOffset to,
        DateOnly day,
        DaySpan span
    )
    {
        _subject = subject;
        _minute = span.Minute;
        Charging = charging;
        From = from;
        To = to;
        Day = day;
        TaxFactor = 1m + (subject.Tax.PercentAt(day) / 100m);
        _rules = charging.RulesIn(span.Rules);
    }

    public StintCharging Charging { get; }

    public DateTimeOffset From { get; }

    public DateTimeOffset To { get; }

    public DateOnly Day { get; }

    /// <summary>What an amount without tax is multiplied with for the amount with tax.</summary>
    public decimal TaxFactor { get; }

    public bool Contains(DateTimeOffset instant) => From <= instant && instant < To;

    /// <summary>The rules for a measure that are in force, in the plan's order.</summary>
    public ReadOnlySpan<ChargingRule> RulesOf(UsageMeasure measure) => _rules[(int)measure];

    /// <summary>The tariff of a destination, as the plan schedule item overrides it.</summary>
    public Tariff? TariffOf(int destination, CallType callType)
    {
        if (!_tariffs.TryGetValue((destination, callType), out var tariff))
        {
            tariff = _subject.Tariffs.TariffOf(destination, callType, Charging.Stint.Plan.Code, _subject.Company, Day, BandOf);
            var replaced = Charging.Stint.TariffOverrides.FirstOrDefault(each => each.IsFor(destination, callType));
            tariff = replaced?.Over(tariff) ?? tariff;
            _tariffs.Add((destination, callType), tariff);
        }

        return tariff;
    }

    private string BandOf(string calendar) => PlanDays.BandOf(_subject.Calendars, calendar, Day, _minute);
}
