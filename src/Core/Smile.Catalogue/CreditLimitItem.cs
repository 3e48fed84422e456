namespace Smile.Catalogue;

/// <summary>What may be owed before a subscription's access is restricted (guide, lines 22265, 24460).</summary>
/// <param name="Amount">Tax included, in the company's currency: accounts in another have none.</param>
public sealed record CreditLimitItem(decimal Amount)
{
    /// <summary>Applied while the limit is exceeded.</summary>
    public IReadOnlyList<int> Features { get; init; } = [];

    /// <summary>The mail template that tells the customer that it is exceeded; null for no mail.</summary>
    public string? Notice { get; init; }

    /// <summary>The one that tells that it is kept again; null for no mail.</summary>
    public string? OkayNotice { get; init; }
}
