namespace Smile.Catalogue;

/// <summary>A kind of contract that a service offers (guide, line 15355). Amounts are without tax, in the company's currency.</summary>
/// <param name="BaseValue">What it is worth before the plan's recurring charges and the setup fees are added.</param>
/// <param name="PlanRecurringChargePercentage">How much of the plan's recurring charges counts towards its value, in per cent.</param>
/// <param name="Duration">Calendar months.</param>
/// <param name="GraceDays">Days that its charges may be overdue.</param>
/// <param name="ValidFrom">First day on which it is offered, in the company's time zone.</param>
public sealed record ContractItem(
    int Id,
    int Service,
    string Name,
    decimal BaseValue,
    decimal PlanRecurringChargePercentage,
    int Duration,
    int GraceDays,
    DateOnly ValidFrom,
    ContractFee EarlyTerminationFee
)
{
    /// <summary>Last day on which it is offered; null for no end.</summary>
    public DateOnly? ValidTo { get; init; }

    /// <summary>Charged once, when a subscription gets the contract.</summary>
    public IReadOnlyList<ContractFee> SetupFees { get; init; } = [];

    /// <summary>Leaving early costs at least this; 0 for no bound.</summary>
    public decimal MinimumTerminationCharge { get; init; }

    /// <summary>Leaving early costs at most this; 0 for no bound.</summary>
    public decimal MaximumTerminationCharge { get; init; }

    /// <summary>Which managed plan changes it allows (guide, line 15436).</summary>
    public AllowedPlanChanges AllowedManagedPlanChanges { get; init; }

    public string? Comments { get; init; }

    /// <summary>Whether a subscription's contract may differ from this in its days, value and charges.</summary>
    public bool MayAlterValues { get; init; } = true;

    /// <summary>The plans that offer it.</summary>
    public IReadOnlyList<PlanContractItem> Plans { get; init; } = [];

    public bool IsOfferedOn(DateOnly day) => ValidFrom <= day && (ValidTo is not { } last || day <= last);

    public bool IsFor(string planCode) => Plans.Any(offer => offer.Plan == planCode);
}

/// <summary>A charge that a contract brings with it.</summary>
/// <param name="Description">Text of the line; the item's where null.</param>
/// <param name="Rate">Price without tax; the item's where null.</param>
public sealed record ContractFee(string ItemCode, string? Description, decimal? Rate);

/// <summary>A contract as a plan offers it (guide, line 15596).</summary>
/// <param name="Id">The <c>PlanContractId</c>.</param>
/// <param name="Plan">The plan's code.</param>
/// <param name="SelfService">Whether customers may take it themselves.</param>
public sealed record PlanContractItem(int Id, string Plan, string Name, bool SelfService);
