using Microsoft.Net.Http.Headers;
using Smile.Crm.Attachments;
using Smile.Hosting.Stages;

namespace Smile.Server.Downloads;

/// <summary>
/// Answers the addresses of files that are attached to tickets: to who reaches the ticket, as files to be saved. What a customer has sent
/// must not run in the browser of an operator.
/// </summary>
internal static class AttachmentEndpoint
{
    /// <summary>The path below the stage.</summary>
    public const string Path = "/api-downloads/ticket-attachments";

    public static async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        if (context.Features.Get<StageFeature>()?.Caller is null)
        {
            await DownloadEndpoint.ChallengeAsync(
                response,
                "Send HTTP Basic authentication with the credentials of a login that may read the ticket."
            );
            return;
        }

        var file = Guid.TryParseExact((string?)context.Request.RouteValues["id"], "D", out var id)
            ? await context.RequestServices.GetRequiredService<TicketAttachments>().OpenAsync(id, context.RequestAborted)
            : null;
        if (file is null)
        {
            await DownloadEndpoint.RefuseAsync(response, StatusCodes.Status404NotFound, "There is no such file for you.");
            return;
        }

        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file.FileName);
        response.ContentType = file.MimeType;
        response.ContentLength = file.Content.Length;
        response.Headers.ContentDisposition = disposition.ToString();
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(file.Content, context.RequestAborted);
        }
    }
}
