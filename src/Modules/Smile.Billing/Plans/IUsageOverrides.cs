using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.Plans;

/// <summary>Knows what plan schedule items may override of the rating of usage (guide, lines 8813 to 8846).</summary>
[Port]
public interface IUsageOverrides
{
    /// <summary>Refuses overrides that the plan, or its service's tariffs, cannot have.</summary>
    /// <param name="tariffs">As they are kept, in JSON; null for none.</param>
    /// <param name="rules">As they are kept, in JSON; null for none.</param>
    /// <param name="fault">The operation's own.</param>
    /// <exception cref="SmileException">One of them cannot be.</exception>
    Task RequireAsync(Plan plan, string? tariffs, string? rules, Fault fault, CancellationToken cancellation);
}
