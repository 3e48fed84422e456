using System.Globalization;

namespace Smile.Catalogue;

/// <summary>The unit that a recurring charge's cycle is counted in.</summary>
public enum ChargeFrequency
{
    /// <summary>The subscription's rating periods.</summary>
    RatingPeriods,

    /// <summary>The periods between invoices.</summary>
    InvoicingPeriods,

    /// <summary>Months from the day on which the charge began: the 10th to the 9th.</summary>
    CalendarMonths,

    /// <summary>
    /// Whole months counted from the 1st of January: a charge that begins in July of a twelve-month cycle is first for six months.
    /// </summary>
    FixedMonths,

    /// <summary>Whole days from midnight to midnight.</summary>
    FixedDays,

    /// <summary>Days from the time at which the plan was activated.</summary>
    Days,
}

/// <summary>When a recurring charge is raised.</summary>
public enum ChargeTiming
{
    /// <summary>Before the periods that it is for.</summary>
    InAdvance,

    /// <summary>When its period is over.</summary>
    InArrears,

    /// <summary>At the end of every invoicing period, for as much of its own period as is over.</summary>
    PartiallyInArrears,
}

/// <summary>What a recurring charge comes to in an incomplete period.</summary>
public enum ProRataAction
{
    /// <summary>Nothing was said: the full amount.</summary>
    NotSet,

    /// <summary>Nothing is charged.</summary>
    NoCharge,

    /// <summary>As much as the days are of the period's.</summary>
    ProRata,

    /// <summary>The full amount.</summary>
    FullCharge,
}

/// <summary>A charge that is raised again and again (guide, line 8593).</summary>
/// <param name="Id">The number that plan configurations and overrides name it by.</param>
/// <param name="ItemCode">What its lines are for; the item's rate holds where <paramref name="Rate"/> is null.</param>
/// <param name="Rate">Price without tax, with up to five decimals or more.</param>
/// <param name="Every">How many units its cycle has.</param>
/// <param name="AdvancePeriods">How many cycles ahead it is raised; for charges in advance.</param>
/// <param name="MinimumProRataDays">An incomplete period of fewer days is not charged.</param>
/// <param name="Description">Text of the line, {0,date} and {1,date} standing for its days; the item's where null.</param>
public sealed record RecurringChargeItem(
    int Id,
    string ItemCode,
    decimal? Rate,
    decimal Quantity,
    ChargeFrequency Frequency,
    int Every,
    ChargeTiming Timing,
    int AdvancePeriods,
    ProRataAction ProRata,
    int MinimumProRataDays,
    string? Description
)
{
    /// <summary>First day on which it applies; null for no beginning.</summary>
    public DateOnly? ValidFrom { get; init; }

    /// <summary>Last day on which it applies; null for no end.</summary>
    public DateOnly? ValidTo { get; init; }

    public string? DisplayRate { get; init; }

    /// <summary>What a plan schedule item adds to the text of the line.</summary>
    public string? Comment { get; init; }

    /// <summary>The text of a line that charges it; days have places in it.</summary>
    /// <param name="ofItem">What its item description says.</param>
    public string? Text(string? ofItem) =>
        (Description ?? ofItem, Comment) switch
        {
            ({ } text, { } comment) => $"{text} - {comment}",
            var (text, _) => text,
        };
}

/// <summary>Something that a plan offers at the subscriber's choice (guide, line 8624).</summary>
/// <param name="Code">The field that plan schedule items hold the choice in.</param>
/// <param name="IsNumeric">Whether a quantity is chosen, else yes or no.</param>
/// <param name="Group">Options of one group exclude each other.</param>
public sealed record PlanOptionItem(
    string Code,
    string Name,
    bool IsNumeric,
    int? MinimumQuantity,
    int? MaximumQuantity,
    PlanOptionGroup? Group,
    IReadOnlyList<RecurringChargeItem> RecurringCharges
)
{
    /// <summary>How many times a choice takes an option: 0 for "false" and nothing, 1 for "true".</summary>
    public static decimal Chosen(string? value) =>
        value switch
        {
            null or "false" => 0m,
            "true" => 1m,
            _ => decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quantity) ? quantity : 0m,
        };
}

/// <summary>A group of plan options that exclude each other.</summary>
public sealed record PlanOptionGroup(int Id, string Name);

/// <summary>A charge that is raised once, when a subscription gets the plan by its order.</summary>
/// <param name="Rate">Price without tax; the item's where null.</param>
public sealed record SetupChargeItem(string ItemCode, decimal? Rate);

/// <summary>What the usage of a rating period comes to at least, charged when the period is over.</summary>
/// <param name="Rate">Price of a whole period without tax.</param>
public sealed record MinimumChargeItem(string ItemCode, decimal Rate);
