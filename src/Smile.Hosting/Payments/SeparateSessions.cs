using Smile.Hosting.Stages;
using Smile.Payments;

namespace Smile.Hosting.Payments;

/// <summary>Units of work beside the call's own, each in a scope of its own.</summary>
public sealed partial class SeparateSessions(IServiceScopeFactory scopes, StageSessionHolder holder, ILogger<SeparateSessions> logger)
    : ISeparateSessions
{
    public Task<TResult> RunAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult>> work)
        where TUseCase : class => scopes.RunAsync<TUseCase, TResult>(holder.Stage, holder.Session.Caller, work);

    public async Task<TResult?> TryAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult?>> work)
        where TUseCase : class
        where TResult : class
    {
        try
        {
            return await RunAsync(work);
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
