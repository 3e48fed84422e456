using Microsoft.AspNetCore.Http;

namespace Smile.Soap.Tests.Hosting;

/// <summary>Maps the fakes' refusals, knows a caller by having any credentials and refuses one by a header.</summary>
internal sealed class FakeFaultMapper : SoapFaultMapper
{
    public const string DenyHeader = "X-Deny";

    public override SoapFaultException? Map(Exception exception, SoapOperation operation) =>
        exception is RefusedException refusal ? SoapFaultException.Declared(refusal.Fault, refusal.Message) : null;

    public override SoapFaultException MapDocumentFault(string message, SoapOperation operation) =>
        operation.Faults is [var first, ..] ? SoapFaultException.Declared(first, message) : SoapFaultException.Malformed(message);

    public override void RequireCaller(HttpContext context)
    {
        if (!context.Request.Headers.Authorization.ToString().StartsWith("Basic ", StringComparison.Ordinal))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Smile\", charset=\"UTF-8\"";
            throw SoapFaultException.Declared(
                "AuthenticationException",
                "AuthenticationException. Send credentials.",
                StatusCodes.Status401Unauthorized
            );
        }
    }

    public override void RequireAccess(HttpContext context, SoapEndpoint endpoint, SoapOperation operation)
    {
        if (context.Request.Headers.ContainsKey(DenyHeader))
        {
            throw SoapFaultException.Declared("AccessException", $"AccessException [operation={operation.Name}].");
        }
    }
}
