using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.Contracts;

/// <summary>
/// A contract that binds a subscription (guide, line 15511). Days are in the account's time zone, the last one is included; amounts are
/// without tax, in the account's currency.
/// </summary>
public sealed class SubscriptionContract : IChangedRow
{
    public int Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>The kind of contract in the catalogue.</summary>
    public required int ContractId { get; init; }

    /// <summary>The plan that it binds to; null where that was taken out of the plan schedule.</summary>
    public long? ContractedPlanScheduleItemId { get; set; }

    public required DateOnly StartDate { get; set; }

    public required DateOnly EndDate { get; set; }

    public required decimal ContractValue { get; set; }

    public required decimal EarlyTerminationCharge { get; set; }

    /// <summary>0 for no bound.</summary>
    public required decimal MinimumTerminationCharge { get; set; }

    /// <summary>0 for no bound.</summary>
    public required decimal MaximumTerminationCharge { get; set; }

    /// <summary>The last day under a contract that was terminated early, or is going to be; null where it was not.</summary>
    public DateOnly? Terminated { get; set; }

    public string? Comments { get; set; }

    public required DateTimeOffset Created { get; init; }

    public Usn ChangedBy { get; set; }

    /// <summary>The days on which it binds.</summary>
    public DayRange Days => new(StartDate, Terminated ?? EndDate);
}
