using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>A number that an order takes from a pool for one of its subscriptions.</summary>
/// <param name="Field">What the order form calls it.</param>
/// <param name="ReservationId">The reservation by which the number was kept until now, as the form has it; null for none.</param>
public sealed record OrderedNumber(string Field, Guid Pool, string Number, Usn SubscriptionUsn, Usn AccountUsn, string? ReservationId);

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
        var form = NumberForm.Of(session.RequirePool(pool.ToString()));
        return form.Format(form.Parse(field, number.Trim()));
    }

    /// <summary>Pre-allocates numbers, and gives others back that are no longer wanted. What is pre-allocated already stays so.</summary>
    /// <exception cref="SmileException">A number is not to be had.</exception>
    public async Task HoldAsync(
        IReadOnlyCollection<OrderedNumber> wanted,
        IReadOnlyCollection<OrderedNumber> dropped,
        Fault fault,
        CancellationToken cancellation
    )
    {
        // Pools are locked in one order, so that two orders do not wait for each other.
        var pools = wanted.Concat(dropped).Select(number => number.Pool).Distinct().Order();
        foreach (var pool in pools)
        {
            await GiveBackAsync([.. dropped.Where(number => number.Pool == pool)], cancellation);
            foreach (var number in wanted.Where(number => number.Pool == pool))
            {
                await HoldAsync(session.RequirePool(pool.ToString()), number, fault, cancellation);
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
        var held = await reservations.PreAllocateAsync(
            pool,
            new NumberRange(position, position),
            HolderOf(number.SubscriptionUsn),
            [HolderOf(number.SubscriptionUsn), new BackLink(SubscriptionNumbers.AccountHolder, number.AccountUsn.Value)],
            Guid.TryParseExact(number.ReservationId?.Trim(), "D", out var id) ? id : null,
            cancellation
        );
        if (!held)
        {
            throw Refuse.With(
                fault,
                number.Field,
                number.Number,
                $"The pool '{pool.Name}' does not have this number, or it is reserved or in use. Use search() to find one that is free."
            );
        }
    }

    private async Task GiveBackAsync(IReadOnlyCollection<OrderedNumber> dropped, CancellationToken cancellation)
    {
        if (dropped.Count == 0)
        {
            return;
        }

        var holders = dropped.Select(number => number.SubscriptionUsn.Value).Distinct().ToArray();
        var links = await reservations.LinksOfAsync(SubscriptionNumbers.SubscriptionHolder, holders, cancellation);
        foreach (
            var link in links.Where(link =>
                link.Start == link.End
                && dropped.Any(number =>
                    number.Pool == link.Pool.Id && number.Number == link.Start && number.SubscriptionUsn.Value == link.BackLink!.Key
                )
            )
        )
        {
            if (link.Type is PoolLinkType.PreAllocation or PoolLinkType.Allocation)
            {
                await reservations.UnlinkAsync(link.LinkId.ToString(), cancellation);
            }
        }
    }

    private static BackLink HolderOf(Usn subscription) => new(SubscriptionNumbers.SubscriptionHolder, subscription.Value);
}
