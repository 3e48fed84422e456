namespace Smile.Catalogue;

/// <summary>Every version of a stage's catalogue that was ever applied.</summary>
public interface ICatalogueVersions
{
    /// <summary>The version that holds now.</summary>
    CatalogueSnapshot Current { get; }

    /// <exception cref="InvalidOperationException">There was never such a version.</exception>
    Task<CatalogueSnapshot> GetAsync(int version, CancellationToken cancellation);

    /// <summary>
    /// The version that held when a day began in UTC, with what the catalogue has gained since; the first one for days before it. So a late
    /// bill has the prices of its time.
    /// </summary>
    Task<CatalogueSnapshot> AtAsync(DateOnly day, CancellationToken cancellation);
}
