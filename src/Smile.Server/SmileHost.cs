using System.Net;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Serilog;
using Smile.Api.Soap;
using Smile.Cli;
using Smile.Contracts;
using Smile.Correspondence.Dispatch;
using Smile.Correspondence.Documents;
using Smile.Correspondence.ForgottenPasswords;
using Smile.Crm.Attachments;
using Smile.Customers.Access;
using Smile.Gateways.Sandbox;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Billing;
using Smile.Hosting.Mail;
using Smile.Hosting.Payments;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Ordering;
using Smile.Ordering.Services;
using Smile.Payments;
using Smile.Rendering;
using Smile.Server.Background;
using Smile.Server.Commands;
using Smile.Server.Downloads;
using Smile.Server.ForgottenPasswords;
using Smile.Server.Observability;
using Smile.Server.Security;
using Smile.Server.Services;
using Smile.Soap;
using Smile.Storage;
using Smile.Usage.Exports;

namespace Smile.Server;

/// <summary>Puts the server together.</summary>
internal static class SmileHost
{
    /// <summary>Calls in flight get this long to finish when the server is told to stop.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Configuration.AddEnvironmentVariables();
        return builder;
    }

    /// <param name="clock">Time of the stages; the system's where null.</param>
    public static WebApplication Build(WebApplicationBuilder builder, ServerSettings settings, TimeProvider? clock = null)
    {
        MailCharsets.Register();
        builder.Services.AddSerilog(
            logging => LogLevels.Configure(logging, builder.Configuration["Smile:LogLevel"]).WriteTo.Console(new LogLines()),
            preserveStaticLogger: true
        );
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = 8 * 1024 * 1024;
                kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
                kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
                kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
                kestrel.Limits.MaxConcurrentConnections = 10_000;
            });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        AddServices(builder.Services, settings, clock ?? TimeProvider.System);
        Telemetry.Add(builder.Services, settings);
        var app = builder.Build();
        Map(app);
        return app;
    }

    /// <summary>Reads the catalogues, and on a stage without API users adds the first administrator.</summary>
    public static async Task PrepareAsync(WebApplication app, CancellationToken cancellation)
    {
        foreach (var stage in app.Services.GetRequiredService<StageRegistry>().All)
        {
            await stage.ReadClockAsync(cancellation);
            await stage.ReadInstallationAsync(cancellation);
            if (!stage.Gate.IsOpen)
            {
                await Console.Error.WriteLineAsync(stage.WhyQuiet);
            }

            if (await CatalogueStore.LoadAsync(stage.Store.Source, cancellation) is { } catalogue)
            {
                stage.Catalogue = catalogue;
                await FirstAdministrator.EnsureAsync(stage, app.Services.GetRequiredService<IPasswordVault>(), cancellation);
            }
        }
    }

    /// <summary>A server that serves nobody, for commands.</summary>
    public static async Task<AssembledServer> AssembleAsync(ServerSettings settings, CancellationToken cancellation)
    {
        var app = Build(CreateBuilder([]), settings);
        await PrepareAsync(app, cancellation);
        return new AssembledServer(app.Services, app);
    }

    private static void AddServices(IServiceCollection services, ServerSettings settings, TimeProvider clock)
    {
        services.AddRoutingCore();
        services.AddSingleton(settings);
        services.AddSingleton(clock);
        services.AddSingleton(new OrderingOptions { MaxUsnCount = settings.MaxUsnCount, MaxReservedUsns = settings.MaxReservedUsns });
        services.AddSingleton(new AttachmentOptions { MaxBytes = settings.MaxAttachmentBytes });
        services.AddSingleton(provider => new StageRegistry(
            [
                .. settings.Stages.Select(stage =>
                    StageFactory.Create(stage.Key, stage.Value, clock, provider.GetRequiredService<ILoggerFactory>())
                ),
            ],
            settings.DefaultStage
        ));
        services.AddSingleton(PasswordVault.Open(settings));
        services.AddSingleton(PaymentDetailsVault.Open(settings));
        GatewayRegistry.AddClients(services, settings);
        services.AddSingleton(provider => new GatewayRegistry(
            provider.GetRequiredService<StageRegistry>().All,
            settings,
            provider.GetRequiredService<IHttpClientFactory>(),
            provider.GetRequiredService<IPaymentDetailsVault>(),
            provider.GetService<SandboxOptions>()
        ));
        services.AddSingleton<CallerDirectory>();
        services.AddSingleton(new FailedLogins(TimeProvider.System));
        services.AddSingleton<FailedLoginTrail>();
        services.AddSingleton<CallerAuthentication>();
        services.AddSingleton(new CallLimits(settings, TimeProvider.System));
        services.AddSingleton<ForwardedAddresses>();
        services.AddScoped<ILoginThrottle, LoginThrottle>();
        services.AddSingleton<IMailSender, SmtpMailSender>();
        services.AddHttpClient(HttpServiceQualifier.ClientName, client => client.Timeout = TimeSpan.FromSeconds(20));
        services.AddSingleton<IServiceQualifier, HttpServiceQualifier>();
        services.AddSmileEndpoints();
        services.AddSingleton<IDocumentRenderer, DocumentRenderer>();
        services.TryAddSingleton(provider => new RenderedDocuments(provider.GetRequiredService<IDocumentRenderer>(), TimeProvider.System));
        services.AddScoped<IDocumentSource, LedgerDocuments>();
        services.AddScoped<IDownloadAddresses, DownloadAddresses>();
        services.AddScoped<IActivityAddresses, DownloadAddresses>();
        services.AddScoped<IDispatchFolder, DispatchFolder>();
        services.AddScoped<ILetterAddress, LetterAddress>();
        services.AddScoped<IPasswordLinkAddresses, PasswordLinkAddresses>();
        services.AddSingleton<PasswordLinkEndpoint>();

        services.AddSingleton(new SoapOptions());
        services.AddSingleton<SoapMetrics>();
        services.TryAddSingleton(new FaultRules(DeclaredOnly: false));
        services.AddSingleton<SoapFaultMapper, SmileFaultMapper>();
        services.AddSingleton<SoapRequestHandler>();
        services.AddSingleton(PublishedContract.CreatePublisher());

        services.AddSingleton<RelayMetrics>();
        services.AddSingleton<BrokerConnections>();
        services.AddSingleton<DueWorkProcessor>();
        services.AddSingleton<BillingRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<DueWorkProcessor>());
        services.AddSingleton<DispatchProcessor>();
        services.AddHostedService(provider => provider.GetRequiredService<DispatchProcessor>());
        services.AddSingleton<CreditControlRunner>();
        services.AddSingleton<CreditControlService>();
        services.AddHostedService(provider => provider.GetRequiredService<CreditControlService>());
        services.AddSingleton<TimePassage>();
        services.AddSingleton<BillingService>();
        services.AddHostedService(provider => provider.GetRequiredService<BillingService>());
        services.AddSingleton<HousekeepingService>();
        services.AddHostedService(provider => provider.GetRequiredService<HousekeepingService>());
        services.AddSingleton<TicketMailStates>();
        services.AddSingleton<TicketMailService>();
        services.AddHostedService(provider => provider.GetRequiredService<TicketMailService>());
        services.AddSingleton<UsageService>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageService>());
        services.AddHostedService<StageListener>();
        services.AddHostedService<BusService>();

        services
            .AddHealthChecks()
            .AddCheck<DatabaseHealth>("database", tags: ["ready"])
            .AddCheck<BusHealth>("bus", tags: ["ready"])
            .AddCheck<TicketMailHealth>("ticketMail", tags: ["ready"]);
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = ["text/xml", "application/soap+xml"];
        });
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            // Entries are gone through from the right, as long as they come from a trusted proxy: there may be several in a row.
            forwarded.ForwardLimit = null;
            forwarded.ForwardedHeaders =
                ForwardedHeaders.XForwardedFor
                | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost
                | ForwardedHeaders.XForwardedPrefix;
            foreach (var proxy in settings.TrustedProxies)
            {
                if (System.Net.IPNetwork.TryParse(proxy, out var network))
                {
                    forwarded.KnownIPNetworks.Add(network);
                }
                else if (IPAddress.TryParse(proxy, out var address))
                {
                    forwarded.KnownProxies.Add(address);
                }
            }
        });
    }

    private static void Map(WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<ForwardedAddresses>().InvokeAsync);
        app.UseForwardedHeaders();
        app.Use(ForwardedAddresses.CompleteAsync);
        if (PublicAddress.Of(app.Services.GetRequiredService<ServerSettings>()) is { } address)
        {
            app.Use(address.InvokeAsync);
        }

        app.UseResponseCompression();
        app.UseRouting();
        app.Use(HiddenTokens.InvokeAsync);
        app.Use(Failsafe.InvokeAsync);
        app.Use(StageOfAddress);
        app.Use(app.Services.GetRequiredService<CallerAuthentication>().InvokeAsync);
        app.Use(app.Services.GetRequiredService<CallLimits>().InvokeAsync);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks(
            "/health/ready",
            new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = HealthReportWriter.WriteAsync }
        );

        var handler = app.Services.GetRequiredService<SoapRequestHandler>();
        var publisher = app.Services.GetRequiredService<ContractPublisher>();
        var passwords = app.Services.GetRequiredService<PasswordLinkEndpoint>();
        var link = $"/{{stage}}{PasswordLinkAddresses.Path}/{{{HiddenTokens.RouteValue}}}";
        app.MapMethods(link, ["GET", "HEAD", "POST"], (RequestDelegate)passwords.AnswerAsync);
        foreach (var prefix in new[] { "", "/{stage}" })
        {
            app.MapMethods($"{prefix}{DownloadAddresses.Path}/{{id}}", ["GET", "HEAD"], (RequestDelegate)DownloadEndpoint.AnswerAsync);
            app.MapMethods($"{prefix}{ActivityEndpoint.Path}", ["GET", "HEAD"], (RequestDelegate)ActivityEndpoint.AnswerAsync);
            app.MapMethods($"{prefix}{AttachmentEndpoint.Path}/{{id}}", ["GET", "HEAD"], (RequestDelegate)AttachmentEndpoint.AnswerAsync);
            foreach (var endpoint in SmileEndpoints.All)
            {
                app.MapPost($"{prefix}/smile/ws/v2/{endpoint.Path}", (RequestDelegate)(context => handler.HandleAsync(context, endpoint)));
                app.MapMethods(
                    $"{prefix}/smile/ws/v2/{endpoint.Path}",
                    ["GET", "HEAD"],
                    (RequestDelegate)(context => publisher.PublishAsync(context, endpoint))
                );
            }
        }
    }

    /// <summary>Finds the stage that the address names; one that does not exist is not found.</summary>
    private static Task StageOfAddress(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is null || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            return next(context);
        }

        var stages = context.RequestServices.GetRequiredService<StageRegistry>();
        var stage = context.Request.RouteValues.TryGetValue("stage", out var name) ? stages.Find((string)name!) : stages.Default;
        if (stage is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Features.Set(new StageFeature(stage));
        CurrentCall.Begin(context);
        return next(context);
    }
}
