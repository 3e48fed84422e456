using Smile.Kernel;
using Smile.Session;

namespace Smile.Ordering.Provisioning;

/// <summary>Where a provision request stands. "Incomplete" is every one but Complete (guide, line 18126).</summary>
public enum ProvisionRequestState
{
    /// <summary>Handed to the external provider; an answer is awaited.</summary>
    Transferring,

    /// <summary>Failed for now; tried again at the action time.</summary>
    Retrying,

    Complete,
}

/// <summary>What a provision request asks the provider for.</summary>
public enum ProvisionRequestKind
{
    RequestProvision,
    RequestDeprovision,
}

/// <summary>A request to an external provider to provision or deprovision a subscription.</summary>
public sealed class ProvisionRequest : IChangedRow
{
    public int Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public required int CompanyId { get; init; }

    public required ProvisionRequestKind Kind { get; init; }

    public required ProvisionRequestState State { get; set; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When something was last done, or will next be.</summary>
    public required DateTimeOffset ActionTime { get; set; }

    public required int AttemptLimit { get; init; }

    /// <summary>How often the request was handed to the provider.</summary>
    public required int Attempts { get; set; }

    public ProvisionResult? Result { get; set; }

    public Usn ChangedBy { get; set; }

    public List<ProvisionRequestLog> Logs { get; init; } = [];
}

public sealed class ProvisionRequestLog
{
    public long Id { get; init; }

    public required int ProvisionRequestId { get; init; }

    public required string Message { get; init; }

    public required DateTimeOffset Logged { get; init; }

    public required Usn LoggedBy { get; init; }
}
