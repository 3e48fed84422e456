using Smile.Catalogue;
using Smile.Session;

namespace Smile.Hosting.Stages;

/// <summary>Holds the session of the call, made when it is first needed.</summary>
public sealed class StageSessionHolder(CurrentCall call) : IAsyncDisposable
{
    private StageSession? _session;
    private Stage? _stage;

    /// <summary>The session; taken from the request where background work has not begun one.</summary>
    public StageSession Session => _session ??= FromRequest();

    /// <summary>The stage that the session is of.</summary>
    public Stage Stage => _stage ??= Feature.Stage;

    private StageFeature Feature => call.Feature ?? throw new InvalidOperationException("There is no call to take the stage from.");

    /// <summary>Begins a session of its own, for background work.</summary>
    /// <param name="catalogue">Another version of the catalogue than the one that holds now; null for that.</param>
    public void Use(Stage stage, Caller caller, CatalogueSnapshot? catalogue = null)
    {
        _stage = stage;
        _session = stage.CreateSession(caller, catalogue);
    }

    public ValueTask DisposeAsync() => _session?.Database.DisposeAsync() ?? ValueTask.CompletedTask;

    private StageSession FromRequest() =>
        Stage.CreateSession(
            Feature.Caller ?? throw new InvalidOperationException("The call has no caller: it must be refused before it gets here.")
        );
}
