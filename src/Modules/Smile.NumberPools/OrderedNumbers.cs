using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>A number that an order takes from a pool for one of its subscriptions.</summary>
/// <param name="Field">What the order form calls it.</param>
/// <param name="Number">As its pool writes it.</param>
/// <param name="ReservationId">The reservation by which the number was kept until now, as the form has it; null for none.</param>
public sealed record OrderedNumber(string Field, Guid Pool, string Number, Usn SubscriptionUsn, Usn AccountUsn, string? ReservationId)
{
    /// <summary>What is the same number of the same subscription, wherever the form has it.</summary>
    internal (Guid Pool, string Number, Usn Subscription) Key => (Pool, Number, SubscriptionUsn);
}

/// <summary>
/// The numbers of subscriptions that are ordered: pre-allocated while the order waits, allocated with the activation. What is closed gives
/// its numbers back (<see cref="SubscriptionNumbers"/>). All of it within the transaction of whoever calls.
/// </summary>
[UseCase]
public sealed class OrderedNumbers(StageSession session, LinkedReservations reservations)
{
    /// <summary>A number as its pool writes it.</summary>
    /// <exception cref="SmileException">The pool has no numbers of this form.</exception>
    public string Checked(string field, Guid pool, string number)
    {
        var form = NumberForm.Of(session.Catalogue.NumberPool(pool)!);
        return form.Format(form.Parse(field, number.Trim()));
    }

    /// <summary>
    /// Pre-allocates the numbers that are wanted, and gives those back that were wanted before and are no longer. What the subscription
    /// holds already stays so, and what the order wanted before and wants still is as it was left.
    /// </summary>
    /// <param name="before">What the order wanted until now; empty for one that is new.</param>
    /// <exception cref="SmileException">A number is not to be had.</exception>
    public async Task HoldAsync(
        IReadOnlyCollection<OrderedNumber> wanted,
        IReadOnlyCollection<OrderedNumber> before,
        Fault fault,
        CancellationToken cancellation
    )
    {
        if (wanted.Count + before.Count == 0)
        {
            return;
        }

        var subscriptions = wanted.Concat(before).Select(number => number.SubscriptionUsn.Value).Distinct().ToArray();
        var held = (await reservations.LinksOfAsync(SubscriptionNumbers.SubscriptionHolder, subscriptions, cancellation))
            .Where(link => link.Type is PoolLinkType.PreAllocation or PoolLinkType.Allocation)
            .ToList();
        var known = before.Select(number => number.Key).ToHashSet();
        var dropped = known.Except(wanted.Select(number => number.Key)).ToHashSet();
        var unwanted = held.Where(link => link.Start == link.End && dropped.Contains(KeyOf(link))).ToLookup(link => link.Pool.Id);
        var missing = wanted
            .DistinctBy(number => number.Key)
            .Where(number => !known.Contains(number.Key) && !held.Exists(link => Has(link, number)))
            .ToLookup(number => number.Pool);

        // Pools are locked in one order, so that two orders do not wait for each other.
        foreach (var pool in unwanted.Select(group => group.Key).Union(missing.Select(group => group.Key)).Order())
        {
            foreach (var link in unwanted[pool])
            {
                await reservations.UnlinkAsync(link.LinkId.ToString(), cancellation);
            }

            foreach (var number in missing[pool])
            {
                await HoldAsync(session.Catalogue.NumberPool(pool)!, number, fault, cancellation);
            }
        }
    }

    /// <summary>Gives back the numbers of subscriptions whose order is cancelled before they were made.</summary>
    public Task ReleaseAsync(IReadOnlyCollection<OrderedNumber> numbers, CancellationToken cancellation) =>
        HoldAsync([], numbers, Fault.OrderException, cancellation);

    /// <summary>What was pre-allocated for a subscription is allocated: it is activated.</summary>
    public Task AllocateAsync(Usn subscription, CancellationToken cancellation) =>
        reservations.AllocateAsync(HolderOf(subscription), cancellation);

    private async Task HoldAsync(NumberPool pool, OrderedNumber number, Fault fault, CancellationToken cancellation)
    {
        var position = NumberForm.Of(pool).Parse(number.Field, number.Number);
        var isHeld = await reservations.PreAllocateAsync(
            pool,
            new NumberRange(position, position),
            HolderOf(number.SubscriptionUsn),
            [HolderOf(number.SubscriptionUsn), new BackLink(SubscriptionNumbers.AccountHolder, number.AccountUsn.Value)],
            Guid.TryParseExact(number.ReservationId?.Trim(), "D", out var id) ? id : null,
            cancellation
        );
        if (!isHeld)
        {
            throw Refuse.With(
                fault,
                number.Field,
                number.Number,
                $"The pool '{pool.Name}' does not have this number, or it is reserved or in use. Use search() to find one that is free."
            );
        }
    }

    private static (Guid Pool, string Number, Usn Subscription) KeyOf(ReservationLink link) =>
        (link.Pool.Id, link.Start, new Usn(link.BackLink!.Key));

    /// <summary>Whether a subscription's link has a number: it may be one of a range.</summary>
    private static bool Has(ReservationLink link, OrderedNumber number)
    {
        if (link.Pool.Id != number.Pool || link.BackLink != HolderOf(number.SubscriptionUsn))
        {
            return false;
        }

        var position = NumberForm.Of(link.Pool).Parse(number.Field, number.Number);
        return link.Range.Contains(new NumberRange(position, position));
    }

    private static BackLink HolderOf(Usn subscription) => new(SubscriptionNumbers.SubscriptionHolder, subscription.Value);
}
