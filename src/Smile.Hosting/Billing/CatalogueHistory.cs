using Smile.Catalogue;
using Smile.Hosting.Stages;
using Smile.Storage;

namespace Smile.Hosting.Billing;

/// <summary>Finds the version of the catalogue that was in force on a day, so that a late bill has the prices of its time.</summary>
public sealed class CatalogueHistory(Stage stage)
{
    private readonly Dictionary<int, CatalogueSnapshot> _versions = [];

    /// <summary>
    /// The version that held when a day began in UTC, with what the catalogue has gained since; the first one for days before it.
    /// </summary>
    public async Task<CatalogueSnapshot> AtAsync(DateOnly day, CancellationToken cancellation)
    {
        var current = stage.Catalogue;
        var version = await CatalogueStore.VersionAtAsync(
            stage.Store.Source,
            new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            cancellation
        );
        if (version == current.Version)
        {
            return current;
        }

        if (!_versions.TryGetValue(version, out var snapshot))
        {
            // What subscriptions use today may not have been there yet: then today's terms are all there are.
            var then = await stage.CatalogueVersions.GetAsync(version, cancellation);
            snapshot = new CatalogueSnapshot(version, then.Content.CompletedBy(current.Content));
            _versions.Add(version, snapshot);
        }

        return snapshot;
    }
}
