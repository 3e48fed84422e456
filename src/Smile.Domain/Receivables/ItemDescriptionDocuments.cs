using Smile.Contracts;
using Smile.Domain.Catalogue;
using Smile.Domain.CustomFields;
using Smile.Domain.Foundation;

namespace Smile.Domain.Receivables;

/// <summary>Item descriptions as the wire shows them.</summary>
internal static class ItemDescriptionDocuments
{
    /// <param name="company">In whose currency it is priced where it names none.</param>
    public static LineItemDescriptionType Document(CatalogueSnapshot catalogue, ItemDescription item, Company company)
    {
        var currency = catalogue.Currency(item.Currency ?? company.Currency);
        var category = catalogue.Content.ReportingCategories.FirstOrDefault(candidate => candidate.Code == item.ReportingCategory);
        return new LineItemDescriptionType
        {
            Id = item.Id,
            Company = company.Id,
            ItemCode = item.Code,
            Name = item.Description,
            UnitSize = item.UnitSize,
            ChargeGst = item.ChargeGst,
            Rate = item.Rate is { } rate ? new Money(rate, currency).ToRateDocument() : null,
            DisplayRate = item.DisplayRate,
            ReportingCategory = category is null ? null : new ReportingCategoryType { Company = category.Company, ReportingCode = category.Code, Name = category.Name, Id = category.Id },
            Currency = currency.Code,
            Object = item.Properties.Count > 0 ? new FieldValues(item.Properties).ToDocument() : null,
        };
    }
}
