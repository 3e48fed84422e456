using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.Usage;

/// <summary>Knows what the usage of subscriptions comes to, a rating period after the other.</summary>
[Port]
public interface IUsageCharges
{
    /// <summary>
    /// Rates what waits of the rating periods that are on bills and closes them: usage that comes later is charged with a later period.
    /// Periods of accounts with usage that cannot be charged stay open.
    /// </summary>
    /// <param name="bills">Of accounts that are locked.</param>
    Task<UsageToBill> CloseAsync(IReadOnlyCollection<UsageQuestion> bills, CancellationToken cancellation);

    /// <summary>What is known now of rating periods that are not billed, also where they are not over. Changes nothing.</summary>
    Task<UsageToBill> ReadAsync(IReadOnlyCollection<UsageQuestion> bills, CancellationToken cancellation);

    /// <summary>Notes, in the bill's transaction, which invoice a closed period is on.</summary>
    /// <param name="transactionNumber">Null where the bill has no invoice.</param>
    void Billed(UsagePeriod period, string? transactionNumber);

    /// <summary>Says that the bills are committed. Without it, it is found out in a minute.</summary>
    Task CommittedAsync(UsageToBill closed, CancellationToken cancellation);

    /// <summary>Says that the bills were given up before they were committed: the periods are open again.</summary>
    Task GivenUpAsync(UsageToBill closed, CancellationToken cancellation);
}

/// <summary>Asks for the usage on the bill of an account.</summary>
/// <param name="Through">The rating periods that end on this day or before.</param>
/// <param name="Subscriptions">Whose usage is on it, by the bill's own records.</param>
/// <param name="WithClosed">Whether that of subscriptions that were closed and billed is on it, too.</param>
public sealed record UsageQuestion(Account Account, DateOnly Through, IReadOnlyCollection<Usn> Subscriptions, bool WithClosed);

/// <summary>The usage on bills.</summary>
/// <param name="Periods">In the order of their subscriptions and their days.</param>
/// <param name="Errors">Why accounts cannot be billed.</param>
/// <param name="IsUpToDate">Whether all usage that is known is rated.</param>
public sealed record UsageToBill(IReadOnlyList<UsagePeriod> Periods, IReadOnlyDictionary<Usn, string> Errors, bool IsUpToDate)
{
    private readonly ILookup<Usn, UsagePeriod> _ofAccounts = Periods.ToLookup(period => period.AccountUsn);

    public static UsageToBill None { get; } = new([], new Dictionary<Usn, string>(), IsUpToDate: true);

    public IEnumerable<UsagePeriod> Of(Account account) => _ofAccounts[account.Usn];
}

/// <summary>A rating period of a subscription as it is on a bill.</summary>
/// <param name="Version">Of its rating.</param>
public sealed record UsagePeriod(Usn AccountUsn, Usn SubscriptionUsn, DayRange Days, int Version, IReadOnlyList<UsageCharge> Charges)
{
    public int? CostCentreId { get; init; }
}

/// <summary>What usage is charged by one charging rule.</summary>
/// <param name="Days">The rating period in which it was used.</param>
/// <param name="IsLate">Whether that period was billed before.</param>
/// <param name="Plan">The plan schedule type and the plan, <c>1/gold</c>.</param>
/// <param name="Text">The text of its lines; the item's where null.</param>
/// <param name="TariffType">The name of the type of tariff that set the price; null where the rule did.</param>
/// <param name="Amount">Without tax and not rounded: all that is rated of it so far.</param>
/// <param name="Before">What of the amount was billed before.</param>
/// <param name="Records">How many records are charged.</param>
public sealed record UsageCharge(
    DayRange Days,
    bool IsLate,
    string Plan,
    string ItemCode,
    string? Text,
    string? TariffType,
    string? DisplayRate,
    decimal Amount,
    decimal Before,
    int Records
);
