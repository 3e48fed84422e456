using Smile.Catalogue;
using Smile.Storage;

namespace Smile.Hosting.Stages;

/// <summary>Reads older versions of a stage's catalogue, and keeps the few that were asked for last: a version never changes.</summary>
public sealed class CatalogueVersions(Stage stage) : ICatalogueVersions
{
    private const int MostKept = 4;
    private readonly Lock _gate = new();
    private readonly LinkedList<CatalogueSnapshot> _kept = [];

    public async Task<CatalogueSnapshot> GetAsync(int version, CancellationToken cancellation)
    {
        if (stage.HasCatalogue && stage.Catalogue is var current && current.Version == version)
        {
            return current;
        }

        if (Find(version) is { } known)
        {
            return known;
        }

        var read = await CatalogueStore.LoadVersionAsync(stage.Store.Source, version, cancellation);
        return Keep(read);
    }

    private CatalogueSnapshot? Find(int version)
    {
        lock (_gate)
        {
            if (_kept.FirstOrDefault(snapshot => snapshot.Version == version) is not { } found)
            {
                return null;
            }

            _kept.Remove(found);
            _kept.AddFirst(found);
            return found;
        }
    }

    private CatalogueSnapshot Keep(CatalogueSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_kept.FirstOrDefault(other => other.Version == snapshot.Version) is { } other)
            {
                return other;
            }

            _kept.AddFirst(snapshot);
            if (_kept.Count > MostKept)
            {
                _kept.RemoveLast();
            }

            return snapshot;
        }
    }
}
