using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Domain.Access;
using Smile.Domain.Accounts;
using Smile.Domain.Billing;
using Smile.Domain.Cat;
using Smile.Domain.Contracts;
using Smile.Domain.CreditControlRun;
using Smile.Domain.Dispatch;
using Smile.Domain.Documents;
using Smile.Domain.DueWork;
using Smile.Domain.GeneralLedger;
using Smile.Domain.InvoiceGroupings;
using Smile.Domain.Messaging;
using Smile.Domain.Ordering;
using Smile.Domain.Payments;
using Smile.Domain.Plans;
using Smile.Domain.Provisioning;
using Smile.Domain.PurchaseOrders;
using Smile.Domain.Receivables;
using Smile.Domain.Subscriptions;
using Smile.Kernel;

namespace Smile.Domain.Foundation;

/// <summary>The sequences that numbers come from. Numbers are never used twice.</summary>
public enum NumberSequence
{
    Usn,
    Order,
    ProvisionRequest,

    /// <summary>Transactions and payments.</summary>
    Transaction,
}

/// <summary>The database of one stage, as one unit of work.</summary>
public interface IStageDatabase : IAsyncDisposable
{
    /// <summary>A table. Each capability names its own: <c>database.Payments</c> is an extension of Payments.</summary>
    DbSet<TEntity> Set<TEntity>()
        where TEntity : class;

    /// <summary>Begins the operation's one transaction.</summary>
    Task BeginAsync(CancellationToken cancellation);

    /// <summary>Gives up the transaction with its locks and all that was read, so that the operation can begin anew.</summary>
    Task AbandonAsync(CancellationToken cancellation);

