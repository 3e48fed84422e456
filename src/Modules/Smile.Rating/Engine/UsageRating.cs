namespace Smile.Rating.Engine;

/// <summary>What a record, or a part of it, is charged by one charging rule. Amounts are without tax.</summary>
/// <param name="PlanScheduleItem">By which the subscription had the plan.</param>
/// <param name="Units">Units that are charged, increments rounded up.</param>
/// <param name="Price">What they cost.</param>
/// <param name="Amount">What is charged: the price less what a value pool or a prepaid block paid.</param>
/// <param name="ValuePool">The pool that paid the rest of the price; null for none.</param>
/// <param name="PrepaidBlock">The prepaid block that paid for the units; null for none.</param>
public readonly record struct UsageRating(
    long Record,
    long PlanScheduleItem,
    int Rule,
    int? Destination,
    long? Tariff,
    int? TariffType,
    decimal Units,
    decimal Price,
    decimal Amount,
    int? ValuePool,
    long? PrepaidBlock = null
);

/// <summary>Why a record could not be rated.</summary>
public enum RatingProblem
{
    None,

    /// <summary>It begins when the subscription had no plan, or outside the rating period.</summary>
    NoPlan,

    /// <summary>No plan of the subscription has a charging rule for any component of it.</summary>
    NoRule,

    /// <summary>Its charging rules are exhausted, or not in force at its time.</summary>
    RulesExhausted,

    /// <summary>No destination has its number.</summary>
    NoDestination,

    /// <summary>Its destination has no tariff that is in force.</summary>
    NoTariff,

    /// <summary>A charging rule charges by the wholesaler's price, and the record has none.</summary>
    NoWholesaleCharge,
}
