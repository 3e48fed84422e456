using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>How much of a transaction a document shows.</summary>
public enum TransactionView
{
    /// <summary>The answer of an operation that made it, and messages: with its sales report category.</summary>
    Result,

    /// <summary>getTransaction() and getHeldBonds(): the category only where the kind shows it (guide, line 3590).</summary>
    Query,

    /// <summary>getTransactionList(): as a query, without lines (guide, line 3755).</summary>
    List,

    /// <summary>One side of an allocation: without what only itemised transactions have (guide, line 23785).</summary>
    Side,

    /// <summary>Deleted, reopened and reversed transactions: no further than the GST (guide, line 23996).</summary>
    Short,
}

/// <summary>Transactions and their lines as the wire and the bus show them.</summary>
public sealed class TransactionDocuments(CatalogueSnapshot catalogue, Account account, IReadOnlyDictionary<int, string> costCentres)
{
    private const string Version = "2.0";

    /// <summary>Decimals of a line's GST (guide, line 3643).</summary>
    private const int GstDecimals = 6;
    private const int QuantityDecimals = 3;

    private readonly Currency _currency = catalogue.Currency(account.Currency);
    private readonly BillingTimeZone _zone = catalogue.Zone(account.TimeZoneId);

    /// <summary>For transactions with these lines.</summary>
    public static async Task<TransactionDocuments> OfAsync(
        StageSession session,
        Account account,
        IReadOnlyCollection<TransactionItem> items,
        CancellationToken cancellation
    )
    {
        if (items.Any(item => item is { Id: <= 0, Properties.Fields.Count: > 0 }))
        {
            // The number of a line's object is the line's.
            await session.Database.SaveAsync(cancellation);
        }

        var ids = items.Select(item => item.CostCentreId).OfType<int>().Distinct().ToArray();
        var names =
            ids.Length == 0
                ? new Dictionary<int, string>()
                : await session
                    .Database.ReadCostCentres.Where(centre => ids.Contains(centre.Id))
                    .ToDictionaryAsync(centre => centre.Id, centre => centre.Name, cancellation);
        return new TransactionDocuments(session.Catalogue, account, names);
    }

    public TransactionDetailType Detail(FinancialTransaction transaction, TransactionView view) =>
        transaction.Type.IsItemised() && view is not (TransactionView.Side or TransactionView.Short)
            ? Itemised(transaction, view)
            : Plain(transaction, view);

    public ItemisedTransactionDetailType Itemised(FinancialTransaction transaction, TransactionView view)
    {
        var plain = Plain(transaction, view);
        var closed = transaction.IsClosed;
        return new ItemisedTransactionDetailType
        {
            Version = plain.Version,
            TransactionType = plain.TransactionType,
            Company = plain.Company,
            Usn = plain.Usn,
            TransactionNumber = plain.TransactionNumber,
            Currency = plain.Currency,
            Amount = plain.Amount,
            AccountType = plain.AccountType,
            GstAmount = plain.GstAmount,
            EntryTimestamp = plain.EntryTimestamp,
            SalesReportCategory = plain.SalesReportCategory,
            FormattedAmount = plain.FormattedAmount,
            FormattedGstAmount = plain.FormattedGstAmount,
            UnallocatedAmount = plain.UnallocatedAmount,
            EnteredByUsn = plain.EnteredByUsn,
            LogTimestamp = plain.LogTimestamp,
            GlCode = plain.GlCode,
            ReferencedNumber = plain.ReferencedNumber,
            Description = plain.Description,
            FormattedUnallocatedAmount = plain.FormattedUnallocatedAmount,
            TransactionDate = _zone.ToXml(transaction.TransactionDate),
            DueDate = closed && transaction.DueDate is { } due ? _zone.ToXml(due) : null,
            OpenDate = _zone.ToXml(transaction.OpenDate),
            CloseDate = transaction.CloseDate is { } close ? _zone.ToXml(close) : null,
            QuoteNumber = transaction.Number,
            CreatedByUsn = transaction.EnteredBy.Value,
            Discount = closed ? MoneyDocuments.Scaled(transaction.Discount, _currency.Decimals) : null,
            TransactionSource = transaction.Source,
            TransactionItem =
                view == TransactionView.List
                    ? []
                    : [.. transaction.Items.Where(item => item.RolledUpInto is null).OrderBy(item => item.LineNumber).Select(Item)],
        };
    }

