using System.Collections.Concurrent;
using Smile.Hosting;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Soap;

namespace Smile.Server.Security;

/// <summary>
/// Bounds the calls that are being answered, of each login and of all, and how long an answer may take: who reads slowly, or asks for much
/// at once, does so on his own account.
/// </summary>
internal sealed class CallLimits(ServerSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Stage, Usn Login), int> _inFlight = new();
    private int _all;

    /// <summary>Calls in flight, of all logins.</summary>
    public int InFlight => Volatile.Read(ref _all);

    /// <summary>A step of the pipeline behind authentication; what nobody is known for is refused by the next one.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<StageFeature>() is not { Caller: { } caller } feature)
        {
            await next(context);
            return;
        }

        var key = (feature.Stage.Name, caller.Usn);
        try
        {
            if (Interlocked.Increment(ref _all) > settings.MaxCalls)
            {
                await RefuseAsync(
                    context,
                    $"The server answers as many calls as it may ({settings.MaxCalls}). Nothing was done: send the call again later."
                );
            }
            else if (_inFlight.AddOrUpdate(key, 1, (_, count) => count + 1) > settings.MaxCallsOfLogin)
            {
                Leave(key);
                await RefuseAsync(
                    context,
                    $"{settings.MaxCallsOfLogin} calls of this login are being answered. Nothing was done: send the call again when "
                        + $"one is through."
                );
            }
            else
            {
                await AnswerInTimeAsync(context, next, key);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _all);
        }
    }

    private async Task AnswerInTimeAsync(HttpContext context, RequestDelegate next, (string, Usn) key)
    {
        try
        {
            await using var timer = clock.CreateTimer(_ => context.Abort(), null, settings.AnswerTimeout, Timeout.InfiniteTimeSpan);
            await next(context);
        }
        finally
        {
            Leave(key);
        }
    }

    private void Leave((string, Usn) key)
    {
        // Taken out at nothing, unless another call came in between: logins come and go.
        if (_inFlight.AddOrUpdate(key, 0, (_, count) => count - 1) == 0)
        {
            _inFlight.TryRemove(new KeyValuePair<(string, Usn), int>(key, 0));
        }
    }

    private static Task RefuseAsync(HttpContext context, string message)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            return SoapRequestHandler.AnswerBusyAsync(context, message, Wait);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        return Task.CompletedTask;
    }
}
