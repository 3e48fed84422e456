using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Credit;

/// <summary>What an account may owe, in place of what its account terms say (guide, line 24460).</summary>
public sealed class CreditLimit : IChangedRow
{
    public required Usn AccountUsn { get; init; }

    /// <summary>Tax included, in the account's currency; null for any amount.</summary>
    public decimal? Amount { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>A subscription of which it was told that a credit limit is exceeded, and not yet that it is kept again.</summary>
public sealed class CreditLimitState
{
    public required Usn SubscriptionUsn { get; init; }

    /// <summary>Whether its plan's is.</summary>
    public required bool OfPlan { get; set; }

    /// <summary>Whether its account's is.</summary>
    public required bool OfAccount { get; set; }

    /// <summary>The limit that is exceeded, as it was told.</summary>
    public required decimal Amount { get; set; }

    public required DateTimeOffset Since { get; init; }
}
