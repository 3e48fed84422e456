using Smile.Catalogue;
using Smile.Hosting.Security;
using Smile.Session;
using Smile.Storage;
using Smile.Usage;

namespace Smile.Hosting.Stages;

/// <summary>One database with its time, its catalogue and its callers: <c>live</c>, <c>test</c> …</summary>
public sealed class Stage(
    string name,
    StageStore store,
    StageClock clock,
    OutboxSignal outbox,
    bool clockMayMove = false,
    UsageDatabase? usage = null
) : IAsyncDisposable
{
    private volatile CatalogueSnapshot? _catalogue;
    private ICatalogueVersions? _versions;

    public string Name { get; } = name;

    public StageStore Store { get; } = store;

    /// <summary>Where its usage is kept: in its own database where nothing else is said.</summary>
    public UsageDatabase Usage { get; } =
        usage ?? new UsageDatabase(store.Source, owned: false, cancellation => store.OpenSessionAsync("smile usage", cancellation));

    /// <summary>Tells its database from others of the same name, on a broker that they share; known when the server has started.</summary>
    public string? Installation { get; set; }

    /// <summary>Whether it does by itself what nobody has called for.</summary>
    public StageGate Gate { get; } = new();

    /// <summary>Whether it was restored from the dump of another database, and was not opened since.</summary>
    public bool IsCopy { get; private set; }

    /// <summary>Takes over what its database says of itself: its id, and whether it is open.</summary>
    public async Task ReadInstallationAsync(CancellationToken cancellation)
    {
        var state = await Storage.Installation.ReadAsync(Store.Source, cancellation);
        (Installation, IsCopy) = (state.Id, state.IsCopy);
        Gate.Set(state.IsOpen);
    }

    /// <summary>Why the stage does nothing by itself, and what to do about it.</summary>
    public string WhyQuiet =>
        $"Stage {Name} is quiet: {(IsCopy ? "its database was restored from another's dump" : "it was closed")}. It neither bills, "
        + $"mails, suspends, pays nor publishes. To open it: smile stage open --stage {Name}";

    public TimeProvider Clock { get; } = clock;

    /// <summary>Whether it is a test stage: its clock may be moved.</summary>
    public bool ClockMayMove { get; } = clockMayMove;

    /// <summary>Takes over how far the clock was moved, by this process or another.</summary>
    public async Task ReadClockAsync(CancellationToken cancellation)
    {
        if (ClockMayMove)
        {
            clock.Ahead = await ClockStore.LoadAsync(Store.Source, cancellation);
        }
    }

    public OutboxSignal Outbox { get; } = outbox;

    public CallerCache Callers { get; } = new(TimeProvider.System);

    /// <summary>The catalogue that holds now. A call keeps the one it began with.</summary>
    public CatalogueSnapshot Catalogue
    {
        get => _catalogue ?? throw new NoCatalogueException($"Stage {Name} has no catalogue. Apply one: smile catalogue apply FILES");
        set => _catalogue = value;
    }

    public bool HasCatalogue => _catalogue is not null;

    /// <summary>A session of its own, for work that no call asked for.</summary>
    /// <param name="catalogue">The version whose prices count; null for the one that holds now.</param>
    public StageSession CreateSession(Caller caller, CatalogueSnapshot? catalogue = null)
    {
        var current = Catalogue;
        return new StageSession(Store.CreateDatabase(), catalogue ?? current, Clock, caller, current);
    }

    /// <summary>The versions of the catalogue that documents were issued by.</summary>
    public ICatalogueVersions CatalogueVersions => _versions ??= new CatalogueVersions(this);

    public async ValueTask DisposeAsync()
    {
        await Usage.CloseAsync();
        await Store.DisposeAsync();
        Outbox.Dispose();
    }
}

/// <summary>A stage has no catalogue, so that nothing can be done on it yet.</summary>
public sealed class NoCatalogueException(string message) : InvalidOperationException(message);

/// <summary>What a request carries: the stage that its address names, and who calls.</summary>
public sealed class StageFeature(Stage stage)
{
    public Stage Stage { get; } = stage;

    public Caller? Caller { get; set; }
}

/// <summary>All stages of this server.</summary>
public sealed class StageRegistry(IReadOnlyList<Stage> stages, string defaultStage) : IAsyncDisposable
{
    private readonly Dictionary<string, Stage> _byName = stages.ToDictionary(stage => stage.Name, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<Stage> All { get; } = stages;

    public Stage Default => _byName[defaultStage];

    public Stage? Find(string name) => _byName.GetValueOrDefault(name);

    public async ValueTask DisposeAsync()
    {
        foreach (var stage in All)
        {
            await stage.DisposeAsync();
        }
    }
}
