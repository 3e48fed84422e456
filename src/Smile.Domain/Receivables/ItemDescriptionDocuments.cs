using Smile.Contracts;
using Smile.Domain.Catalogue;
using Smile.Domain.CustomFields;
using Smile.Domain.Foundation;

namespace Smile.Domain.Receivables;

/// <summary>Item descriptions as the wire shows them.</summary>
internal static class ItemDescriptionDocuments
{
    /// <param name="company">In whose currency it is priced where it names none.</param>
    /// <param name="rate">A price in the company's currency in place of the item's.</param>
    public static LineItemDescriptionType Document(CatalogueSnapshot catalogue, ItemDescription item, Company company, decimal? rate = null, string? displayRate = null, string? name = null)
    {
        var currency = catalogue.Currency(item.Currency ?? company.Currency);
        var category = catalogue.Content.ReportingCategories.FirstOrDefault(candidate => candidate.Code == item.ReportingCategory);
        return new LineItemDescriptionType
        {
            Id = item.Id,
            Company = company.Id,
            ItemCode = item.Code,
            Name = name ?? item.Description,
            UnitSize = item.UnitSize,
            ChargeGst = item.ChargeGst,
            Rate = rate is { } own ? new Money(own, catalogue.Currency(company.Currency)).ToRateDocument() : item.Rate is { } usual ? new Money(usual, currency).ToRateDocument() : null,
            DisplayRate = displayRate ?? item.DisplayRate,
            ReportingCategory = category is null ? null : new ReportingCategoryType { Company = category.Company, ReportingCode = category.Code, Name = category.Name, Id = category.Id },
            Currency = currency.Code,
            Object = item.Properties.Count > 0 ? new FieldValues(item.Properties).ToDocument() : null,
        };
    }
}
