using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.Contracts;

/// <summary>The days on which subscriptions are under contract.</summary>
[UseCase]
public sealed class ContractSpans(StageSession session)
{
    /// <summary>The spans of each subscription in the order of time, without overlaps; subscriptions without contracts have none.</summary>
    /// <returns>First and last days, both included, in the account's time zone.</returns>
    public async Task<ILookup<Usn, DayRange>> OfAsync(IReadOnlyCollection<Usn> subscriptions, CancellationToken cancellation)
    {
        var contracts = await session
            .Database.SubscriptionContracts.AsNoTracking()
            .Where(contract => subscriptions.Contains(contract.SubscriptionUsn))
            .OrderBy(contract => contract.StartDate)
            .ToListAsync(cancellation);
        return contracts.ToLookup(contract => contract.SubscriptionUsn, contract => contract.Days);
    }
}
