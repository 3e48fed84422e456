using System.Globalization;
using System.Numerics;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;
using Smile.NumberPools.Storage;
using Smile.Session;

namespace Smile.NumberPools;

/// <summary>Usernames of subscriptions and subservices that are numbers of the pools from which packages take them.</summary>
[UseCase]
public sealed class PooledNames(StageSession session, LinkedReservations reservations) : IPooledNames
{
    public async Task TakeAsync(IReadOnlyCollection<TakenName> names, Fault fault, CancellationToken cancellation)
    {
        var numbers = await NumbersAsync([.. names.Select(name => (name, name.ServiceId, name.Username))], cancellation);
        if (numbers.Count == 0)
        {
            return;
        }

        var held = await InUseAsync(SubscriptionNumbers.SubscriptionHolder, numbers.Select(each => each.Name.Subscription), cancellation);
        held.AddRange(await InUseAsync(SubscriptionNumbers.AccountHolder, numbers.Select(each => each.Name.Account), cancellation));

        // Pools are locked in one order, as orders lock them.
        foreach (var (name, pool, number) in numbers.OrderBy(each => each.Pool.Id).ThenBy(each => each.Number.First))
        {
            var holder = new BackLink(SubscriptionNumbers.SubscriptionHolder, name.Subscription.Value);
            var account = new BackLink(SubscriptionNumbers.AccountHolder, name.Account.Value);
            var own = held.FindAll(link =>
                link.Pool.Id == pool.Id && link.Range.Contains(number) && (link.BackLink == holder || link.BackLink == account)
            );
            if (own.Exists(link => link.Type != PoolLinkType.Temporary))
            {
                continue;
            }

            var isTaken =
                own.Count > 0
                && !name.IsOrdered
                && await reservations.PreAllocateAsync(pool, number, holder, [holder, account], null, cancellation);
            if (!isTaken)
            {
                throw Refuse.With(
                    fault,
                    name.Field,
                    name.Username,
                    $"It is a number of the pool '{pool.Name}', and neither the subscription nor its account holds it. Reserve it with the "
                        + "subscription or the account as back link, or order it."
                );
            }

            if (name.IsInUse)
            {
                await reservations.AllocateAsync(holder, cancellation);
            }
        }
    }

    public async Task GiveUpAsync(IReadOnlyCollection<(Subscription Subscription, string Username)> names, CancellationToken cancellation)
    {
        var numbers = await NumbersAsync(
            [.. names.Select(each => (each.Subscription.Usn, each.Subscription.ServiceId, each.Username))],
            cancellation
        );
        if (numbers.Count == 0)
        {
            return;
        }

        var held = await InUseAsync(SubscriptionNumbers.SubscriptionHolder, numbers.Select(each => each.Name), cancellation);
        var left = held.Where(link =>
            link.Type != PoolLinkType.Temporary
            && numbers.Exists(each => each.Pool.Id == link.Pool.Id && each.Number == link.Range && each.Name.Value == link.BackLink?.Key)
        );
        foreach (var link in left.OrderBy(link => link.Pool.Id).ThenBy(link => link.LinkId))
        {
            await reservations.UnlinkAsync(link.LinkId.ToString(), cancellation);
        }
    }

    /// <summary>Of some usernames those that are numbers of a pool from which their service's names come.</summary>
    private async Task<List<(TName Name, NumberPool Pool, NumberRange Number)>> NumbersAsync<TName>(
        IReadOnlyCollection<(TName Name, int ServiceId, string Username)> names,
        CancellationToken cancellation
    )
    {
        var found = new List<(TName, NumberPool, NumberRange)>();
        var meant =
            from name in names
            from id in session.Catalogue.PoolsOfNames(name.ServiceId)
            let pool = session.Catalogue.NumberPool(id)
            let position = NumberForm.Of(pool).PositionOfName(name.Username)
            where position is not null
            select (name.Name, Pool: pool, Position: position.Value);
        foreach (var pool in meant.GroupBy(each => each.Pool))
        {
            var present = await session.Database.NumbersOfPoolAsync(
                pool.Key.Id,
                [.. pool.Select(each => each.Position.ToString(CultureInfo.InvariantCulture))],
                cancellation
            );
            var positions = present.Select(text => BigInteger.Parse(text, CultureInfo.InvariantCulture)).ToHashSet();
            found.AddRange(
                pool.Where(each => positions.Contains(each.Position))
                    .Select(each => (each.Name, each.Pool, new NumberRange(each.Position, each.Position)))
            );
        }

        return found;
    }

    private async Task<List<ReservationLink>> InUseAsync(string type, IEnumerable<Usn> holders, CancellationToken cancellation) =>
        [
            .. (await reservations.LinksOfAsync(type, [.. holders.Select(usn => usn.Value).Distinct()], cancellation)).Where(link =>
                link.Type != PoolLinkType.Quarantine
            ),
        ];
}
