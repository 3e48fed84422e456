using Smile.Domain.Payments;
using Smile.Server.Endpoints;

namespace Smile.Server.Payments;

/// <summary>Units of work beside the call's own, each in a scope of its own.</summary>
internal sealed partial class SeparateSessions(IServiceScopeFactory scopes, StageSessionHolder holder, ILogger<SeparateSessions> logger) : ISeparateSessions
{
    public async Task<TResult> RunAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult>> work)
        where TUseCase : class
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<StageSessionHolder>().Use(holder.Stage, holder.Session.Caller);
        return await work(scope.ServiceProvider.GetRequiredService<TUseCase>()).ConfigureAwait(false);
    }

    public async Task<TResult?> TryAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult?>> work)
        where TUseCase : class
        where TResult : class
    {
        try
        {
            return await RunAsync(work).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogFailed(exception, typeof(TUseCase).Name, holder.Stage.Name);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{UseCase} of stage {Stage} failed and will be done again")]
    private partial void LogFailed(Exception exception, string useCase, string stage);
}
