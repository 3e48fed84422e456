using System.Diagnostics;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Smile.Soap.Xml;

namespace Smile.Soap;

/// <summary>Carries out one SOAP call: body, envelope, operation, answer or fault.</summary>
public sealed partial class SoapRequestHandler(SoapOptions options, SoapFaultMapper faults, SoapMetrics metrics, ILogger<SoapRequestHandler> logger)
{
    /// <summary>Header of every answer; the same id stands in the log and the trace.</summary>
    public const string CorrelationHeader = "X-Correlation-Id";

    public async Task HandleAsync(HttpContext context, SoapEndpoint endpoint)
    {
        var correlationId = CorrelationId(context);
        context.Response.Headers[CorrelationHeader] = correlationId;
        var started = Stopwatch.GetTimestamp();
        var isSoap12 = IsSoap12(context.Request.ContentType);
        SoapOperation? operation = null;
        using var writer = new ContractWriter("ns2:");
        SoapFaultException? fault = null;
        try
        {
            faults.DemandCaller(context);
            object? request;
            using (var body = await SoapBody.ReadAsync(context.Request, options, context.RequestAborted).ConfigureAwait(false))
            {
                (operation, request, isSoap12) = ReadRequest(context, endpoint, body, isSoap12);
            }

            var result = await operation.Invoke(context.RequestServices, request, context.RequestAborted).ConfigureAwait(false);
            SoapEnvelope.WriteResponse(writer, isSoap12, operation, result);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            metrics.Record(endpoint.Path, operation?.Name, "cancelled", started);
            return;
        }
        catch (Exception exception)
        {
            fault = ToFault(exception, operation, correlationId);
            LogFault(endpoint.Path, operation?.Name ?? "?", fault.FaultElement ?? "client", fault.Message, correlationId);
        }

        if (fault is not null)
        {
            await AnswerFaultAsync(context, fault, isSoap12).ConfigureAwait(false);
        }
        else
        {
            await AnswerAsync(context, writer, isSoap12, StatusCodes.Status200OK).ConfigureAwait(false);
        }

        metrics.Record(endpoint.Path, operation?.Name, fault is null ? "ok" : fault.FaultElement ?? "client", started);
    }

    private (SoapOperation Operation, object? Request, bool IsSoap12) ReadRequest(HttpContext context, SoapEndpoint endpoint, SoapBody body, bool isSoap12)
    {
        using var reader = SoapEnvelope.OpenReader(body, options);
        isSoap12 = SoapEnvelope.MoveToOperation(reader);
        var operation = endpoint.Find(reader.LocalName)
            ?? throw SoapFaultException.Malformed($"The endpoint '{endpoint.Path}' has no operation '{Shorten(reader.LocalName)}'.");
        if (reader.NamespaceURI != ContractNamespaces.Endpoint)
        {
            throw SoapFaultException.Malformed($"The operation <{operation.Name}> is in the namespace '{Shorten(reader.NamespaceURI)}': it belongs to '{ContractNamespaces.Endpoint}'.");
        }

        CheckAction(context.Request, operation);
        faults.DemandAccess(context, operation);
        try
        {
            var request = operation.Read(new ContractReader(reader));
            ReadToEnd(reader);
            return (operation, request, isSoap12);
        }
        catch (ContractReadException exception) when (exception.AboutDocument)
        {
            throw faults.MapDocumentFault(exception.Message, operation);
        }
    }

    /// <summary>What follows the operation must be the envelope's end and nothing else, well-formed.</summary>
    private static void ReadToEnd(XmlReader reader)
    {
        while (reader.MoveToContent() == XmlNodeType.EndElement)
        {
            reader.Read();
        }

        if (reader.NodeType != XmlNodeType.None)
        {
            throw SoapFaultException.Malformed("The SOAP body must hold one operation and nothing behind it.");
        }
    }

    private static void CheckAction(HttpRequest request, SoapOperation operation)
    {
        var action = request.Headers["SOAPAction"].ToString().Trim('"', ' ');
        if (action.Length == 0)
        {
            return;
        }

        var name = action[(action.LastIndexOfAny(['/', '#', ':']) + 1)..];
        if (name.Length > 0 && name != operation.Name && name != operation.Name + "Request")
        {
            throw SoapFaultException.Malformed($"The SOAPAction '{Shorten(action)}' names another operation than the body, '{operation.Name}': leave it empty or make them agree.");
        }
    }

    private SoapFaultException ToFault(Exception exception, SoapOperation? operation, string correlationId)
    {
        switch (exception)
        {
            case SoapFaultException fault:
                return fault;
            case ContractReadException malformed:
                return SoapFaultException.Malformed(malformed.Message);
            case XmlException:
                return SoapFaultException.Malformed("The request is not well-formed XML within the bounds of this service (no DOCTYPE, no entities, bounded depth, names and sizes).");
            case BadHttpRequestException bad:
                return SoapFaultException.Malformed("The request's body could not be read: " + bad.Message, bad.StatusCode);
            default:
                if (operation is not null && faults.Map(exception, operation) is { } mapped)
                {
                    return mapped;
                }

                LogFailure(exception, operation?.Name ?? "?", correlationId);
                return SoapFaultException.Internal(correlationId);
        }
    }

    /// <summary>Answers a fault on its own, for what is refused before a call is read.</summary>
    public static async Task AnswerFaultAsync(HttpContext context, SoapFaultException fault, bool isSoap12)
    {
        using var writer = new ContractWriter("ns2:", 1024);
        SoapEnvelope.WriteFault(writer, isSoap12, fault);
        await AnswerAsync(context, writer, isSoap12, fault.StatusCode).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, ContractWriter writer, bool isSoap12, int statusCode)
    {
        var response = context.Response;
        response.StatusCode = statusCode;
        response.ContentType = isSoap12 ? "application/soap+xml; charset=utf-8" : "text/xml; charset=utf-8";
        response.ContentLength = writer.Written.Length;
        await response.BodyWriter.WriteAsync(writer.Written, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool IsSoap12(string? contentType) => contentType?.StartsWith("application/soap+xml", StringComparison.OrdinalIgnoreCase) ?? false;

    private static string CorrelationId(HttpContext context) =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : context.TraceIdentifier;

    private static string Shorten(string text) => text.Length > 100 ? text[..100] + "…" : text;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Endpoint} {Operation} answered {Fault}: {Reason} [{CorrelationId}]")]
    private partial void LogFault(string endpoint, string operation, string fault, string reason, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Operation} failed [{CorrelationId}]")]
    private partial void LogFailure(Exception exception, string operation, string correlationId);
}
