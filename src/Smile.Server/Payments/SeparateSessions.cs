using Smile.Domain.Payments;
using Smile.Server.Endpoints;

namespace Smile.Server.Payments;

/// <summary>Units of work beside the call's own, each in a scope of its own.</summary>
internal sealed class SeparateSessions(IServiceScopeFactory scopes, StageSessionHolder holder) : ISeparateSessions
{
    public async Task<TResult> RunAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult>> work)
        where TUseCase : class
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<StageSessionHolder>().Use(holder.Stage, holder.Session.Caller);
        return await work(scope.ServiceProvider.GetRequiredService<TUseCase>()).ConfigureAwait(false);
    }
}
