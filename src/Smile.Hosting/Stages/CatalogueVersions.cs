using Smile.Catalogue;
using Smile.Storage;

namespace Smile.Hosting.Stages;

/// <summary>Reads older versions of a stage's catalogue, and keeps the few that were asked for last: a version never changes.</summary>
public sealed class CatalogueVersions(Stage stage) : ICatalogueVersions
{
    private readonly Kept<int> _versions = new();
    private readonly Kept<(int Then, int Now)> _completed = new();
    private IReadOnlyList<(int Version, DateTimeOffset Applied)> _applied = [];

    public CatalogueSnapshot Current => stage.Catalogue;

    public async Task<CatalogueSnapshot> GetAsync(int version, CancellationToken cancellation) =>
        stage.HasCatalogue && stage.Catalogue is var current && current.Version == version
            ? current
            : _versions.Find(version)
                ?? _versions.Keep(version, await CatalogueStore.LoadVersionAsync(stage.Store.Source, version, cancellation));

    public async Task<CatalogueSnapshot> AtAsync(DateOnly day, CancellationToken cancellation)
    {
        var current = stage.Catalogue;
        if (_applied.All(each => each.Version < current.Version))
        {
            _applied = await CatalogueStore.AppliedAsync(stage.Store.Source, cancellation);
        }

        var begin = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var known = _applied.Where(each => each.Version <= current.Version).ToList();
        var version = known.LastOrDefault(each => each.Applied <= begin, known[0]).Version;
        if (version == current.Version)
        {
            return current;
        }

        if (_completed.Find((version, current.Version)) is { } completed)
        {
            return completed;
        }

        // What subscriptions use today may not have been there yet: then today's terms are all there are.
        var then = await GetAsync(version, cancellation);
        return _completed.Keep((version, current.Version), new CatalogueSnapshot(version, then.Content.CompletedBy(current.Content)));
    }

    /// <summary>The snapshots that were asked for last.</summary>
    private sealed class Kept<TKey>
        where TKey : struct, IEquatable<TKey>
    {
        private const int Most = 4;
        private readonly Lock _gate = new();
        private readonly LinkedList<(TKey Key, CatalogueSnapshot Snapshot)> _snapshots = [];

        public CatalogueSnapshot? Find(TKey key)
        {
            lock (_gate)
            {
                for (var node = _snapshots.First; node is not null; node = node.Next)
                {
                    if (node.Value.Key.Equals(key))
                    {
                        _snapshots.Remove(node);
                        _snapshots.AddFirst(node);
                        return node.Value.Snapshot;
                    }
                }

                return null;
            }
        }

        /// <returns>The one that is kept: another caller may have been first.</returns>
        public CatalogueSnapshot Keep(TKey key, CatalogueSnapshot snapshot)
        {
            lock (_gate)
            {
                if (Find(key) is { } other)
                {
                    return other;
                }

                _snapshots.AddFirst((key, snapshot));
                if (_snapshots.Count > Most)
                {
                    _snapshots.RemoveLast();
                }

                return snapshot;
            }
        }
    }
}
