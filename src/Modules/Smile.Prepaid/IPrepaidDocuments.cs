using Smile.Customers.Subscriptions;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>Writes prepaid blocks of subscriptions as messages have them (guide, lines 14886, 14968 and 22443).</summary>
[Port]
public interface IPrepaidDocuments
{
    /// <returns>A PrepaidAdded document.</returns>
    string Added(StageSession session, Subscription subscription, PrepaidBlockState state);

    /// <returns>A PrepaidUpdated document.</returns>
    string Updated(StageSession session, Subscription subscription, PrepaidBlockState state);

    /// <param name="log">The number of the warning.</param>
    /// <returns>A PrepaidExpiryWarningEvent document.</returns>
    string Warning(StageSession session, Subscription subscription, PrepaidBlockState state, int log);
}
