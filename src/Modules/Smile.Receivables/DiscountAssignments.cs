using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>Gives discounts of the catalogue to accounts and subscriptions.</summary>
[UseCase]
public sealed class DiscountAssignments(StageSession session)
{
    /// <summary>Gives a discount of the catalogue to an account or a subscription.</summary>
    /// <param name="from">First day; null for no beginning.</param>
    /// <param name="to">Last day; null for no end.</param>
    public async Task AssignDiscountAsync(string usn, int discountId, DateOnly? from, DateOnly? to, CancellationToken cancellation)
    {
        var discount =
            session.Catalogue.Discount(discountId) ?? throw Refuse.NotFound("discount", discountId, "There is no such discount.");
        if (to < from)
        {
            throw Refuse.Invalid("to", to, "A discount ends on its first day or later.");
        }

        var key = new Usn(usn);
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation);
        var account = await session.BeginOnAccountAsync((owner ?? key).Value, cancellation);
        session.Database.AssignedDiscounts.Add(
            new AssignedDiscount
            {
                AccountUsn = account.Usn,
                Usn = key,
                DiscountId = discount.Id,
                ActiveFrom = from,
                ActiveTo = to,
            }
        );
        await session.CommitAsync(cancellation);
    }
}
