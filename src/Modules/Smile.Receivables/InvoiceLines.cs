using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Customers.Accounts;
using Smile.Kernel;

namespace Smile.Receivables;

/// <summary>
/// Completes charges to an invoice: the discount is already off them, then comes cash rounding and then GST, a line for each USN with
/// taxed charges (guide, lines 2548 to 2625, 9503 to 9575). Pure, so that a quote is the invoice that it becomes.
/// </summary>
public static class InvoiceLines
{
    public const string RoundingItem = "round";
    public const string GstItem = "gst";

    /// <summary>The charges in their order, a rounding line where the total needs one, and the GST lines, numbered from 0.</summary>
    /// <param name="charges">Their line numbers are given anew.</param>
    /// <param name="day">The invoice's day, which its rounding and GST lines are for.</param>
    /// <param name="now">When the lines are made.</param>
    /// <param name="roundToCash">Whether the total is brought to the currency's cash unit.</param>
    public static IReadOnlyList<TransactionItem> Complete(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyList<TransactionItem> charges,
        DateOnly day,
        DateTimeOffset now,
        bool roundToCash = true
    )
    {
        var currency = catalogue.Currency(account.Currency);
        var language = catalogue.Language(account.CompanyId, account.Properties);
        var taxes = charges
            .GroupBy(charge => charge.Usn)
            .Select(group => (Usn: group.Key, Gst: group.Sum(charge => charge.GstAmount)))
            .Where(tax => tax.Gst != 0m)
            .ToList();
        var total = charges.Sum(charge => charge.Amount) + taxes.Sum(tax => tax.Gst);
        var rounding = roundToCash ? CashRounding(total, currency) - total : 0m;
        var lines = new List<TransactionItem>(charges);
        if (rounding != 0m)
        {
            // A rounding line stands with the charges where they are all for one subscription, else with the account (guide, lines 2588,
            // 9550).
            var usn = charges.Select(charge => charge.Usn).Distinct().Take(2).ToList() is [var only] ? only : account.Usn;
            lines.Add(Line(RoundingItem, language[Word.RoundingAdjustment], SalesReportCategories.Rounding, usn, rounding, isGst: false));
        }

        lines.AddRange(
            taxes.Select(tax =>
                Line(GstItem, GstText(catalogue, account, language, day), SalesReportCategories.Gst, tax.Usn, tax.Gst, isGst: true)
            )
        );
        for (var number = 0; number < lines.Count; number++)
        {
            lines[number].LineNumber = number;
        }

        return lines;

        TransactionItem Line(string code, string text, string category, Usn usn, decimal amount, bool isGst)
        {
            var item = catalogue.ItemDescription(account.CompanyId, code);
            return new TransactionItem
            {
                AccountUsn = account.Usn,
                Usn = usn,
                LineNumber = 0,
                ItemCode = code,
                ChargeFrom = day,
                ChargeTo = day,
                Description = item?.Description ?? text,
                Quantity = 1m,
                Currency = account.Currency,
                Amount = amount,
                IsGst = isGst,
                ChargeGst = !isGst,
                GstAmount = 0m,
                Discount = 0m,
                Count = 0,
                SalesReportCategory = item?.ReportingCategory ?? category,
                GlCode = item?.GlCode,
                Properties = FieldValues.None,
                Created = now,
            };
        }
    }

    /// <summary>The GST on a charge, rounded half away from zero to the minor unit (guide, line 24280: 0.23 on 2.26).</summary>
    /// <param name="exact">The charge without tax before it was rounded: 49.94545… is taxed 4.99 (guide, line 21515).</param>
    public static decimal Gst(decimal exact, decimal percent, Currency currency) => currency.Round(exact * percent / 100m);

    /// <summary>
    /// Taxes a charge that was priced on an earlier day by the rate of its invoice's day, where the server worked its tax out.
    /// </summary>
    public static void TaxOn(CatalogueSnapshot catalogue, Account account, TransactionItem charge, DateOnly day)
    {
        if (charge.GstPercent is not { } before)
        {
            return;
        }

        var schedule = charge.GstId is { } id ? catalogue.GstSchedule(id) : null;
        var percent = schedule?.PercentAt(day) ?? catalogue.GstPercent(account.AccountTypeId, day);
        if (before != percent)
        {
            (charge.GstAmount, charge.GstPercent) = (Gst(charge.Amount, percent, catalogue.Currency(charge.Currency)), percent);
        }
    }

    private static decimal CashRounding(decimal total, Currency currency) =>
        currency.CashUnit == 0m ? total : Math.Round(total / currency.CashUnit, 0, MidpointRounding.AwayFromZero) * currency.CashUnit;

    private static string GstText(CatalogueSnapshot catalogue, Account account, Language language, DateOnly day) =>
        language.Fill(
            Word.IncludesTax,
            language.Percent(catalogue.GstPercent(account.AccountTypeId, day)),
            catalogue.TaxName(account.AccountTypeId, language)
        );
}
