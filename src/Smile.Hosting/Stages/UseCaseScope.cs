using Smile.Catalogue;
using Smile.Session;

namespace Smile.Hosting.Stages;

/// <summary>A session of its own on a stage, and the use cases that act in it.</summary>
public sealed class UseCaseScope : IAsyncDisposable
{
    private readonly AsyncServiceScope _scope;

    private UseCaseScope(AsyncServiceScope scope) => _scope = scope;

    /// <summary>The session that all use cases of the scope share.</summary>
    public StageSession Session => _scope.ServiceProvider.GetRequiredService<StageSession>();

    /// <param name="caller">In whose name the use cases act.</param>
    /// <param name="catalogue">Another version of the catalogue than the one that holds now; null for that.</param>
    public static UseCaseScope Begin(IServiceScopeFactory scopes, Stage stage, Caller caller, CatalogueSnapshot? catalogue = null)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<StageSessionHolder>().Use(stage, caller, catalogue);
        return new UseCaseScope(scope);
    }

    public TUseCase Use<TUseCase>()
        where TUseCase : class => _scope.ServiceProvider.GetRequiredService<TUseCase>();

    public ValueTask DisposeAsync() => _scope.DisposeAsync();
}
