using Smile.Kernel;
using Smile.Session;

namespace Smile.Usage.Binding;

/// <summary>Why usage waits.</summary>
public enum SuspenseReason
{
    /// <summary>The line is not what the source says it should be.</summary>
    Unreadable,

    /// <summary>Half of a call whose other half is not in its file.</summary>
    Incomplete,

    /// <summary>Nobody has ever had the identifier.</summary>
    UnknownIdentifier,

    /// <summary>Somebody has or had the identifier, but not then.</summary>
    NobodysThen,

    /// <summary>The subscription was not active yet.</summary>
    NotActivated,

    /// <summary>The subscription was closed before.</summary>
    Closed,

    /// <summary>Several subscriptions had the identifier.</summary>
    Ambiguous,

    /// <summary>It began longer ago than usage is kept.</summary>
    TooOld,

    /// <summary>It begins in the future.</summary>
    InFuture,

    /// <summary>Something else came under its key before.</summary>
    Conflict,
}

/// <summary>Whose a record is, or why it is nobody's.</summary>
/// <param name="OnNet">Whether the other party is a subscription of the same account (2), of the same company (1) or neither (0).</param>
public readonly record struct BoundUsage(Usn? Usn, short OnNet, SuspenseReason? Reason, string Detail)
{
    internal static BoundUsage To(UsageHolder holder, short onNet) => new(holder.Usn, onNet, null, "");

    internal static BoundUsage Waits(SuspenseReason reason, string detail) => new(null, 0, reason, detail);
}
