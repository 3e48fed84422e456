using Smile.Catalogue;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.Plans;

/// <summary>
/// A recurring charge that is put on an account or subscription directly, beside those of its plan: a user auto charge (guide, line 18263).
/// </summary>
public sealed class RecurringCharge : IChangedRow
{
    public int Id { get; init; }

    public required Usn AccountUsn { get; set; }

    /// <summary>The account itself, or a subscription of it.</summary>
    public required Usn Usn { get; init; }

    public required string ItemCode { get; set; }

    public required decimal Quantity { get; set; }

    /// <summary>The price that was agreed, without tax, in the account's currency.</summary>
    public required decimal Rate { get; set; }

    public string? DisplayRate { get; set; }

    public string? Description { get; set; }

    public required ChargeFrequency Frequency { get; set; }

    public required int Every { get; set; }

    public required ChargeTiming Timing { get; set; }

    public required int AdvancePeriods { get; set; }

    public required ProRataAction ProRata { get; set; }

    public required int MinimumProRataDays { get; set; }

    /// <summary>First day that is charged for, in the account's time zone.</summary>
    public required DateOnly ValidFrom { get; set; }

    /// <summary>Last day that is charged for; null for no end.</summary>
    public DateOnly? ValidTo { get; set; }

    public required DateTimeOffset Created { get; init; }

    public Usn ChangedBy { get; set; }

    /// <summary>The charge as the schedule takes it.</summary>
    public RecurringChargeItem ToItem() =>
        new(Id, ItemCode, Rate, Quantity, Frequency, Every, Timing, AdvancePeriods, ProRata, MinimumProRataDays, Description)
        {
            ValidFrom = ValidFrom,
            ValidTo = ValidTo,
            DisplayRate = DisplayRate,
        };
}
