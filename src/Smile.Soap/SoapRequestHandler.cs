using System.Diagnostics;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Smile.Soap.Xml;

namespace Smile.Soap;

/// <summary>Carries out one SOAP call: body, envelope, operation, answer or fault.</summary>
public sealed partial class SoapRequestHandler(
    SoapOptions options,
    SoapFaultMapper faults,
    SoapMetrics metrics,
    ILogger<SoapRequestHandler> logger
)
{
    /// <summary>Header of every answer; the same id stands in the log and the trace.</summary>
    public const string CorrelationHeader = "X-Correlation-Id";

    public async Task HandleAsync(HttpContext context, SoapEndpoint endpoint)
    {
        var correlationId = CorrelationId(context);
        context.Response.Headers[CorrelationHeader] = correlationId;
        var call = new Call { IsSoap12 = IsSoap12(context.Request.ContentType) };
        var started = Stopwatch.GetTimestamp();
        string outcome;
        try
        {
            outcome = await CarryOutAsync(context, endpoint, call, correlationId).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            outcome = "cancelled";
        }

        metrics.Record(endpoint.Path, call.Operation?.Name, outcome, started);
    }

    /// <returns>How the call ended, for the metrics.</returns>
    private async Task<string> CarryOutAsync(HttpContext context, SoapEndpoint endpoint, Call call, string correlationId)
    {
        using var writer = new ContractWriter("ns2:");
        var streamed = new StreamedAnswer(context.Response, writer);
        try
        {
            faults.RequireCaller(context);
            object? request;
            using (var body = await ReadBodyAsync(context).ConfigureAwait(false))
            {
                request = ReadRequest(context, endpoint, body, call);
            }

            var result = await call.Operation!.Invoke(context.RequestServices, request, context.RequestAborted).ConfigureAwait(false);
            if (await AnswerRowsAsync(context, call, result, writer, streamed).ConfigureAwait(false))
            {
                return "ok";
            }

            SoapEnvelope.WriteResponse(writer, call.IsSoap12, call.Operation, result);
        }
        catch (Exception exception) when (streamed.HasBegun && !context.RequestAborted.IsCancellationRequested)
        {
            // What was sent cannot be taken back, and must not pass for a whole list.
            LogFailure(exception, call.Operation!.Name, correlationId);
            context.Abort();
            return "broken";
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !context.RequestAborted.IsCancellationRequested)
        {
            var fault = ToFault(exception, call.Operation, correlationId);
            LogFault(endpoint.Path, call.Operation?.Name ?? "?", fault.Outcome, fault.Message, correlationId);
            await AnswerFaultAsync(context, fault, call.IsSoap12).ConfigureAwait(false);
            return fault.Outcome;
        }

        await AnswerAsync(context, writer, call.IsSoap12, StatusCodes.Status200OK).ConfigureAwait(false);
        return "ok";
    }

    /// <summary>Answers a document whose rows come one by one.</summary>
    /// <returns>False where it is no such document, or has no such rows: then nothing was sent.</returns>
    private static async Task<bool> AnswerRowsAsync(
        HttpContext context,
        Call call,
        object? result,
        ContractWriter writer,
        StreamedAnswer streamed
    )
    {
        var rows = (result as IStreamedContent)?.OpenRows(context.RequestAborted);
        if (rows is null)
        {
            return false;
        }

        await using (rows.ConfigureAwait(false))
        {
            var any = await rows.MoveNextAsync().ConfigureAwait(false);
            writer.ExpectRows(any);
            if (!any)
            {
                return false;
            }

            SoapEnvelope.WriteResponse(writer, call.IsSoap12, call.Operation!, result);
            Prepare(context.Response, call.IsSoap12, StatusCodes.Status200OK);
            await streamed.SendAsync(rows, context.RequestAborted).ConfigureAwait(false);
            return true;
        }
    }

    private async Task<SoapBody> ReadBodyAsync(HttpContext context)
    {
        try
        {
            return await SoapBody.ReadAsync(context.Request, options, context.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad)
        {
            throw SoapFaultException.Malformed("The request's body could not be read: " + bad.Message, bad.StatusCode);
        }
        catch (IOException)
        {
            throw SoapFaultException.Malformed(
                "The request's body could not be read: the connection ended before it was complete.",
                StatusCodes.Status400BadRequest
            );
        }
    }

    /// <summary>Reads the request; what goes wrong in here is the caller's doing, unlike the same exception out of an operation.</summary>
    private object? ReadRequest(HttpContext context, SoapEndpoint endpoint, SoapBody body, Call call)
    {
        try
        {
            using var reader = SoapEnvelope.OpenReader(body, options);
            call.IsSoap12 = SoapEnvelope.MoveToEnvelope(reader);
            SoapEnvelope.MoveToOperation(reader, call.IsSoap12);
            var operation =
                endpoint.Find(reader.LocalName)
                ?? throw SoapFaultException.Malformed($"The endpoint '{endpoint.Path}' has no operation '{Echo.Of(reader.LocalName)}'.");
            if (reader.NamespaceURI != ContractNamespaces.Endpoint)
            {
                throw SoapFaultException.Malformed(
                    $"The operation <{operation.Name}> is in the namespace '{Echo.Of(reader.NamespaceURI)}': it belongs to "
                        + $"'{ContractNamespaces.Endpoint}'."
                );
            }

            call.Operation = operation;
            CheckAction(context.Request, endpoint, operation, call.IsSoap12);
            faults.RequireAccess(context, endpoint, operation);
            var request = operation.Read(new ContractReader(reader));
            ReadToEnd(reader);
            return request;
        }
        catch (ContractReadException exception)
        {
            throw exception.AboutDocument
                ? faults.MapDocumentFault(exception.Message, call.Operation!)
                : SoapFaultException.Malformed(exception.Message);
        }
        catch (XmlException)
        {
            throw SoapFaultException.Malformed(
                "The request is not well-formed XML within the bounds of this service (no DOCTYPE, no entities, bounded depth, names "
                    + "and sizes)."
            );
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

    /// <summary>
    /// The body says which operation is called. Clients state all sorts of actions, such as the bare namespace or <c>''</c>: only one that
    /// names another operation of the endpoint is a contradiction.
    /// </summary>
    private static void CheckAction(HttpRequest request, SoapEndpoint endpoint, SoapOperation operation, bool isSoap12)
    {
        var action = request.Headers["SOAPAction"].ToString().Trim('"', '\'', ' ');
        if (action.Length == 0 && isSoap12 && MediaTypeHeaderValue.TryParse(request.ContentType, out var contentType))
        {
            action =
                contentType
                    .Parameters.FirstOrDefault(parameter => parameter.Name.Equals("action", StringComparison.OrdinalIgnoreCase))
                    ?.Value.ToString()
                    .Trim('"', '\'', ' ')
                ?? "";
        }

        if (action.Length == 0)
        {
            return;
        }

        var name = action[(action.LastIndexOfAny(['/', '#', ':']) + 1)..];
        const string suffix = "Request";
        var named =
            endpoint.FindInAnyCase(name)
            ?? endpoint.FindInAnyCase(name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? name[..^suffix.Length] : "");
        if (named is not null && named != operation)
        {
            throw SoapFaultException.Malformed(
                $"The SOAPAction '{Echo.Of(action)}' names another operation than the body, '{operation.Name}': leave it empty or "
                    + $"make them agree."
            );
        }
    }

    private SoapFaultException ToFault(Exception exception, SoapOperation? operation, string correlationId)
    {
        if (exception is SoapFaultException fault)
        {
            return fault;
        }

        if (operation is not null && faults.Map(exception, operation) is { } mapped)
        {
            return mapped;
        }

        LogFailure(exception, operation?.Name ?? "?", correlationId);
        return SoapFaultException.Internal(correlationId);
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
        Prepare(response, isSoap12, statusCode);
        response.ContentLength = writer.Written.Length;
        await response.BodyWriter.WriteAsync(writer.Written, context.RequestAborted).ConfigureAwait(false);
    }

    private static void Prepare(HttpResponse response, bool isSoap12, int statusCode)
    {
        response.StatusCode = statusCode;
        response.ContentType = isSoap12 ? "application/soap+xml; charset=utf-8" : "text/xml; charset=utf-8";
    }

    private static bool IsSoap12(string? contentType) =>
        contentType?.StartsWith("application/soap+xml", StringComparison.OrdinalIgnoreCase) ?? false;

    /// <summary>
    /// Answers what failed before a call was read, while its caller was looked up, as any other failure: with a reference to the log.
    /// </summary>
    public async Task AnswerFailureAsync(HttpContext context, Exception exception)
    {
        var correlationId = CorrelationId(context);
        context.Response.Headers[CorrelationHeader] = correlationId;
        LogFailure(exception, context.Request.Path.ToString(), correlationId);
        await AnswerFaultAsync(context, SoapFaultException.Internal(correlationId), IsSoap12(context.Request.ContentType))
            .ConfigureAwait(false);
    }

    /// <summary>Answers that the server takes no more calls for now.</summary>
    public static async Task AnswerBusyAsync(HttpContext context, string message, TimeSpan wait)
    {
        context.Response.Headers[CorrelationHeader] = CorrelationId(context);
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await AnswerFaultAsync(context, SoapFaultException.Busy(message), IsSoap12(context.Request.ContentType)).ConfigureAwait(false);
    }

    /// <summary>The trace that the call belongs to: the server's own, the one that the caller's header states, or a new one.</summary>
    private static string CorrelationId(HttpContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return activity.TraceId.ToHexString();
        }

        var stated = context.Request.Headers.TraceParent;
        return stated.Count == 1 && ActivityContext.TryParse(stated, null, out var caller)
            ? caller.TraceId.ToHexString()
            : ActivityTraceId.CreateRandom().ToHexString();
    }

    /// <summary>What is known of a call so far; a fault is answered with whatever that is.</summary>
    private sealed class Call
    {
        public SoapOperation? Operation { get; set; }

        public bool IsSoap12 { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Endpoint} {Operation} answered {Fault}: {Reason} [{CorrelationId}]")]
    private partial void LogFault(string endpoint, string operation, string fault, string reason, string correlationId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Operation} failed [{CorrelationId}]")]
    private partial void LogFailure(Exception exception, string operation, string correlationId);
}
