using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing.Usage;

/// <summary>
/// Makes lines of usage: one for each item and type of tariff of a rating period. What a line has is the difference of what is rounded, so
/// that whatever comes late, or is corrected, adds up to the cent. Pure.
/// </summary>
/// <param name="day">The invoice's day, for its tax.</param>
internal sealed class UsageLines(
    CatalogueSnapshot catalogue,
    Account account,
    ApplicableDiscounts discounts,
    DateOnly day,
    DateTimeOffset now
)
{
    private readonly Currency _currency = catalogue.Currency(account.Currency);
    private readonly Language _language = catalogue.Language(account.CompanyId, account.Properties);
    private readonly decimal _gstPercent = catalogue.GstPercent(account.AccountTypeId, day);

    /// <summary>The lines of a rating period that come to something, those of earlier periods last.</summary>
    /// <param name="record">The subscription's, where it is not closed and billed.</param>
    public IEnumerable<TransactionItem> Of(UsagePeriod period, SubscriptionRecord? record) =>
        period
            .Charges.GroupBy(charge => (charge.IsLate, charge.Days, charge.ItemCode, Text: Text(charge), charge.DisplayRate))
            .OrderBy(line => line.Key.IsLate)
            .ThenBy(line => line.Key.Days.From)
            .ThenBy(line => line.Key.ItemCode, StringComparer.Ordinal)
            .ThenBy(line => line.Key.Text, StringComparer.Ordinal)
            .Select(line =>
                Line(
                    period,
                    record,
                    line.First(),
                    line.Key.Text,
                    line.Sum(charge => charge.Amount),
                    line.Sum(charge => charge.Before),
                    line.Sum(charge => charge.Records)
                )
            )
            .Where(line => line.Amount != 0m || line.Discount != 0m);

    private TransactionItem Line(
        UsagePeriod period,
        SubscriptionRecord? record,
        UsageCharge charge,
        string text,
        decimal amount,
        decimal before,
        int records
    )
    {
        var item = Item(charge.ItemCode);

        // The discount that holds on the last day of the rating period is given on all of it.
        var off = discounts.Best(period.SubscriptionUsn, item.Code, _currency.Round(amount), _currency, charge.Days.To)?.Discount;
        var discount = off is null ? 0m : _currency.Round(off.Of(amount)) - _currency.Round(off.Of(before));
        var charged = _currency.Round(amount) - _currency.Round(before);
        var gst =
            !item.ChargeGst ? 0m
            : discount == 0m ? Gst(amount) - Gst(before)
            : Gst(charged - discount);
        return new TransactionItem
        {
            AccountUsn = account.Usn,
            Usn = period.SubscriptionUsn,
            LineNumber = 0,
            ItemCode = item.Code,
            ChargeFrom = charge.Days.From,
            ChargeTo = charge.Days.To,
            Description = text[..Math.Min(text.Length, TransactionItem.MaxDescriptionLength)],
            Quantity = 1m,
            DisplayRate = charge.DisplayRate ?? item.DisplayRate,
            Currency = account.Currency,
            Amount = charged - discount,
            IsGst = false,
            ChargeGst = item.ChargeGst,
            GstAmount = gst,
            GstPercent = item.ChargeGst ? _gstPercent : null,
            Discount = discount,
            DiscountId = discount == 0m ? null : off?.Id,
            Count = records,
            SalesReportCategory = item.ReportingCategory ?? SalesReportCategories.Unknown,
            GlCode = item.GlCode,
            ChargeTypeId = item.ChargeType,
            Properties = FieldValues.None,
            ChargeId = Guid.CreateVersion7(now),
            PurchaseOrderNumber = record?.PurchaseOrder?.Number,
            CostCentreId = period.CostCentreId ?? account.CostCentreId,
            Created = now,
        };
    }

    private decimal Gst(decimal exact) => InvoiceLines.Gst(exact, _gstPercent, _currency);

    private ItemDescription Item(string code) =>
        catalogue.ItemDescription(account.CompanyId, code)
        ?? throw new InvalidOperationException($"The catalogue has no item description {code}.");

    private string Text(UsageCharge charge)
    {
        var own = charge.Text ?? Item(charge.ItemCode).Description;
        var text = DatedText.Fill(
            charge.TariffType is { } type ? $"{own}: {type}" : own,
            charge.Days.From,
            charge.Days.To,
            _language,
            Word.FormatChargeDay
        );
        return charge.IsLate ? _language.Fill(Word.LateUsage, text) : text;
    }
}
