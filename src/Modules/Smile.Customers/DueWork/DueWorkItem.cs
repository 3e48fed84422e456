using Smile.Kernel;

namespace Smile.Customers.DueWork;

/// <summary>What is to be done when its time comes.</summary>
public enum DueWorkKind
{
    CancelSubscription,
    SuspendSubscription,
    ResumeSubscription,
    ApplyFeature,
    StopApplyingFeature,
    RetryProvisionRequest,

    /// <summary>A plan that was scheduled begins.</summary>
    BeginPlan,

    /// <summary>A scheduled payment goes to its gateway.</summary>
    SendPayment,

    /// <summary>A gateway is asked what became of a payment.</summary>
    InquirePayment,

    /// <summary>An account that credit control has suspended got money: what it has done is lifted if that is enough.</summary>
    RelieveAccount,

    /// <summary>A ticket that nobody has dealt with goes to another group.</summary>
    EscalateTicket,

    /// <summary>The day has come that a ticket waited for.</summary>
    ContinueTicket,

    /// <summary>A prepaid block of a subscription is about to expire.</summary>
    WarnOfPrepaidExpiry,
}

/// <summary>Work with a date. Kept in the database and carried out by whichever server comes first.</summary>
public sealed class DueWorkItem
{
    /// <summary>After so many failures it is not tried any more.</summary>
    public const int MostFailures = 10;

    public long Id { get; init; }

    public required DateTimeOffset Due { get; set; }

    public required DueWorkKind Kind { get; init; }

    /// <summary>The account whose tree it changes, for the lock.</summary>
    public required Usn AccountUsn { get; init; }

    /// <summary>The subscription, feature or request that it is about.</summary>
    public required string Subject { get; init; }

    public string? Comment { get; init; }

    /// <summary>The caller in whose name it is done.</summary>
    public required Usn RequestedBy { get; init; }

    /// <summary>How often it failed. After the limit it stays, for an operator to look at.</summary>
    public int Failures { get; set; }

    public string? LastError { get; set; }

    public DateTimeOffset? Done { get; set; }
}
