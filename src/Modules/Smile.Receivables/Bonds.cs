using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>getHeldBonds(), createBond() and releaseBond() (guide, lines 6514 to 6860).</summary>
[UseCase]
public sealed class Bonds(StageSession session, Ledger ledger, Allocations allocations)
{
    /// <summary>The code of lines of bond types that name no item.</summary>
    private const string BondItem = "bond";

    /// <summary>All bonds of an account, released ones too, oldest first.</summary>
    public async Task<BondsType> ListAsync(string usn, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account.");
        }

        var account = await session.ReadAccountAsync(usn, cancellation);
        var bonds = await session
            .Database.Transactions.AsNoTracking()
            .Include(transaction => transaction.Items)
            .Where(transaction =>
                transaction.AccountUsn == account.Usn
                && transaction.Type == TransactionType.Bond
                && transaction.State != TransactionState.Deleted
            )
            .OrderBy(transaction => transaction.Effective)
            .ThenBy(transaction => transaction.Number)
            .ToListAsync(cancellation);
        var documents = await ledger.DocumentsAsync(account, [.. bonds.SelectMany(bond => bond.Items)], cancellation);
        return new BondsType { ItemisedTransactionDetail = [.. bonds.Select(bond => documents.Itemised(bond, TransactionView.Query))] };
    }

    public async Task<ItemisedTransactionDetailType> CreateAsync(BondRequestType document, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(document.USN))
        {
            throw Refuse.Invalid("USN", "", "Name the account or subscription that the bond is for.");
        }

        var (account, usn) = await BeginAsync(document.USN.Trim(), cancellation);
        var type = Guid.TryParse(document.BondType, out var id)
            ? session.Catalogue.Content.BondTypes.FirstOrDefault(candidate => candidate.Id == id && candidate.Company == account.CompanyId)
            : null;
        if (type is null)
        {
            throw Refuse.NotFound(
                "BondType",
                document.BondType,
                "There is no such bond type. Use getBondTypes() to discover available bond types.",
                Missing.BondType
            );
        }

        if (type.Currency != account.Currency)
        {
            throw Refuse.Invalid(
                "BondType",
                document.BondType,
                $"The bond is held in {type.Currency}, and the account is kept in {account.Currency}."
            );
        }

        var currency = session.CurrencyOf(account);
        var amount = AmountRules.Positive(document.Amount ?? type.Amount, currency, "Amount");
        var day = EffectiveDates.Checked(session, account, document.EffectiveDate.Date, "EffectiveDate");
        await ledger.RequireOpenPeriodAsync(account, day, "EffectiveDate", Fault.InvalidRequestException, cancellation);
        var item = session.Catalogue.ItemDescription(account.CompanyId, type.ItemCode ?? BondItem);
        var bond = await ledger.RaiseAsync(
            account,
            new NewTransaction(
                TransactionType.Bond,
                new Money(amount, currency),
                0m,
                EffectiveDates.On(session, account, day),
                TransactionSources.Bond
            )
            {
                Items =
                [
                    new TransactionItem
                    {
                        AccountUsn = account.Usn,
                        Usn = usn,
                        LineNumber = 0,
                        ItemCode = type.ItemCode ?? BondItem,
                        ChargeFrom = day,
                        ChargeTo = day,
                        Description = type.Name,
                        Quantity = 1m,
                        Currency = account.Currency,
                        Amount = amount,
                        IsGst = false,
                        ChargeGst = false,
                        GstAmount = 0m,
                        Discount = 0m,
                        Count = 0,
                        SalesReportCategory = item?.ReportingCategory ?? TransactionType.Bond.SalesReportCategory(),
                        GlCode = item?.GlCode,
                        Properties = FieldValues.None,
                        Created = session.Now,
                    },
                ],
            },
            cancellation
        );
        await session.CommitAsync(cancellation);
        return (await ledger.DocumentsAsync(account, bond.Items, cancellation)).Itemised(bond, TransactionView.Result);
    }

    /// <summary>What had been allocated to the bond is free again, and the release takes its place.</summary>
    public async Task<TransactionDetailType> ReleaseAsync(string usn, string bondNumber, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account to release the bond from.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var bond = (await allocations.FindAsync(account, [bondNumber], cancellation))[bondNumber.Trim()];
        if (bond is not { Type: TransactionType.Bond, IsClosed: true })
        {
            throw Refuse.Invalid("bondNumber", bondNumber, $"The transaction is {bond.Type.WithArticle()}, not a bond.");
        }

        if (bond.IsReversed)
        {
            throw Refuse.Invalid("bondNumber", bondNumber, $"The bond was already taken back, by {bond.ReversedBy}.");
        }

        await ledger.RequireOpenPeriodAsync(
            account,
            session.DayOf(account),
            "bondNumber",
            Fault.InvalidRequestException,
            cancellation,
            bondNumber
        );
        var release = await ledger.TakeBackAsync(
            account,
            bond,
            new NewTransaction(
                TransactionType.BondRelease,
                new Money(-bond.Amount, session.CurrencyOf(account)),
                0m,
                session.Now,
                TransactionSources.Bond
            )
            {
                ReferencedNumber = bond.Number,
            },
            cancellation
        );
        await session.CommitAsync(cancellation);
        return (await ledger.DocumentsAsync(account, [], cancellation)).Detail(release, TransactionView.Result);
    }

    private async Task<(Account Account, Usn Usn)> BeginAsync(string usn, CancellationToken cancellation)
    {
        var key = new Usn(usn);
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation);
        return (await session.BeginOnAccountAsync((owner ?? key).Value, cancellation), key);
    }
}
