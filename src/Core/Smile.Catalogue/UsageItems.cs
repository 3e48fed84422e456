using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>What a component of usage is counted in (guide, line 18868; reference 29).</summary>
public enum UsageMeasure
{
    /// <summary>Once for each session: a call, a message.</summary>
    Flagfall,

    /// <summary>Seconds.</summary>
    Time,

    /// <summary>Pages of a fax.</summary>
    Pages,

    /// <summary>Bytes that the subscriber received.</summary>
    BytesReceived,

    /// <summary>Bytes that the subscriber sent.</summary>
    BytesSent,

    /// <summary>Bytes in both directions.</summary>
    Bytes,

    /// <summary>Bytes a second, in both directions, on average over the record.</summary>
    Rate,

    /// <summary>Bytes a second that the subscriber sent, on average over the record.</summary>
    BytesSentRate,

    /// <summary>Bytes a second that the subscriber received, on average over the record.</summary>
    BytesReceivedRate,
}

/// <summary>A component that usage of a service is split into, such as flagfall and time.</summary>
/// <param name="Id">The <c>key</c> that charging rules show (guide, line 8652). Unique within its service.</param>
public sealed record UsageChargeType(int Id, string Name, UsageMeasure Measure);

/// <summary>What a record is about, by the names of Smile's import format.</summary>
public enum CallType
{
    Voice,
    ForwardedVoice,
    Video,
    Fax,
    Sms,
    Mms,
    Wap,
    Data,
    EventCount,

    /// <summary>Usage with a price that somebody else put on it.</summary>
    ImportedCharge,

    Unknown,
}

/// <summary>Which party of a call is charged.</summary>
public enum UsageRole
{
    Caller,
    Called,
}

/// <summary>A category of tariffs, with a spend limit of its own (guide, line 19191).</summary>
/// <param name="Company">The company that has it; null for all.</param>
public sealed record TariffTypeItem(int Id, string Name, int Service, int? Company);

/// <summary>When which band of rates is in force, on the clocks of the subscription.</summary>
/// <param name="DefaultBand">In force where no entry says otherwise.</param>
/// <param name="Entries">Those of a date go before those of holidays, and those before weekdays.</param>
public sealed record TariffCalendar(
    string Code,
    string DefaultBand,
    IReadOnlyList<DateOnly> Holidays,
    IReadOnlyList<TariffCalendarEntry> Entries
)
{
    /// <summary>The entries that hold on a day.</summary>
    public IEnumerable<TariffCalendarEntry> On(DateOnly day)
    {
        var ofDate = Entries.Where(entry => entry.Date == day);
        return ofDate.Any() ? ofDate
            : Holidays.Contains(day) && Entries.Any(entry => entry.IsForHolidays) ? Entries.Where(entry => entry.IsForHolidays)
            : Entries.Where(entry => entry.Weekdays.Contains(day.DayOfWeek));
    }

    /// <summary>All bands, each once.</summary>
    public IEnumerable<string> Bands() => Entries.Select(entry => entry.Band).Prepend(DefaultBand).Distinct();

    /// <summary>The band of a minute of a day.</summary>
    public string BandAt(DateOnly day, int minute) => On(day).FirstOrDefault(entry => entry.Hours.Contains(minute))?.Band ?? DefaultBand;
}

/// <summary>A band of hours on some days: those of one date, of all holidays, or of weekdays.</summary>
public sealed record TariffCalendarEntry(
    DateOnly? Date,
    bool IsForHolidays,
    IReadOnlyList<DayOfWeek> Weekdays,
    HoursOfDay Hours,
    string Band
);

/// <summary>Part of a day by its clocks, in minutes since midnight; its end is 1,440 at most and does not belong to it.</summary>
public readonly record struct HoursOfDay(int From, int To)
{
    public const int EndOfDay = 24 * 60;

    public static HoursOfDay All { get; } = new(0, EndOfDay);

    public bool Contains(int minute) => minute >= From && minute < To;

    public bool Overlaps(HoursOfDay other) => From < other.To && other.From < To;
}

/// <summary>Money of usage that a plan includes (guide, lines 12166, 19131).</summary>
/// <param name="ValueIncTax">For a whole rating period, tax included; incomplete periods have a share of it by days.</param>
/// <param name="Thresholds">Percentages at which the customer is told, in ascending order.</param>
public sealed record ValuePoolItem(int Id, string Name, decimal ValueIncTax, IReadOnlyList<decimal> Thresholds)
{
    /// <summary>In how many further rating periods what is left of it can be used; 0 where it is lost with its own.</summary>
    public int RollOverPeriods { get; init; }

    /// <summary>What is brought into a period at most, of all earlier ones together, tax included; null for all that is left.</summary>
    public decimal? RollOverMost { get; init; }

    /// <summary>Name under which the pools of an account's subscriptions are one; null where it is the subscription's own.</summary>
    public string? SharedAs { get; init; }

    public UsageNotices Notices { get; init; } = UsageNotices.None;
}

/// <summary>A physical quantity of usage that is watched (guide, line 12363).</summary>
/// <param name="Thresholds">Percentages at which the customer is told, in ascending order.</param>
public sealed record UsageAlertGroupItem(int Id, int Company, string Name, IReadOnlyList<decimal> Thresholds)
{
    public UsageNotices Notices { get; init; } = UsageNotices.None;
}

/// <summary>The mail templates by which a customer is told of thresholds (guide, line 21778).</summary>
/// <param name="Reached">When one is reached; null for no mail.</param>
/// <param name="Reset">When a new rating period begins behind one that was reached; null for no mail.</param>
public sealed record UsageNotices(string? Reached, string? Reset)
{
    /// <summary>What the names of such templates begin with: they have places of their own.</summary>
    public const string Prefix = "usage-";

    public static UsageNotices None { get; } = new(null, null);
}

/// <summary>How much of a usage alert group a plan includes.</summary>
/// <param name="Limit">In the units of the charging rules that count into it.</param>
/// <param name="IsProRated">Whether incomplete rating periods have a share of it by days (guide, line 12373).</param>
public sealed record PlanUsageAlertGroup(int Group, decimal Limit, bool IsProRated);

/// <summary>What a subscription may spend on some types of tariffs in a rating period (guide, line 12535).</summary>
/// <param name="Limit">Tax included.</param>
/// <param name="Thresholds">Percentages at which the customer is told, in ascending order.</param>
/// <param name="Features">Applied while the limit is exceeded.</param>
public sealed record SpendLimitItem(
    int Id,
    int Service,
    string Name,
    decimal Limit,
    IReadOnlyList<int> TariffTypes,
    IReadOnlyList<decimal> Thresholds,
    IReadOnlyList<int> Features
)
{
    public UsageNotices Notices { get; init; } = UsageNotices.None;

    /// <summary>It holds for rating periods that end on this day or later; null for no beginning (reference 16).</summary>
    public DateOnly? FirstEnd { get; init; }

    /// <summary>It holds for rating periods that end on this day or before; null for no end.</summary>
    public DateOnly? LastEnd { get; init; }

    /// <summary>Whether it holds for a rating period.</summary>
    public bool IsFor(DayRange period) => !(period.To < FirstEnd) && !(period.To > LastEnd);
}
