using Microsoft.Net.Http.Headers;
using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Hosting.Stages;
using Smile.Kernel;

namespace Smile.Server.Downloads;

/// <summary>Answers the addresses of getTransactionDocument() (guide, line 3697): to the caller who asked, for a day.</summary>
internal static class DownloadEndpoint
{
    private const string Pdf = "application/pdf";
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (context.Features.Get<StageFeature>()?.Caller is null)
        {
            await ChallengeAsync(
                response,
                "Send HTTP Basic authentication with the credentials of the call that answered with this address."
            );
            return;
        }

        if (Format(context.Request) is not { } format)
        {
            await RefuseAsync(response, StatusCodes.Status400BadRequest, "The format is pdf or xlsx.");
            return;
        }

        var opened = await OpenAsync(context);
        switch (opened)
        {
            case null:
                await RefuseAsync(response, StatusCodes.Status404NotFound, "There is no such document for you.");
                break;
            case { Document: { } document, Stationery: { } stationery }:
                await SendAsync(context, document, stationery, format);
                break;
            default:
                await RefuseAsync(response, StatusCodes.Status410Gone, "The document's time is over. Call getTransactionDocument() again.");
                break;
        }
    }

    private static async Task<OpenedDownload?> OpenAsync(HttpContext context)
    {
        if (!Guid.TryParseExact((string?)context.Request.RouteValues["id"], "D", out var id))
        {
            return null;
        }

        try
        {
            return await context.RequestServices.GetRequiredService<DocumentDownloads>().OpenAsync(id, context.RequestAborted);
        }
        catch (SmileException)
        {
            // The stationery that it was to be rendered with was taken out of the catalogue since.
            return null;
        }
    }

    private static async Task SendAsync(HttpContext context, CustomerDocument document, Stationery stationery, DocumentFileFormat format)
    {
        var id = Guid.ParseExact((string)context.Request.RouteValues["id"]!, "D");
        var file = await context
            .RequestServices.GetRequiredService<RenderedDocuments>()
            .GetAsync(context.Features.Get<StageFeature>()!.Stage.Name, id, document, stationery, format, context.RequestAborted);
        if (file is null)
        {
            context.Response.Headers.RetryAfter = "5";
            await RefuseAsync(
                context.Response,
                StatusCodes.Status503ServiceUnavailable,
                "Many documents are being made. Read the address again later."
            );
            return;
        }

        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(
            $"{document.Title} {document.Number}.{(format == DocumentFileFormat.Pdf ? "pdf" : "xlsx")}".Replace(' ', '-')
        );
        context.Response.ContentType = format == DocumentFileFormat.Pdf ? Pdf : Xlsx;
        context.Response.ContentLength = file.Length;
        context.Response.Headers.ContentDisposition = disposition.ToString();
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(file, context.RequestAborted);
        }
    }

    /// <summary>
    /// What the query asks for, else what the caller accepts; PDF where it does not say. Null for a format that there is not.
    /// </summary>
    private static DocumentFileFormat? Format(HttpRequest request)
    {
        if (request.Query.TryGetValue("format", out var asked))
        {
            return asked.ToString().ToUpperInvariant() switch
            {
                "PDF" => DocumentFileFormat.Pdf,
                "XLSX" => DocumentFileFormat.Xlsx,
                _ => null,
            };
        }

        var accepted = request.GetTypedHeaders().Accept;
        return Quality(Xlsx) > Quality(Pdf) ? DocumentFileFormat.Xlsx : DocumentFileFormat.Pdf;

        double Quality(string type) =>
            accepted
                .Where(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
                .Select(range => range.Quality ?? 1d)
                .DefaultIfEmpty()
                .Max();
    }

    /// <summary>Asks who it is.</summary>
    internal static Task ChallengeAsync(HttpResponse response, string message)
    {
        response.Headers.WWWAuthenticate = "Basic realm=\"Smile\", charset=\"UTF-8\"";
        return RefuseAsync(response, StatusCodes.Status401Unauthorized, message);
    }

    internal static Task RefuseAsync(HttpResponse response, int status, string message)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return HttpMethods.IsHead(response.HttpContext.Request.Method)
            ? Task.CompletedTask
            : response.WriteAsync(message, response.HttpContext.RequestAborted);
    }
}
