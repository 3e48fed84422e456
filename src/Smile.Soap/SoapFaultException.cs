namespace Smile.Soap;

/// <summary>A fault to answer with. Its message is shown to the caller: no stack trace, SQL or type name belongs in it.</summary>
public sealed class SoapFaultException : Exception
{
    private SoapFaultException(string? faultElement, string message, int statusCode)
        : base(message)
    {
        FaultElement = faultElement;
        StatusCode = statusCode;
    }

    /// <summary>
    /// Local name of the element in the fault's detail, such as <c>OrderException</c>; null where the request itself was malformed.
    /// </summary>
    public string? FaultElement { get; }

    /// <summary>500 as SOAP demands, but for what HTTP has a better word for (401, 413, 415 …).</summary>
    public int StatusCode { get; }

    /// <summary>True for a malformed request (<c>S:Client</c>), false for one that could not be carried out (<c>S:Server</c>).</summary>
    public bool IsClientFault => FaultElement is null && !IsServerFailure;

    /// <summary>Overrides the fault code where SOAP has a special one (<c>MustUnderstand</c>, <c>VersionMismatch</c>).</summary>
    public string? SpecialCode { get; private init; }

    /// <summary>How the call ended, for the log and the metrics: the fault's name, or whose failure it was.</summary>
    internal string Outcome => FaultElement ?? (IsServerFailure ? "server" : "client");

    private bool IsServerFailure { get; init; }

    /// <summary>A fault that the operation declares.</summary>
    public static SoapFaultException Declared(string faultElement, string message, int statusCode = 500) =>
        new(faultElement, message, statusCode);

    /// <summary>The request does not fit the contract.</summary>
    public static SoapFaultException Malformed(string message, int statusCode = 500) => new(null, message, statusCode);

    /// <summary>The server failed; what went wrong stands in its log under the same correlation id.</summary>
    public static SoapFaultException Internal(string correlationId) =>
        new(null, $"The server could not complete the call. Quote reference {correlationId} when you report this.", 500)
        {
            IsServerFailure = true,
        };

    /// <summary>The server has no room for the call now. Nothing of it was done: it may be sent again.</summary>
    public static SoapFaultException Busy(string message) => new(null, message, 503) { IsServerFailure = true };

    internal static SoapFaultException MustUnderstand(string header) =>
        new(null, $"The header '{header}' is marked mustUnderstand and is not understood by this service.", 500)
        {
            SpecialCode = "MustUnderstand",
        };

    internal static SoapFaultException VersionMismatch(string found) =>
        new(
            null,
            $"'{found}' is not a SOAP envelope that this service knows: use SOAP 1.1 ('{Xml.ContractNamespaces.Soap11}') or SOAP 1.2 "
                + $"('{Xml.ContractNamespaces.Soap12}').",
            500
        )
        {
            SpecialCode = "VersionMismatch",
        };
}
