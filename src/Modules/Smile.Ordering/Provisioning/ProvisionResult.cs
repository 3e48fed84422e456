namespace Smile.Ordering.Provisioning;

/// <summary>What a provisioning system says of a request. The names are stored.</summary>
public enum ProvisionResult
{
    /// <summary>Failed, and may succeed when tried again.</summary>
    TempFail,

    /// <summary>Failed, and would fail again; the request is over.</summary>
    PermFail,

    /// <summary>Still in progress.</summary>
    Delayed,

    /// <summary>Done.</summary>
    Provisioned,
}
