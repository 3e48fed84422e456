using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables.GeneralLedger;
using Smile.Receivables.Ports;
using Smile.Receivables.Storage;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>A transaction to enter on an account.</summary>
/// <param name="Amount">With GST: debits positive, credits negative.</param>
/// <param name="GstAmount">The GST in it, with the same sign.</param>
/// <param name="Effective">When it takes effect.</param>
/// <param name="Source">What brings it about.</param>
public sealed record NewTransaction(TransactionType Type, Money Amount, decimal GstAmount, DateTimeOffset Effective, string Source)
{
    /// <summary>A number that was taken before; null for the next one.</summary>
    public string? Number { get; init; }

    /// <summary>Null for the kind's own.</summary>
    public string? SalesReportCategory { get; init; }

    public string? GlCode { get; init; }

    public string? Description { get; init; }

    public string? ReferencedNumber { get; init; }

    public DateOnly? DueDate { get; init; }

    public bool SuppressAutoPayment { get; init; }

    public IReadOnlyList<TransactionItem> Items { get; init; } = [];
}

/// <summary>What brings transactions about, as <c>transactionSource</c> shows it (guide, lines 3625, 6322, 6562).</summary>
public static class TransactionSources
{
    public const string Manual = "Manual";
    public const string Bulk = "Bulk";
    public const string Bond = "Bond";
    public const string Payment = "Payment";

    /// <summary>A late fee.</summary>
    public const string CreditControl = "CreditControl";
}

/// <summary>
/// The one place where an account's money moves: enters transactions, closes and reverses them, and allocates them to each other, keeping
/// the balance, the journal and the messages in step. Every account that is named must be locked.
/// </summary>
[UseCase]
public sealed class Ledger(StageSession session, Journal journal, Retractions retractions, IEnumerable<ILedgerListener> listeners)
{
    // An account may have thousands of open debits, and a payment settles a few: pages grow as they turn out to be needed.
    private const int FirstPage = 20;
    private const int LargestPage = 1_000;

    private readonly Dictionary<Usn, Account> _invoicees = [];

    /// <summary>Enters a transaction and closes it.</summary>
    public async Task<FinancialTransaction> RaiseAsync(Account account, NewTransaction what, CancellationToken cancellation)
    {
        var transaction = await OpenAsync(account, what, cancellation);
        await CloseAsync(account, transaction, cancellation);
        return transaction;
    }

    /// <summary>Enters a transaction without adding it to the balance.</summary>
    public async Task<FinancialTransaction> OpenAsync(Account account, NewTransaction what, CancellationToken cancellation)
    {
        var zone = session.ZoneOf(account);
        var transaction = new FinancialTransaction
        {
            Number = what.Number ?? await session.NextTransactionNumberAsync(cancellation),
            AccountUsn = account.Usn,
            Type = what.Type,
            State = TransactionState.Open,
            CompanyId = account.CompanyId,
            AccountTypeId = account.AccountTypeId,
            Currency = account.Currency,
            Amount = what.Amount.Amount,
            GstAmount = what.GstAmount,
            UnallocatedAmount = what.Amount.Amount,
            Effective = what.Effective,
            SalesReportCategory = what.SalesReportCategory ?? what.Type.SalesReportCategory(),
            GlCode = what.GlCode,
            ReferencedNumber = what.ReferencedNumber,
            Description = what.Description,
            EnteredBy = session.Caller.Usn,
            TransactionDate = zone.DateOf(what.Effective),
            DueDate = what.DueDate,
            OpenDate = zone.DateOf(session.Now),
            Source = what.Source,
            SuppressAutoPayment = what.SuppressAutoPayment,
        };
        transaction.Items.AddRange(what.Items);
        session.Database.Transactions.Add(transaction);
        return transaction;
    }

    /// <summary>A quote of lines under a number of its own, which is not stored.</summary>
    /// <param name="number">One that was taken before; null for the next one.</param>
    public async Task<ItemisedTransactionDetailType> QuoteAsync(
        Account account,
        IReadOnlyList<TransactionItem> lines,
        CancellationToken cancellation,
        string? number = null
    )
    {
        var quote = Unstored(account, number ?? await session.NextTransactionNumberAsync(cancellation), lines, TransactionSources.Manual);
        return (await DocumentsAsync(account, [], cancellation)).Itemised(quote, TransactionView.Result);
    }

