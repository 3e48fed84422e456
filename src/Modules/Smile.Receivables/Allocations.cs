using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables.Ports;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>allocate(), and the allocations that adjustments and payments ask for (guide, line 4382).</summary>
[UseCase]
public sealed class Allocations(StageSession session, Ledger ledger, IPendingPayments pendingPayments)
{
    public async Task AllocateAsync(string usn, AllocationRequestsType document, CancellationToken cancellation)
    {
        if (document.AllocationRequest.Count == 0)
        {
            throw Refuse.Invalid("AllocationRequest", "", "Name at least one allocation.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        foreach (var request in document.AllocationRequest)
        {
            var automatic = request.AutoAllocate == true;
            if (string.IsNullOrWhiteSpace(request.TransactionNumber))
            {
                if (!automatic)
                {
                    throw Refuse.Invalid("TransactionNumber", "", "Name the transaction to allocate from.");
                }

                await ledger.AllocateAutomaticallyAsync(account, null, cancellation);
                continue;
            }

            var from = (await FindAsync(account, [request.TransactionNumber], cancellation))[request.TransactionNumber.Trim()];
            await ApplyAsync(account, from, request, cancellation);
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Carries out a request on a transaction. It allocates to what it names or, with AutoAllocate, to what the ledger chooses (guide, line
    /// 13536).
    /// </summary>
    /// <exception cref="SmileException">The request breaks a rule of the guide's list (line 4489); nothing may be committed
    /// then.</exception>
    public async Task ApplyAsync(Account account, FinancialTransaction from, AllocationRequestType request, CancellationToken cancellation)
    {
        if (!from.IsClosed)
        {
            throw Refuse.Invalid("TransactionNumber", from.Number, "Only closed transactions are allocated.");
        }

        if (request.AutoAllocate == true && request.AllocateTo.Count > 0)
        {
            throw Refuse.Invalid(
                "AllocateTo",
                request.AllocateTo[0].TransactionNumber,
                "AutoAllocate chooses what to allocate to: leave one of the two out."
            );
        }

        if (request.AutoAllocate == true)
        {
            await ledger.AllocateAutomaticallyAsync(account, from, cancellation);
            return;
        }

        if (request.AllocateTo.Count == 0)
        {
            throw Refuse.Invalid("AllocateTo", "", "Name what to allocate to, or set AutoAllocate.");
        }

        var targets = await FindAsync(account, [.. request.AllocateTo.Select(target => target.TransactionNumber)], cancellation);
        var pending = await pendingPayments.DebitsWithPaymentAsync([from.Number, .. targets.Keys], cancellation);
        if (pending.FirstOrDefault() is { } waiting)
        {
            throw Refuse.Invalid(
                "TransactionNumber",
                waiting,
                "The transaction has a pending payment. Cancel it first, or wait for its outcome."
            );
        }

        foreach (var target in request.AllocateTo)
        {
            var to = targets[target.TransactionNumber.Trim()];
            await ledger.AllocateAsync(account, from, to, Require(account, from, to, target.AllocateAmount), cancellation);
        }
    }

    /// <summary>Transactions of the account, by their numbers, for change.</summary>
    /// <exception cref="SmileException">One does not exist, or is not the account's.</exception>
    internal async Task<IReadOnlyDictionary<string, FinancialTransaction>> FindAsync(
        Account account,
        IReadOnlyCollection<string> numbers,
        CancellationToken cancellation
    )
    {
        var wanted = numbers.Select(number => number.Trim()).Distinct().ToArray();
        var found = await session
            .Database.Transactions.Where(candidate => wanted.Contains(candidate.Number) && candidate.State != TransactionState.Deleted)
            .ToDictionaryAsync(candidate => candidate.Number, cancellation);
        foreach (var number in wanted)
        {
            if (!found.TryGetValue(number, out var transaction) || !session.Caller.MayReach(transaction.AccountUsn))
            {
                throw NoSuchTransaction("TransactionNumber", number);
            }

            if (transaction.AccountUsn != account.Usn)
            {
                throw Refuse.Invalid("TransactionNumber", number, $"The transaction does not belong to account {account.Usn}.");
            }
        }

        return found;
    }

    internal static SmileException NoSuchTransaction(string what, string number) =>
        Refuse.NotFound(what, number, "There is no such transaction, or you may not access it.", Missing.Transaction);

    /// <summary>The rules of the guide's list, in its order.</summary>
    private decimal Require(Account account, FinancialTransaction from, FinancialTransaction to, CurrencyValueType stated)
    {
        if (!to.IsClosed)
        {
            throw Refuse.Invalid("TransactionNumber", to.Number, "Only closed transactions are allocated.");
        }

        RequireMatch(from, to);
        var amount = AmountRules.Positive(stated, session.CurrencyOf(account), "AllocateAmount");
        foreach (var reversal in new[] { from, to }.Where(side => side.Type.Reverses() is not null))
        {
            if (amount != Math.Abs(reversal.Amount))
            {
                throw Refuse.Invalid(
                    "AllocateAmount",
                    amount,
                    $"{reversal.Type.WithCapitalArticle()} is allocated whole: {Math.Abs(reversal.Amount)}."
                );
            }
        }

        RequireUnallocated(to, amount, "to");
        RequireUnallocated(from, amount, "from");
        return amount;
    }

    private static void RequireMatch(FinancialTransaction from, FinancialTransaction to)
    {
        foreach (var (reversal, other) in new[] { (from, to), (to, from) })
        {
            if (reversal.Type.Reverses() is { } kind && (other.Type != kind || reversal.ReferencedNumber != other.Number))
            {
                throw Refuse.Invalid(
                    "TransactionNumber",
                    reversal.Number,
                    $"{reversal.Type.WithCapitalArticle()} can only be allocated to the {kind} that it is for, {reversal.ReferencedNumber}."
                );
            }
        }

        if (Math.Sign(from.Amount) * Math.Sign(to.Amount) != -1)
        {
            throw Refuse.Invalid(
                "TransactionNumber",
                to.Number,
                $"A {(from.IsDebit ? "debit" : "credit")} is allocated to a {(from.IsDebit ? "credit" : "debit")}, and {to.Number} is "
                    + $"{to.Type.WithArticle()}."
            );
        }
    }

    private static void RequireUnallocated(FinancialTransaction side, decimal amount, string which)
    {
        if (amount > Math.Abs(side.UnallocatedAmount))
        {
            throw Refuse.Invalid(
                "AllocateAmount",
                amount,
                $"The amount exceeds the unallocated amount of the allocate {which} transaction {side.Number}, "
                    + $"{Math.Abs(side.UnallocatedAmount)}."
            );
        }
    }
}
