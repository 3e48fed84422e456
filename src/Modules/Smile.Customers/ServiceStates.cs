namespace Smile.Customers;

/// <summary>Whether an account or a subscription is set up on the network. The names are stored.</summary>
public enum ProvisionStatus
{
    /// <summary>Ordered, but not yet set up on the network. (guide, line 2000)</summary>
    NotProvisioned,

    /// <summary>Waits for the provisioning system to set it up. (guide, line 23248)</summary>
    ReadyToProvision,

    /// <summary>Set up on the network.</summary>
    Provisioned,

    /// <summary>Taken off the network, after closing. (guide, line 22634)</summary>
    Deprovisioned,
}

/// <summary>Whether charges have begun. The names are stored.</summary>
public enum ActivateStatus
{
    NotActivated,
    Activated,
}

/// <summary>Whether the customer may use it. The names are stored.</summary>
public enum EnableStatus
{
    NotEnabled,
    Enabled,
}

/// <summary>Whether it is held back for a time. The names are stored.</summary>
public enum SuspendStatus
{
    /// <summary>Not suspended.</summary>
    Active,
    Suspended,
}
