using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;
using Smile.Session.Storage;

namespace Smile.Customers.Accounts.Storage;

/// <summary>Locks and finds accounts by statements of their own.</summary>
public static class AccountRows
{
    private static readonly FieldSearch<Account> ByField = new(
        "account",
        "closed IS NULL AND ({0}::text IS NULL OR usn = {0}::text)",
        "usn",
        "",
        row => row.Usn.Value
    );

    extension(IStageDatabase database)
    {
        /// <summary>
        /// Locks the rows of these accounts, in the order of their USNs so that two operations cannot wait for each other. The one place
        /// where accounts are locked; comes before anything is read that the operation then changes.
        /// </summary>
        /// <returns>The accounts that exist, as they now stand.</returns>
        public async Task<IReadOnlyList<Account>> LockAccountsAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation)
        {
            var keys = usns.Select(usn => usn.Value).ToArray();

            // Nearly every call locks one: a plan of that is kept, while one of any number of keys is made anew each time.
            var locked = keys is [var key]
                ? database.Accounts.FromSql($"SELECT * FROM account WHERE usn = {key} FOR UPDATE")
                : database.Accounts.FromSql($"SELECT * FROM account WHERE usn = ANY ({keys}) ORDER BY usn FOR UPDATE");
            return await locked.ToListAsync(cancellation);
        }

        /// <summary>
        /// Keeps operations from accounts of which nothing needs to be known, such as may be many. Who only names one of them, as invoicee
        /// or as the account of a new row, does not wait.
        /// </summary>
        public async Task LockAccountsWithoutReadingAsync(IReadOnlyCollection<string> usns, CancellationToken cancellation)
        {
            var keys = usns.ToArray();
            await database.Statements.ExecuteSqlAsync(
                $"SELECT FROM account WHERE usn = ANY ({keys}) ORDER BY usn FOR NO KEY UPDATE",
                cancellation
            );
        }

        /// <summary>Reads accounts, not to be changed, in the order of their USNs.</summary>
        public async Task<IReadOnlyList<Account>> ReadAccountsAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation)
        {
            var keys = usns.ToArray();
            return await database
                .Accounts.AsNoTracking()
                .Where(account => keys.Contains(account.Usn))
                .OrderBy(account => account.Usn)
                .ToListAsync(cancellation);
        }

        /// <summary>Accounts whose named field has the value, unfinished query.</summary>
        public IQueryable<Account> AccountsWithField(string name, string value) => ByField.Find(database, name, value);

        /// <summary>A page of the open accounts with a field value, by USN, and one more where there are more.</summary>
        /// <param name="only">The account that the caller may reach; null for all.</param>
        public Task<IReadOnlyList<Account>> OpenAccountsWithFieldAsync(
            string name,
            string value,
            Usn? only,
            SearchPage page,
            CancellationToken cancellation
        ) => ByField.PageAsync(database, name, value, only?.Value, page, cancellation);
    }
}
