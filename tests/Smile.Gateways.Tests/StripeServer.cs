using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Smile.Gateways.Tests;

/// <summary>What the server was asked.</summary>
internal sealed record StripeCall(
    string Method,
    string PathAndQuery,
    IReadOnlyDictionary<string, string> Form,
    string? IdempotencyKey,
    string? Authorization
);

/// <summary>An HTTPS server on loopback that answers as a test says, with a certificate of its own making.</summary>
internal sealed class StripeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StripeServer(WebApplication app, X509Certificate2 certificate)
    {
        _app = app;
        Certificate = certificate;
    }

    public ConcurrentQueue<StripeCall> Calls { get; } = new();

    public Func<StripeCall, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public X509Certificate2 Certificate { get; }

    public Uri Address => new(_app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    public static async Task<StripeServer> StartAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var server = new StripeServer(app, certificate);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers every call with a status and a text.</summary>
    public void Always(int status, string body) =>
        Answer = async (_, context) =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
        };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Certificate.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString())
            : [];
        var call = new StripeCall(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString,
            form,
            context.Request.Headers["Idempotency-Key"],
            context.Request.Headers.Authorization
        );
        Calls.Enqueue(call);
        await Answer(call, context);
    }
}
