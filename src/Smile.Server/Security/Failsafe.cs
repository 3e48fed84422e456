using Smile.Soap;

namespace Smile.Server.Security;

/// <summary>
/// Answers what fails outside a call, above all while its caller is looked up (no database, no catalogue, a key that is gone): clients get
/// a fault with a reference, never an empty answer.
/// </summary>
internal static class Failsafe
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await context.RequestServices.GetRequiredService<SoapRequestHandler>().AnswerFailureAsync(context, exception);
        }
    }
}
