using Smile.Kernel;

namespace Smile.Rating.Notices;

/// <summary>A feature that usage, or a credit limit, has applied to a subscription: it is taken off with its cause.</summary>
public sealed class UsageTreatment
{
    public const string ChargingRules = "charging rules";

    /// <summary>The credit limit of its plan.</summary>
    public const string CreditLimitOfPlan = "credit limit of the plan";

    /// <summary>The credit limit of its account.</summary>
    public const string CreditLimitOfAccount = "credit limit of the account";

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>The spend limit, <see cref="ChargingRules"/>, or a credit limit.</summary>
    public required string Cause { get; init; }

    public required int FeatureId { get; init; }

    public required Guid AppliedId { get; init; }

    public static string SpendLimit(int id) => FormattableString.Invariant($"spend limit {id}");
}

/// <summary>A notice of rating that was acted on.</summary>
public sealed class ToldUsageNotice
{
    public required Usn SubscriptionUsn { get; init; }

    public required DateOnly PeriodFrom { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset Told { get; init; }
}
