namespace Smile.Catalogue;

/// <summary>Every version of a stage's catalogue that was ever applied.</summary>
public interface ICatalogueVersions
{
    /// <exception cref="InvalidOperationException">There was never such a version.</exception>
    Task<CatalogueSnapshot> GetAsync(int version, CancellationToken cancellation);
}
