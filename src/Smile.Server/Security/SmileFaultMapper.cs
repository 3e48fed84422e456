using Smile.Contracts;
using Smile.Kernel;
using Smile.Server.Stages;
using Smile.Session;
using Smile.Soap;

namespace Smile.Server.Security;

/// <summary>Puts refusals into the faults that the guide lists for each operation, and refuses callers who are not known.</summary>
internal sealed class SmileFaultMapper : SoapFaultMapper
{
    /// <summary>
    /// Faults with a meaning of their own; any other that an operation declares is its general one (OrderException, AccountException …).
    /// </summary>
    private static readonly HashSet<string> Particular =
    [
        Refuse.NoSuchItem,
        Refuse.InvalidRequest,
        "TooManyResultsException",
        "UnsuccessfulRequestException",
        "NoDefaultStationeryException",
        "ReservationUnavailableException",
        "OfferExpiredException",
        "ContractOverlapException",
        "NonUniqueFieldException",
        "ItemNotFoundException",
        "IllegalArgumentException",
    ];

    /// <summary>Those of them that carry any refusal, where an operation has no general fault: the first that it declares.</summary>
    private static readonly string[] Refusals =
    [
        Refuse.InvalidRequest,
        "IllegalArgumentException",
        "UnsuccessfulRequestException",
        Refuse.NoSuchItem,
    ];

    public override SoapFaultException? Map(Exception exception, SoapOperation operation) =>
        exception switch
        {
            SmileException refusal => Declared(refusal.Fault, refusal.Message, operation),
            OperationNotAvailableException unavailable => Declared("", unavailable.Message, operation),
            DuplicateValueException => Declared(
                Refuse.InvalidRequest,
                "InvalidRequestException. A value that must be unique is taken: another call was faster. Read again and retry.",
                operation
            ),
            ReferencedValueException => Declared(
                "UnsuccessfulRequestException",
                "UnsuccessfulRequestException. It is in use: something refers to it. Read again and retry.",
                operation
            ),
            _ => null,
        };

    /// <summary>authenticate() lists one fault, which all operations have: it is for bad requests there, too (guide, line 17840).</summary>
    public override SoapFaultException MapDocumentFault(string message, SoapOperation operation) =>
        operation.Name == "authenticate"
            ? SoapFaultException.Declared(Refuse.Authentication, $"AuthenticationException. {message}")
            : Declared(Refuse.InvalidRequest, $"InvalidRequestException. {message}", operation);

    public override void DemandCaller(HttpContext context)
    {
        if (context.Features.Get<StageFeature>()?.Caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Smile\", charset=\"UTF-8\"";
            throw SoapFaultException.Declared(
                Refuse.Authentication,
                "AuthenticationException. Send HTTP Basic authentication with the username and password of a CAT subscription that "
                    + "has SOAP API access; after repeated failures wait before you try again.",
                StatusCodes.Status401Unauthorized
            );
        }
    }

    /// <summary>What a caller may do. Whose things it may be done to is decided by the USN of each call.</summary>
    public override void DemandAccess(HttpContext context, SoapEndpoint endpoint, SoapOperation operation)
    {
        var permission = OperationPermissions.Of(endpoint.Path, operation.Name);
        if (permission.WhyNot(context.Features.Get<StageFeature>()!.Caller!) is { } reason)
        {
            throw SoapFaultException.Declared(permission.Fault, $"{permission.Fault}. The operation '{operation.Name}' {reason}");
        }
    }

    private static SoapFaultException Declared(string fault, string message, SoapOperation operation)
    {
        var element =
            fault is Refuse.Access or Refuse.Authentication || operation.Faults.Contains(fault)
                ? fault
                : operation.Faults.FirstOrDefault(declared => !Particular.Contains(declared))
                    ?? Array.Find(Refusals, operation.Faults.Contains)
                    ?? operation.Faults.FirstOrDefault();
        return element is null ? SoapFaultException.Malformed(message) : SoapFaultException.Declared(element, message);
    }
}
