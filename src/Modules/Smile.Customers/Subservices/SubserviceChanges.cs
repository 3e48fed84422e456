using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.CustomCollections;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subservices;

/// <summary>What a request says of a subservice.</summary>
/// <param name="SubscriptionUsn">The subscription whose it is.</param>
/// <param name="Fields">
/// Reads its fields, with timestamps on the clocks of the zone of its account; null where the request has none.
/// </param>
public sealed record SubserviceContent(string SubscriptionUsn, bool Active, string Username, Func<BillingTimeZone, FieldValues>? Fields);

/// <summary>What the form of an order that waits says of a subservice.</summary>
/// <param name="Before">The username that it said; null for none.</param>
/// <param name="Now">The username that it says; null for none.</param>
public sealed record OrderedSubservice(Subscription Subscription, PackageSubservice Template, string? Before, string? Now);

/// <summary>addSubservice(), addSubservices(), updateSubservice(), removeSubservice() (guide, lines 10880 to 11220).</summary>
[UseCase]
public sealed class SubserviceChanges(StageSession session, IPooledNames pooled) : IClosingListener
{
    /// <summary>More are checked and announced within one call, with the account locked.</summary>
    private const int MostAtOnce = 1_000;

    /// <summary>Adds subservices to one subscription: all of them or none.</summary>
    /// <returns>In the order of the request.</returns>
    public async Task<IReadOnlyList<Subservice>> AddAsync(
        string usn,
        IReadOnlyList<SubserviceContent> wanted,
        CancellationToken cancellation
    )
    {
        if (wanted.Count > MostAtOnce)
        {
            throw Refuse.Invalid("SubserviceRequest", wanted.Count, $"A call adds {MostAtOnce} subservices at most: use several.");
        }

        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        if (subscription.IsClosed)
        {
            throw Refuse.Invalid("usn", usn, "The subscription is closed.");
        }

        var rules = RulesOf(subscription);
        var added = new List<Subservice>(wanted.Count);
        foreach (var content in wanted)
        {
            if (content.SubscriptionUsn != usn)
            {
                throw Refuse.Invalid(
                    "SubscriptionUSN",
                    content.SubscriptionUsn,
                    "It is not the usn of the call: a subservice is added to that subscription."
                );
            }

            var username = rules.Checked(content.Username);
            var fields = content.Fields?.Invoke(session.ZoneOf(account)) ?? FieldValues.None;
            added.Add(New(subscription, rules, username, content.Active, fields));
        }

        await CheckFieldsAsync(rules, [.. added.Select(subservice => subservice.Properties)], cancellation);
        await RequireRoomAsync(subscription, rules.Most, added.Count, cancellation);
        await RequireFreeAsync(rules, added, cancellation);
        await TakeAsync(subscription, added, cancellation);
        session.Database.Subservices.AddRange(added);
        await CommitAsync(subscription, rules, cancellation);
        return added;
    }

    /// <summary>Changes a subservice; its fields, where the request has some, take the place of all that it had.</summary>
    /// <param name="ssid">Its number.</param>
    /// <param name="content">With the subscription that it belongs to, which cannot be changed (guide, line 11160).</param>
    public async Task UpdateAsync(string ssid, SubserviceContent content, CancellationToken cancellation)
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(content.SubscriptionUsn, cancellation)
            ?? throw StageSession.NoSuchSubscription(content.SubscriptionUsn);
        var subservice = await LoadAsync(ssid, subscription, cancellation);
        var rules = RulesOf(subscription);
        var username = rules.Checked(content.Username);
        if (content.Fields is { } read)
        {
            var fields = read(session.ZoneOf(account));
            await CheckFieldsAsync(rules, [fields], cancellation);
            subservice.Properties = fields;
        }

        subservice.Active = content.Active;
        if (username != subservice.Username)
        {
            var before = subservice.Username;
            Rename(subservice, rules, username);
            await RequireFreeAsync(rules, [subservice], cancellation);
            await TakeAsync(subscription, [subservice], cancellation);
            await GiveUpAsync(subscription, before, username, cancellation);
        }

