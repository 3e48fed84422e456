using Microsoft.Net.Http.Headers;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Rating.Exports;
using Smile.Server.ForgottenPasswords;
using Smile.Usage.Exports;

namespace Smile.Server.Downloads;

/// <summary>
/// Answers the addresses of files of activity statements (guide, lines 3905, 10157): to the login that asked, for a day, with what it may
/// still see.
/// </summary>
internal static class ActivityEndpoint
{
    /// <summary>The path below the stage (guide, line 3927); the token is in the query.</summary>
    public const string Path = "/activity";

    public static async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (context.Features.Get<StageFeature>()?.Caller is not { } caller)
        {
            await DownloadEndpoint.ChallengeAsync(
                response,
                "Send HTTP Basic authentication with the credentials of the call that answered with this address."
            );
            return;
        }

        var services = context.RequestServices;
        var token = (string?)context.Request.RouteValues[HiddenTokens.RouteValue] ?? "";
        if (await services.GetRequiredService<ActivityBatches>().OpenAsync(token, context.RequestAborted) is not { } batch)
        {
            await RefuseAsync(response);
            return;
        }

        var (endpoint, operation) = OperationOf(batch.Kind);
        if (OperationPermissions.Of(endpoint, operation).WhyNot(caller) is { } reason)
        {
            await DownloadEndpoint.RefuseAsync(response, StatusCodes.Status403Forbidden, $"What {operation}() gives {reason}");
            return;
        }

        var content = batch.Kind is ActivityKind.Range or ActivityKind.Batch
            ? await services.GetRequiredService<ActivityStatements>().OpenAsync(batch, context.RequestAborted)
            : await services.GetRequiredService<ActivityRatings>().OpenAsync(batch, context.RequestAborted);
        if (content is null)
        {
            await RefuseAsync(response);
            return;
        }

        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(FormattableString.Invariant($"activity-{batch.Id}.csv"));
        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = disposition.ToString();
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await content(response.Body, context.RequestAborted);
        }
    }

    private static (string Endpoint, string Operation) OperationOf(ActivityKind kind) =>
        kind switch
        {
            ActivityKind.Range => ("subscription", "getActivityStatementRange"),
            ActivityKind.Batch => ("subscription", "getActivityStatementBatch"),
            ActivityKind.Period => ("subscription", "getRatingsForPeriod"),
            _ => ("account", "getRatings"),
        };

    private static Task RefuseAsync(HttpResponse response) =>
        DownloadEndpoint.RefuseAsync(
            response,
            StatusCodes.Status404NotFound,
            "There is no such file for you, or its 24 hours are over. Call the operation again."
        );
}
