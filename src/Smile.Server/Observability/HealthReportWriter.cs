using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Smile.Server.Observability;

/// <summary>Writes a health report as JSON: what is wrong, and the outbox backlog.</summary>
internal static class HealthReportWriter
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            JsonSerializer.Serialize(
                new
                {
                    status = report.Status.ToString(),
                    checks = report.Entries.ToDictionary(
                        entry => entry.Key,
                        entry => new
                        {
                            status = entry.Value.Status.ToString(),
                            description = entry.Value.Description,
                            data = entry.Value.Data,
                        }
                    ),
                }
            ),
            context.RequestAborted
        );
    }
}
