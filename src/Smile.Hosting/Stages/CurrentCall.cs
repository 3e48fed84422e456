namespace Smile.Hosting.Stages;

/// <summary>The call that a scope serves; of background work there is none.</summary>
public sealed class CurrentCall
{
    private HttpContext? _context;

    /// <summary>Null in background work.</summary>
    public StageFeature? Feature => _context?.Features.Get<StageFeature>();

    public HttpRequest Request => _context?.Request ?? throw new InvalidOperationException("There is no call to take the address from.");

    /// <summary>Says which call the scope of its services serves.</summary>
    public static void Begin(HttpContext context) => context.RequestServices.GetRequiredService<CurrentCall>()._context = context;
}
