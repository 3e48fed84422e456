using Smile.Contracts;
using Smile.Domain.Accounts;
using Smile.Domain.Catalogue;
using Smile.Domain.Catalogue.Wording;
using Smile.Domain.Foundation;
using Smile.Domain.Receivables;

namespace Smile.Domain.Documents;

/// <summary>Another transaction, with what of it and the document's own is allocated to each other.</summary>
internal sealed record AllocatedTransaction(DateOnly Date, TransactionTypeType Type, bool IsCredit, string Number, decimal Amount);

/// <summary>A transaction as customers know it.</summary>
/// <param name="Number">The printed one.</param>
internal sealed record KnownTransaction(string Number, DateOnly Date);

/// <summary>Makes the document of one transaction.</summary>
/// <param name="addressee">Who gets it: the account, or its invoicee.</param>
/// <param name="services">Name of the service of each subscription that has lines.</param>
/// <param name="known">The transactions that it refers to, by their own numbers.</param>
/// <param name="corrected">The invoices of which it takes back charges, oldest first.</param>
internal sealed class TransactionDocument(
    CatalogueSnapshot catalogue,
    Account account,
    Account addressee,
    FinancialTransaction transaction,
    IReadOnlyDictionary<Usn, string> services,
    IReadOnlyList<AllocatedTransaction> allocated,
    IReadOnlyDictionary<string, KnownTransaction> known,
    IReadOnlyList<KnownTransaction> corrected)
{
    private const int MostPurchaseOrders = 3;
    private const int MostCorrected = 6;

    private readonly Currency _currency = catalogue.Currency(account.Currency);
    private readonly Language _language = catalogue.Language(transaction.CompanyId, addressee.Properties);

    /// <summary>The lines that customers see, without rounding and GST.</summary>
    private readonly List<TransactionItem> _charges =
        [.. transaction.Items.Where(item => item is { IsGst: false, RolledUpInto: null, ItemCode: not InvoiceLines.RoundingItem }).OrderBy(item => item.LineNumber)];

    public CustomerDocument ToDocument()
    {
        var kind = KindOf(transaction.Type);
        return new CustomerDocument
        {
            Kind = kind,
            Language = _language,
            Title = Title(),
            Number = transaction.PrintedNumber,
            TransactionNumber = transaction.Number,
            IssueDate = transaction.TransactionDate,

            // A quote is not due, nor is a credit, nor what was taken back.
            DueDate = transaction.Type == TransactionTypeType.Quote || !transaction.IsDebit || transaction.IsReversed ? null : transaction.DueDate,
            Issuer = Issuer(catalogue.Company(transaction.CompanyId)),
            Addressee = AddressLines.Of(addressee, _language, catalogue.Company(transaction.CompanyId).HomeCountries),
            AccountUsn = account.Usn,
            Currency = _currency,
            Facts = [.. Facts()],
            Headline = Headline(kind),
            IsCredit = !transaction.IsDebit,
            IsReversed = transaction.IsReversed,
            TaxName = catalogue.TaxName(transaction.AccountTypeId, _language),
            Groups = [.. _charges.GroupBy(item => item.Usn).Select(Group)],
            Totals = transaction.Items.Count > 0 || transaction.GstAmount != 0m ? Totals() : null,
            Taxes = Taxes(),
            Allocations = [.. allocated.Select(other => new DocumentAllocation(other.Date, _language.Name(other.Type, other.IsCredit), other.Number, M(other.Amount)))],
            PaymentSlip = kind is DocumentKind.Invoice or DocumentKind.DebitNote or DocumentKind.Surcharge && transaction is { IsClosed: true, UnallocatedAmount: > 0m }
                ? new PaymentSlip(transaction.PrintedNumber, M(transaction.UnallocatedAmount), transaction.DueDate)
                : null,
        };
    }

    private string Title()
    {
        var what = transaction is { Type: TransactionTypeType.Invoice, Amount: >= 0m, GstAmount: not 0m }
            ? _language[Word.TitleTaxInvoice]
            : _language.Name(transaction.Type, transaction.Amount < 0m);
        return transaction.IsReversed ? _language.Fill(Word.TitleReversed, what) : what;
    }

    /// <summary>That there is one of each is not worth a column.</summary>
    private bool ShowsQuantities => _charges.Any(item => item.Quantity != 1m || item.DisplayRate is not null);

    public static DocumentIssuer Issuer(Company company) => new(company.Id, company.Name, company.TaxNumber, []);

    private static DocumentKind KindOf(TransactionTypeType type) => type switch
    {
        TransactionTypeType.Quote => DocumentKind.Quote,
        TransactionTypeType.Invoice or TransactionTypeType.RecipientCreatedTaxInvoice => DocumentKind.Invoice,
        TransactionTypeType.Surcharge => DocumentKind.Surcharge,
        TransactionTypeType.Receipt => DocumentKind.Receipt,
        TransactionTypeType.CreditNote or TransactionTypeType.ItemisedCredit => DocumentKind.CreditNote,
        TransactionTypeType.DebitNote or TransactionTypeType.ItemisedDebit => DocumentKind.DebitNote,
        TransactionTypeType.Reimbursement => DocumentKind.Reimbursement,
        TransactionTypeType.Bond or TransactionTypeType.BondRelease => DocumentKind.Bond,
        _ when type.ToString().EndsWith("Reversal", StringComparison.Ordinal) => DocumentKind.Reversal,
        _ => DocumentKind.Transfer,
    };

    private DocumentHeadline Headline(DocumentKind kind) => kind switch
    {
        _ when transaction.IsReversed => new DocumentHeadline(_language[Word.Reversed], M(Math.Abs(transaction.Amount))),
        DocumentKind.Invoice when transaction.Amount < 0m => new DocumentHeadline(_language[Word.Credit], M(-transaction.Amount)),
        DocumentKind.Invoice or DocumentKind.DebitNote or DocumentKind.Surcharge when transaction.IsDebit => new DocumentHeadline(_language[Word.AmountDue], M(transaction.UnallocatedAmount)),
        DocumentKind.Receipt => new DocumentHeadline(_language[Word.AmountReceived], M(-transaction.Amount)),
        DocumentKind.CreditNote => new DocumentHeadline(_language[Word.Credit], M(-transaction.Amount)),
        DocumentKind.Reimbursement => new DocumentHeadline(_language[Word.AmountReimbursed], M(Math.Abs(transaction.Amount))),
        _ => new DocumentHeadline(_language[Word.Total], M(transaction.Amount)),
    };

    private IEnumerable<DocumentFact> Facts()
    {
        var orders = transaction.Items.Select(item => item.PurchaseOrderNumber).OfType<string>().Distinct().ToList();
        if (orders.Count > 0)
        {
            yield return new DocumentFact(_language[Word.PurchaseOrder], string.Join(", ", orders.Take(MostPurchaseOrders)) + (orders.Count > MostPurchaseOrders ? " …" : ""));
        }

        if (transaction.ReversedBy is { } reversal)
        {
            yield return new DocumentFact(_language[Word.ReversedBy], Printed(reversal));
        }

        if (transaction.ReferencedNumber is { } referenced)
        {
            yield return new DocumentFact(_language[Word.RefersTo], Printed(referenced));
        }

        // Who corrects an invoice has to name it.
        if (corrected.Count > 0)
        {
            var named = string.Join(", ", corrected.Take(MostCorrected).Select(Printed));
            yield return new DocumentFact(_language[Word.Corrects], corrected.Count > MostCorrected ? named + " …" : named);
        }

        if (!string.IsNullOrWhiteSpace(transaction.Description))
        {
            yield return new DocumentFact(_language[Word.Remark], transaction.Description);
        }
        else if (transaction.Items.Count == 0 && Reason() is { } reason)
        {
            yield return new DocumentFact(_language[Word.For], reason);
        }
    }

    private string Printed(string number) => known.TryGetValue(number, out var other) ? Printed(other) : number;

    private string Printed(KnownTransaction other) => _language.Fill(Word.FormatReference, other.Number, _language.Day(other.Date));

    /// <summary>What a note without lines and comment is for: the name of its report category.</summary>
    private string? Reason() => catalogue.Content.ReportingCategories
        .FirstOrDefault(category => category.Code == transaction.SalesReportCategory && (category.Company ?? transaction.CompanyId) == transaction.CompanyId)?.Name;

    /// <summary>A charge at its price with the tax on that, and below it what a discount takes off of both.</summary>
    private IEnumerable<DocumentLine> Lines(TransactionItem item)
    {
        var price = item.Amount + item.Discount;
        var tax = item.Discount == 0m ? item.GstAmount : TaxOn(price, item);
        yield return new DocumentLine(
            item.Description, item.ChargeFrom, item.ChargeTo, ShowsQuantities ? item.Quantity : null, item.DisplayRate, M(price), M(tax));
        if (item.Discount != 0m)
        {
            var name = item.DiscountId is { } id ? catalogue.Discount(id)?.Name : null;
            yield return new DocumentLine(name is null ? _language[Word.Discount] : _language.Fill(Word.DiscountNamed, name), null, null, null, null, M(-item.Discount), M(item.GstAmount - tax));
        }
    }

    /// <summary>The tax on a line's price before its discount: by the rate, or in the proportion of a tax that somebody has given.</summary>
    private decimal TaxOn(decimal price, TransactionItem item) => _currency.Round(
        item.Amount == 0m || _currency.Round(item.Amount * Percent(item) / 100m) == item.GstAmount ? price * Percent(item) / 100m : item.GstAmount * price / item.Amount);

    private DocumentGroup Group(IGrouping<Usn, TransactionItem> lines) => new(
        lines.Key == account.Usn ? _language.Fill(Word.GroupAccount, lines.Key)
            : services.TryGetValue(lines.Key, out var service) ? _language.Fill(Word.GroupSubscriptionService, lines.Key, service) : _language.Fill(Word.GroupSubscription, lines.Key),
        [
            .. lines.SelectMany(Lines),
        ]);

    /// <summary>The sums. What prices, rounding and GST do not explain is the discounts, of lines and on the whole.</summary>
    private DocumentTotals Totals()
    {
        var rounding = transaction.Items.Where(item => item is { IsGst: false, ItemCode: InvoiceLines.RoundingItem }).Sum(item => item.Amount);
        var charges = _charges.Count > 0 ? _charges.Sum(item => item.Amount + item.Discount) : transaction.Amount - transaction.GstAmount - rounding;
        var discount = transaction.Amount - charges - rounding - transaction.GstAmount;
        return new DocumentTotals(
            M(charges), M(discount), M(rounding), M(transaction.GstAmount), M(transaction.Amount), M(transaction.Amount - transaction.UnallocatedAmount), M(transaction.UnallocatedAmount));
    }

    /// <summary>By rate. Where one rate has all the tax, its tax is the GST of the transaction, to the cent.</summary>
    private IReadOnlyList<TaxSummaryLine> Taxes()
    {
        // What costs nothing is in no rate's sum. It gets a row where there is nothing else.
        var counting = _charges.Exists(item => item.Amount != 0m) ? _charges.Where(item => item.Amount != 0m) : _charges;
        var rates = counting.GroupBy(Percent).OrderByDescending(group => group.Key).ToList();
        var isOneRate = rates.Count(group => group.Key > 0m) == 1;
        return [.. rates.Select(group => new TaxSummaryLine(group.Key, M(group.Sum(item => item.Amount)), M(isOneRate && group.Key > 0m ? transaction.GstAmount : group.Sum(item => item.GstAmount))))];
    }

    /// <summary>The rate that a line is taxed at, in per cent; 0 where nothing was taxed, although there was something.</summary>
    private decimal Percent(TransactionItem item)
    {
        var rate = !item.ChargeGst ? 0m
            : (item.GstId is { } id ? catalogue.GstSchedule(id)?.PercentAt(transaction.TransactionDate) : null)
                ?? catalogue.GstPercent(transaction.AccountTypeId, transaction.TransactionDate);
        return item.GstAmount == 0m && _currency.Round(item.Amount * rate / 100m) != 0m ? 0m : rate;
    }

    private Money M(decimal amount) => new(amount, _currency);
}
