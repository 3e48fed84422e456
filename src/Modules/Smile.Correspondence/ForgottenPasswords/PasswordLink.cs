using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.ForgottenPasswords;

/// <summary>Leave to choose a new password for a CAT login, once and for a while. Its token is in the customer's mail alone.</summary>
internal sealed class PasswordLink : IChangedRow
{
    /// <summary>In the order in which a login's links were made.</summary>
    public long Id { get; init; }

    /// <summary>SHA-256 of the token: who reads the database cannot use the link.</summary>
    public required byte[] TokenHash { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>Which of its login's passwords it is to replace.</summary>
    public required int PasswordVersion { get; init; }

    /// <summary>The address that it was mailed to.</summary>
    public required string Address { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public DateTimeOffset? Used { get; set; }

    public Usn ChangedBy { get; set; }
}
