using System.Security.Cryptography.X509Certificates;
using Smile.Catalogue;
using Smile.Gateways.Batch;
using Smile.Gateways.Sandbox;
using Smile.Gateways.Stripe;
using Smile.Hosting.Stages;
using Smile.Payments;

namespace Smile.Hosting.Payments;

/// <summary>The payment gateways of every stage, as its settings allow.</summary>
public sealed class GatewayRegistry(
    IReadOnlyList<Stage> stages,
    ServerSettings settings,
    IHttpClientFactory clients,
    IPaymentDetailsVault vault,
    SandboxOptions? sandbox = null
)
{
    private readonly Dictionary<string, StageGateways> _byStage = stages.ToDictionary(
        stage => stage.Name,
        stage => new StageGateways(stage, [.. Gateways(stage, settings.Stages[stage.Name], clients, vault, sandbox)]),
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>What payment types may call their gateway; whether a stage has it, its settings say.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [PaymentTypeItem.BatchGateway, SandboxGateway.GatewayName, StripeGateway.GatewayName];

    public IPaymentGateways Of(Stage stage) => _byStage[stage.Name];

    /// <summary>The name of a stage's HTTP client for Stripe.</summary>
    public static string StripeClient(string stage) => "stripe:" + stage;

    /// <summary>Registers each stage's HTTP client. Nothing of a call is logged: its content is cards.</summary>
    public static void AddClients(IServiceCollection services, ServerSettings settings)
    {
        foreach (var (name, stage) in settings.Stages.Where(each => each.Value.Stripe.SecretKey is { Length: > 0 }))
        {
            services
                .AddHttpClient(StripeClient(name), client => client.Timeout = stage.Stripe.Timeout)
                .ConfigurePrimaryHttpMessageHandler(() => Handler(stage.Stripe))
                .RemoveAllLoggers();
        }
    }

    private static IEnumerable<IPaymentGateway> Gateways(
        Stage stage,
        StageSettings settings,
        IHttpClientFactory clients,
        IPaymentDetailsVault vault,
        SandboxOptions? sandbox
    )
    {
        yield return new BatchGateway(stage.Store.Source, vault, stage.Clock);
        if (settings.AllowSandbox)
        {
            yield return new SandboxGateway(
                stage.Store.Source,
                stage.Clock,
                sandbox ?? new SandboxOptions { MayCrash = settings.SandboxMayCrash }
            );
        }

        if (settings.Stripe.SecretKey is { Length: > 0 } key)
        {
            yield return new StripeGateway(
                () => clients.CreateClient(StripeClient(stage.Name)),
                stage.Clock,
                new StripeOptions(new Uri(settings.Stripe.Address), key)
            );
        }
    }

    private static SocketsHttpHandler Handler(StripeSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = settings.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (settings.CertificateAuthority is { Length: > 0 } file)
        {
            // The private authority alone is trusted; the name and the dates are verified as ever.
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return handler;
    }

    private sealed class StageGateways(Stage stage, IReadOnlyList<IPaymentGateway> gateways) : IPaymentGateways
    {
        /// <summary>A copy that was restored has no way to take the customers' money a second time.</summary>
        public IPaymentGateway? Find(string name) => gateways.FirstOrDefault(gateway => gateway.Name == name && MayBeAsked(gateway));

        public bool IsQuiet(string name, GatewayCapabilities capability) =>
            gateways.Any(gateway => gateway.Name == name && gateway.Capabilities.HasFlag(capability) && !MayBeAsked(gateway));

        private bool MayBeAsked(IPaymentGateway gateway) => stage.Gate.IsOpen || gateway is SandboxGateway;
    }
}
