using System.Globalization;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Correspondence.Documents;

/// <summary>Adds to invoices what was used, record by record, where the account's terms say so.</summary>
internal sealed class UsagePages(IInvoicedUsage usage)
{
    /// <summary>More are for files: see getRatings().</summary>
    private const int MostLines = 10_000;

    private const char Hidden = '*';

    public async Task<CustomerDocument> AddAsync(
        CustomerDocument document,
        FinancialTransaction transaction,
        Account account,
        CatalogueSnapshot catalogue,
        BillingTimeZone zone,
        CancellationToken cancellation
    )
    {
        var terms = catalogue.Content.AccountTerms.FirstOrDefault(each => each.Id == account.AccountTermsId);
        if (terms is not { UsageDetails: true } || transaction.Type is not (TransactionType.Invoice or TransactionType.Quote))
        {
            return document;
        }

        var used = await usage.OfAsync(transaction.Number, MostLines, cancellation);
        return document with
        {
            HasMoreUsage = !used.IsWhole,
            HasArchivedUsage = used.IsArchived,
            Usage =
            [
                .. used
                    .Lines.GroupBy(line => (line.Subscription, line.Username, line.Type))
                    .OrderBy(group => group.Key.Username, StringComparer.Ordinal)
                    .ThenBy(group => group.Key.Subscription)
                    .ThenBy(group => group.Key.Type, StringComparer.Ordinal)
                    .Select(group => new DocumentUsage(
                        $"{group.Key.Username}: {group.Key.Type}",
                        [.. group.Select(line => Line(line, document.Language, zone, terms.HiddenDigits))]
                    )),
            ],
        };
    }

    private static DocumentUsageLine Line(InvoicedUsageLine line, Language language, BillingTimeZone zone, int hidden) =>
        new(zone.At(line.Start).DateTime, Hide(line.Number, hidden), line.Destination, Used(line, language), line.AmountExTax);

    private static string Hide(string number, int hidden) =>
        number.Length <= hidden ? new string(Hidden, number.Length) : number[..^hidden] + new string(Hidden, hidden);

    private static string Used(InvoicedUsageLine line, Language language) =>
        line switch
        {
            { Bytes: > 0m } => language.Bytes(line.Bytes, line.Bytes),
            { Pages: > 0 } => line.Pages.ToString(CultureInfo.InvariantCulture),
            { Seconds: > 0m } => UsageFigures.Duration(line.Seconds),
            _ => Math.Max(1, line.Events).ToString(CultureInfo.InvariantCulture),
        };
}
