using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>migrateOpenTransaction(): a quote or an open itemised note goes to another account (guide, line 4526).</summary>
[UseCase]
public sealed class MigrateOpenTransaction(StageSession session, Ledger ledger)
{
    public async Task<ItemisedTransactionDetailType> ExecuteAsync(string number, string targetUsn, CancellationToken cancellation)
    {
        Require("targetAccountUsn", targetUsn, "Name the account to migrate to.");
        Require("openTransactionNumber", number, "Name the transaction to migrate.");
        var key = number.Trim();
        while (true)
        {
            await session.Database.BeginAsync(cancellation);
            var owner = await session
                .Database.Transactions.AsNoTracking()
                .Where(transaction => transaction.Number == key && transaction.State != TransactionState.Deleted)
                .Select(transaction => (Usn?)transaction.AccountUsn)
                .FirstOrDefaultAsync(cancellation);
            if (owner is not { } sourceUsn || !session.Caller.MayReach(sourceUsn))
            {
                throw Allocations.NoSuchTransaction("openTransactionNumber", number);
            }

            var (source, target) = await LockAsync(sourceUsn, new Usn(targetUsn.Trim()), cancellation);
            var transaction = await session
                .Database.Transactions.Include(candidate => candidate.Items)
                .FirstOrDefaultAsync(candidate => candidate.Number == key && candidate.AccountUsn == sourceUsn, cancellation);
            if (transaction is not null)
            {
                return await MigrateAsync(source, target, transaction, cancellation);
            }

            // Another call migrated it between the look and the lock. Looking again without these locks: who held one pair of accounts and
            // waited for another could wait for ever.
            await session.Database.AbandonAsync(cancellation);
        }
    }

    private async Task<(Account Source, Account Target)> LockAsync(Usn sourceUsn, Usn targetUsn, CancellationToken cancellation)
    {
        var locked = await session.Database.LockAccountsAsync([sourceUsn, targetUsn], cancellation);
        var target = locked.FirstOrDefault(account => account.Usn == targetUsn);
        if (target is not null && session.Caller.MayReach(target.Usn))
        {
            return (locked.First(account => account.Usn == sourceUsn), target);
        }

        var subscription = await session.AccountOfSubscriptionAsync(targetUsn, cancellation);
        throw subscription is { } other && session.Caller.MayReach(other)
            ? Refuse.Invalid("targetAccountUsn", targetUsn, "The USN is not an account's.")
            : Refuse.NotFound("targetAccountUsn", targetUsn, "There is no such account, or you may not access it.", Missing.Account);
    }

    private async Task<ItemisedTransactionDetailType> MigrateAsync(
        Account source,
        Account target,
        FinancialTransaction transaction,
        CancellationToken cancellation
    )
    {
        if (transaction.State != TransactionState.Open)
        {
            throw Refuse.Invalid("openTransactionNumber", transaction.Number, "The transaction is not open.");
        }

        if (transaction.Type is not (TransactionType.Quote or TransactionType.ItemisedCredit or TransactionType.ItemisedDebit))
        {
            throw Refuse.Invalid(
                "openTransactionNumber",
                transaction.Number,
                $"{transaction.Type.WithCapitalArticle()} cannot be migrated: only quotes, itemised credits and itemised debits."
            );
        }

        if (
            transaction.Items.Exists(item =>
                item.RetractsChargeId is not null || item.WithdrawsChargeId is not null || item.TakesBack is not null
            )
        )
        {
            throw Refuse.Invalid(
                "openTransactionNumber",
                transaction.Number,
                $"It credits or withdraws charges of account {source.Usn}, and only there: raise the other charges on the target anew."
            );
        }

        if (transaction.Items.Exists(item => item.ChargeSource is not null && item.CoveredUsn == source.Usn))
        {
            throw Refuse.Invalid(
                "openTransactionNumber",
                transaction.Number,
                $"It bills recurring charges of account {source.Usn} itself."
            );
        }

        if (
            target.AccountTypeId != source.AccountTypeId
            || target.Currency != source.Currency
            || target.CompanyId != source.CompanyId
            || target.Closed is not null
        )
        {
            throw Refuse.Invalid(
                "targetAccountUsn",
                target.Usn,
                "The accounts are incompatible: they must be open and of the same account type, currency and GST schedule."
            );
        }

        transaction.AccountUsn = target.Usn;
        foreach (var item in transaction.Items)
        {
            // Lines of the account are the new account's; those of its subscriptions stay theirs (guide, line 4590).
            item.AccountUsn = target.Usn;
            item.Usn = item.Usn == source.Usn ? target.Usn : item.Usn;
            item.CostCentreId = item.CostCentreId is null ? null : target.CostCentreId;
        }

        await session.CommitAsync(cancellation);
        return (await ledger.DocumentsAsync(target, transaction.Items, cancellation)).Itemised(transaction, TransactionView.Result);
    }

    private static void Require(string what, string value, string advice)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw Refuse.Invalid(what, "", advice);
        }
    }
}
