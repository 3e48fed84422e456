using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Receivables;

/// <summary>raiseAdjustment(): a credit note for a negative amount, a debit note for a positive one (guide, line 4658).</summary>
[UseCase]
public sealed class RaiseAdjustment(StageSession session, Ledger ledger, Allocations allocations)
{
    private const Fault NotAllowed = Fault.AccountTransactionException;
    private const Fault IllegalArgument = Fault.IllegalArgumentException;

    /// <param name="amount">With GST; null for the type's own, and then its GST too.</param>
    public async Task<TransactionDetailType> ExecuteAsync(
        string usn,
        int adjustmentType,
        XmlTimestamp effective,
        decimal? amount,
        decimal? gst,
        string? comment,
        AllocationRequestType? allocation,
        CancellationToken cancellation
    )
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.With(NotAllowed, "usn", "", "Name the account to adjust.");
        }

        var account = await BeginAsync(usn.Trim(), cancellation);
        var type =
            session.Catalogue.AdjustmentType(adjustmentType) is { } known && (known.Company ?? account.CompanyId) == account.CompanyId
                ? known
                : throw Refuse.NotFound("adjustmentType", adjustmentType, "The adjustment type is not defined.", Missing.AdjustmentType);
        var (value, tax) = Amounts(account, type, amount, gst);
        var zone = session.ZoneOf(account);
        var day = EffectiveDates.Checked(session, account, zone.DateOf(effective), "effective", IllegalArgument, daysAhead: 0);
        await ledger.RequireOpenPeriodAsync(account, day, "effective", IllegalArgument, cancellation);
        if (comment?.Length > FinancialTransaction.MaxDescriptionLength)
        {
            throw Refuse.With(
                IllegalArgument,
                "comment",
                "",
                $"A comment has at most {FinancialTransaction.MaxDescriptionLength} characters."
            );
        }

        var note = await ledger.RaiseAsync(
            account,
            new NewTransaction(
                value < 0m ? TransactionType.CreditNote : TransactionType.DebitNote,
                new Money(value, session.CurrencyOf(account)),
                tax,
                zone.Instant(effective),
                TransactionSources.Manual
            )
            {
                SalesReportCategory = type.SalesReportCategory,
                GlCode = type.GlCode,
                Description = string.IsNullOrWhiteSpace(comment) ? null : comment,
            },
            cancellation
        );
        if (allocation is not null)
        {
            await allocations.ApplyAsync(account, note, allocation, cancellation);
        }

        await session.CommitAsync(cancellation);
        return (await ledger.DocumentsAsync(account, [], cancellation)).Detail(note, TransactionView.Result);
    }

    /// <summary>The faults of this operation tell a missing permission from a missing account (guide, line 4803).</summary>
    private async Task<Account> BeginAsync(string usn, CancellationToken cancellation)
    {
        if (!session.Caller.MayReach(new Usn(usn)))
        {
            throw Refuse.With(NotAllowed, "usn", usn, "You may not raise adjustments against this account.");
        }

        await session.Database.BeginAsync(cancellation);
        if (await session.LockAccountAsync(new Usn(usn), cancellation) is { } account)
        {
            return account;
        }

        var key = new Usn(usn);
        throw await session.Database.ReadSubscriptions.AnyAsync(subscription => subscription.Usn == key, cancellation)
            ? Refuse.With(IllegalArgument, "usn", usn, "The USN is a subscription's. Name its account.")
            : StageSession.NoSuchAccount(usn);
    }

    private (decimal Amount, decimal Gst) Amounts(Account account, AdjustmentType type, decimal? amount, decimal? gst)
    {
        var currency = session.CurrencyOf(account);
        var value =
            amount
            ?? type.DefaultAmount
            ?? throw Refuse.With(IllegalArgument, "amount", "", $"The adjustment type '{type.Name}' has no amount of its own: send one.");
        var tax =
            (amount is null ? type.DefaultGst : gst) ?? throw Refuse.With(NotAllowed, "gst", "", "Send the GST in the amount, 0 for none.");
        if (value == 0m)
        {
            throw Refuse.With(IllegalArgument, "amount", value, "The adjustment amount cannot be zero.");
        }

        value = AmountRules.Exact(value, currency, "amount", IllegalArgument);
        tax = AmountRules.Exact(tax, currency, "gst", NotAllowed);
        if (value * tax < 0m || Math.Abs(tax) >= Math.Abs(value))
        {
            throw Refuse.With(NotAllowed, "gst", tax, "The GST has the same sign as the amount and is less than it.");
        }

        if (Math.Abs(value) > type.MaximumAmount)
        {
            throw Refuse.With(IllegalArgument, "amount", value, $"The adjustment type '{type.Name}' allows at most {type.MaximumAmount}.");
        }

        return type.Direction switch
        {
            AdjustmentDirection.Credit when value > 0m => throw Refuse.With(
                IllegalArgument,
                "amount",
                value,
                $"The adjustment type '{type.Name}' allows credit notes only: send a negative amount."
            ),
            AdjustmentDirection.Debit when value < 0m => throw Refuse.With(
                IllegalArgument,
                "amount",
                value,
                $"The adjustment type '{type.Name}' allows debit notes only: send a positive amount."
            ),
            _ => (value, tax),
        };
    }
}
