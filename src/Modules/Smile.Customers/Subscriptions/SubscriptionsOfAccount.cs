using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>Finds the subscriptions that a document lists for an account.</summary>
public static class SubscriptionsOfAccount
{
    /// <param name="element">What the document calls a subscription.</param>
    /// <returns>Each subscription once, in the document's order.</returns>
    /// <exception cref="SmileException">An entry is blank, does not exist for this caller, or belongs to another account.</exception>
    public static async Task<IReadOnlyList<Usn>> RequireAsync(
        StageSession session,
        Account account,
        string element,
        IEnumerable<string> listed,
        CancellationToken cancellation
    )
    {
        var usns = listed
            .Select(usn =>
                string.IsNullOrWhiteSpace(usn)
                    ? throw Refuse.Invalid(element, usn, "The USN of a subscription is blank.")
                    : new Usn(usn.Trim())
            )
            .Distinct()
            .ToArray();
        var owners = await session
            .Database.Subscriptions.AsNoTracking()
            .Where(subscription => usns.Contains(subscription.Usn))
            .ToDictionaryAsync(subscription => subscription.Usn, subscription => subscription.AccountUsn, cancellation);
        foreach (var usn in usns)
        {
            if (!owners.TryGetValue(usn, out var owner) || !session.Caller.MayReach(owner))
            {
                throw Refuse.NotFound(element, usn, "There is no such subscription, or you may not access it.", Missing.Subscription);
            }

            if (owner != account.Usn)
            {
                throw Refuse.Invalid(element, usn, $"The subscription does not belong to the account {account.Usn}.");
            }
        }

        return usns;
    }
}
