using Smile.Catalogue;
using Smile.Contracts;
using Smile.Kernel;

namespace Smile.Receivables;

/// <summary>Item descriptions as the wire shows them.</summary>
public static class ItemDescriptionDocuments
{
    /// <summary>The category of items that have none of their own (guide, line 18858).</summary>
    private const string Uncategorised = "Uncategorised Transaction";

    /// <param name="company">In whose currency it is priced where it names none.</param>
    /// <param name="rate">A price in the company's currency in place of the item's.</param>
    /// <param name="inPlan">A plan's items show also that they have no fields and no category of their own (guide, line 18848); items by
    /// themselves do not (line 17905).</param>
    public static LineItemDescriptionType Document(
        CatalogueSnapshot catalogue,
        ItemDescription item,
        Company company,
        decimal? rate = null,
        string? displayRate = null,
        string? name = null,
        bool inPlan = false
    )
    {
        var currency = catalogue.Currency(item.Currency ?? company.Currency);
        var category = catalogue.Content.ReportingCategories.FirstOrDefault(candidate =>
            candidate.Code == (item.ReportingCategory ?? (inPlan ? SalesReportCategories.Unknown : null))
        );
        return new LineItemDescriptionType
        {
            Id = item.Id,
            Company = company.Id,
            ItemCode = item.Code,
            Name = DatedText.WithoutDates(name ?? item.Description),
            UnitSize = item.UnitSize,
            ChargeGst = item.ChargeGst,
            Rate =
                rate is { } own ? new Money(own, catalogue.Currency(company.Currency)).ToRateDocument()
                : item.Rate is { } usual ? new Money(usual, currency).ToRateDocument()
                : null,
            DisplayRate = displayRate ?? item.DisplayRate,
            ReportingCategory =
                category is not null
                    ? new ReportingCategoryType
                    {
                        Company = category.Company,
                        ReportingCode = category.Code,
                        Name = category.Name,
                        Id = category.Id,
                    }
                : inPlan
                    ? new ReportingCategoryType
                    {
                        Company = company.Id,
                        ReportingCode = SalesReportCategories.Unknown,
                        Name = Uncategorised,
                    }
                : null,
            Currency = currency.Code,
            Object = inPlan || item.Properties.Count > 0 ? new FieldValues(item.Properties).ToDocument() : null,
        };
    }
}