    /// <summary>
    /// Waits until no other transaction is about to take one of some usernames, and keeps others from it until this one ends.
    /// </summary>
    /// <param name="keys">Each with its service, in one case.</param>
    Task LockUsernamesAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation);

    /// <summary>
    /// Locks the rows of these accounts, in the order of their USNs so that two operations cannot wait for each other. The one place
    /// where accounts are locked; comes before anything is read that the operation then changes.
    /// </summary>
    /// <returns>The accounts that exist, as they now stand.</returns>
    Task<IReadOnlyList<Account>> LockAccountsAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation);

    /// <summary>
    /// Locks accounts whose earliest unbilled period ends on a day, by their USNs; those that somebody else has locked, that are held or
    /// that failed in this run are left out.
    /// </summary>
    /// <param name="ended">The last day that has ended, by the number of the time zone.</param>
    Task<IReadOnlyList<Account>> LockAccountsToBillAsync(
        int billingRun,
        DateOnly periodEnd,
        IReadOnlyDictionary<int, DateOnly> ended,
        int limit,
        CancellationToken cancellation
    );

    /// <summary>Reads accounts, not to be changed, in the order of their USNs.</summary>
    Task<IReadOnlyList<Account>> ReadAccountsAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation);

    /// <summary>
    /// Locks accounts that were approved and whose first bill has no day yet; those that somebody else has locked are left out.
    /// </summary>
    Task<IReadOnlyList<Account>> LockUnplannedAccountsAsync(int limit, CancellationToken cancellation);

    /// <summary>
    /// The lines that billing raised for periods that end on a day or later, the day being each subscription's or account's own. Not to be
    /// changed.
    /// </summary>
    Task<IReadOnlyList<TransactionItem>> RaisedChargeLinesAsync(
        IReadOnlyCollection<(Usn Usn, DateOnly From)> wanted,
        CancellationToken cancellation
    );

    /// <summary>How many accounts have items that <see cref="TakeDispatchAsync"/> could take now, up to a limit.</summary>
    Task<int> CountDispatchAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>
    /// Takes the next item of the dispatch queue whose time has come, for the length of the transaction; items that others have taken are
    /// passed over, and so are those of accounts in dispute. An account's items are taken one after the other: a reminder arrives before
    /// the notice of suspension.
    /// </summary>
    Task<DispatchItem?> TakeDispatchAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Takes numbers from a sequence, without the check digit.</summary>
    Task<long[]> NextNumbersAsync(NumberSequence sequence, int count, CancellationToken cancellation);

    /// <summary>
    /// Takes numbers of a company's invoices within the transaction: rolled back with it, so that none is missing. Others who close
    /// invoices of the company wait for its end.
    /// </summary>
    /// <param name="first">The company's very first number.</param>
    /// <returns>The first of them; the others follow it.</returns>
    Task<long> TakeInvoiceNumbersAsync(int companyId, long first, int count, CancellationToken cancellation);

    /// <summary>Keeps USNs for orders to come. Their service is the one whose prefix and suffix they have.</summary>
    Task ReserveUsnsAsync(IReadOnlyCollection<Usn> usns, int serviceId, Usn by, CancellationToken cancellation);

    /// <summary>
    /// How many USNs a login has reserved within a day that no order has used. Until the transaction's end it reserves nothing else.
    /// </summary>
    Task<int> ReservedInADayAsync(Usn by, CancellationToken cancellation);

    /// <summary>Uses up a reserved USN within the transaction; null where it is not reserved for the service.</summary>
    Task<Usn?> TakeReservedUsnAsync(Usn usn, int serviceId, CancellationToken cancellation);

    /// <summary>Puts the due work about a subscription, its features and provision requests under another account's lock.</summary>
    Task MoveDueWorkAsync(Usn subscriptionUsn, Usn accountUsn, CancellationToken cancellation);

    /// <summary>Takes a subscription that leaves its account out of the account's purchase orders and invoice groupings.</summary>
    /// <param name="changedBy">Who does it, for the audit trail.</param>
    Task LeavePurchaseOrdersAndGroupingsAsync(Usn subscriptionUsn, Usn changedBy, CancellationToken cancellation);

    /// <summary>An order group; locked where it is to be changed, since its account may not exist yet.</summary>
    Task<OrderGroup?> FindOrderGroupAsync(string number, bool forChange, CancellationToken cancellation);

    /// <summary>Saves everything and its messages, and commits. Either all of it becomes visible or nothing.</summary>
    Task CommitAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);

    /// <summary>Saves what has changed so far within the transaction, to learn of conflicts and generated ids.</summary>
    /// <exception cref="DuplicateValueException">A value that must be unique is taken.</exception>
    Task SaveAsync(CancellationToken cancellation);

    /// <summary>
    /// A subscription with its account and cost centre, read at once and not to be changed. The most frequent query of all.
    /// </summary>
    Task<FoundSubscription?> FindSubscriptionAsync(Usn usn, CancellationToken cancellation);

    /// <summary>Keeps that stored payment details were decrypted, also where the unit of work comes to nothing.</summary>
    /// <param name="purpose">What for, as an auditor reads it.</param>
    Task RecordSecretAccessAsync(Usn accessedBy, StoredPaymentDetails details, string purpose, CancellationToken cancellation);

    /// <summary>Adds up what is unallocated on an account in one query, however many transactions there are.</summary>
    /// <param name="today">In the account's time zone.</param>
    /// <param name="ageDays">The first day of each age group, from 0 upwards.</param>
    /// <param name="byDueDate">Whether age is counted from the due date, else from the transaction's.</param>
    /// <param name="overdueDays">The overdue days of each treatment level, upwards.</param>
    /// <param name="minimumInvoice">A debit of which less is unallocated is excluded from credit control.</param>
    /// <param name="graceDays">So many days behind its day an instalment of a payment plan is not missed yet.</param>
    Task<AccountStanding> StandingAsync(
        Usn account,
        DateOnly today,
        int[] ageDays,
        bool byDueDate,
        int[] overdueDays,
        CancellationToken cancellation,
        decimal minimumInvoice = 0m,
        int graceDays = 0
    );

    /// <summary>
    /// The invoices of an account that are overdue and that credit control does not leave alone, those that were due first before the
    /// others.
    /// </summary>
    /// <param name="today">In the account's time zone.</param>
    /// <param name="graceDays">Days behind its due date from which an invoice is overdue.</param>
    /// <param name="planGraceDays">Days behind its due date from which an instalment of a payment plan is missed.</param>
    /// <param name="minimumInvoice">Invoices of which less is owed are left alone.</param>
    Task<IReadOnlyList<OverdueInvoice>> OverdueInvoicesAsync(
        Usn account,
        DateOnly today,
        int graceDays,
        int planGraceDays,
        decimal minimumInvoice,
        CancellationToken cancellation
    );

    /// <summary>
    /// Closed debits or credits of an account that are not allocated whole, oldest first: by transaction date, effective time and number.
    /// As they are stored; those that this unit of work has changed come as it has changed them.
    /// </summary>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    Task<IReadOnlyList<FinancialTransaction>> NextUnallocatedAsync(
        Usn account,
        bool isDebit,
        FinancialTransaction? after,
        int limit,
        CancellationToken cancellation
    );

    /// <summary>Subscriptions or accounts whose named field has the value, unfinished query.</summary>
    IQueryable<Account> AccountsWithField(string name, string value);

    IQueryable<Subscription> SubscriptionsWithField(string name, string value);

    /// <summary>
    /// A page of the open accounts with a field value, by USN, and one more where there are more. Limit and offset are in the statement's
    /// own text: composed on a query they become one parameter where they are equal, and PostgreSQL refuses it.
    /// </summary>
    /// <param name="only">The account that the caller may reach; null for all.</param>
    Task<IReadOnlyList<Account>> OpenAccountsWithFieldAsync(
        string name,
        string value,
        Usn? only,
        SearchPage page,
        CancellationToken cancellation
    );

    /// <summary>The same for subscriptions.</summary>
    Task<IReadOnlyList<Subscription>> OpenSubscriptionsWithFieldAsync(
        string name,
        string value,
        Usn? only,
        SearchPage page,
        CancellationToken cancellation
    );
}

/// <summary>A row that is to be deleted is still referred to: something came to use it since that was asked.</summary>
/// <param name="constraint">Name of the database constraint.</param>
public sealed class ReferencedValueException(string constraint, Exception inner) : Exception($"Referenced value: {constraint}", inner)
{
    public string Constraint { get; } = constraint;
}

/// <summary>A value that must be unique is taken.</summary>
/// <param name="constraint">Name of the database constraint, such as <c>ux_subscription_username</c>.</param>
public sealed class DuplicateValueException(string constraint, Exception inner) : Exception($"Duplicate value: {constraint}", inner)
{
    public string Constraint { get; } = constraint;
}
