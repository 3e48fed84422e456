using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Smile.Server.Background;
using Smile.Server.Security;
using Smile.Soap;

namespace Smile.Server.Observability;

/// <summary>
/// Metrics and traces through OpenTelemetry, where a collector is named. The feed that this is built from lacks the hosting package, so the
/// providers are made by hand (docs/dependencies.md).
/// </summary>
internal sealed class Telemetry(ServerSettings settings) : IHostedService, IDisposable
{
    private MeterProvider? _meters;
    private TracerProvider? _tracers;

    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        if (settings.OtlpEndpoint is { Length: > 0 })
        {
            services.AddSingleton<IHostedService>(new Telemetry(settings));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var endpoint = new Uri(settings.OtlpEndpoint!);
        var resource = ResourceBuilder.CreateDefault().AddService("smile-server");
        _meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(
                SoapMetrics.MeterName,
                FailedLoginTrail.MeterName,
                RelayMetrics.MeterName,
                HousekeepingService.MeterName,
                "Npgsql",
                "Microsoft.AspNetCore.Hosting",
                "Microsoft.AspNetCore.Server.Kestrel",
                "System.Runtime"
            )
            .AddOtlpExporter(exporter => Configure(exporter, endpoint))
            .Build();
        _tracers = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("Microsoft.AspNetCore", "Npgsql")
            .AddOtlpExporter(exporter => Configure(exporter, endpoint))
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _meters?.ForceFlush();
        _tracers?.ForceFlush();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _meters?.Dispose();
        _tracers?.Dispose();
    }

    private static void Configure(OtlpExporterOptions exporter, Uri endpoint) => exporter.Endpoint = endpoint;
}
