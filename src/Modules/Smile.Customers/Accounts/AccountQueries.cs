using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>get(), getAccountInfo(), findAccount() and findAccounts() (guide, lines 2813 to 3327).</summary>
[UseCase]
public sealed class AccountQueries(StageSession session)
{
    /// <summary>The account with the subscriptions of its tree.</summary>
    public async Task<AccountType> GetAsync(string usn, CancellationToken cancellation) =>
        await WithSubscriptionsAsync(await session.ReadAccountAsync(usn, cancellation), cancellation);

    /// <summary>
    /// The account alone. Its faults differ from get()'s: no permission is an AuthenticationException (guide, line 2978).
    /// </summary>
    public async Task<AccountInfoType> GetInfoAsync(string usn, CancellationToken cancellation)
    {
        if (!session.Caller.MayReach(new Usn(usn)))
        {
            throw Refuse.With(Fault.AuthenticationException, "usn", usn, "You may not access this account.");
        }

        var account = await session.ReadAccountAsync(usn, cancellation);
        return AccountDocuments.Info(session.Catalogue, account, await CostCentresAsync([account], cancellation));
    }

    /// <summary>Announces an account as it is now.</summary>
    public async Task AnnounceUpdatedAsync(Account account, CancellationToken cancellation) =>
        session.Announce(AccountMessages.AccountUpdated(session.Catalogue, account, await CostCentresAsync([account], cancellation)));

    /// <summary>The one account with a custom field value, or null (guide, line 2996).</summary>
    /// <exception cref="SmileException">There is more than one, or no such custom field.</exception>
    public async Task<AccountType?> FindOneAsync(SearchConditionType condition, CancellationToken cancellation)
    {
        var found = await Search(condition).Take(2).ToListAsync(cancellation);
        return found switch
        {
            [] => null,
            [var only] => await WithSubscriptionsAsync(only, cancellation),
            _ => throw Refuse.With(
                Fault.TooManyResultsException,
                "value",
                condition.EqualsValue?.Value,
                "More than one account matches. Use findAccounts()."
            ),
        };
    }

    /// <summary>The open accounts with a custom field value, in pages, in the order of their USNs (guide, line 3132).</summary>
    public async Task<AccountSearchResultListType> FindManyAsync(
        SearchConditionType condition,
        SearchPage page,
        CancellationToken cancellation
    )
    {
        var (name, value) = condition.Parse(session.Catalogue.IsCustomAccountField);
        var only = session.Caller.AllAccounts ? (Usn?)null : session.Caller.AccountUsn;
        var found = await session.Database.OpenAccountsWithFieldAsync(name, value, only, page, cancellation);
        var shown = found.Take(page.Limit).ToList();
        var costCentres = await CostCentresAsync(shown, cancellation);
        return new AccountSearchResultListType
        {
            MoreResults = found.Count > page.Limit,
            Limit = page.Limit,
            Offset = page.Offset,
            Accounts = [.. shown.Select(account => AccountDocuments.WithoutSubscriptions(session.Catalogue, account, costCentres))],
        };
    }

    internal async Task<AccountType> WithSubscriptionsAsync(Account account, CancellationToken cancellation)
    {
        var subscriptions = await session
            .Database.Subscriptions.AsNoTracking()
            .Where(subscription => subscription.AccountUsn == account.Usn && subscription.Closed == null)
            .OrderBy(subscription => subscription.Usn)
            .ToListAsync(cancellation);
        return AccountDocuments.Full(session.Catalogue, account, await CostCentresAsync([account], cancellation), subscriptions);
    }

    internal async Task<IReadOnlyCollection<CostCentre>> CostCentresAsync(IEnumerable<Account> accounts, CancellationToken cancellation)
    {
        var owners = accounts.Select(account => account.Usn).ToArray();
        return await session
            .Database.CostCentres.AsNoTracking()
            .Where(centre => owners.Contains(centre.AccountUsn))
            .ToListAsync(cancellation);
    }

    private IQueryable<Account> Search(SearchConditionType condition)
    {
        var (name, value) = condition.Parse(session.Catalogue.IsCustomAccountField);
        var matches = session.Database.AccountsWithField(name, value).AsNoTracking();
        return session.Caller.AllAccounts ? matches : matches.Where(account => account.Usn == session.Caller.AccountUsn);
    }
}
