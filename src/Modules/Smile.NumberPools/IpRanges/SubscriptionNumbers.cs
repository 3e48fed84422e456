using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.NumberPools.IpRanges;

/// <summary>
/// getIpRanges(), addIpRange(), addIpRangeReservation(), removeIpRange(), getPoolReservationLinks() and removePoolReservationLink(): the
/// addresses and reserved numbers of subscriptions (guide, lines 9650 to 10119). An account is locked before any pool.
/// </summary>
[UseCase]
public sealed class SubscriptionNumbers(StageSession session, LinkedReservations reservations, IIpRangeDocuments documents)
    : IClosingListener
{
    /// <summary>The kind of holder that a subscription is, in back links.</summary>
    public const string SubscriptionHolder = "Subscription";

    /// <summary>The kind of holder that an account is.</summary>
    public const string AccountHolder = "Account";

    /// <summary>A message carries all of them.</summary>
    private const int MostRanges = 1_000;

    public async Task<IReadOnlyList<HeldIpRange>> RangesAsync(string usn, CancellationToken cancellation)
    {
        var found = await session.ReadSubscriptionAsync(usn, cancellation);
        return await HeldAsync(found.Subscription.Usn, cancellation);
    }

    /// <summary>Gives a subscription addresses that no pool manages. Others may have the same (guide, line 9954).</summary>
    public async Task<HeldIpRange> AddRangeAsync(string usn, string from, string to, CancellationToken cancellation)
    {
        var addresses = IpAddresses.ParseRange(from.Trim(), to.Trim());
        var subscription = await BeginOpenAsync(usn, cancellation);
        var range = await AddAsync(subscription, from.Trim(), to.Trim(), addresses, null, cancellation);
        await CommitAsync(subscription, cancellation);
        return new HeldIpRange(range.Id, range.FromAddress, range.ToAddress, null);
    }

    /// <summary>
    /// Gives a subscription the addresses of a reservation, by a link of its own to it. What somebody else holds, or is kept back for, is
    /// not to be had.
    /// </summary>
    public async Task<HeldIpRange> AddReservationAsync(string usn, string reservationId, CancellationToken cancellation)
    {
        var subscription = await BeginOpenAsync(usn, cancellation);
        var holder = HolderOf(subscription);
        var link = await reservations.LinkAsync(
            reservationId,
            PoolLinkType.Allocation,
            holder,
            links => RequireOwn(reservationId, links, [holder, new BackLink(AccountHolder, subscription.AccountUsn.Value)]),
            cancellation
        );
        if (!link.Pool.IsOfAddresses)
        {
            throw Refuse.Invalid("reservationId", reservationId, $"The pool '{link.Pool.Name}' has no addresses.");
        }

        var range = await AddAsync(
            subscription,
            link.Start,
            link.End,
            IpAddresses.ParseRange(link.Start, link.End),
            link.LinkId,
            cancellation
        );
        await CommitAsync(subscription, cancellation);
        return new HeldIpRange(range.Id, range.FromAddress, range.ToAddress, link);
    }

    /// <summary>Takes addresses from a subscription; with those of a pool, the link goes.</summary>
    public async Task RemoveRangeAsync(string usn, string ipRangeId, CancellationToken cancellation)
    {
        if (!Guid.TryParse(ipRangeId.Trim(), out var id))
        {
            throw Refuse.With(Fault.IllegalArgumentException, "ipRangeId", ipRangeId, "An identifier of a range is a UUID.");
        }

        var subscription = await BeginAsync(usn, cancellation);
        var range =
            await session.Database.SubscriptionIpRanges.FirstOrDefaultAsync(
                candidate => candidate.Id == id && candidate.SubscriptionUsn == subscription.Usn && candidate.End == null,
                cancellation
            ) ?? throw Refuse.NotFound("ipRangeId", ipRangeId, "The subscription has no such range.", Missing.IpRange);
        range.End = session.Now;
        if (range.LinkId is { } link)
        {
            await reservations.UnlinkAsync(link.ToString(), cancellation);
        }

        await CommitAsync(subscription, cancellation);
    }

    /// <summary>The links by which a subscription, or an account, holds reserved numbers.</summary>
    public async Task<IReadOnlyList<ReservationLink>> LinksAsync(string usn, CancellationToken cancellation)
    {
        if (await session.FindAccountAsync(usn, cancellation) is { } account)
        {
            return await reservations.LinksOfAsync(new BackLink(AccountHolder, account.Usn.Value), cancellation);
        }

        var found = await session.ReadSubscriptionAsync(usn, cancellation);
        return await reservations.LinksOfAsync(HolderOf(found.Subscription), cancellation);
    }

    /// <summary>Takes reserved numbers from a subscription, and its addresses with them.</summary>
    /// <returns>The link that keeps them back; null for none.</returns>
    public async Task<ReservationLink?> RemoveLinkAsync(string usn, string linkId, CancellationToken cancellation)
    {
        var subscription = await BeginAsync(usn, cancellation);
        if (await reservations.FindLinkAsync(linkId, cancellation) is not { } link || link.BackLink != HolderOf(subscription))
        {
            throw LinkedReservations.NoSuchLink(linkId);
        }

        return await TakeLinkAsync(subscription, link.LinkId, cancellation);
    }

    /// <summary>
    /// Removes a link, whoever holds it: where it is a subscription's addresses, those go with it (guide, line 22794). Its account is
    /// locked before the pool.
    /// </summary>
    /// <returns>The link that keeps the numbers back; null for none.</returns>
    public async Task<ReservationLink?> UnlinkAsync(string linkId, CancellationToken cancellation)
    {
        var holder = Guid.TryParseExact(linkId.Trim(), "D", out var id)
            ? await session
                .Database.ReadSubscriptionIpRanges.Where(range => range.LinkId == id && range.End == null)
                .Select(range => (Usn?)range.SubscriptionUsn)
                .FirstOrDefaultAsync(cancellation)
            : null;
        if (holder is { } usn)
        {
            return await TakeLinkAsync(await BeginAsync(usn.Value, cancellation), id, cancellation);
        }

        await session.Database.BeginAsync(cancellation);
        var kept = await reservations.UnlinkAsync(linkId, cancellation);
        await session.CommitAsync(cancellation);
        return kept;
    }

    /// <summary>Numbers and addresses of subscriptions that are closed are theirs no more (guide, line 22797).</summary>
    public async Task OnClosedAsync(IReadOnlyList<ClosedSubscription> closed, CancellationToken cancellation)
    {
        var usns = closed.Select(each => each.Subscription.Usn).ToArray();
        var ranges = await session
            .Database.SubscriptionIpRanges.Where(range => usns.Contains(range.SubscriptionUsn) && range.End == null)
            .ToListAsync(cancellation);
        foreach (var range in ranges)
        {
            range.End = session.Now;
        }

        // A quarantine runs to its end (guide, line 19324): only what is in use goes.
        var links = (await reservations.LinksOfAsync(SubscriptionHolder, [.. usns.Select(usn => usn.Value)], cancellation))
            .Where(link => link.Type != PoolLinkType.Quarantine)
            .ToList();

        // Pools are locked in one order, so that two closings do not wait for each other.
        foreach (var link in links.OrderBy(link => link.Pool.Id).ThenBy(link => link.LinkId))
        {
            await reservations.UnlinkAsync(link.LinkId.ToString(), cancellation);
        }

        // Numbers that are no addresses go with LinkDeallocation alone (guide, line 22789).
        foreach (
            var each in closed.Where(each =>
                ranges.Exists(range => range.SubscriptionUsn == each.Subscription.Usn)
                || links.Exists(link => link.Pool.IsOfAddresses && link.BackLink == HolderOf(each.Subscription))
            )
        )
        {
            session.Announce(documents.Emptied(session.Catalogue, each));
        }
    }

    /// <summary>
    /// A reservation is for whoever knows it, unless its links name somebody else; numbers in quarantine are for those they are kept for.
    /// </summary>
    /// <param name="links">What holds it; none where it has ended.</param>
    /// <param name="owners">The subscription, and its account.</param>
    private void RequireOwn(string reservationId, IReadOnlyCollection<PoolLink> links, BackLink[] owners)
    {
        var used = links.Where(link => link.Type != PoolLinkType.Quarantine).ToList();
        var isOwn =
            used.Count > 0
                ? used.TrueForAll(link => link.BackLink is not { } other || owners.Contains(other))
                : links.All(link => link.BackLink is { } other && owners.Contains(other));

        // Who reaches one account learns nothing of what others have, nor of what they had.
        if (!session.Caller.AllAccounts && (!isOwn || links.Count == 0))
        {
            throw LinkedReservations.NoSuchReservation(reservationId);
        }

        if (!isOwn)
        {
            throw Refuse.Invalid(
                "reservationId",
                reservationId,
                "Somebody else holds the reservation, or its numbers are in quarantine. Reserve others, or remove the links that it has."
            );
        }

        if (links.Any(link => link.Type == PoolLinkType.Allocation && link.BackLink == owners[0]))
        {
            throw Refuse.Invalid("reservationId", reservationId, "The subscription has this reservation already.");
        }
    }

    private static BackLink HolderOf(Subscription subscription) => new(SubscriptionHolder, subscription.Usn.Value);

    private async Task<Subscription> BeginAsync(string usn, CancellationToken cancellation) =>
        await session.BeginOnSubscriptionAsync(usn, cancellation) is var (_, subscription)
            ? subscription
            : throw StageSession.NoSuchSubscription(usn);

    private async Task<Subscription> BeginOpenAsync(string usn, CancellationToken cancellation)
    {
        var subscription = await BeginAsync(usn, cancellation);
        return subscription.IsClosed ? throw Refuse.Invalid("usn", usn, "The subscription is closed.") : subscription;
    }

    private async Task<SubscriptionIpRange> AddAsync(
        Subscription subscription,
        string from,
        string to,
        (int Version, BigInteger First, BigInteger Last) addresses,
        Guid? linkId,
        CancellationToken cancellation
    )
    {
        var present = await session.Database.ReadSubscriptionIpRanges.CountAsync(
            range => range.SubscriptionUsn == subscription.Usn && range.End == null,
            cancellation
        );
        if (present >= MostRanges)
        {
            throw Refuse.Invalid("usn", subscription.Usn, $"The subscription has {MostRanges} ranges, and can have no more.");
        }

        var added = new SubscriptionIpRange
        {
            Id = Guid.NewGuid(),
            SubscriptionUsn = subscription.Usn,
            FromAddress = from,
            ToAddress = to,
            Version = addresses.Version,
            First = addresses.First,
            Last = addresses.Last,
            LinkId = linkId,
            Start = session.Now,
        };
        session.Database.SubscriptionIpRanges.Add(added);
        return added;
    }

    /// <summary>Takes a link, and what it is of a subscription's addresses.</summary>
    /// <returns>The link that keeps the numbers back; null for none.</returns>
    private async Task<ReservationLink?> TakeLinkAsync(Subscription subscription, Guid linkId, CancellationToken cancellation)
    {
        var range = await session.Database.SubscriptionIpRanges.FirstOrDefaultAsync(
            candidate => candidate.LinkId == linkId && candidate.End == null,
            cancellation
        );
        range?.End = session.Now;
        var kept = await reservations.UnlinkAsync(linkId.ToString(), cancellation);
        await CommitAsync(subscription, cancellation);
        return kept;
    }

    /// <summary>What the subscription has now is announced: it is saved, so that it can be read.</summary>
    private async Task CommitAsync(Subscription subscription, CancellationToken cancellation)
    {
        await session.Database.SaveAsync(cancellation);
        session.Announce(documents.Updated(session.Catalogue, subscription, await HeldAsync(subscription.Usn, cancellation)));
        await session.CommitAsync(cancellation);
    }

    private async Task<IReadOnlyList<HeldIpRange>> HeldAsync(Usn usn, CancellationToken cancellation)
    {
        var ranges = await session
            .Database.ReadSubscriptionIpRanges.Where(range => range.SubscriptionUsn == usn && range.End == null)
            .OrderBy(range => range.Version)
            .ThenBy(range => range.First)
            .ThenBy(range => range.Last)
            .ThenBy(range => range.Id)
            .ToListAsync(cancellation);
        var links = ranges.Exists(range => range.LinkId is not null)
            ? (await reservations.LinksOfAsync(new BackLink(SubscriptionHolder, usn.Value), cancellation)).ToDictionary(link => link.LinkId)
            : [];
        return
        [
            .. ranges.Select(range => new HeldIpRange(
                range.Id,
                range.FromAddress,
                range.ToAddress,
                range.LinkId is { } id ? links.GetValueOrDefault(id) : null
            )),
        ];
    }
}
