using Smile.Contracts;
using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>Whose changes within a managed plan group must be paid for before they are made.</summary>
public enum PrePaymentRequirement
{
    None,

    /// <summary>Those that customers make themselves.</summary>
    EndUsers,
}

/// <summary>Which managed plan changes a contract allows (guide, line 15436).</summary>
public enum AllowedPlanChanges
{
    All,
    UpgradesAndCrossgrades,
    Upgrades,
    None,
}

/// <summary>The plans of a service that subscriptions may change between, and how they do (guide, line 11216).</summary>
public sealed record ManagedPlanGroup(
    int Id,
    int Service,
    string Name,
    ManagedPlanChange Upgrade,
    ManagedPlanChange Crossgrade,
    ManagedPlanChange Downgrade
)
{
    public PrePaymentRequirement PrePaymentRequiredFor { get; init; }

    /// <summary>First day on which plans may be changed in it, in the account's time zone; null for no beginning.</summary>
    public DateOnly? ValidFrom { get; init; }

    /// <summary>Last day of it; null for no end.</summary>
    public DateOnly? ValidTo { get; init; }

    /// <summary>In the order of their positions.</summary>
    public IReadOnlyList<ManagedPlanChoice> Choices { get; init; } = [];

    public bool IsValidOn(DateOnly day) => !(day < ValidFrom) && !(day > ValidTo);

    /// <summary>How a change in a direction is made.</summary>
    public ManagedPlanChange Change(PlanChangeDirectionType direction) =>
        direction switch
        {
            PlanChangeDirectionType.Upgrade => Upgrade,
            PlanChangeDirectionType.Downgrade => Downgrade,
            _ => Crossgrade,
        };
}

/// <summary>How changes in one direction are made.</summary>
/// <param name="Charge">Raised for each; null for none.</param>
public sealed record ManagedPlanChange(ManagedPlanChangeTimingType Timing, PlanChangeCharge? Charge);

/// <summary>A charge for changing plans.</summary>
/// <param name="Rate">Price without tax, in the company's currency; the item's where null.</param>
public sealed record PlanChangeCharge(string ItemCode, decimal? Rate);

/// <summary>A plan, with options, as an entry of a managed plan group (guide, line 11223).</summary>
/// <param name="Plan">The plan's code.</param>
/// <param name="Position">A plan with a larger one is the higher plan; equal ones are alike.</param>
public sealed record ManagedPlanChoice(int Id, string Plan, string DisplayName, int Position)
{
    public string? Description { get; init; }

    /// <summary>What is chosen with the plan, by the codes of its options.</summary>
    public IReadOnlyList<FieldValue> Options { get; init; } = [];

    /// <summary>First day on which it may be changed to, in the account's time zone; null for no beginning.</summary>
    public DateOnly? ValidFrom { get; init; }

    /// <summary>Last day of that; null for no end.</summary>
    public DateOnly? ValidTo { get; init; }

    public bool IsValidOn(DateOnly day) => !(day < ValidFrom) && !(day > ValidTo);

    /// <summary>
    /// Where a change from this to another plan of the group leads. By print, the larger position is the higher plan (guide, lines 11544,
    /// 11634).
    /// </summary>
    public PlanChangeDirectionType DirectionTo(ManagedPlanChoice other) =>
        other.Position.CompareTo(Position) switch
        {
            > 0 => PlanChangeDirectionType.Upgrade,
            < 0 => PlanChangeDirectionType.Downgrade,
            _ => PlanChangeDirectionType.Crossgrade,
        };
}
