namespace Smile.Soap;

/// <summary>
/// What the SOAP layer asks the application about a call: above all, which fault of the contract tells what an operation threw.
/// </summary>
public abstract class SoapFaultMapper
{
    /// <summary>The fault for an exception of the application, or null where it is a failure of the server.</summary>
    public abstract SoapFaultException? Map(Exception exception, SoapOperation operation);

    /// <summary>The fault for a document parameter that is missing or in the wrong namespace.</summary>
    public abstract SoapFaultException MapDocumentFault(string message, SoapOperation operation);

    /// <summary>Refuses a caller who is not known, before anything of the body is read.</summary>
    public abstract void RequireCaller(Microsoft.AspNetCore.Http.HttpContext context);

    /// <summary>Decides whether the caller may call this operation at all; throws the fault where not.</summary>
    public abstract void RequireAccess(Microsoft.AspNetCore.Http.HttpContext context, SoapEndpoint endpoint, SoapOperation operation);
}
