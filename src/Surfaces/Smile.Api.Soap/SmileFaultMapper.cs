using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap;

namespace Smile.Api.Soap;

/// <summary>How strictly faults are taken.</summary>
/// <param name="DeclaredOnly">
/// Whether a use case that names a fault which its operation does not declare fails: so that tests find it. In service the caller is told
/// under a fault that the operation declares.
/// </param>
public sealed record FaultRules(bool DeclaredOnly);

/// <summary>Puts refusals into the faults that the guide lists for each operation, and refuses callers who are not known.</summary>
public sealed class SmileFaultMapper(FaultRules rules) : SoapFaultMapper
{
    /// <summary>
    /// Faults with a meaning of their own; any other that an operation declares is its general one (OrderException, AccountException …).
    /// </summary>
    private static readonly HashSet<Fault> Particular =
    [
        Fault.NoSuchItemException,
        Fault.InvalidRequestException,
        Fault.TooManyResultsException,
        Fault.UnsuccessfulRequestException,
        Fault.NoDefaultStationeryException,
        Fault.ReservationUnavailableException,
        Fault.OfferExpiredException,
        Fault.ContractOverlapException,
        Fault.NonUniqueFieldException,
        Fault.ItemNotFoundException,
        Fault.IllegalArgumentException,
    ];

    /// <summary>Those of them that carry any refusal, where an operation has no general fault: the first that it declares.</summary>
    private static readonly Fault[] Refusals =
    [
        Fault.InvalidRequestException,
        Fault.IllegalArgumentException,
        Fault.UnsuccessfulRequestException,
        Fault.NoSuchItemException,
    ];

    public override SoapFaultException? Map(Exception exception, SoapOperation operation) =>
        exception switch
        {
            SmileException refusal => Declared(refusal.Fault, refusal.Message, operation),
            OperationNotAvailableException unavailable => Undeclared(unavailable.Message, operation),
            DuplicateValueException => Declared(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException}. A value that must be unique is taken: another call was faster. Read again and retry.",
                operation
            ),
            ReferencedValueException => Declared(
                Fault.UnsuccessfulRequestException,
                $"{Fault.UnsuccessfulRequestException}. It is in use: something refers to it. Read again and retry.",
                operation
            ),
            _ => null,
        };

    /// <summary>authenticate() lists one fault, which all operations have: it is for bad requests there, too (guide, line 17840).</summary>
    public override SoapFaultException MapDocumentFault(string message, SoapOperation operation) =>
        operation.Name == "authenticate"
            ? SoapFaultException.Declared(nameof(Fault.AuthenticationException), $"{Fault.AuthenticationException}. {message}")
            : Declared(Fault.InvalidRequestException, $"{Fault.InvalidRequestException}. {message}", operation);

    public override void RequireCaller(HttpContext context)
    {
        if (context.Features.Get<StageFeature>()?.Caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Smile\", charset=\"UTF-8\"";
            throw SoapFaultException.Declared(
                nameof(Fault.AuthenticationException),
                $"{Fault.AuthenticationException}. Send HTTP Basic authentication with the username and password of a CAT subscription "
                    + "that has SOAP API access; after repeated failures wait before you try again.",
                StatusCodes.Status401Unauthorized
            );
        }
    }

    /// <summary>What a caller may do. Whose things it may be done to is decided by the USN of each call.</summary>
    public override void RequireAccess(HttpContext context, SoapEndpoint endpoint, SoapOperation operation)
    {
        var permission = OperationPermissions.Of(endpoint.Path, operation.Name);
        if (permission.WhyNot(context.Features.Get<StageFeature>()!.Caller!) is { } reason)
        {
            throw SoapFaultException.Declared(
                permission.Fault.ToString(),
                $"{permission.Fault}. The operation '{operation.Name}' {reason}"
            );
        }
    }

    /// <summary>
    /// Under the fault itself where the operation declares it. What any use case may refuse, an unknown item or an invalid request, is told
    /// under the operation's own fault where it declares no other.
    /// </summary>
    private SoapFaultException Declared(Fault fault, string message, SoapOperation operation)
    {
        var name = fault.ToString();
        if (fault is Fault.AccessException or Fault.AuthenticationException || operation.Faults.Contains(name))
        {
            return SoapFaultException.Declared(name, message);
        }

        // The guide gives some operations, such as addOrderToGroup(), no fault but that of a missing item: it carries all that they refuse.
        var isGeneral = fault is Fault.NoSuchItemException or Fault.InvalidRequestException;
        var hasOwn = operation.Faults.Any(declared => declared != nameof(Fault.NoSuchItemException));
        return rules.DeclaredOnly && !isGeneral && hasOwn
            ? throw new InvalidOperationException($"The operation {operation.Name} does not declare {name}: {message}")
            : Undeclared(message, operation);
    }

    private static SoapFaultException Undeclared(string message, SoapOperation operation)
    {
        var element =
            operation.Faults.FirstOrDefault(declared => !Particular.Contains(Enum.Parse<Fault>(declared)))
            ?? Refusals.Select(refusal => refusal.ToString()).FirstOrDefault(operation.Faults.Contains)
            ?? operation.Faults.FirstOrDefault();
        return element is null ? SoapFaultException.Malformed(message) : SoapFaultException.Declared(element, message);
    }
}
