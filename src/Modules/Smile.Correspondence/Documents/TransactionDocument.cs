using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Payments;
using Smile.Receivables;

namespace Smile.Correspondence.Documents;

/// <summary>Another transaction, with what of it and the document's own is allocated to each other.</summary>
internal sealed record AllocatedTransaction(DateOnly Date, TransactionType Type, bool IsCredit, string Number, decimal Amount);

/// <summary>A transaction as customers know it.</summary>
/// <param name="Number">The printed one.</param>
internal sealed record KnownTransaction(string Number, DateOnly Date);

/// <summary>What a document is issued by and to: for ever as it was when its transaction was closed.</summary>
internal sealed record DocumentIssue(CatalogueSnapshot Catalogue, Language Language, IReadOnlyList<string> Addressee);

/// <summary>What the document of a transaction tells of others.</summary>
internal sealed record RelatedToTransaction
{
    /// <summary>The service of each subscription that has lines.</summary>
    public required IReadOnlyDictionary<Usn, int> Services { get; init; }

    public required IReadOnlyList<AllocatedTransaction> Allocated { get; init; }

    /// <summary>The transactions that it refers to, by their own numbers.</summary>
    public required IReadOnlyDictionary<string, KnownTransaction> Known { get; init; }

    /// <summary>The invoices of which it takes back charges, oldest first.</summary>
    public required IReadOnlyList<KnownTransaction> Corrected { get; init; }

    /// <summary>The transaction that it reverses, with its lines; null for what is no reversal.</summary>
    public FinancialTransaction? Reversed { get; init; }

    /// <summary>The catalogue that <see cref="Reversed"/> was issued by.</summary>
    public CatalogueSnapshot? ReversedCatalogue { get; init; }

    /// <summary>The automatic payment that will come for it; null for none.</summary>
    public Payment? Debit { get; init; }
}

