using System.Text;

namespace Smile.Benchmarks;

/// <summary>The yardstick: reads the request's body and answers a constant of the size of a SOAP answer.</summary>
internal static class RawServer
{
    public static async Task RunAsync(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        var app = builder.Build();
        var answer = Encoding.UTF8.GetBytes("<?xml version='1.0' encoding='UTF-8'?><answer>" + new string('x', 400) + "</answer>");
        app.MapPost(
            "/",
            async (HttpContext context) =>
            {
                var buffer = new byte[4096];
                while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) > 0) { }

                context.Response.ContentType = "text/xml; charset=utf-8";
                context.Response.ContentLength = answer.Length;
                await context.Response.Body.WriteAsync(answer, context.RequestAborted);
            }
        );
        await app.RunAsync();
    }
}