    /// <summary>A quote of lines, as it would be today, that is not stored.</summary>
    /// <param name="lines">Complete, with rounding and GST.</param>
    public FinancialTransaction Unstored(Account account, string number, IReadOnlyList<TransactionItem> lines, string source)
    {
        var day = session.DayOf(account);
        var amount = lines.Sum(line => line.Amount);
        var quote = new FinancialTransaction
        {
            Number = number,
            AccountUsn = account.Usn,
            Type = TransactionType.Quote,
            CompanyId = account.CompanyId,
            AccountTypeId = account.AccountTypeId,
            Currency = account.Currency,
            Amount = amount,
            GstAmount = lines.Where(line => line.IsGst).Sum(line => line.Amount),
            UnallocatedAmount = amount,
            Effective = session.Now,
            SalesReportCategory = TransactionType.Quote.SalesReportCategory(),
            EnteredBy = session.Caller.Usn,
            TransactionDate = day,
            OpenDate = day,
            Source = source,
        };
        quote.Items.AddRange(lines);
        return quote;
    }

    /// <summary>When an invoice of a day falls due by the account's terms.</summary>
    internal DateOnly DueDate(Account account, DateOnly day) => day.AddDays(session.Catalogue.AccountTerms(account.AccountTermsId).DueDays);

    /// <summary>
    /// Gives a quote that is closed later than it was made the time to pay that an invoice of today has; a due date that was asked for is
    /// kept, but is today at the earliest. Nobody is late with what is an invoice since today.
    /// </summary>
    public void DueFromToday(Account account, FinancialTransaction quote)
    {
        if (quote is not { Type: TransactionType.Quote, DueDate: { } due })
        {
            return;
        }

        var today = session.DayOf(account);
        var earliest = due == DueDate(account, quote.TransactionDate) ? DueDate(account, today) : today;
        quote.DueDate = due < earliest ? earliest : due;
    }

    /// <summary>Adds an open transaction to the balance. A quote becomes an invoice by it (guide, line 17565).</summary>
    /// <param name="original">The transaction that this one reverses, where it does.</param>
    /// <param name="again">Whether it was closed before and reopened: then it is announced as updated (guide, line 24180).</param>
    /// <param name="paysAutomatically">Whether an invoice schedules its automatic payment at once; else the caller does so later.</param>
    public async Task CloseAsync(
        Account account,
        FinancialTransaction transaction,
        CancellationToken cancellation,
        FinancialTransaction? original = null,
        bool again = false,
        bool paysAutomatically = true
    )
    {
        await retractions.CountAsync(account, transaction, cancellation);
        transaction.Type = transaction.Type == TransactionType.Quote ? TransactionType.Invoice : transaction.Type;
        transaction.State = TransactionState.Closed;
        transaction.Logged = session.Now;
        transaction.CloseDate = session.DayOf(account);
        account.Balance += transaction.Amount;
        if (original is null)
        {
            journal.PostClosed(account, transaction);
        }
        else
        {
            await journal.PostReversalAsync(account, transaction, original, cancellation);
        }

        await IssueAsync(account, transaction, original, cancellation);
        var documents = await DocumentsAsync(account, transaction.Items, cancellation);
        session.Announce(
            TransactionMessages.TransactionDetail(
                again ? TransactionEventTypeType.TransactionUpdated : TransactionEventTypeType.TransactionClosed,
                account,
                transaction,
                documents
            )
        );
        if (transaction.Type is TransactionType.Invoice or TransactionType.InvoiceReversal)
        {
            NumberInvoices.Add(session, transaction);
        }

        foreach (var listener in listeners)
        {
            await listener.OnClosedAsync(account, transaction, paysAutomatically, cancellation);
        }
    }

    /// <summary>Allocates part of a credit to a debit.</summary>
    /// <param name="amount">Positive, and no more than either has unallocated.</param>
    public async Task AllocateAsync(
        Account account,
        FinancialTransaction from,
        FinancialTransaction to,
        decimal amount,
        CancellationToken cancellation
    )
    {
        var (debit, credit) = from.IsDebit ? (from, to) : (to, from);
        if (
            amount <= 0m
            || !debit.IsDebit
            || credit.IsDebit
            || amount > debit.UnallocatedAmount
            || amount > -credit.UnallocatedAmount
            || !debit.IsClosed
            || !credit.IsClosed
        )
        {
            throw new InvalidOperationException($"{amount} of {from.Number} cannot be allocated to {to.Number}.");
        }

        // The message shows both sides as they were before (guide, line 23798).
        await AnnounceAllocationAsync(account, debit, credit, amount, "Allocation", cancellation);
        debit.UnallocatedAmount -= amount;
        credit.UnallocatedAmount += amount;
        session.Database.Allocations.Add(
            new Allocation
            {
                AccountUsn = account.Usn,
                DebitNumber = debit.Number,
                CreditNumber = credit.Number,
                Amount = amount,
                Allocated = session.Now,
            }
        );
        journal.PostAllocation(account, debit, credit, amount);
    }

