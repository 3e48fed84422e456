using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Domain.Access;
using Smile.Domain.Accounts;
using Smile.Domain.Messaging;
using Smile.Domain.Receivables;
using Smile.Domain.Subscriptions;
using Smile.Kernel;

namespace Smile.Domain.Foundation;

/// <summary>
/// One call, or one piece of due work, on one stage: who acts, the catalogue and the time that hold, the database, and the messages to
/// announce. One operation is one transaction.
/// </summary>
/// <param name="issuing">The version that documents are issued by, where that is not the one whose prices count.</param>
public sealed class StageSession(
    IStageDatabase database,
    CatalogueSnapshot catalogue,
    TimeProvider clock,
    Caller caller,
    CatalogueSnapshot? issuing = null
)
{
    private readonly List<OutgoingMessage> _messages = [];
    private readonly List<FinancialTransaction> _toNumber = [];
    private readonly Queue<string> _numbers = [];

    public IStageDatabase Database { get; } = database;

    public CatalogueSnapshot Catalogue { get; } = catalogue;

    /// <summary>
    /// What documents are issued by: the catalogue that holds now, with its names, addresses and texts, also where a late bill has the
    /// prices of an older one.
    /// </summary>
    public CatalogueSnapshot IssuingCatalogue { get; } = issuing ?? catalogue;

    public Caller Caller { get; } = caller;

    /// <summary>The stage's time, to the millisecond as the wire shows it.</summary>
    public DateTimeOffset Now { get; } = Truncate(clock.GetUtcNow());

    /// <summary>Announces a message after the commit.</summary>
    public void Announce(OutgoingMessage message) => _messages.Add(message);

    /// <summary>
    /// Gives a transaction that was closed a number of its company's invoices, where that counts them, as the last thing before the commit.
    /// </summary>
    public void NumberInvoice(FinancialTransaction closed)
    {
        if (closed.InvoiceNumber is null && Catalogue.Company(closed.CompanyId).InvoiceNumbers is not null && !_toNumber.Contains(closed))
        {
            _toNumber.Add(closed);
        }
    }

    public async Task CommitAsync(CancellationToken cancellation)
    {
        await NumberInvoicesAsync(cancellation);
        await Database.CommitAsync(_messages, cancellation);
    }

    /// <summary>Reads an account that the caller may reach, not to be changed; null where there is none.</summary>
    public async Task<Account?> FindAccountAsync(string usn, CancellationToken cancellation)
    {
        var key = new Usn(usn);
        return Caller.MayReach(key)
            ? await Database.Accounts.AsNoTracking().FirstOrDefaultAsync(account => account.Usn == key, cancellation)
            : null;
    }

    /// <summary>Reads an account that the caller may reach, not to be changed.</summary>
    /// <exception cref="SmileException">There is no such account for this caller.</exception>
    public async Task<Account> ReadAccountAsync(string usn, CancellationToken cancellation) =>
        await FindAccountAsync(usn, cancellation) ?? throw NoSuchAccount(usn);

    /// <summary>Reads a subscription with its account, not to be changed.</summary>
    /// <exception cref="SmileException">There is no such subscription for this caller.</exception>
    public async Task<FoundSubscription> ReadSubscriptionAsync(string usn, CancellationToken cancellation)
    {
        var found = await Database.FindSubscriptionAsync(new Usn(usn.Trim()), cancellation);
        return found is not null && Caller.MayReach(found.Account.Usn) ? found : throw NoSuchSubscription(usn);
    }

    /// <summary>Begins the transaction and locks an account that the caller may reach.</summary>
    /// <exception cref="SmileException">There is no such account for this caller.</exception>
    public async Task<Account> BeginOnAccountAsync(string usn, CancellationToken cancellation)
    {
        await Database.BeginAsync(cancellation);
        return await LockAccountAsync(new Usn(usn), cancellation) ?? throw NoSuchAccount(usn);
    }

    /// <summary>Locks an account that the caller may reach; null where there is none.</summary>
    public async Task<Account?> LockAccountAsync(Usn usn, CancellationToken cancellation)
    {
        var account = (await Database.LockAccountsAsync([usn], cancellation)).FirstOrDefault();
        return account is not null && Caller.MayReach(account.Usn) ? account : null;
    }

    /// <summary>
    /// Begins the transaction, locks the account of a subscription that the caller may reach, and reads the subscription.
    /// </summary>
    /// <returns>Null where there is no such subscription for this caller.</returns>
    public async Task<(Account Account, Subscription Subscription)?> BeginOnSubscriptionAsync(string usn, CancellationToken cancellation)
    {
        await Database.BeginAsync(cancellation);
        var key = new Usn(usn);
        while (true)
        {
            var accountUsn = await AccountOfSubscriptionAsync(key, cancellation);
            if (accountUsn is not { } owner || await LockAccountAsync(owner, cancellation) is not { } account)
            {
                return null;
            }

            if (
                await Database.Subscriptions.FirstOrDefaultAsync(
                    candidate => candidate.Usn == key && candidate.AccountUsn == owner,
                    cancellation
                ) is
                { } subscription
            )
            {
                await DemandMayChangeAsync([subscription], cancellation);
                return (account, subscription);
            }

            // It was migrated to another account between the look and the lock: look again. Nothing of it was tracked, so nothing stale
            // comes back.
        }
    }

    /// <summary>Refuses to change a login that may do more than the caller: whoever sets its password, name or address can be it.</summary>
    /// <exception cref="SmileException">One of the subscriptions is such a login.</exception>
    public async Task DemandMayChangeAsync(IEnumerable<Subscription> subscriptions, CancellationToken cancellation)
    {
        if ((await StrongerLoginsAsync(subscriptions, cancellation)).Count > 0)
        {
            throw Refuse.Forbidden(
                "This is a login to the API that has permissions which you do not have. Only who may do as much may change it."
            );
        }
    }

    /// <summary>Those of some subscriptions that are logins which may do more than the caller.</summary>
    public async Task<IReadOnlySet<Usn>> StrongerLoginsAsync(IEnumerable<Subscription> subscriptions, CancellationToken cancellation)
    {
        var logins = subscriptions
            .Where(subscription => Catalogue.Service(subscription.ServiceId) is null or { IsCatAccess: true })
            .Select(subscription => subscription.Usn)
            .ToArray();
        if (Caller.IsServer || logins.Length == 0)
        {
            return new HashSet<Usn>();
        }

        var permissions = await Database
            .ApiPermissions.AsNoTracking()
            .Where(permission => logins.Contains(permission.SubscriptionUsn))
            .ToListAsync(cancellation);
        return permissions.Where(permission => !Caller.MayDoAllOf(permission)).Select(permission => permission.SubscriptionUsn).ToHashSet();
    }

    /// <summary>Whether something was asked for by a login of the caller's own account, and not by the company.</summary>
    public async Task<bool> IsOfCallersAccountAsync(Usn who, CancellationToken cancellation) =>
        who == Caller.Usn
        || await Database.Subscriptions.AnyAsync(login => login.Usn == who && login.AccountUsn == Caller.AccountUsn, cancellation);

    /// <summary>The number of a transaction or a payment: a payment's is its receipt's.</summary>
    public async Task<string> NextTransactionNumberAsync(CancellationToken cancellation) =>
        _numbers.TryDequeue(out var kept) ? kept : (await NextTransactionNumbersAsync(1, cancellation))[0];

    /// <summary>Several of them at once.</summary>
    public async Task<IReadOnlyList<string>> NextTransactionNumbersAsync(int count, CancellationToken cancellation) =>
        [.. (await Database.NextNumbersAsync(NumberSequence.Transaction, count, cancellation)).Select(Luhn.Append)];

    /// <summary>Takes so many numbers at once for transactions that are about to be entered.</summary>
    public async Task KeepTransactionNumbersAsync(int count, CancellationToken cancellation)
    {
        foreach (var number in count > 0 ? await NextTransactionNumbersAsync(count, cancellation) : [])
        {
            _numbers.Enqueue(number);
        }
    }

    /// <summary>The account that a subscription belongs to; null where the USN is no subscription's.</summary>
    public Task<Usn?> AccountOfSubscriptionAsync(Usn usn, CancellationToken cancellation) =>
        Database
            .Subscriptions.AsNoTracking()
            .Where(candidate => candidate.Usn == usn)
            .Select(candidate => (Usn?)candidate.AccountUsn)
            .FirstOrDefaultAsync(cancellation);

    /// <summary>The company of the account that the caller belongs to.</summary>
    /// <exception cref="SmileException">The caller's account is not there.</exception>
    public async Task<int> CallersCompanyAsync(CancellationToken cancellation)
    {
        var company = await Database
            .Accounts.Where(account => account.Usn == Caller.AccountUsn)
            .Select(account => (int?)account.CompanyId)
            .FirstOrDefaultAsync(cancellation);
        return company ?? throw Refuse.NotFound("caller", Caller.Usn, "You are not a subscriber of this stage.");
    }

    public static SmileException NoSuchAccount(string usn) =>
        Refuse.NotFound("usn", usn, "There is no such account, or you may not access it.", "NoSuchAccountException");

    public static SmileException NoSuchSubscription(string usn) =>
        Refuse.NotFound("usn", usn, "There is no such subscription, or you may not access it.", "NoSuchSubscriptionException");

    private async Task NumberInvoicesAsync(CancellationToken cancellation)
    {
        // In the order of companies, so that two operations cannot wait for each other.
        foreach (var invoices in _toNumber.GroupBy(invoice => invoice.CompanyId).OrderBy(group => group.Key))
        {
            var numbering = Catalogue.Company(invoices.Key).InvoiceNumbers!;
            var number = await Database.TakeInvoiceNumbersAsync(invoices.Key, numbering.First, invoices.Count(), cancellation);
            foreach (var invoice in invoices)
            {
                invoice.InvoiceNumber = numbering.Format(number++);
            }
        }

        _toNumber.Clear();
    }

    private static DateTimeOffset Truncate(DateTimeOffset instant) =>
        new(instant.UtcTicks - instant.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
}
