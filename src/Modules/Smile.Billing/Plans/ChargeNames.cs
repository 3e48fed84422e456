using Smile.Catalogue;

namespace Smile.Billing.Plans;

/// <summary>
/// How the wire names what recurring charges are configured with. Print shows "Rating Periods", "Days", "In Advance" and "Pro-Rata" (guide,
/// lines 8595, 18470); the others are named as in the configuration. Hyphens, blanks and case do not matter in requests.
/// </summary>
internal static class ChargeNames
{
    private static readonly IReadOnlyDictionary<ChargeFrequency, string> Frequencies = new Dictionary<ChargeFrequency, string>
    {
        [ChargeFrequency.RatingPeriods] = "Rating Periods",
        [ChargeFrequency.InvoicingPeriods] = "Invoicing Periods",
        [ChargeFrequency.CalendarMonths] = "Calendar Months",
        [ChargeFrequency.FixedMonths] = "Fixed-Months",
        [ChargeFrequency.FixedDays] = "Fixed-Days",
        [ChargeFrequency.Days] = "Days",
    };

    private static readonly IReadOnlyDictionary<ChargeTiming, string> Timings = new Dictionary<ChargeTiming, string>
    {
        [ChargeTiming.InAdvance] = "In Advance",
        [ChargeTiming.InArrears] = "In Arrears",
        [ChargeTiming.PartiallyInArrears] = "Partially In Arrears",
    };

    private static readonly IReadOnlyDictionary<ProRataAction, string> ProRataActions = new Dictionary<ProRataAction, string>
    {
        [ProRataAction.NotSet] = "Not Set",
        [ProRataAction.NoCharge] = "No Charge",
        [ProRataAction.ProRata] = "Pro-Rata",
        [ProRataAction.FullCharge] = "Full Charge",
    };

    public static string Name(this ChargeFrequency frequency) => Frequencies[frequency];

    public static string Name(this ChargeTiming timing) => Timings[timing];

    public static string Name(this ProRataAction action) => ProRataActions[action];

    /// <summary>A unit of a measure, as print names those of time, pages, bytes and rates (guide, lines 8671, 18924 to 19040).</summary>
    public static string UnitName(this UsageMeasure measure) =>
        measure switch
        {
            UsageMeasure.Flagfall => "Session",
            UsageMeasure.Time => "Second",
            UsageMeasure.Pages => "Page",
            UsageMeasure.BytesReceived or UsageMeasure.BytesSent or UsageMeasure.Bytes => "Bytes",
            _ => "Bytes/s",
        };

    public static ChargeFrequency? Frequency(string name) => Find(Frequencies, name);

    public static ChargeTiming? Timing(string name) => Find(Timings, name);

    public static ProRataAction? ProRata(string name) => Find(ProRataActions, name);

    /// <summary>The names, for a fault that says what would be right.</summary>
    public static string FrequencyNames => string.Join(", ", Frequencies.Values);

    public static string TimingNames => string.Join(", ", Timings.Values);

    public static string ProRataNames => string.Join(", ", ProRataActions.Values);

    private static TChoice? Find<TChoice>(IReadOnlyDictionary<TChoice, string> names, string name)
        where TChoice : struct =>
        names.Where(known => Plain(known.Value) == Plain(name)).Select(known => (TChoice?)known.Key).FirstOrDefault();

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