        await CommitAsync(subscription, rules, cancellation);
    }

    public async Task RemoveAsync(string ssid, CancellationToken cancellation)
    {
        var id = SubserviceQueries.Number(ssid) ?? throw SubserviceQueries.NoSuchSubservice(ssid);
        var usn = await session
            .Database.ReadSubservices.Where(candidate => candidate.Id == id && candidate.Removed == null)
            .Select(candidate => (Usn?)candidate.SubscriptionUsn)
            .FirstOrDefaultAsync(cancellation);
        var (_, subscription) =
            usn is { } known && await session.BeginOnSubscriptionAsync(known.Value, cancellation) is { } found
                ? found
                : throw SubserviceQueries.NoSuchSubservice(ssid);
        var subservice = await LoadAsync(ssid, subscription, cancellation);
        Remove(subservice, session.Now);
        await GiveUpAsync(subscription, subservice.Username, null, cancellation);
        await CommitAsync(subscription, rules: SubserviceRules.Of(session.Catalogue, subscription.ServiceId), cancellation);
    }

    /// <summary>Removes the subservices of subscriptions that are closed: their usernames are free again.</summary>
    public async Task OnClosedAsync(IReadOnlyList<ClosedSubscription> closed, CancellationToken cancellation)
    {
        var usns = closed.Select(each => each.Subscription.Usn).ToArray();
        var left = await session
            .Database.Subservices.Include(subservice => subservice.Names)
            .Where(subservice => usns.Contains(subservice.SubscriptionUsn) && subservice.Removed == null)
            .ToListAsync(cancellation);
        foreach (var subservice in left)
        {
            Remove(subservice, session.Now);
        }
    }

    /// <summary>
    /// Gives a subscription that is ordered the subservices that the form names, which was checked; the names are claimed for the order.
    /// </summary>
    public void AddOrdered(Subscription subscription, IReadOnlyList<PackageSubservice> templates, FieldValues form)
    {
        foreach (var template in templates)
        {
            if (form[template.Field] is { } username)
            {
                session.Database.Subservices.Add(NewOrdered(subscription, RulesOf(subscription), template, username));
            }
        }
    }

    /// <summary>Changes the subservices of subscriptions whose order waits as its form was changed.</summary>
    /// <returns>The names that subservices had until now, and have no more.</returns>
    /// <exception cref="SmileException">One was removed since, or a name is another's.</exception>
    public async Task<IReadOnlyList<(Subscription Subscription, string Username)>> ChangeOrderedAsync(
        IReadOnlyCollection<OrderedSubservice> ordered,
        Fault fault,
        CancellationToken cancellation
    )
    {
        var changes = ordered.Where(each => each.Before != each.Now).ToList();
        if (changes.Count == 0)
        {
            return [];
        }

        var usns = changes.Select(change => change.Subscription.Usn).Distinct().ToArray();
        var present = await session
            .Database.Subservices.Include(subservice => subservice.Names)
            .Where(subservice => usns.Contains(subservice.SubscriptionUsn) && subservice.Removed == null)
            .ToListAsync(cancellation);
        var named = new List<Subservice>();
        var left = new List<(Subscription, string)>();

        // Names are looked for as they were: the form may give one subservice the name of another.
        var found = changes.ConvertAll(change => (Change: change, Known: Ordered(present, change)));
        foreach (var ((subscription, template, before, now), known) in found)
        {
            if (known is not null)
            {
                left.Add((subscription, known.Username));
            }

            switch (known, now)
            {
                case ({ } dropped, null):
                    Remove(dropped, session.Now);
                    break;
                case ({ } renamed, { } name):
                    Rename(renamed, RulesOf(subscription), name);
                    named.Add(renamed);
                    break;
                case (null, { } name) when before is null:
                    named.Add(NewOrdered(subscription, RulesOf(subscription), template, name));
                    break;
                case (null, { } name):
                    throw Refuse.With(
                        fault,
                        template.Field,
                        name,
                        $"The subservice {before} of the order has been removed since. Use addSubservice()."
                    );
            }
        }

        session.Database.Subservices.AddRange(named.Where(subservice => subservice.Id == 0));
        await RequireFreeAsync(
            [.. named.Where(subservice => subservice.UniqueName is not null)],
            name => Refuse.With(fault, "username", name, Usernames.Taken),
            cancellation
        );
        return left;
    }

    /// <summary>
    /// The subservice that a form gave a name: the one that has it, or the first that had it and was renamed since by itself. Null where
    /// the form gave none, or it was removed.
    /// </summary>
    private static Subservice? Ordered(List<Subservice> present, OrderedSubservice change)
    {
        var own = present.FindAll(subservice => subservice.SubscriptionUsn == change.Subscription.Usn);
        return own.Find(subservice => subservice.Username == change.Before)
            ?? own.SelectMany(subservice => subservice.Names, (subservice, name) => (Subservice: subservice, Name: name))
                .Where(pair => pair.Name.Username == change.Before)
                .OrderBy(pair => pair.Name.Id)
                .Select(pair => pair.Subservice)
                .FirstOrDefault();
    }

    private Task TakeAsync(Subscription subscription, IReadOnlyList<Subservice> named, CancellationToken cancellation) =>
        pooled.TakeAsync(
            [.. named.Select(subservice => TakenName.By(subscription, "SubserviceUsername", subservice.Username))],
            Fault.InvalidRequestException,
            cancellation
        );

    /// <summary>A number of a pool goes back with its name, unless the subscription itself, or the new name, is the same.</summary>
    private Task GiveUpAsync(Subscription subscription, string before, string? now, CancellationToken cancellation) =>
        Usernames.AreSame(before, now) || Usernames.AreSame(before, subscription.Username)
            ? Task.CompletedTask
            : pooled.GiveUpAsync([(subscription, before)], cancellation);

    private Subservice NewOrdered(Subscription subscription, SubserviceRules rules, PackageSubservice template, string username)
    {
        var fields = template.Type is { } type
            ? new FieldValues([FieldValues.Text(SubserviceDefinition.TypeField, type)])
            : FieldValues.None;
        return New(subscription, rules, username, isActive: true, fields);
    }

    private Subservice New(Subscription subscription, SubserviceRules rules, string username, bool isActive, FieldValues fields) =>
        new()
        {
            SubscriptionUsn = subscription.Usn,
            ServiceId = subscription.ServiceId,
            Username = username,
            UniqueName = rules.UniqueNameOf(username),
            Active = isActive,
            Properties = fields,
            Created = session.Now,
            Names = [NameOf(subscription.ServiceId, username)],
        };

    private void Rename(Subservice subservice, SubserviceRules rules, string username)
    {
        (subservice.Username, subservice.UniqueName) = (username, rules.UniqueNameOf(username));
        EndName(subservice, session.Now);
        subservice.Names.Add(NameOf(subservice.ServiceId, username));
    }

    /// <summary>Refuses fields that the service, or the type that they name, does not have, and such as lack a required one.</summary>
    private async Task CheckFieldsAsync(SubserviceRules rules, IReadOnlyList<FieldValues> fields, CancellationToken cancellation)
    {
        var checks = fields.Select(values => (Rules: rules.RulesOf(values), Values: values)).ToList();
        await session.CheckFieldsAsync(checks, Fault.InvalidRequestException, cancellation);
        foreach (var check in checks)
        {
            check.Rules.CheckComplete(check.Values, Fault.InvalidRequestException);
        }
    }

    private SubserviceRules RulesOf(Subscription subscription) =>
        SubserviceRules.Of(session.Catalogue, subscription.ServiceId)
        ?? throw Refuse.Invalid("usn", subscription.Usn, "The service of this subscription has no subservices.");

    private async Task<Subservice> LoadAsync(string ssid, Subscription subscription, CancellationToken cancellation)
    {
        var id = SubserviceQueries.Number(ssid);
        return await session
                .Database.Subservices.Include(subservice => subservice.Names)
                .FirstOrDefaultAsync(
                    candidate => candidate.Id == id && candidate.SubscriptionUsn == subscription.Usn && candidate.Removed == null,
                    cancellation
                )
            ?? throw SubserviceQueries.NoSuchSubservice(ssid);
    }

    private async Task RequireRoomAsync(Subscription subscription, int most, int more, CancellationToken cancellation)
    {
        var present = await session.Database.Subservices.CountAsync(
            subservice => subservice.SubscriptionUsn == subscription.Usn && subservice.Removed == null,
            cancellation
        );
        if (present + more > most)
        {
            throw Refuse.Invalid(
                "usn",
                subscription.Usn,
                $"The subscription has {present} subservices, and its service allows {most}: {more} more are too many."
            );
        }
    }

    private Task RequireFreeAsync(SubserviceRules rules, IReadOnlyList<Subservice> named, CancellationToken cancellation) =>
        rules.AreUsernamesUnique ? RequireFreeAsync(named, UsernameTaken, cancellation) : Task.CompletedTask;

    private Task RequireFreeAsync(IReadOnlyList<Subservice> named, Func<string, SmileException> refusal, CancellationToken cancellation) =>
        Usernames.RequireFreeAsync(
            session,
            [.. named.Select(subservice => (subservice.ServiceId, subservice.Username, (Usn?)null))],
            refusal,
            cancellation,
            except: [.. named.Where(subservice => subservice.Id != 0).Select(subservice => subservice.Id)]
        );

    private SubserviceName NameOf(int serviceId, string username) =>
        new()
        {
            ServiceId = serviceId,
            Username = username,
            Start = session.Now,
        };

    private static void EndName(Subservice subservice, DateTimeOffset now)
    {
        foreach (var name in subservice.Names.Where(name => name.End is null))
        {
            name.End = now;
        }
    }

    private static void Remove(Subservice subservice, DateTimeOffset now)
    {
        (subservice.Removed, subservice.UniqueName) = (now, null);
        EndName(subservice, now);
    }

    /// <summary>
    /// The guide defines no message for these calls (guide, lines 11022, 11111): a subscription that has changed is announced where its
    /// service asks for it.
    /// </summary>
    private async Task CommitAsync(Subscription subscription, SubserviceRules? rules, CancellationToken cancellation)
    {
        if (rules is { AreAnnounced: true })
        {
            session.Announce(SubscriptionMessages.SubscriptionUpdated(session.Catalogue, subscription));
        }

        try
        {
            await session.CommitAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_subservice_username")
        {
            throw UsernameTaken("");
        }
    }

    private static SmileException UsernameTaken(string username) => Refuse.Invalid("SubserviceUsername", username, Usernames.Taken);
}
