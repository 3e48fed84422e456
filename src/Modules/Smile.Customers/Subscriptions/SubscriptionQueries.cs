using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>get(), findUsername(), findSubscription(), findSubscriptions(), getActiveFeatures() (guide, lines 6861 to 7574).</summary>
[UseCase]
public sealed class SubscriptionQueries(StageSession session)
{
    /// <summary>The subscription, in any stage of its life after its order was entered.</summary>
    public async Task<SubscriptionType> GetAsync(string usn, CancellationToken cancellation)
    {
        var found = await session.Database.FindSubscriptionAsync(new Usn(usn), cancellation);
        return found is { } known && session.Caller.MayReach(known.Account.Usn)
            ? SubscriptionDocuments.Full(session.Catalogue, known.Account, known.Subscription, known.CostCentre)
            : throw StageSession.NoSuchSubscription(usn);
    }

    /// <summary>The USNs of the open subscriptions of a service with a username.</summary>
    public async Task<IReadOnlyList<string>> FindUsernameAsync(int sid, string username, CancellationToken cancellation)
    {
        var found = await session.Database.Subscriptions.AsNoTracking().NamedAsync(session.Catalogue, [sid], username, cancellation);
        var reachable = found
            .Where(subscription => session.Caller.MayReach(subscription.AccountUsn))
            .Select(subscription => subscription.Usn.Value)
            .ToList();
        return reachable.Count > 0
            ? reachable
            : throw Refuse.NotFound(
                "username",
                username,
                $"There is no subscription of service {sid} with this username, or you may not access it.",
                Missing.Username
            );
    }

    /// <summary>The one subscription with a custom field value, or null (guide, line 7051).</summary>
    public async Task<SubscriptionType?> FindOneAsync(SearchConditionType condition, CancellationToken cancellation)
    {
        var found = await Search(condition).Take(2).ToListAsync(cancellation);
        return found switch
        {
            [] => null,
            [_] => (await DocumentsAsync(found, cancellation))[0],
            _ => throw Refuse.With(
                Fault.TooManyResultsException,
                "value",
                condition.EqualsValue?.Value,
                "More than one subscription matches. Use findSubscriptions()."
            ),
        };
    }

    /// <summary>The open subscriptions with a custom field value, in pages, in the order of their USNs (guide, line 7160).</summary>
    public async Task<SubscriptionSearchResultListType> FindManyAsync(
        SearchConditionType condition,
        SearchPage page,
        CancellationToken cancellation
    )
    {
        var (name, value) = condition.Parse(session.Catalogue.IsCustomSubscriptionField);
        var only = session.Caller.AllAccounts ? (Usn?)null : session.Caller.AccountUsn;
        var found = await session.Database.OpenSubscriptionsWithFieldAsync(name, value, only, page, cancellation);
        return new SubscriptionSearchResultListType
        {
            MoreResults = found.Count > page.Limit,
            Limit = page.Limit,
            Offset = page.Offset,
            Subscription = await DocumentsAsync([.. found.Take(page.Limit)], cancellation),
        };
    }

    public async Task<SubscriptionFeatureListType> GetActiveFeaturesAsync(string usn, CancellationToken cancellation)
    {
        var key = new Usn(usn);
        var owner = await session
            .Database.Subscriptions.Where(subscription => subscription.Usn == key)
            .Select(subscription => (Usn?)subscription.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        if (owner is not { } accountUsn || !session.Caller.MayReach(accountUsn))
        {
            throw StageSession.NoSuchSubscription(usn);
        }

        var applied = await session
            .Database.SubscriptionFeatures.AsNoTracking()
            .Where(feature => feature.SubscriptionUsn == key)
            .OrderBy(feature => feature.Start)
            .ToListAsync(cancellation);
        return new SubscriptionFeatureListType
        {
            SubscriptionFeature =
            [
                .. applied
                    .Where(feature => feature.IsActiveAt(session.Now))
                    .Select(feature => new SubscriptionFeatureType { Feature = SubscriptionDocuments.Feature(session.Catalogue, feature) }),
            ],
        };
    }

    private IQueryable<Subscription> Search(SearchConditionType condition)
    {
        var (name, value) = condition.Parse(session.Catalogue.IsCustomSubscriptionField);
        var matches = session.Database.SubscriptionsWithField(name, value).AsNoTracking();
        return session.Caller.AllAccounts ? matches : matches.Where(subscription => subscription.AccountUsn == session.Caller.AccountUsn);
    }

    private async Task<IReadOnlyList<SubscriptionType>> DocumentsAsync(
        IReadOnlyList<Subscription> subscriptions,
        CancellationToken cancellation
    )
    {
        var owners = subscriptions.Select(subscription => subscription.AccountUsn).Distinct().ToArray();
        var accounts = await session
            .Database.Accounts.AsNoTracking()
            .Where(account => owners.Contains(account.Usn))
            .ToDictionaryAsync(account => account.Usn, cancellation);
        var costCentres = await session
            .Database.CostCentres.AsNoTracking()
            .Where(centre => owners.Contains(centre.AccountUsn))
            .ToDictionaryAsync(centre => centre.Id, cancellation);
        return
        [
            .. subscriptions.Select(subscription =>
                SubscriptionDocuments.Full(
                    session.Catalogue,
                    accounts[subscription.AccountUsn],
                    subscription,
                    subscription.CostCentreId is { } id ? costCentres.GetValueOrDefault(id) : null
                )
            ),
        ];
    }
}
