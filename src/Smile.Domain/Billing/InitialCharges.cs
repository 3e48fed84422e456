using System.Globalization;
using System.Text.RegularExpressions;
using Smile.Domain.Accounts;
using Smile.Domain.Catalogue;
using Smile.Domain.CustomFields;
using Smile.Domain.Foundation;
using Smile.Domain.Receivables;

namespace Smile.Domain.Billing;

/// <summary>A plan that a subscription begins to use.</summary>
/// <param name="Usn">The subscription.</param>
/// <param name="Options">What is chosen with the plan, by the codes of its options.</param>
public sealed record StartingPlan(Usn Usn, Plan Plan, FieldValues Options);

/// <summary>
/// What subscriptions are charged when they begin: setup charges, and the recurring charges that the first bill has. Pure, so that the quote
/// of an order is its invoice.
/// </summary>
public static partial class InitialCharges
{
    private const int RecurringChargeType = 2;

    /// <summary>Charges without GST lines and rounding, in the order of the subscriptions, plans and days.</summary>
    /// <param name="account">Its cycles hold for all.</param>
    /// <param name="day">The first day of the plans.</param>
    public static IReadOnlyList<TransactionItem> Of(CatalogueSnapshot catalogue, Account account, IEnumerable<StartingPlan> plans, DateOnly day, DateTimeOffset now, Usn changedBy)
    {
        var cycles = new ChargeCycles(account.InvoicingCycle, account.RatingCycle);
        var period = BillingPeriods.At(cycles.Invoicing, day);
        var lines = new List<TransactionItem>();
        foreach (var start in plans)
        {
            if (start.Plan.SetupCharge is { } setup)
            {
                lines.Add(Line(setup.ItemCode, setup.Rate, null, null, new DayRange(day, day), 1m, start.Usn));
            }

            foreach (var (charge, quantity) in Chosen(start))
            {
                lines.AddRange(RecurringChargeSchedule.Through(charge, [new DayRange(day, DateOnly.MaxValue)], cycles, period)
                    .Select(scheduled => Line(charge.ItemCode, charge.Rate, charge.Description, charge.DisplayRate, scheduled.Days, quantity * scheduled.Share, start.Usn)));
            }
        }

        return lines;

        TransactionItem Line(string itemCode, decimal? rate, string? description, string? displayRate, DayRange days, decimal times, Usn usn)
        {
            var item = catalogue.ItemDescription(account.CompanyId, itemCode) ?? throw new InvalidOperationException($"The catalogue has no item description {itemCode}.");
            var currency = catalogue.Currency(account.Currency);
            var exact = (rate ?? item.Rate ?? 0m) / item.UnitSize * times;
            return new TransactionItem
            {
                AccountUsn = account.Usn,
                Usn = usn,
                LineNumber = 0,
                ItemCode = item.Code,
                ChargeFrom = days.From,
                ChargeTo = days.To,
                Description = Dated(description ?? item.Description, days),
                Quantity = 1m,
                DisplayRate = displayRate ?? item.DisplayRate,
                Currency = account.Currency,
                Amount = currency.Round(exact),
                IsGst = false,
                ChargeGst = item.ChargeGst,
                GstAmount = item.ChargeGst ? InvoiceLines.Gst(exact, catalogue.GstPercent(account.AccountTypeId, day), currency) : 0m,
                Discount = 0m,
                Count = 0,
                SalesReportCategory = item.ReportingCategory ?? SalesReportCategories.Unknown,
                GlCode = item.GlCode,
                ChargeTypeId = item.ChargeType ?? RecurringChargeType,
                Properties = FieldValues.None,
                Created = now,
                ChangedBy = changedBy,
            };
        }
    }

    /// <summary>The plan's own charges and those of the options chosen, with how many times each is charged.</summary>
    internal static IEnumerable<(RecurringChargeItem Charge, decimal Quantity)> Chosen(StartingPlan start) =>
        start.Plan.RecurringCharges.Select(charge => (charge, charge.Quantity))
            .Concat(start.Plan.Options.SelectMany(option => option.RecurringCharges.Select(charge => (charge, charge.Quantity * Chosen(start.Options[option.Code])))))
            .Where(each => each.Item2 > 0m);

    private static decimal Chosen(string? value) => value switch
    {
        null or "false" => 0m,
        "true" => 1m,
        _ => decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quantity) ? quantity : 0m,
    };

    private static string Dated(string text, DayRange days) =>
        DatePlace().Replace(text, match => (match.Groups[1].Value == "0" ? days.From : days.To).ToString("dd/MM/yyyy", CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\{([01])(,date)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex DatePlace();
}
