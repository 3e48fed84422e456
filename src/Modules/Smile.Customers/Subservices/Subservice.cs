using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subservices;

/// <summary>
/// A further identifier of a subscription, such as one of the telephone numbers of an ISDN line (guide, line 10643). One that is removed
/// stays, so that what was used under its name can be told.
/// </summary>
public sealed class Subservice : IChangedRow, INamedOfService
{
    /// <summary>The SSID.</summary>
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>That of the subscription: usernames are looked for within a service.</summary>
    public required int ServiceId { get; init; }

    public required string Username { get; set; }

    /// <summary>
    /// What no other may have within the service; null where the service does not compare usernames, and once it is removed.
    /// </summary>
    public string? UniqueName { get; internal set; }

    public required bool Active { get; set; }

    public required FieldValues Properties { get; set; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Removed { get; internal set; }

    public Usn ChangedBy { get; set; }

    /// <summary>From when until when it had which username; those that were read or added.</summary>
    internal List<SubserviceName> Names { get; init; } = [];
}

/// <summary>A username that a subservice has or had.</summary>
public sealed class SubserviceName : IChangedRow
{
    public long Id { get; init; }

    public long SubserviceId { get; init; }

    public required int ServiceId { get; init; }

    public required string Username { get; init; }

    public required DateTimeOffset Start { get; init; }

    /// <summary>Null while it has it.</summary>
    public DateTimeOffset? End { get; set; }

    public Usn ChangedBy { get; set; }
}