    /// <summary>
    /// An invoice that does not exist yet: without a number, its lines together for each subscription (guide, line 6285).
    /// </summary>
    public ItemisedTransactionDetailType Estimate(FinancialTransaction estimate)
    {
        var shown = Itemised(estimate, TransactionView.Result);
        return new ItemisedTransactionDetailType
        {
            Version = shown.Version,
            TransactionType = shown.TransactionType,
            Company = shown.Company,
            Usn = shown.Usn,
            Currency = shown.Currency,
            Amount = shown.Amount,
            AccountType = shown.AccountType,
            GstAmount = shown.GstAmount,
            SalesReportCategory = shown.SalesReportCategory,
            FormattedAmount = shown.FormattedAmount,
            FormattedGstAmount = shown.FormattedGstAmount,
            UnallocatedAmount = shown.UnallocatedAmount,
            FormattedUnallocatedAmount = shown.FormattedUnallocatedAmount,
            TransactionDate = shown.TransactionDate,
            OpenDate = shown.OpenDate,
            CreatedByUsn = shown.CreatedByUsn,
            TransactionSource = shown.TransactionSource,
            TransactionItem = [.. shown.TransactionItem.GroupBy(item => item.Usn).SelectMany(lines => lines)],
        };
    }

    public TransactionItemType Item(TransactionItem item) => Item(item, inMessage: false);

    /// <param name="inMessage">Messages about charges say also that a line is not excluded from grouping (guide, line 21517).</param>
    public TransactionItemType Item(TransactionItem item, bool inMessage) =>
        new()
        {
            Usn = item.Usn.Value,
            LineNumber = item.LineNumber,
            ItemCode = item.ItemCode,
            ChargeFrom = _zone.ToXml(item.ChargeFrom),
            ChargeTo = _zone.ToXml(item.ChargeTo),
            Description = item.Description,
            Quantity = MoneyDocuments.Scaled(item.Quantity, QuantityDecimals),
            DisplayRate = item.DisplayRate,
            Currency = item.Currency,
            Amount = MoneyDocuments.Scaled(item.Amount, _currency.Decimals),
            IsGst = item.IsGst,
            ChargeGst = item.ChargeGst,
            Discount = MoneyDocuments.Scaled(item.Discount, _currency.Decimals),
            Count = item.Count,
            GstAmount = MoneyDocuments.Scaled(item.GstAmount, GstDecimals),
            SalesReportCategory = item.SalesReportCategory,
            GlCode = item.GlCode,
            ExcludeFromInvoiceGrouping = item.ExcludeFromGrouping || inMessage ? item.ExcludeFromGrouping : null,
            Object = Fields(item),
            ChargeId = item.ChargeId?.ToString(),
            Location = item.LocationId is { } office
                ? new KeyedValueType { Key = office, Value = catalogue.Office(office)?.Name ?? "" }
                : null,
            PurchaseOrderNumber = item.PurchaseOrderNumber,
            EffectiveCostCentre = item.CostCentreId is { } centre
                ? new KeyedValueType { Key = centre, Value = costCentres.GetValueOrDefault(centre, "") }
                : null,
        };

    /// <summary>A charge that waits for the next invoice (guide, line 21488).</summary>
    /// <param name="retraction">The line that takes back what the charge retracts; null for none.</param>
    public RealisedChargeType Deferred(TransactionItem charge, TransactionItem? retraction) =>
        Realised(charge, charge.Amount, charge.GstAmount, retraction is null ? [charge] : [retraction, charge]);

    /// <summary>A charge that no longer waits: nothing is left of it, and its lines say why.</summary>
    public RealisedChargeType Withdrawn(TransactionItem charge, TransactionItem retraction) =>
        Realised(charge, 0m, 0m, [charge, retraction]);

    private RealisedChargeType Realised(TransactionItem charge, decimal amount, decimal gst, IEnumerable<TransactionItem> lines) =>
        new()
        {
            ChargeID = charge.ChargeId!.Value.ToString(),
            ItemDescriptionID = charge.ItemCode,
            Description = charge.Description,
            ChargeStart = _zone.At(_zone.StartOf(charge.ChargeFrom)),
            ChargeEnd = _zone.At(_zone.StartOf(charge.ChargeTo)),
            Quantity = MoneyDocuments.Scaled(charge.Quantity, QuantityDecimals),
            Count = charge.Count,
            Charge = MoneyDocuments.Scaled(amount, _currency.Decimals),
            ChargeGST = charge.ChargeGst,
            GSTAmount = gst,
            USN = charge.Usn.Value,
            RealisingTransactionItems = new RealisingTransactionItemsType
            {
                TransactionItem = [.. lines.Select(line => Item(line, inMessage: true))],
            },
        };

