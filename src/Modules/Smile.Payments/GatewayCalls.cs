namespace Smile.Payments;

/// <summary>Asks gateways, whatever happens on the way.</summary>
internal static class GatewayCalls
{
    /// <summary>
    /// A gateway whose answer does not come, or cannot be read, has said nothing: the money may be taken or not. What went wrong is told by
    /// its kind alone, since the words of an exception may hold what was sent.
    /// </summary>
    public static async Task<GatewayOutcome> AskAsync(Func<Task<GatewayOutcome>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new GatewayOutcome.Unknown($"The gateway gave no answer ({exception.GetType().Name}).");
        }
    }
}
