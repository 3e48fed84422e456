using Smile.Kernel;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Credit;

/// <summary>
/// Looks at accounts whose credit limits may be exceeded, or kept again, since they were last looked at: something has moved their balance,
/// a plan, the terms or who has a subscription; usage of theirs has come to another amount; or the catalogue has other limits. Several
/// servers may do it at once, and one that breaks off has done nothing or is repeated: each account is looked at under its lock, and what
/// is told is told by what was told before.
/// </summary>
[UseCase]
public sealed class CheckCreditLimits(StageSession session, UsageDatabase usage, AccountCredit credit)
{
    private const int AccountsTogether = 100;
    private const int PeriodsTogether = 200;

    private readonly WatchedCredit _watched = WatchedCredit.Of(session.Catalogue.Content);

    /// <summary>Looks at some accounts.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> ExecuteAsync(CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var scope = await session.Database.CreditScopeAsync(cancellation);
        var version = session.Catalogue.Version;
        if (scope.CatalogueVersion < version)
        {
            await session.Database.TakeUpCreditLimitsAsync(version, WatchedCredit.Digest(session.Catalogue.Content), cancellation);
            scope = await session.Database.CreditScopeAsync(cancellation);
        }

        // Another server knows of a later version: this one will in a moment.
        return scope.CatalogueVersion == version
            && (
                await DueAsync(cancellation)
                || (scope.IsWatching && await UsageAsync(cancellation))
                || (scope.LookedThrough is { } after && await NextAsync(after, cancellation))
            );
    }

    /// <summary>Accounts that something in the stage's database gives a reason to look at.</summary>
    private async Task<bool> DueAsync(CancellationToken cancellation)
    {
        var due = await session.Database.DueCreditChecksAsync(_watched, session.Now, AccountsTogether, cancellation);
        if (due.Count == 0)
        {
            return false;
        }

        var isDone = await LookAtAsync(due.Where(check => check.HasLimit).Select(check => check.AccountUsn), cancellation);
        await session.Database.ForgetCreditChecksAsync(due.Where(check => !check.HasLimit), cancellation);
        return isDone;
    }

    /// <summary>Accounts with usage that was rated.</summary>
    private async Task<bool> UsageAsync(CancellationToken cancellation)
    {
        var periods = await UncheckedUsageRows.ReadAsync(usage, PeriodsTogether, cancellation);
        if (periods.Count == 0)
        {
            return false;
        }

        var users = await session.Database.CreditUsersAsync(
            _watched,
            periods.Select(period => period.Subscription).Distinct(),
            cancellation
        );
        var isDone = await LookAtAsync(users.Where(user => user.HasLimit).Select(user => user.AccountUsn), cancellation);
        if (isDone)
        {
            // A subscription that has gone to another account meanwhile is looked at with that one, since its going is a reason.
            await UncheckedUsageRows.CheckedAsync(usage, periods, cancellation);
        }

        return isDone;
    }

    /// <summary>The next of all accounts, where the catalogue has other credit limits.</summary>
    private async Task<bool> NextAsync(string after, CancellationToken cancellation)
    {
        var next = await session.Database.NextCreditChecksAsync(_watched, after, AccountsTogether, cancellation);
        var isDone = await LookAtAsync(next.Where(check => check.HasLimit).Select(check => check.AccountUsn), cancellation);
        if (isDone)
        {
            var last = next.Count < AccountsTogether ? null : next[^1].AccountUsn;
            await session.Database.NoteLookedThroughAsync(session.Catalogue.Version, after, last, cancellation);
        }

        return isDone;
    }

    /// <returns>Whether it was done, and not left to servers with a later version of the catalogue.</returns>
    private async Task<bool> LookAtAsync(IEnumerable<string> accounts, CancellationToken cancellation)
    {
        var usns = accounts.Distinct().Select(usn => new Usn(usn)).ToList();
        return usns.Count == 0 || await credit.LookAtAsync(usns, cancellation);
    }
}
