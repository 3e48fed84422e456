using Npgsql;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Server.Background;
using Smile.Server.Security;
using Smile.Soap;

namespace Smile.Server.Observability;

/// <summary>Metrics and traces through OpenTelemetry, where a collector is named.</summary>
internal static class Telemetry
{
    private const string ServiceName = "smile-server";

    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        if (settings.OtlpEndpoint is not { Length: > 0 } collector)
        {
            return;
        }

        services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName))
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(SoapMetrics.MeterName, FailedLoginTrail.MeterName, RelayMetrics.MeterName, HousekeepingService.MeterName)
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddNpgsqlInstrumentation()
                    .AddOtlpExporter(Configure)
            )
            .WithTracing(traces =>
                traces.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddNpgsql().AddOtlpExporter(Configure)
            );

        void Configure(OtlpExporterOptions exporter) => exporter.Endpoint = new Uri(collector);
    }
}
