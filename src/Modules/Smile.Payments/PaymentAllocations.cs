using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Payments;

/// <summary>The allocations that a payment requests.</summary>
/// <param name="IsAutomatic">To the oldest debits first.</param>
/// <param name="Debits">Numbers of debits, and how much each gets.</param>
public sealed record AllocationRequest(bool IsAutomatic, IReadOnlyList<(string Number, decimal Amount)> Debits)
{
    public static AllocationRequest None { get; } = new(false, []);
}

/// <summary>
/// Checks where a payment shall be allocated: to debits of its account, up to its amount without the surcharge (guide, lines 13540 to
/// 13551).
/// </summary>
[UseCase]
public sealed class PaymentAllocations(StageSession session, PendingPayments pending)
{
    /// <param name="account">Locked.</param>
    /// <param name="net">The payment without its surcharge.</param>
    public async Task<AllocationRequest> RequireAsync(
        Account account,
        AllocationRequestType? request,
        PaymentTypeItem type,
        Money net,
        CancellationToken cancellation
    )
    {
        if (request is null)
        {
            return AllocationRequest.None;
        }

        if (request.TransactionNumber is { } from)
        {
            throw Refuse.Invalid("TransactionNumber", from, "What is allocated is the payment: leave the number out.");
        }

        if (request.AutoAllocate == true)
        {
            return type.Kind == PaymentTypeKind.Manual
                ? new AllocationRequest(true, [])
                : throw Refuse.Invalid(
                    "AutoAllocate",
                    "true",
                    "Only payments that are recorded by hand are allocated automatically. Name what to allocate to with AllocateTo."
                );
        }

        // AutoAllocate false leaves the payment on the account, whatever else is named (guide, line 13547).
        return request.AutoAllocate == false && request.AllocateTo.Count == 0
            ? AllocationRequest.None
            : await DebitsAsync(account, request.AllocateTo, net, cancellation);
    }

    private async Task<AllocationRequest> DebitsAsync(
        Account account,
        IReadOnlyList<AllocateToType> requested,
        Money net,
        CancellationToken cancellation
    )
    {
        if (requested.Count == 0)
        {
            return AllocationRequest.None;
        }

        var numbers = requested.Select(each => each.TransactionNumber).ToArray();
        var debits = await session
            .Database.ReadTransactions.Where(transaction => numbers.Contains(transaction.Number))
            .ToDictionaryAsync(transaction => transaction.Number, cancellation);
        var inFlight = await pending.DebitsInFlightAsync(numbers, cancellation);
        var wish = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var each in requested)
        {
            var debit = Debit(account, each.TransactionNumber, debits, inFlight);
            wish[debit.Number] = wish.GetValueOrDefault(debit.Number) + Amount(each, net.Currency);
            if (wish[debit.Number] > debit.UnallocatedAmount)
            {
                throw Refuse.Invalid(
                    "AllocateAmount",
                    Show(wish[debit.Number]),
                    $"Only {Show(debit.UnallocatedAmount)} of transaction {debit.Number} is unallocated."
                );
            }
        }

        return wish.Values.Sum() <= net.Amount
            ? new AllocationRequest(false, [.. wish.Select(each => (each.Key, each.Value))])
            : throw Refuse.Invalid(
                "AllocateAmount",
                Show(wish.Values.Sum()),
                $"No more than the payment without its surcharge, {Show(net.Amount)}, can be allocated."
            );
    }

    private FinancialTransaction Debit(
        Account account,
        string number,
        Dictionary<string, FinancialTransaction> debits,
        IReadOnlySet<string> inFlight
    )
    {
        if (
            !debits.TryGetValue(number, out var debit)
            || debit.State == TransactionState.Deleted
            || !session.Caller.MayReach(debit.AccountUsn)
        )
        {
            throw Refuse.NotFound("TransactionNumber", number, "There is no such transaction.", Missing.Transaction);
        }

        return debit switch
        {
            _ when debit.AccountUsn != account.Usn => throw Refuse.Invalid(
                "TransactionNumber",
                number,
                "The transaction does not belong to this account."
            ),
            { IsDebit: false } or { IsClosed: false } or { IsReversed: true } => throw Refuse.Invalid(
                "TransactionNumber",
                number,
                "A payment is allocated to debits that are closed and not reversed."
            ),
            _ when inFlight.Contains(number) => throw Refuse.Invalid(
                "TransactionNumber",
                number,
                "The transaction has a pending payment. Wait for its outcome."
            ),
            _ => debit,
        };
    }

    private static decimal Amount(AllocateToType requested, Currency currency)
    {
        var amount = requested.AllocateAmount;
        if (amount.Currency is { } stated && stated != currency.Code)
        {
            throw Refuse.Invalid("currency", stated, $"The account is kept in {currency.Code}.");
        }

        return amount.Value > 0m && currency.Round(amount.Value) == amount.Value
            ? amount.Value
            : throw Refuse.Invalid(
                "AllocateAmount",
                Show(amount.Value),
                $"An amount is more than zero and has at most {currency.Decimals} decimals."
            );
    }

    private static string Show(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);
}