    /// <summary>Allocates a transaction, or all of the account, oldest debits and credits first (guide, lines 4413, 13531).</summary>
    /// <param name="from">Null for everything that is unallocated.</param>
    public async Task AllocateAutomaticallyAsync(Account account, FinancialTransaction? from, CancellationToken cancellation)
    {
        // A customer owes much more often than is owed: what the credits cannot reach is not read.
        var credits = from is { IsDebit: false }
            ? [from]
            : await UnallocatedAsync(account, isDebit: false, from?.UnallocatedAmount, cancellation);
        var debits = from is { IsDebit: true }
            ? [from]
            : await UnallocatedAsync(account, isDebit: true, -credits.Sum(credit => credit.UnallocatedAmount), cancellation);
        foreach (var (debit, credit, amount) in AllocationOrder.Pair(debits, credits))
        {
            await AllocateAsync(account, debit, credit, amount, cancellation);
        }
    }

    /// <summary>Ends every allocation of a transaction, so that all of it is unallocated again.</summary>
    /// <param name="other">Only those with this transaction; null for all.</param>
    public async Task DeallocateAsync(
        Account account,
        FinancialTransaction transaction,
        CancellationToken cancellation,
        FinancialTransaction? other = null
    )
    {
        await session
            .Database.Allocations.Where(allocation =>
                (allocation.DebitNumber == transaction.Number || allocation.CreditNumber == transaction.Number)
                && allocation.Deallocated == null
            )
            .LoadAsync(cancellation);

        // As they stand in this operation, which may have ended some of them already, or made others.
        var allocations = session
            .Database.Allocations.Local.Where(allocation =>
                (allocation.DebitNumber == transaction.Number || allocation.CreditNumber == transaction.Number)
                && allocation.Deallocated is null
            )
            .OrderBy(allocation => allocation.Id)
            .ToList();
        var numbers = allocations.Select(allocation => Other(allocation, transaction)).Distinct().ToArray();
        var others = await session
            .Database.Transactions.Where(candidate => numbers.Contains(candidate.Number))
            .ToDictionaryAsync(candidate => candidate.Number, cancellation);
        foreach (var allocation in allocations)
        {
            var counterpart = others[Other(allocation, transaction)];
            if (other is not null && counterpart.Number != other.Number)
            {
                continue;
            }

            var (debit, credit) = transaction.IsDebit ? (transaction, counterpart) : (counterpart, transaction);
            await AnnounceAllocationAsync(account, debit, credit, allocation.Amount, "Deallocation", cancellation);
            debit.UnallocatedAmount += allocation.Amount;
            credit.UnallocatedAmount -= allocation.Amount;
            allocation.Deallocated = session.Now;
            journal.PostAllocation(account, debit, credit, -allocation.Amount);
        }
    }

    /// <summary>Raises the transaction that takes another one back whole, and allocates it to that one.</summary>
    public async Task<FinancialTransaction> TakeBackAsync(
        Account account,
        FinancialTransaction original,
        NewTransaction reversal,
        CancellationToken cancellation
    )
    {
        await DeallocateAsync(account, original, cancellation);
        var transaction = await OpenAsync(account, reversal, cancellation);
        await CloseAsync(account, transaction, cancellation, original);
        original.ReversedBy = transaction.Number;
        await retractions.UncountAsync(account, original.Number, cancellation);
        if (original.Amount != 0m)
        {
            await AllocateAsync(account, transaction, original, Math.Abs(original.Amount), cancellation);
        }

        return transaction;
    }

    /// <summary>The same, told to the bus as a reversal of a day.</summary>
    public async Task<FinancialTransaction> ReverseAsync(
        Account account,
        FinancialTransaction original,
        NewTransaction reversal,
        DateOnly day,
        CancellationToken cancellation
    )
    {
        var transaction = await TakeBackAsync(account, original, reversal, cancellation);
        var documents = await DocumentsAsync(account, [], cancellation);
        session.Announce(
            TransactionMessages.Transaction(
                TransactionEventTypeType.TransactionReversed,
                account,
                original,
                documents,
                session.ZoneOf(account).ToXml(day)
            )
        );
        return transaction;
    }

