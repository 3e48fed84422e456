using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>Finds and locks the accounts that the caller of a session may reach.</summary>
public static class AccountsOfSession
{
    extension(StageSession session)
    {
        /// <summary>Reads an account that the caller may reach, not to be changed; null where there is none.</summary>
        public async Task<Account?> FindAccountAsync(string usn, CancellationToken cancellation)
        {
            var key = new Usn(usn);
            return session.Caller.MayReach(key)
                ? await session.Database.Accounts.AsNoTracking().FirstOrDefaultAsync(account => account.Usn == key, cancellation)
                : null;
        }

        /// <summary>Reads an account that the caller may reach, not to be changed.</summary>
        /// <exception cref="SmileException">There is no such account for this caller.</exception>
        public async Task<Account> ReadAccountAsync(string usn, CancellationToken cancellation) =>
            await session.FindAccountAsync(usn, cancellation) ?? throw StageSession.NoSuchAccount(usn);

        /// <summary>Begins the transaction and locks an account that the caller may reach.</summary>
        /// <exception cref="SmileException">There is no such account for this caller.</exception>
        public async Task<Account> BeginOnAccountAsync(string usn, CancellationToken cancellation)
        {
            await session.Database.BeginAsync(cancellation);
            return await session.LockAccountAsync(new Usn(usn), cancellation) ?? throw StageSession.NoSuchAccount(usn);
        }

        /// <summary>Locks an account that the caller may reach; null where there is none.</summary>
        public async Task<Account?> LockAccountAsync(Usn usn, CancellationToken cancellation)
        {
            var account = (await session.Database.LockAccountsAsync([usn], cancellation)).FirstOrDefault();
            return account is not null && session.Caller.MayReach(account.Usn) ? account : null;
        }

        /// <summary>Where the account's days begin and end.</summary>
        public BillingTimeZone ZoneOf(Account account) => session.Catalogue.Zone(account.TimeZoneId);

        /// <summary>The day that it is now, by the account's clock.</summary>
        public DateOnly DayOf(Account account) => session.ZoneOf(account).DateOf(session.Now);

        /// <summary>What the account is kept in.</summary>
        public Currency CurrencyOf(Account account) => session.Catalogue.Currency(account.Currency);

        /// <summary>The company of the account that the caller belongs to.</summary>
        /// <exception cref="SmileException">The caller's account is not there.</exception>
        public async Task<int> CallersCompanyAsync(CancellationToken cancellation)
        {
            var company = await session
                .Database.Accounts.Where(account => account.Usn == session.Caller.AccountUsn)
                .Select(account => (int?)account.CompanyId)
                .FirstOrDefaultAsync(cancellation);
            return company ?? throw Refuse.NotFound("caller", session.Caller.Usn, "You are not a subscriber of this stage.");
        }

        public static SmileException NoSuchAccount(string usn) =>
            Refuse.NotFound("usn", usn, "There is no such account, or you may not access it.", Missing.Account);
    }
}
