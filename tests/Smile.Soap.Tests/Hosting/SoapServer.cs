using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smile.Contracts;
using Smile.Testing;

namespace Smile.Soap.Tests.Hosting;

/// <summary>The SOAP layer on a real Kestrel, with the contract's endpoints over a small fake of the business.</summary>
public sealed class SoapServer : IAsyncLifetime
{
    public const string Order = "order";
    public const string Account = "account";
    public const string Subscription = "subscription";
    private WebApplication? _app;

    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    internal Business Business { get; } = new();

    internal LogRecorder Log { get; } = new();

    public Uri EndpointAddress(string endpoint) => new(Address, $"/live/smile/ws/v2/{endpoint}");

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder
            .Logging.ClearProviders()
            .AddProvider(Log)
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(100, TimeSpan.FromSeconds(1.2));
        });
        builder
            .Services.AddSingleton(new SoapOptions())
            .AddSingleton<SoapFaultMapper, FakeFaultMapper>()
            .AddSingleton<SoapMetrics>()
            .AddSingleton<SoapRequestHandler>();
        builder
            .Services.AddSingleton(Business)
            .AddScoped<IOrderEndpoint, FakeOrders>()
            .AddScoped<IAccountEndpoint, FakeAccounts>()
            .AddScoped<ISubscriptionEndpoint, FakeSubscriptions>();

        _app = builder.Build();
        var handler = _app.Services.GetRequiredService<SoapRequestHandler>();
        var publisher = PublishedContract.CreatePublisher();
        foreach (var endpoint in SmileEndpoints.All)
        {
            foreach (var stage in (string[])["", "/{stage}"])
            {
                _app.MapMethods(
                    $"{stage}/smile/ws/v2/{endpoint.Path}",
                    ["GET", "HEAD"],
                    context => publisher.PublishAsync(context, endpoint)
                );
                _app.MapPost($"{stage}/smile/ws/v2/{endpoint.Path}", context => handler.HandleAsync(context, endpoint));
            }
        }

        await _app.StartAsync();
        Address = new Uri(_app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app!.DisposeAsync();
    }

    /// <summary>Calls with a body in an envelope of SOAP 1.1 and the usual headers.</summary>
    internal Task<SoapAnswer> CallAsync(string endpoint, string body) => PostAsync(endpoint, Envelopes.Soap11(body));

    internal Task<SoapAnswer> PostAsync(
        string endpoint,
        string envelope,
        string contentType = "text/xml; charset=utf-8",
        string? action = "\"\""
    ) =>
        PostAsync(
            endpoint,
            Encoding.UTF8.GetBytes(envelope),
            contentType,
            request =>
            {
                if (action is not null)
                {
                    request.Headers.TryAddWithoutValidation("SOAPAction", action);
                }
            }
        );

    internal async Task<SoapAnswer> PostAsync(string endpoint, byte[] body, string? contentType, Action<HttpRequestMessage>? adjust = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, EndpointAddress(endpoint)) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        request.Headers.TryAddWithoutValidation("Authorization", Envelopes.Credentials);
        adjust?.Invoke(request);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var response = await Client.SendAsync(request, deadline.Token);
        return await SoapAnswer.FromAsync(response);
    }
}

/// <summary>Tests that share the server run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SoapServerGroup : ICollectionFixture<SoapServer>
{
    public const string Name = "soap server";
}
