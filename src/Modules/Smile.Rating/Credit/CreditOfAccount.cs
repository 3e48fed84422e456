using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Rating.Credit;

/// <summary>A locked account with its credit limit.</summary>
/// <param name="Limit">Null where it may owe any amount.</param>
/// <param name="All">Its subscriptions, also those that are closed: what they used is on a bill to come.</param>
/// <param name="Closed">What was told of those that are closed.</param>
/// <param name="Planned">When plans begin that were chosen already.</param>
internal sealed record CreditOfAccount(
    Account Account,
    CreditLimitItem? Limit,
    IReadOnlyList<Usn> All,
    IReadOnlyList<CreditOfSubscription> Open,
    IReadOnlyList<CreditLimitState> Closed,
    IReadOnlyList<DateTimeOffset> Planned
)
{
    /// <summary>The subscriptions whose usage is compared with a limit.</summary>
    public IEnumerable<Usn> Counted =>
        Limit is not null ? All : Open.Where(each => each.Limits.Count > 0).Select(each => each.Subscription.Usn);
}

/// <summary>A subscription that is not closed, with the credit limits of its plans.</summary>
/// <param name="Limits">The least first.</param>
/// <param name="State">What was told; null where nothing is exceeded.</param>
internal sealed record CreditOfSubscription(Subscription Subscription, IReadOnlyList<PlanCredit> Limits, CreditLimitState? State)
{
    /// <summary>The plans' limits that are exceeded.</summary>
    /// <param name="owed">By the account, with the subscription's own usage.</param>
    public IReadOnlyList<PlanCredit> Exceeded(decimal owed) => [.. Limits.Where(each => CreditLimits.IsExceeded(each.Limit.Amount, owed))];
}

/// <summary>A plan with its credit limit.</summary>
internal sealed record PlanCredit(Plan Plan, CreditLimitItem Limit);
