using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables.GeneralLedger;
using Smile.Receivables.Ports;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>
/// What the company's own people do with transactions and no operation of the API does: close, reopen, update and delete them, end
/// allocations and move money between accounts (guide, "Transaction lifecycle", line 17664).
/// </summary>
[UseCase]
public sealed class TransactionLifecycle(
    StageSession session,
    Ledger ledger,
    Journal journal,
    Retractions retractions,
    IPendingPayments pendingPayments,
    IEnumerable<IDeletionListener> deletionListeners
)
{
    /// <summary>Adds an open transaction to the balance; a quote becomes an invoice.</summary>
    public async Task CloseAsync(string number, CancellationToken cancellation)
    {
        var (account, transaction) = await BeginAsync(number, cancellation);
        if (transaction.State != TransactionState.Open)
        {
            throw Refuse.Invalid("number", number, "The transaction is not open.");
        }

        await ledger.RequireOpenPeriodAsync(
            account,
            transaction.TransactionDate,
            "number",
            Fault.InvalidRequestException,
            cancellation,
            transaction.Number
        );
        var again = await session.Database.LedgerEntries.AnyAsync(entry => entry.TransactionNumber == transaction.Number, cancellation);
        transaction.UnallocatedAmount = transaction.Amount;
        ledger.DueFromToday(account, transaction);
        await ledger.CloseAsync(account, transaction, cancellation, again: again);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Takes a transaction off the balance, so that it can be changed. What was allocated must be deallocated first.</summary>
    public async Task ReopenAsync(string number, CancellationToken cancellation)
    {
        var (account, transaction) = await BeginAsync(number, cancellation);
        if (
            transaction.Type
            is not (
                TransactionType.Invoice
                or TransactionType.ItemisedCredit
                or TransactionType.ItemisedDebit
                or TransactionType.RecipientCreatedTaxInvoice
                or TransactionType.CreditNote
                or TransactionType.DebitNote
            )
        )
        {
            throw Refuse.Invalid("number", number, $"{transaction.Type.WithCapitalArticle()} cannot be reopened.");
        }

        await RequireLooseAsync(account, transaction, cancellation);
        await LeaveBalanceAsync(account, transaction, TransactionState.Open, LedgerEvents.Reopened, cancellation);
        await AnnounceAsync(TransactionEventTypeType.TransactionReopened, account, transaction, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Changes a transaction's due date or comment, which moves no money.</summary>
    /// <param name="dueDate">Null leaves it.</param>
    /// <param name="comment">Null leaves it.</param>
    public async Task UpdateAsync(string number, DateOnly? dueDate, string? comment, CancellationToken cancellation)
    {
        var (account, transaction) = await BeginAsync(number, cancellation);
        await ledger.RequireOpenPeriodAsync(
            account,
            transaction.TransactionDate,
            "number",
            Fault.InvalidRequestException,
            cancellation,
            transaction.Number
        );
        if (dueDate is { } due && (!transaction.Type.IsItemised() || due < transaction.TransactionDate))
        {
            throw Refuse.Invalid("dueDate", dueDate, "Itemised transactions have a due date, which is their own date or later.");
        }

        if (comment?.Length > FinancialTransaction.MaxDescriptionLength)
        {
            throw Refuse.Invalid("comment", "", $"A comment has at most {FinancialTransaction.MaxDescriptionLength} characters.");
        }

        transaction.DueDate = dueDate ?? transaction.DueDate;
        transaction.Description = comment ?? transaction.Description;
        if (transaction.IsClosed)
        {
            var documents = await ledger.DocumentsAsync(account, transaction.Items, cancellation);
            session.Announce(
                TransactionMessages.TransactionDetail(TransactionEventTypeType.TransactionUpdated, account, transaction, documents)
            );
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>Removes a transaction from balance and history. What others depend on is refused: reverse it instead.</summary>
    public async Task DeleteAsync(string number, CancellationToken cancellation)
    {
        var (account, transaction) = await BeginAsync(number, cancellation);
        if (transaction.Source == TransactionSources.Payment || transaction.Type is TransactionType.Bond)
        {
            throw Refuse.Invalid("number", number, $"Other records depend on this {transaction.Type}. Reverse it instead.");
        }

        if (transaction.InvoiceNumber is { } counted)
        {
            throw Refuse.Invalid("number", number, $"Its company counts invoices without gaps, and this is {counted}. Reverse it instead.");
        }

        if (transaction.State == TransactionState.Open)
        {
            await ledger.RequireOpenPeriodAsync(
                account,
                transaction.TransactionDate,
                "number",
                Fault.InvalidRequestException,
                cancellation,
                transaction.Number
            );
            await DeleteOpenAsync(account, transaction, cancellation);
        }
        else
        {
            await RequireLooseAsync(account, transaction, cancellation);
            await LeaveBalanceAsync(account, transaction, TransactionState.Deleted, LedgerEvents.Deleted, cancellation);
            await TakeOffBillAsync(account, transaction, cancellation);
            await AnnounceAsync(TransactionEventTypeType.TransactionDeleted, account, transaction, cancellation);
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Removes a transaction that is not on the balance, within the caller's operation. TransactionDeleted says that a value leaves the
    /// balance (guide, line 23944): here none does, and nothing is announced.
    /// </summary>
    public async Task DeleteOpenAsync(Account account, FinancialTransaction transaction, CancellationToken cancellation)
    {
        transaction.State = TransactionState.Deleted;
        await TakeOffBillAsync(account, transaction, cancellation);
    }

    /// <summary>
    /// What billing raised with a transaction that is deleted is due again, and deferred charges that were invoiced with it wait again.
    /// </summary>
    private async Task TakeOffBillAsync(Account account, FinancialTransaction transaction, CancellationToken cancellation)
    {
        var raised = await session
            .Database.TransactionItems.Where(item =>
                item.TransactionNumber == transaction.Number && (item.ChargeSource != null || item.WasDeferred)
            )
            .OrderBy(item => item.Id)
            .ToListAsync(cancellation);
        var deferred = raised.Where(line => line.WasDeferred).ToList();
        if (deferred.Count > 0)
        {
            var waiting = deferred.ConvertAll(line => line.WaitAgain());

            // The ids of charges are free before they are taken again.
            await session.Database.SaveAsync(cancellation);
            session.Database.TransactionItems.AddRange(waiting);
            await retractions.AnnounceAsync(account, waiting, cancellation);
        }

        var lines = raised.Where(line => !line.WasDeferred).ToList();
        var usns = lines.Select(line => line.CoveredUsn).Distinct().ToArray();
        var subscriptions = await session
            .Database.LoadSubscriptions.Where(subscription => usns.Contains(subscription.Usn))
            .ToDictionaryAsync(subscription => subscription.Usn, cancellation);
        foreach (var line in lines)
        {
            var day = line.PeriodFrom!.Value;
            if (subscriptions.TryGetValue(line.CoveredUsn, out var subscription))
            {
                subscription.RebillFromDay(day);
            }
            else
            {
                account.RebillFromDay(day);
            }

            line.Uncover();
        }

        foreach (var listener in deletionListeners)
        {
            await listener.OnDeletedAsync(account, transaction, cancellation);
        }
    }

    /// <summary>Ends what two transactions settle of each other.</summary>
    public async Task DeallocateAsync(string number, string otherNumber, CancellationToken cancellation)
    {
        var (account, transaction) = await BeginAsync(number, cancellation);
        var other =
            await session.Database.Transactions.FirstOrDefaultAsync(
                candidate => candidate.Number == otherNumber && candidate.AccountUsn == account.Usn,
                cancellation
            ) ?? throw Allocations.NoSuchTransaction("otherNumber", otherNumber);
        if (transaction.ReversedBy == other.Number || other.ReversedBy == transaction.Number)
        {
            throw Refuse.Invalid("otherNumber", otherNumber, "A reversal stays allocated to what it reverses.");
        }

        if (transaction.ReferencedNumber is not null || other.ReferencedNumber is not null)
        {
            throw Refuse.Invalid("otherNumber", otherNumber, "An allocation across accounts stays: transfer the money back instead.");
        }

        await ledger.DeallocateAsync(account, transaction, cancellation, other);
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Allocates a receipt, or another credit, to a debit of another account: the money leaves the one account as a credit transferred
    /// debit and reaches the other as a credit transferred credit (guide, lines 17606, 17610).
    /// </summary>
    /// <param name="amount">Positive; null for as much as both sides have unallocated.</param>
    /// <returns>The amount that was allocated.</returns>
    public async Task<decimal> AllocateAcrossAsync(string creditNumber, string debitNumber, decimal? amount, CancellationToken cancellation)
    {
        var (from, to) = (await AccountOfAsync(creditNumber, cancellation), await AccountOfAsync(debitNumber, cancellation));
        var (source, target) = await BeginAsync(from, to, cancellation);
        var credit = await FindAsync(creditNumber, source, cancellation);
        var debit = await FindAsync(debitNumber, target, cancellation);
        if (
            credit.IsDebit
            || !debit.IsDebit
            || !credit.IsClosed
            || !debit.IsClosed
            || credit.Type.Reverses() is not null
            || debit.Type.Reverses() is not null
        )
        {
            throw Refuse.Invalid("debitNumber", debitNumber, "A closed credit is allocated to a closed debit, and neither is a reversal.");
        }

        var currency = session.Catalogue.Currency(source.Currency);
        var most = Math.Min(-credit.UnallocatedAmount, debit.UnallocatedAmount);
        var value = amount is { } stated ? AmountRules.Positive(stated, currency, "amount") : most;
        if (value <= 0m || value > most)
        {
            throw Refuse.Invalid("amount", value, $"At most {most} is unallocated on both sides.");
        }

        var leaving = await TransferAsync(source, TransactionType.CreditTransferDebit, value, debit.Number, null, cancellation);
        var arriving = await TransferAsync(target, TransactionType.CreditTransferCredit, -value, credit.Number, null, cancellation);
        await ledger.AllocateAsync(source, credit, leaving, value, cancellation);
        await ledger.AllocateAsync(target, arriving, debit, value, cancellation);
        await session.CommitAsync(cancellation);
        return value;
    }

    /// <summary>
    /// Moves an amount from one account to another: money for a positive one, a debt for a negative one (guide, line 17625).
    /// </summary>
    /// <returns>The numbers of the two transactions.</returns>
    public async Task<(string From, string To)> TransferAsync(
        string fromUsn,
        string toUsn,
        decimal amount,
        string? comment,
        CancellationToken cancellation
    )
    {
        var (source, target) = await BeginAsync(new Usn(fromUsn), new Usn(toUsn), cancellation);
        var value = AmountRules.Exact(amount, session.Catalogue.Currency(source.Currency), "amount");
        if (value == 0m)
        {
            throw Refuse.Invalid("amount", value, "Nothing would be transferred.");
        }

        var arrivingNumber = await session.NextTransactionNumberAsync(cancellation);
        var leaving = await TransferAsync(
            source,
            value > 0m ? TransactionType.TransferredDebit : TransactionType.TransferredCredit,
            value,
            arrivingNumber,
            comment,
            cancellation
        );
        await TransferAsync(
            target,
            value > 0m ? TransactionType.TransferredCredit : TransactionType.TransferredDebit,
            -value,
            leaving.Number,
            comment,
            cancellation,
            arrivingNumber
        );
        await session.CommitAsync(cancellation);
        return (leaving.Number, arrivingNumber);
    }

    private Task<FinancialTransaction> TransferAsync(
        Account account,
        TransactionType type,
        decimal amount,
        string counterpart,
        string? comment,
        CancellationToken cancellation,
        string? number = null
    ) =>
        ledger.RaiseAsync(
            account,
            new NewTransaction(type, new Money(amount, session.CurrencyOf(account)), 0m, session.Now, TransactionSources.Manual)
            {
                Number = number,
                ReferencedNumber = counterpart,
                Description = comment,
            },
            cancellation
        );

    private async Task<(Account Source, Account Target)> BeginAsync(Usn from, Usn to, CancellationToken cancellation)
    {
        if (from == to)
        {
            throw Refuse.Invalid("account", to, "Both are the same account.");
        }

        await session.Database.BeginAsync(cancellation);
        var locked = await session.Database.LockAccountsAsync([from, to], cancellation);
        var source = locked.FirstOrDefault(account => account.Usn == from) ?? throw StageSession.NoSuchAccount(from.Value);
        var target = locked.FirstOrDefault(account => account.Usn == to) ?? throw StageSession.NoSuchAccount(to.Value);
        if (source.Currency != target.Currency || source.CompanyId != target.CompanyId)
        {
            throw Refuse.Invalid("account", to, "Money moves between accounts of one company and one currency.");
        }

        foreach (var account in new[] { source, target })
        {
            await ledger.RequireOpenPeriodAsync(
                account,
                session.DayOf(account),
                "account",
                Fault.InvalidRequestException,
                cancellation,
                account.Usn
            );
        }

        return (source, target);
    }

    private async Task<Usn> AccountOfAsync(string number, CancellationToken cancellation) =>
        await session
            .Database.Transactions.AsNoTracking()
            .Where(transaction => transaction.Number == number && transaction.State != TransactionState.Deleted)
            .Select(transaction => (Usn?)transaction.AccountUsn)
            .FirstOrDefaultAsync(cancellation)
        ?? throw Allocations.NoSuchTransaction("number", number);

    private async Task<FinancialTransaction> FindAsync(string number, Account account, CancellationToken cancellation) =>
        await session
            .Database.Transactions.Include(transaction => transaction.Items)
            .FirstOrDefaultAsync(
                transaction =>
                    transaction.Number == number && transaction.AccountUsn == account.Usn && transaction.State != TransactionState.Deleted,
                cancellation
            )
        ?? throw Allocations.NoSuchTransaction("number", number);

    private async Task<(Account Account, FinancialTransaction Transaction)> BeginAsync(string number, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync((await AccountOfAsync(number, cancellation)).Value, cancellation);
        return (account, await FindAsync(number, account, cancellation));
    }

    /// <summary>Refuses transactions that others hang on, and those of a closed period.</summary>
    private async Task RequireLooseAsync(Account account, FinancialTransaction transaction, CancellationToken cancellation)
    {
        if (!transaction.IsClosed)
        {
            throw Refuse.Invalid("number", transaction.Number, "The transaction is not closed.");
        }

        if (transaction.UnallocatedAmount != transaction.Amount)
        {
            throw Refuse.Invalid("number", transaction.Number, "The transaction is allocated. Deallocate it first.");
        }

        if (transaction.IsReversed || transaction.ReferencedNumber is not null)
        {
            throw Refuse.Invalid(
                "number",
                transaction.Number,
                $"The transaction belongs to {transaction.ReversedBy ?? transaction.ReferencedNumber}."
            );
        }

        if (await pendingPayments.PlanOfAsync(transaction.Number, cancellation) is { } plan)
        {
            throw Refuse.Invalid("number", transaction.Number, $"Payment plan {plan} pays the transaction. Cancel the plan first.");
        }

        await ledger.RequireOpenPeriodAsync(
            account,
            transaction.TransactionDate,
            "number",
            Fault.InvalidRequestException,
            cancellation,
            transaction.Number
        );
        await retractions.RequireKeptAsync(transaction, "number", cancellation);
    }

    private async Task LeaveBalanceAsync(
        Account account,
        FinancialTransaction transaction,
        TransactionState state,
        string occasion,
        CancellationToken cancellation
    )
    {
        await journal.TakeBackAsync(account, transaction, occasion, cancellation);
        await retractions.UncountAsync(account, transaction.Number, cancellation);
        account.Balance -= transaction.Amount;
        transaction.State = state;
        transaction.Logged = null;
        transaction.CloseDate = null;
    }

    private async Task AnnounceAsync(
        TransactionEventTypeType eventType,
        Account account,
        FinancialTransaction transaction,
        CancellationToken cancellation
    ) =>
        session.Announce(
            TransactionMessages.Transaction(eventType, account, transaction, await ledger.DocumentsAsync(account, [], cancellation))
        );
}
