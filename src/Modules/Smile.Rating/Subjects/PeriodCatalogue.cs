using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Rating.Subjects;

/// <summary>By which version of the catalogue usage is charged.</summary>
internal static class PeriodCatalogue
{
    /// <summary>
    /// The version that holds while a rating period goes on, and that of its end from then on: what the catalogue changes later changes
    /// nothing of a period that is over.
    /// </summary>
    public static Task<CatalogueSnapshot> OfPeriodAsync(this ICatalogueVersions versions, DayRange days, CancellationToken cancellation) =>
        versions.AtAsync(days.To.AddDays(1), cancellation);
}
