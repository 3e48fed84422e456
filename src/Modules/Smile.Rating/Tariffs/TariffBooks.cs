using System.Collections.Concurrent;
using Smile.Rating.Storage;
using Smile.Session;

namespace Smile.Rating.Tariffs;

/// <summary>The tariffs of services as rating looks them up. They are read once for each stage, and again when they have changed.</summary>
[UseCase]
public sealed class TariffBooks(StageSession session)
{
    /// <summary>The books of services as they are now: to be asked for once for each batch that is rated.</summary>
    public async Task<IReadOnlyDictionary<int, TariffBook>> OfAsync(IEnumerable<int> services, CancellationToken cancellation)
    {
        var kept = session.Database.Memory.Of<TariffBookMemory>();
        var version = await session.Database.TariffVersionAsync(cancellation);
        var books = new Dictionary<int, TariffBook>();
        foreach (var service in services.Distinct())
        {
            books.Add(service, await kept.OfAsync(session.Database, service, version));
        }

        return books;
    }

    public async Task<TariffBook> OfAsync(int service, CancellationToken cancellation) => (await OfAsync([service], cancellation))[service];
}

/// <summary>The books of one stage.</summary>
internal sealed class TariffBookMemory
{
    private readonly ConcurrentDictionary<int, Entry> _entries = new();

    /// <summary>The book of a service of a version or a later one. Who comes while it is read waits for it.</summary>
    public async Task<TariffBook> OfAsync(IStageDatabase database, int service, long version)
    {
        var entry = _entries.AddOrUpdate(
            service,
            _ => new Entry(version, database, service),
            (_, before) => before.AskedFor >= version ? before : new Entry(version, database, service)
        );
        try
        {
            return await entry.Book.Value;
        }
        catch
        {
            // The next one tries again.
            _entries.TryRemove(KeyValuePair.Create(service, entry));
            throw;
        }
    }

    private sealed class Entry(long askedFor, IStageDatabase database, int service)
    {
        public long AskedFor { get; } = askedFor;

        /// <summary>Read to the end also where who asked first gives up: others may wait for it.</summary>
        public Lazy<Task<TariffBook>> Book { get; } =
            new(async () => (await database.ReadTariffsAsync(service, CancellationToken.None)).Tariffs.ToBook());
    }
}
