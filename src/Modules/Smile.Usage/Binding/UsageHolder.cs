using Smile.Kernel;

namespace Smile.Usage.Binding;

/// <summary>Who had an identifier, and from when until when.</summary>
/// <param name="Value">The identifier as it is written there.</param>
/// <param name="Field">Name of the field; empty for usernames of subscriptions and subservices, USNs and addresses.</param>
/// <param name="Until">Null while it is had; who is closed has nothing any more.</param>
/// <param name="Activated">When the subscription was activated; null where it is not.</param>
internal sealed record UsageHolder(
    string Value,
    string Field,
    Usn Usn,
    int ServiceId,
    int CompanyId,
    Usn AccountUsn,
    DateTimeOffset From,
    DateTimeOffset? Until,
    DateTimeOffset? Activated,
    DateTimeOffset? Closed
)
{
    public bool HasAt(DateTimeOffset instant) => From <= instant && !(Until <= instant) && !(Closed <= instant);
}
