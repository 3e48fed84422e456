using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Prepaid;

/// <summary>What a prepaid block is added with otherwise than the catalogue says (guide, line 14868).</summary>
/// <param name="Quantity">Units; counts for nothing where <paramref name="IsUnlimited"/> (guide, line 14880).</param>
/// <param name="Expiry">The first instant at which it can no longer be used.</param>
/// <param name="Validity">Counted from now.</param>
public sealed record PrepaidOverride(decimal? Quantity, bool IsUnlimited, XmlTimestamp? Expiry, PrepaidValidity? Validity);

/// <summary>addPrepaid() (guide, line 14833).</summary>
[UseCase]
public sealed class AddPrepaid(StageSession session, GivePrepaid give, PrepaidStates states, PrepaidMessages messages)
{
    private const int LongestValidity = 10_000;

    public async Task ExecuteAsync(string usn, string code, PrepaidOverride? other, CancellationToken cancellation)
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var item = await give.RequireAsync(subscription, code, cancellation);
        var quantity = QuantityOf(item, other);
        var end = await EndOfAsync(account, subscription, item, other, cancellation);
        if (quantity is null && end is null)
        {
            throw Refuse.With(
                Fault.PrepaidException,
                "ExpiryDate",
                "",
                "A prepaid block without an end of units needs one in time: give an expiry date or duration."
            );
        }

        var block = await give.ExecuteAsync(account, subscription, item, quantity, end, cancellation);
        messages.Added(subscription, await states.OfAsync(account, subscription, block, cancellation));
        await session.CommitAsync(cancellation);
    }

    private static decimal? QuantityOf(PrepaidBlockItem item, PrepaidOverride? other)
    {
        if (other is { IsUnlimited: true })
        {
            return null;
        }

        if (other?.Quantity is not { } quantity)
        {
            return item.Quantity;
        }

        PrepaidQuantities.Require("Quantity", quantity);
        return quantity > 0m ? quantity : throw Refuse.With(Fault.PrepaidException, "Quantity", quantity, "It must be above zero.");
    }

    private async Task<DateTimeOffset?> EndOfAsync(
        Account account,
        Subscription subscription,
        PrepaidBlockItem item,
        PrepaidOverride? other,
        CancellationToken cancellation
    )
    {
        if (other is { Expiry: not null, Validity: not null })
        {
            throw Refuse.With(Fault.PrepaidException, "ExpiryDuration", "", "Give an expiry date or a duration, not both.");
        }

        if (other?.Expiry is { } expiry)
        {
            var end = PrepaidDays.EndOf(session.ZoneOf(account), expiry);
            PrepaidDays.Require("ExpiryDate", end, session.Now);
            return end > session.Now ? end : throw Refuse.With(Fault.PrepaidException, "ExpiryDate", end, "It must be later than now.");
        }

        if (other?.Validity is { Count: < 1 or > LongestValidity } wrong)
        {
            throw Refuse.With(Fault.PrepaidException, "Value", wrong.Count, $"It must be from 1 to {LongestValidity}.");
        }

        if ((other?.Validity ?? item.Validity) is not { } validity)
        {
            return null;
        }

        var last = await give.EndAsync(account, subscription, validity, cancellation);
        PrepaidDays.Require("ExpiryDuration", last, session.Now);
        return last;
    }
}
