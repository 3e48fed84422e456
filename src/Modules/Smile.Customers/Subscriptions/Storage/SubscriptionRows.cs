using Microsoft.EntityFrameworkCore;
using Npgsql;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Session;
using Smile.Session.Storage;

namespace Smile.Customers.Subscriptions.Storage;

/// <summary>Finds subscriptions by statements of their own.</summary>
public static class SubscriptionRows
{
    private static readonly FieldSearch<Subscription> ByField = new(
        "subscription",
        "closed IS NULL AND ({0}::text IS NULL OR account_usn = {0}::text)",
        "usn",
        "",
        row => row.Usn.Value
    );

    extension(IStageDatabase database)
    {
        /// <summary>
        /// Waits until no other transaction is about to take one of some usernames, and keeps others from it until this one ends.
        /// </summary>
        /// <param name="keys">Each with its service, in one case.</param>
        public async Task LockUsernamesAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation)
        {
            var names = keys.ToArray();

            // In one order, so that two that want the same names do not wait for each other.
            await database.Statements.ExecuteSqlAsync(
                $"""
                SELECT pg_advisory_xact_lock(key)
                FROM (SELECT DISTINCT hashtextextended('username/' || name, 0) AS key FROM unnest({names}) AS name
                ORDER BY key) AS sorted
                """,
                cancellation
            );
        }

        /// <summary>
        /// A subscription with its account and cost centre, read at once and not to be changed. The most frequent query of all.
        /// </summary>
        public Task<FoundSubscription?> FindSubscriptionAsync(Usn usn, CancellationToken cancellation) =>
            FindSubscriptionQuery.ExecuteAsync((NpgsqlDataSource)database.Source, usn, cancellation);

        /// <summary>Subscriptions whose named field has the value, unfinished query.</summary>
        public IQueryable<Subscription> SubscriptionsWithField(string name, string value) => ByField.Find(database, name, value);

        /// <summary>A page of the open subscriptions with a field value, by USN, and one more where there are more.</summary>
        /// <param name="only">The account that the caller may reach; null for all.</param>
        public Task<IReadOnlyList<Subscription>> OpenSubscriptionsWithFieldAsync(
            string name,
            string value,
            Usn? only,
            SearchPage page,
            CancellationToken cancellation
        ) => ByField.PageAsync(database, name, value, only?.Value, page, cancellation);
    }
}