    private TransactionDetailType Plain(FinancialTransaction transaction, TransactionView view)
    {
        var closed = transaction.IsClosed;
        var amount = new Money(transaction.Amount, _currency).ToDocument();
        var gst = new Money(transaction.GstAmount, _currency).ToDocument();
        var unallocated = new Money(transaction.UnallocatedAmount, _currency).ToDocument();
        var isShort = view == TransactionView.Short;
        return new TransactionDetailType
        {
            Version = Version,
            TransactionType = transaction.Type.ToDocument(),
            Company = transaction.CompanyId,
            Usn = transaction.AccountUsn.Value,
            TransactionNumber = transaction.Number,
            Currency = transaction.Currency,
            Amount = amount.Value,
            AccountType = transaction.AccountTypeId,
            GstAmount = gst.Value,

            // While it is open nothing has been entered yet (guide, line 4571); a reopened one keeps its time.
            EntryTimestamp = closed || isShort ? _zone.At(transaction.Effective) : null,
            SalesReportCategory =
                view is TransactionView.Query or TransactionView.List && !transaction.Type.ShowsCategory()
                    ? null
                    : transaction.SalesReportCategory,
            FormattedAmount = amount,
            FormattedGstAmount = gst,
            UnallocatedAmount = isShort ? null : unallocated.Value,
            EnteredByUsn = isShort || !closed ? null : transaction.EnteredBy.Value,
            LogTimestamp = isShort || transaction.Logged is not { } logged ? null : _zone.At(logged),
            GlCode = isShort ? null : transaction.GlCode,
            ReferencedNumber = isShort ? null : transaction.ReferencedNumber,
            Description = isShort ? null : transaction.Description,
            FormattedUnallocatedAmount = isShort ? null : unallocated,
        };
    }

    private ObjectType? Fields(TransactionItem item)
    {
        if (item.Properties.Fields.Count == 0)
        {
            return null;
        }

        var description = catalogue.ItemDescription(account.CompanyId, item.ItemCode);
        return new ObjectType
        {
            ObjectId = item.Id > 0 ? item.Id : null,
            FormId = description?.FormId,
            DisplayName = description?.DisplayName is { } pattern ? DisplayNames.Fill(pattern, name => item.Properties[name]) : null,
            Members = item.Properties.ToDocument().Members,
        };
    }
}

/// <summary>The kinds of transaction in the words of the contract.</summary>
public static class TransactionTypeDocuments
{
    public static TransactionTypeType ToDocument(this TransactionType value) =>
        value switch
        {
            TransactionType.Quote => TransactionTypeType.Quote,
            TransactionType.Invoice => TransactionTypeType.Invoice,
            TransactionType.InvoiceReversal => TransactionTypeType.InvoiceReversal,
            TransactionType.Surcharge => TransactionTypeType.Surcharge,
            TransactionType.SurchargeReversal => TransactionTypeType.SurchargeReversal,
            TransactionType.Receipt => TransactionTypeType.Receipt,
            TransactionType.ReceiptReversal => TransactionTypeType.ReceiptReversal,
            TransactionType.CreditNote => TransactionTypeType.CreditNote,
            TransactionType.DebitNote => TransactionTypeType.DebitNote,
            TransactionType.ItemisedCredit => TransactionTypeType.ItemisedCredit,
            TransactionType.ItemisedCreditReversal => TransactionTypeType.ItemisedCreditReversal,
            TransactionType.ItemisedDebit => TransactionTypeType.ItemisedDebit,
            TransactionType.ItemisedDebitReversal => TransactionTypeType.ItemisedDebitReversal,
            TransactionType.RecipientCreatedTaxInvoice => TransactionTypeType.RecipientCreatedTaxInvoice,
            TransactionType.RecipientCreatedTaxInvoiceReversal => TransactionTypeType.RecipientCreatedTaxInvoiceReversal,
            TransactionType.CreditTransferCredit => TransactionTypeType.CreditTransferCredit,
            TransactionType.CreditTransferDebit => TransactionTypeType.CreditTransferDebit,
            TransactionType.TransferredCredit => TransactionTypeType.TransferredCredit,
            TransactionType.TransferredDebit => TransactionTypeType.TransferredDebit,
            TransactionType.Bond => TransactionTypeType.Bond,
            TransactionType.BondRelease => TransactionTypeType.BondRelease,
            TransactionType.BondReversal => TransactionTypeType.BondReversal,
            TransactionType.Reimbursement => TransactionTypeType.Reimbursement,
            TransactionType.ReimbursementReversal => TransactionTypeType.ReimbursementReversal,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };
}
