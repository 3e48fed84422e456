using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Customers.Accounts;

/// <summary>Whether an account may have what is ordered for it: asked here for everything that needs it.</summary>
public static class AccountStates
{
    /// <summary>True from its order to its approval.</summary>
    public static bool Waits(this Account account) => account.Closed is null && account.ProvisionStatus == ProvisionStatus.NotProvisioned;

    /// <summary>Refuses what is only for accounts that are open and approved: whatever gives them a subscription.</summary>
    public static void RequireOpen(Account account, string what, Fault fault)
    {
        if (account.Closed is not null)
        {
            throw Refuse.With(fault, what, account.Usn, "The account is closed.");
        }

        if (account.Waits())
        {
            throw Refuse.With(fault, what, account.Usn, "The account waits for its order to be approved. Use approveOrder() first.");
        }
    }
}
