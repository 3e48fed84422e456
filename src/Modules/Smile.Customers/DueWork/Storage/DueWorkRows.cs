using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.DueWork.Storage;

/// <summary>Moves due work between accounts.</summary>
public static class DueWorkRows
{
    extension(IStageDatabase database)
    {
        /// <summary>Puts the due work about a subscription, its features and provision requests under another account's lock.</summary>
        public Task MoveDueWorkAsync(Usn subscriptionUsn, Usn accountUsn, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                UPDATE due_work SET account_usn = {accountUsn.Value}
                WHERE done IS NULL AND (subject = {subscriptionUsn.Value}
                    OR subject IN (SELECT id::text FROM subscription_feature WHERE subscription_usn = {subscriptionUsn.Value})
                    OR subject IN (SELECT id::text FROM provision_request WHERE subscription_usn = {subscriptionUsn.Value}))
                """,
                cancellation
            );
    }
}
