using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Rating.Credit;
using Smile.Session;

namespace Smile.Rating.Storage;

/// <summary>By which credit limits accounts were last looked at.</summary>
/// <param name="Digest">Of the catalogue's; empty where it has none.</param>
/// <param name="LookedThrough">The last account that was looked at by them; null where all were.</param>
/// <param name="HasOwn">Whether an account has an amount of its own.</param>
internal sealed record CreditScope(int CatalogueVersion, string Digest, string? LookedThrough, bool HasOwn)
{
    /// <summary>Whether there is any credit limit on the stage.</summary>
    public bool IsWatching => Digest.Length > 0 || HasOwn;
}

/// <summary>An account that is to be looked at.</summary>
/// <param name="Change">Of the row that says so; 0 where none does.</param>
/// <param name="HasLimit">Whether it may have to do with a credit limit.</param>
internal sealed record CreditCheck(string AccountUsn, long Change, bool HasLimit);

/// <summary>A subscription whose usage has changed.</summary>
internal sealed record CreditUser(string SubscriptionUsn, string AccountUsn, bool HasLimit);

/// <summary>Which accounts are to be looked at because of their credit limits, in the stage's database.</summary>
internal static class CreditCheckRows
{
    extension(IStageDatabase database)
    {
        public async Task<CreditScope> CreditScopeAsync(CancellationToken cancellation) =>
            (
                await database
                    .Statements.SqlQuery<CreditScope>(
                        $"""
                        SELECT catalogue_version AS "CatalogueVersion", digest AS "Digest", looked_through AS "LookedThrough",
                            EXISTS (SELECT FROM credit_limit) AS "HasOwn"
                        FROM credit_limit_scope
                        """
                    )
                    .ToListAsync(cancellation)
            )[0];

        /// <summary>
        /// Takes up a later version of the catalogue: from now on all that changes is noted, and all accounts are looked at where its
        /// credit limits are others.
        /// </summary>
        public Task<int> TakeUpCreditLimitsAsync(int version, string digest, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                UPDATE credit_limit_scope SET catalogue_version = {version}, digest = {digest},
                    looked_through = CASE WHEN digest = {digest} THEN looked_through ELSE '' END
                WHERE catalogue_version < {version}
                """,
                cancellation
            );

        /// <summary>Accounts that something gives a reason to look at.</summary>
        public async Task<IReadOnlyList<CreditCheck>> DueCreditChecksAsync(
            WatchedCredit watched,
            DateTimeOffset now,
            int most,
            CancellationToken cancellation
        ) =>
            await database
                .Statements.SqlQuery<CreditCheck>(
                    $"""
                    SELECT account_usn AS "AccountUsn", change AS "Change",
                        has_credit_limit(account_usn, {watched.Terms}, {watched.Plans}) AS "HasLimit"
                    FROM credit_limit_check WHERE due <= {now.ToUniversalTime()} ORDER BY due, account_usn LIMIT {most}
                    """
                )
                .ToListAsync(cancellation);

        /// <summary>The next accounts behind one, in the order of their USNs.</summary>
        public async Task<IReadOnlyList<CreditCheck>> NextCreditChecksAsync(
            WatchedCredit watched,
            string after,
            int most,
            CancellationToken cancellation
        ) =>
            await database
                .Statements.SqlQuery<CreditCheck>(
                    $"""
                    SELECT usn AS "AccountUsn", 0::bigint AS "Change",
                        has_credit_limit(usn, {watched.Terms}, {watched.Plans}) AS "HasLimit"
                    FROM (SELECT usn FROM account WHERE usn > {after} ORDER BY usn LIMIT {most}) AS next ORDER BY usn
                    """
                )
                .ToListAsync(cancellation);

        /// <summary>The accounts of subscriptions.</summary>
        public async Task<IReadOnlyList<CreditUser>> CreditUsersAsync(
            WatchedCredit watched,
            IEnumerable<Usn> subscriptions,
            CancellationToken cancellation
        )
        {
            var usns = subscriptions.Select(usn => usn.Value).ToArray();
            return await database
                .Statements.SqlQuery<CreditUser>(
                    $"""
                    SELECT usn AS "SubscriptionUsn", account_usn AS "AccountUsn",
                        has_credit_limit(account_usn, {watched.Terms}, {watched.Plans}) AS "HasLimit"
                    FROM subscription WHERE usn = ANY ({usns})
                    """
                )
                .ToListAsync(cancellation);
        }

        /// <summary>Takes what there is to look at of locked accounts: what comes later is looked at again.</summary>
        public Task<int> TakeCreditChecksAsync(IEnumerable<Usn> accounts, DateTimeOffset now, CancellationToken cancellation)
        {
            var usns = accounts.Select(usn => usn.Value).ToArray();
            return database.Statements.ExecuteSqlAsync(
                $"DELETE FROM credit_limit_check WHERE account_usn = ANY ({usns}) AND due <= {now.ToUniversalTime()}",
                cancellation
            );
        }

        /// <summary>Forgets accounts that have to do with no credit limit, unless there was a new reason to look at them.</summary>
        public async Task ForgetCreditChecksAsync(IEnumerable<CreditCheck> checks, CancellationToken cancellation)
        {
            var rows = checks.ToList();
            var (usns, changes) = (rows.Select(row => row.AccountUsn).ToArray(), rows.Select(row => row.Change).ToArray());
            if (usns.Length > 0)
            {
                await database.Statements.ExecuteSqlAsync(
                    $"""
                    DELETE FROM credit_limit_check
                    WHERE (account_usn, change) IN (SELECT usn, number FROM unnest({usns}, {changes}) AS done (usn, number))
                    """,
                    cancellation
                );
            }
        }

        /// <summary>Has locked accounts looked at when plans begin.</summary>
        public async Task AddCreditChecksAsync(IEnumerable<(Usn Account, DateTimeOffset Due)> checks, CancellationToken cancellation)
        {
            var rows = checks.Distinct().ToList();
            var usns = rows.Select(row => row.Account.Value).ToArray();
            var due = rows.Select(row => row.Due.ToUniversalTime()).ToArray();
            if (usns.Length > 0)
            {
                await database.Statements.ExecuteSqlAsync(
                    $"""
                    INSERT INTO credit_limit_check (account_usn, due) SELECT usn, due FROM unnest({usns}, {due}) AS planned (usn, due)
                    ON CONFLICT DO NOTHING
                    """,
                    cancellation
                );
            }
        }

        /// <summary>Notes that accounts were looked at by a version of the catalogue.</summary>
        /// <param name="through">The last of them; null where there are no more.</param>
        public Task<int> NoteLookedThroughAsync(int version, string after, string? through, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                UPDATE credit_limit_scope SET looked_through = {through}
                WHERE catalogue_version = {version} AND looked_through = {after}
                """,
                cancellation
            );
    }
}
