using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Customers.Accounts;
using Smile.Kernel;

namespace Smile.Receivables.InvoiceGroupings;

/// <summary>A line that stands for others on an invoice.</summary>
/// <param name="Line">What is shown.</param>
/// <param name="Charges">What it stands for.</param>
internal sealed record RolledUpLine(TransactionItem Line, IReadOnlyList<TransactionItem> Charges);

/// <summary>
/// Shows the charges of an account's groupings as one line each: the text, how many charges they are and their total. Charges of the
/// account itself are not grouped.
/// </summary>
internal static class InvoiceRollup
{
    /// <summary>The lines to show, in the order of their first charges. A line without a grouping stands for itself.</summary>
    /// <param name="groupings">The account's, oldest first; the first that fits a charge has it.</param>
    public static IReadOnlyList<RolledUpLine> Apply(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyList<InvoiceGrouping> groupings,
        IReadOnlyList<TransactionItem> charges
    )
    {
        var shown = new List<(InvoiceGrouping? Grouping, List<TransactionItem> Charges)>();
        foreach (var charge in charges)
        {
            var grouping = groupings.FirstOrDefault(candidate => Groups(catalogue, candidate, charge));
            if (grouping is not null && shown.FirstOrDefault(line => line.Grouping == grouping) is { Charges: { } together })
            {
                together.Add(charge);
            }
            else
            {
                shown.Add((grouping, [charge]));
            }
        }

        return
        [
            .. shown.Select(line =>
                line.Grouping is { } grouping
                    ? new RolledUpLine(RollUp(catalogue, account, grouping, line.Charges), line.Charges)
                    : new RolledUpLine(line.Charges[0], [])
            ),
        ];
    }

    private static bool Groups(CatalogueSnapshot catalogue, InvoiceGrouping grouping, TransactionItem charge)
    {
        var types = grouping.ChargeTypes ?? catalogue.InvoiceGrouping(grouping.ConfigurationId)?.ChargeTypes ?? [];
        return grouping.Deleted is null
            && !charge.ExcludeFromGrouping
            && grouping.Subscriptions.Any(member => member.SubscriptionUsn == charge.Usn)
            && (types.Count == 0 || (charge.ChargeTypeId is { } type && types.Contains(type)))
            && !(charge.ChargeFrom < grouping.ActiveFrom)
            && !(charge.ChargeFrom > grouping.ActiveTo);
    }

    private static TransactionItem RollUp(
        CatalogueSnapshot catalogue,
        Account account,
        InvoiceGrouping grouping,
        IReadOnlyList<TransactionItem> charges
    )
    {
        var configuration =
            catalogue.InvoiceGrouping(grouping.ConfigurationId)
            ?? throw new InvalidOperationException($"Invoice grouping {grouping.Id} has no configuration.");
        var item = catalogue.ItemDescription(account.CompanyId, configuration.ItemCode);
        var (from, to) = (charges.Min(charge => charge.ChargeFrom), charges.Max(charge => charge.ChargeTo));
        return new TransactionItem
        {
            AccountUsn = account.Usn,
            Usn = grouping.RollupToUsn ?? account.Usn,
            LineNumber = 0,
            ItemCode = configuration.ItemCode,
            ChargeFrom = from,
            ChargeTo = to,
            Description = DatedText.Fill(
                grouping.RollupDescription ?? configuration.RollupDescription,
                from,
                to,
                catalogue.Language(account.CompanyId, account.Properties),
                Word.FormatRollupDay
            ),
            Quantity = charges.Count,
            Currency = account.Currency,
            Amount = charges.Sum(charge => charge.Amount),
            IsGst = false,
            ChargeGst = charges.Any(charge => charge.ChargeGst),
            GstAmount = charges.Sum(charge => charge.GstAmount),
            Discount = charges.Sum(charge => charge.Discount),
            Count = 0,
            SalesReportCategory = item?.ReportingCategory ?? SalesReportCategories.Unknown,
            GlCode = item?.GlCode,
            Properties = FieldValues.None,
            Created = charges[0].Created,
        };
    }
}