/// <summary>Makes the document of one transaction.</summary>
internal sealed class TransactionDocument(
    DocumentIssue issue,
    Account account,
    FinancialTransaction transaction,
    RelatedToTransaction related
)
{
    private const int MostPurchaseOrders = 3;
    private const int MostCorrected = 6;

    private readonly CatalogueSnapshot _catalogue = issue.Catalogue;
    private readonly Language _language = issue.Language;
    private readonly Currency _currency = issue.Catalogue.Currency(transaction.Currency);

    /// <summary>Whose lines it has: a reversal has none of its own, and shows with the other sign what it takes back.</summary>
    private readonly FinancialTransaction _itemised = related.Reversed ?? transaction;

    /// <summary>The catalogue by which those lines were issued.</summary>
    private readonly CatalogueSnapshot _itemsCatalogue = related.ReversedCatalogue ?? issue.Catalogue;

    private readonly decimal _sign = related.Reversed is null ? 1m : -1m;

    /// <summary>The lines that customers see, without rounding and GST.</summary>
    private readonly List<TransactionItem> _charges =
    [
        .. (related.Reversed ?? transaction)
            .Items.Where(item => item is { IsGst: false, RolledUpInto: null, ItemCode: not InvoiceLines.RoundingItem })
            .OrderBy(item => item.LineNumber),
    ];

    public CustomerDocument ToDocument()
    {
        var kind = KindOf(transaction.Type);
        var debit = Debit();
        return new CustomerDocument
        {
            Kind = kind,
            Language = _language,
            Title = Title(),
            Number = transaction.PrintedNumber,
            TransactionNumber = transaction.Number,
            IssueDate = transaction.TransactionDate,

            // A quote is not due, nor is a credit, nor what was taken back.
            DueDate =
                transaction.Type == TransactionType.Quote || !transaction.IsDebit || transaction.IsReversed ? null : transaction.DueDate,
            Issuer = Issuer(_catalogue.Company(transaction.CompanyId)),
            Addressee = issue.Addressee,
            AccountUsn = account.Usn,
            Currency = _currency,
            Facts = [.. Facts(debit)],
            Headline = Headline(kind),
            IsCredit = !transaction.IsDebit,
            IsReversed = transaction.IsReversed,
            TaxName = _catalogue.TaxName(transaction.AccountTypeId, _language),
            Groups = [.. _charges.GroupBy(item => item.Usn).Select(Group)],
            Totals = _itemised.Items.Count > 0 || transaction.GstAmount != 0m ? Totals() : null,
            Taxes = Taxes(),
            Allocations =
            [
                .. related.Allocated.Select(other => new DocumentAllocation(
                    other.Date,
                    _language.Name(other.Type, other.IsCredit),
                    other.Number,
                    M(other.Amount)
                )),
            ],
            Stationery = _catalogue.DefaultStationery(transaction.CompanyId, kind),
            Debit = debit,

            // Who is debited would pay twice.
            PaymentSlip =
                related.Debit is null
                && kind is DocumentKind.Invoice or DocumentKind.DebitNote or DocumentKind.Surcharge
                && transaction is { IsClosed: true, UnallocatedAmount: > 0m }
                    ? new PaymentSlip(transaction.PrintedNumber, M(transaction.UnallocatedAmount), transaction.DueDate)
                    : null,
        };
    }

    private string Title()
    {
        var what = transaction is { Type: TransactionType.Invoice, Amount: >= 0m, GstAmount: not 0m }
            ? _language[Word.TitleTaxInvoice]
            : _language.Name(transaction.Type, transaction.Amount < 0m);
        return transaction.IsReversed ? _language.Fill(Word.TitleReversed, what) : what;
    }

    /// <summary>That there is one of each is not worth a column.</summary>
    private bool ShowsQuantities => _charges.Any(item => item.Quantity != 1m || item.DisplayRate is not null);

    public static DocumentIssuer Issuer(Company company) => new(company.Id, company.Name, company.TaxNumber, []);

    private static DocumentKind KindOf(TransactionType type) =>
        type switch
        {
            TransactionType.Quote => DocumentKind.Quote,
            TransactionType.Invoice or TransactionType.RecipientCreatedTaxInvoice => DocumentKind.Invoice,
            TransactionType.Surcharge => DocumentKind.Surcharge,
            TransactionType.Receipt => DocumentKind.Receipt,
            TransactionType.CreditNote or TransactionType.ItemisedCredit => DocumentKind.CreditNote,
            TransactionType.DebitNote or TransactionType.ItemisedDebit => DocumentKind.DebitNote,
            TransactionType.Reimbursement => DocumentKind.Reimbursement,
            TransactionType.Bond or TransactionType.BondRelease => DocumentKind.Bond,
            _ when type.ToString().EndsWith("Reversal", StringComparison.Ordinal) => DocumentKind.Reversal,
            _ => DocumentKind.Transfer,
        };

    private DocumentHeadline Headline(DocumentKind kind) =>
        kind switch
        {
            _ when transaction.IsReversed => new DocumentHeadline(_language[Word.Reversed], M(Math.Abs(transaction.Amount))),
            DocumentKind.Invoice when transaction.Amount < 0m => new DocumentHeadline(_language[Word.Credit], M(-transaction.Amount)),
            DocumentKind.Invoice or DocumentKind.DebitNote or DocumentKind.Surcharge when transaction.IsDebit => new DocumentHeadline(
                _language[Word.AmountDue],
                M(transaction.UnallocatedAmount)
            ),
            DocumentKind.Reversal when transaction.Amount < 0m => new DocumentHeadline(_language[Word.Credit], M(-transaction.Amount)),
            DocumentKind.Receipt => new DocumentHeadline(_language[Word.AmountReceived], M(-transaction.Amount)),
            DocumentKind.CreditNote => new DocumentHeadline(_language[Word.Credit], M(-transaction.Amount)),
            DocumentKind.Reimbursement => new DocumentHeadline(_language[Word.AmountReimbursed], M(Math.Abs(transaction.Amount))),
            _ => new DocumentHeadline(_language[Word.Total], M(transaction.Amount)),
        };

    private IEnumerable<DocumentFact> Facts(PlannedDebit? debit)
    {
        if (debit is not null)
        {
            yield return new DocumentFact(
                _language[Word.Debited],
                string.Join(", ", _language.Day(debit.Day), _language.Show(debit.Amount), debit.From)
            );
        }

        var orders = _itemised.Items.Select(item => item.PurchaseOrderNumber).OfType<string>().Distinct().ToList();
        if (orders.Count > 0)
        {
            yield return new DocumentFact(
                _language[Word.PurchaseOrder],
                string.Join(", ", orders.Take(MostPurchaseOrders)) + (orders.Count > MostPurchaseOrders ? " …" : "")
            );
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
        if (related.Corrected.Count > 0)
        {
            var named = string.Join(", ", related.Corrected.Take(MostCorrected).Select(Printed));
            yield return new DocumentFact(_language[Word.Corrects], related.Corrected.Count > MostCorrected ? named + " …" : named);
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

    private string Printed(string number) => related.Known.TryGetValue(number, out var other) ? Printed(other) : number;

    private string Printed(KnownTransaction other) => _language.Fill(Word.FormatReference, other.Number, _language.Day(other.Date));

    /// <summary>What a note without lines and comment is for: the name of its report category.</summary>
    private string? Reason() =>
        _catalogue
            .Content.ReportingCategories.FirstOrDefault(category =>
                category.Code == transaction.SalesReportCategory && (category.Company ?? transaction.CompanyId) == transaction.CompanyId
            )
            ?.Name;

    /// <summary>A charge at its price with the tax on that, and below it what a discount takes off of both.</summary>
    private IEnumerable<DocumentLine> Lines(TransactionItem item)
    {
        var price = item.Amount + item.Discount;
        var tax = item.Discount == 0m ? item.GstAmount : TaxOn(price, item);
        yield return new DocumentLine(
            item.Description,
            item.ChargeFrom,
            item.ChargeTo,
            ShowsQuantities ? item.Quantity : null,
            item.DisplayRate,
            L(price),
            L(tax)
        );
        if (item.Discount != 0m)
        {
            var name = item.DiscountId is { } id ? _itemsCatalogue.Discount(id)?.Name : null;
            yield return new DocumentLine(
                name is null ? _language[Word.Discount] : _language.Fill(Word.DiscountNamed, name),
                null,
                null,
                null,
                null,
                L(-item.Discount),
                L(item.GstAmount - tax)
            );
        }
    }

    /// <summary>
    /// The tax on a line's price before its discount: by the rate, or in the proportion of a tax that somebody has given.
    /// </summary>
    private decimal TaxOn(decimal price, TransactionItem item) =>
        _currency.Round(
            item.Amount == 0m || _currency.Round(item.Amount * Percent(item) / 100m) == item.GstAmount
                ? price * Percent(item) / 100m
                : item.GstAmount * price / item.Amount
        );

    private DocumentGroup Group(IGrouping<Usn, TransactionItem> lines) =>
        new(
            lines.Key == account.Usn ? _language.Fill(Word.GroupAccount, lines.Key)
                : related.Services.TryGetValue(lines.Key, out var service) && _itemsCatalogue.Service(service) is { } known
                    ? _language.Fill(Word.GroupSubscriptionService, lines.Key, known.Name)
                : _language.Fill(Word.GroupSubscription, lines.Key),
            [.. lines.SelectMany(Lines)]
        );

    /// <summary>The sums. What prices, rounding and GST do not explain is the discounts, of lines and on the whole.</summary>
    private DocumentTotals Totals()
    {
        var rounding =
            _sign * _itemised.Items.Where(item => item is { IsGst: false, ItemCode: InvoiceLines.RoundingItem }).Sum(item => item.Amount);
        var charges =
            _charges.Count > 0
                ? _sign * _charges.Sum(item => item.Amount + item.Discount)
                : transaction.Amount - transaction.GstAmount - rounding;
        var discount = transaction.Amount - charges - rounding - transaction.GstAmount;
        return new DocumentTotals(
            M(charges),
            M(discount),
            M(rounding),
            M(transaction.GstAmount),
            M(transaction.Amount),
            M(transaction.Amount - transaction.UnallocatedAmount),
            M(transaction.UnallocatedAmount)
        );
    }

    /// <summary>By rate. Where one rate has all the tax, its tax is the GST of the transaction, to the cent.</summary>
    private IReadOnlyList<TaxSummaryLine> Taxes()
    {
        // What costs nothing is in no rate's sum. It gets a row where there is nothing else.
        var counting = _charges.Exists(item => item.Amount != 0m) ? _charges.Where(item => item.Amount != 0m) : _charges;
        var rates = counting.GroupBy(Percent).OrderByDescending(group => group.Key).ToList();
        var isOneRate = rates.Count(group => group.Key > 0m) == 1;
        return
        [
            .. rates.Select(group => new TaxSummaryLine(
                group.Key,
                L(group.Sum(item => item.Amount)),
                isOneRate && group.Key > 0m ? M(transaction.GstAmount) : L(group.Sum(item => item.GstAmount))
            )),
        ];
    }

    /// <summary>
    /// The rate that a line is taxed at, in per cent: that of the day, unless the tax says another one. What was charged before the rate
    /// changed, or takes back such a charge, has the rate of then; where nothing was taxed, although there was something, it is 0.
    /// </summary>
    private decimal Percent(TransactionItem item)
    {
        if (!item.ChargeGst)
        {
            return 0m;
        }

        var schedule =
            (item.GstId is { } id ? _itemsCatalogue.GstSchedule(id) : null) ?? _itemsCatalogue.GstScheduleOf(_itemised.AccountTypeId);
        var rate = schedule.PercentAt(_itemised.TransactionDate);
        return Explains(rate) ? rate
            : item.GstAmount == 0m ? 0m
            : schedule.Rates.Select(other => other.Percent).Where(Explains).Append(rate).First();

        bool Explains(decimal percent) => _currency.Round(item.Amount * percent / 100m) == item.GstAmount;
    }

    /// <summary>The account that pays, and when; nothing is debited for what is paid or taken back.</summary>
    private PlannedDebit? Debit() =>
        related.Debit is { NextTransfer: { } next } payment && transaction is { IsClosed: true, UnallocatedAmount: > 0m }
            ? new PlannedDebit(
                _catalogue.Zone(account.TimeZoneId).DateOf(next),
                M(payment.Amount),
                string.Join(", ", new[] { _catalogue.PaymentType(payment.PaymentTypeCode)?.Name, payment.NumberHint }.OfType<string>())
            )
            : null;

    /// <summary>An amount of a line.</summary>
    private Money L(decimal amount) => M(_sign * amount);

    private Money M(decimal amount) => new(amount, _currency);
}
