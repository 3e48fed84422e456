using Smile.Catalogue;
using Smile.Hosting.Background;
using Smile.Session;

namespace Smile.Hosting.Stages;

/// <summary>Runs a use case in a scope and a session of its own.</summary>
public static class UseCaseRuns
{
    /// <param name="caller">In whose name it is done.</param>
    /// <param name="catalogue">Another version of the catalogue than the one that holds now; null for that.</param>
    public static async Task<TResult> RunAsync<TUseCase, TResult>(
        this IServiceScopeFactory scopes,
        Stage stage,
        Caller caller,
        Func<TUseCase, Task<TResult>> work,
        CatalogueSnapshot? catalogue = null
    )
        where TUseCase : class
    {
        await using var scope = UseCaseScope.Begin(scopes, stage, caller, catalogue);
        return await work(scope.Use<TUseCase>());
    }

    /// <summary>The same of work that has no result.</summary>
    public static Task RunAsync<TUseCase>(this IServiceScopeFactory scopes, Stage stage, Caller caller, Func<TUseCase, Task> work)
        where TUseCase : class =>
        scopes.RunAsync<TUseCase, bool>(
            stage,
            caller,
            async useCase =>
            {
                await work(useCase);
                return true;
            }
        );
}
