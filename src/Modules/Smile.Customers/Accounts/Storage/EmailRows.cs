using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts.Storage;

/// <summary>
/// Whose email addresses are: an account's own, and those of its open subscriptions. Capitals do not count, as no mail server makes a
/// difference of them.
/// </summary>
public static class EmailRows
{
    extension(IStageDatabase database)
    {
        /// <summary>The open accounts that have an address, up to two: more than one is not plain.</summary>
        public async Task<IReadOnlyList<Usn>> OpenAccountsOfEmailAsync(string address, CancellationToken cancellation)
        {
            var found = await database
                .Statements.SqlQuery<string>(
                    $"""
                    SELECT usn AS "Value" FROM (
                        SELECT usn FROM account WHERE email_address_of(properties) = lower({address})
                        UNION SELECT account_usn FROM subscription WHERE email_address_of(properties) = lower({address}) AND closed IS NULL
                    ) having_it JOIN account USING (usn) WHERE closed IS NULL ORDER BY usn LIMIT 2
                    """
                )
                .ToListAsync(cancellation);
            return [.. found.Select(usn => new Usn(usn))];
        }

        /// <summary>Whether an account, open or closed, has an address.</summary>
        public async Task<bool> HasEmailAsync(Usn account, string address, CancellationToken cancellation)
        {
            var usn = account.Value;
            var found = await database
                .Statements.SqlQuery<bool>(
                    $"""
                    SELECT EXISTS (SELECT FROM account WHERE usn = {usn} AND email_address_of(properties) = lower({address}))
                        OR EXISTS (
                            SELECT FROM subscription
                            WHERE account_usn = {usn} AND email_address_of(properties) = lower({address}) AND closed IS NULL
                        ) AS "Value"
                    """
                )
                .ToListAsync(cancellation);
            return found[0];
        }
    }
}