    /// <summary>Refuses a day on which the company's books are closed (guide, line 4692).</summary>
    /// <param name="what">The field that names the day, or what has it.</param>
    /// <param name="of">What the field is, where it is not the day itself: a transaction's number.</param>
    public async Task RequireOpenPeriodAsync(
        Account account,
        DateOnly day,
        string what,
        Fault fault,
        CancellationToken cancellation,
        object? of = null
    )
    {
        var closedThrough = await session
            .Database.DebtorCloseDates.Where(closed => closed.CompanyId == account.CompanyId)
            .Select(closed => (DateOnly?)closed.ClosedThrough)
            .FirstOrDefaultAsync(cancellation);
        if (day <= closedThrough)
        {
            throw Refuse.With(
                fault,
                what,
                of ?? day,
                $"The date{(of is null ? "" : $", {day:yyyy-MM-dd},")} must be later than the debtor close date, "
                    + $"{closedThrough:yyyy-MM-dd}."
            );
        }
    }

    /// <summary>Documents for transactions with these lines.</summary>
    public Task<TransactionDocuments> DocumentsAsync(
        Account account,
        IReadOnlyCollection<TransactionItem> items,
        CancellationToken cancellation
    ) => TransactionDocuments.OfAsync(session, account, items, cancellation);

    /// <summary>
    /// Keeps whom the document is for and which catalogue it is made by: whoever reads it again years later, when the customer has moved
    /// and the company has another name, gets what was sent.
    /// </summary>
    /// <param name="original">What it reverses: that goes to whoever got what it takes back, and to nobody else.</param>
    private async Task IssueAsync(
        Account account,
        FinancialTransaction transaction,
        FinancialTransaction? original,
        CancellationToken cancellation
    )
    {
        var catalogue = session.IssuingCatalogue;
        if (original is { IssuedTo: { } to, IssuedAccount: { } issued, IssuedLanguage: { } code } && catalogue.Language(code) is not null)
        {
            (transaction.IssuedCatalogue, transaction.IssuedLanguage, transaction.IssuedTo, transaction.IssuedAccount) = (
                catalogue.Version,
                code,
                to,
                issued
            );
            return;
        }

        var addressee = await AddresseeAsync(account, cancellation);
        var language = catalogue.Language(transaction.CompanyId, addressee.Properties);
        transaction.IssuedCatalogue = catalogue.Version;
        transaction.IssuedLanguage = language.Code;
        transaction.IssuedAccount = addressee.Usn;
        transaction.IssuedTo = AddressLines.Of(addressee, language, catalogue.Company(transaction.CompanyId).HomeCountries);
    }

    /// <summary>Who the account's documents go to. An invoicee of many accounts is read once.</summary>
    private async Task<Account> AddresseeAsync(Account account, CancellationToken cancellation)
    {
        if (account.InvoiceeUsn is not { } invoicee)
        {
            return account;
        }

        if (!_invoicees.TryGetValue(invoicee, out var addressee))
        {
            addressee = await Invoicees.AddresseeAsync(session, account, cancellation);
            _invoicees.Add(invoicee, addressee);
        }

        return addressee;
    }

    private static string Other(Allocation allocation, FinancialTransaction transaction) =>
        allocation.DebitNumber == transaction.Number ? allocation.CreditNumber : allocation.DebitNumber;

    /// <summary>Closed debits or credits that are not allocated whole, as they stand in this operation, oldest first.</summary>
    /// <param name="enough">Those behind this amount are not needed; null for all.</param>
    private async Task<IReadOnlyList<FinancialTransaction>> UnallocatedAsync(
        Account account,
        bool isDebit,
        decimal? enough,
        CancellationToken cancellation
    )
    {
        var (found, size) = (0m, FirstPage);
        IReadOnlyList<FinancialTransaction> page = [];
        while (enough is null || found < enough)
        {
            page = await session.Database.NextUnallocatedAsync(account.Usn, isDebit, page.LastOrDefault(), size, cancellation);
            found += page.Where(transaction => AllocationOrder.Includes(account.Usn, transaction))
                .Sum(transaction => Math.Abs(transaction.UnallocatedAmount));
            if (page.Count < size)
            {
                break;
            }

            size = Math.Min(2 * size, LargestPage);
        }

        return AllocationOrder.OldestFirst(
            session.Database.Transactions.Local.Where(transaction =>
                transaction.IsDebit == isDebit && AllocationOrder.Includes(account.Usn, transaction)
            )
        );
    }

    private async Task AnnounceAllocationAsync(
        Account account,
        FinancialTransaction debit,
        FinancialTransaction credit,
        decimal amount,
        string allocationType,
        CancellationToken cancellation
    )
    {
        var documents = await DocumentsAsync(account, [], cancellation);
        session.Announce(TransactionMessages.TransactionAllocated(account, debit, credit, amount, allocationType, documents));
    }
}
