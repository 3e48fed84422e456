using System.Reflection;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Ordering.Services;
using Smile.Payments;
using Smile.Server.Payments;
using Smile.Server.Stages;
using Smile.Session;
using Smile.Soap;
using Smile.Storage;

namespace Smile.Server.Endpoints;

/// <summary>Connects the contract's endpoints with their implementations, and use cases with the call that they serve.</summary>
internal static class EndpointRegistration
{
    public static IServiceCollection AddSmileEndpoints(this IServiceCollection services)
    {
        foreach (
            var useCase in StageModules
                .Assemblies.SelectMany(module => module.GetTypes())
                .Where(type => type.IsDefined(typeof(UseCaseAttribute), inherit: false))
        )
        {
            services.AddScoped(useCase);
            foreach (var port in useCase.GetInterfaces().Where(port => port.IsDefined(typeof(PortAttribute), inherit: false)))
            {
                services.AddScoped(port, provider => provider.GetRequiredService(useCase));
            }
        }

        foreach (var endpoint in SmileEndpoints.All)
        {
            services.AddScoped(endpoint.Contract, Implementation(endpoint) ?? UnavailableEndpoint.TypeFor(endpoint.Contract));
        }

        services.AddSingleton<IServiceQualifier, TableServiceQualifier>();
        services.AddScoped<UseCases>();
        services.AddScoped<CurrentCall>();
        services.AddScoped<StageSessionHolder>();
        services.AddScoped(provider => provider.GetRequiredService<StageSessionHolder>().Session);
        services.AddScoped(provider =>
            provider.GetRequiredService<GatewayRegistry>().Of(provider.GetRequiredService<StageSessionHolder>().Stage)
        );
        services.AddScoped<ISeparateSessions, SeparateSessions>();
        return services;
    }

    /// <summary>The class of this assembly that implements an endpoint's contract; null where none of its operations is built.</summary>
    public static Type? Implementation(SoapEndpoint endpoint) =>
        Assembly
            .GetExecutingAssembly()
            .GetTypes()
            .SingleOrDefault(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(endpoint.Contract));

    /// <summary>The operations of an endpoint that are built: those that its class has a method of its own for.</summary>
    public static IReadOnlySet<string> BuiltOperations(SoapEndpoint endpoint)
    {
        if (Implementation(endpoint) is not { } type)
        {
            return new HashSet<string>();
        }

        var map = type.GetInterfaceMap(endpoint.Contract);
        return map
            .InterfaceMethods.Zip(map.TargetMethods)
            .Where(pair => pair.Second.DeclaringType == type)
            .Select(pair => pair.First.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>Holds the session of the call, made when it is first needed.</summary>
internal sealed class StageSessionHolder(CurrentCall call) : IAsyncDisposable
{
    private StageSession? _session;
    private Stage? _stage;

    /// <summary>The session; taken from the request where background work has not begun one.</summary>
    public StageSession Session => _session ??= FromRequest();

    /// <summary>The stage that the session is of.</summary>
    public Stage Stage => _stage ??= Feature.Stage;

    private StageFeature Feature => call.Feature ?? throw new InvalidOperationException("There is no call to take the stage from.");

    /// <summary>Begins a session of its own, for background work.</summary>
    /// <param name="catalogue">Another version of the catalogue than the one that holds now; null for that.</param>
    public void Use(Stage stage, Caller caller, CatalogueSnapshot? catalogue = null)
    {
        _stage = stage;
        _session = stage.CreateSession(caller, catalogue);
    }

    public ValueTask DisposeAsync() => _session?.Database.DisposeAsync() ?? ValueTask.CompletedTask;

    private StageSession FromRequest() =>
        Stage.CreateSession(
            Feature.Caller ?? throw new InvalidOperationException("The call has no caller: it must be refused before it gets here.")
        );
}

/// <summary>Stands in for endpoints of which nothing is built: every operation answers that it is not yet available.</summary>
internal static class UnavailableEndpoint
{
    public static Type TypeFor(Type contract) =>
        typeof(Unavailable).IsAssignableTo(contract)
            ? typeof(Unavailable)
            : throw new InvalidOperationException($"{contract.Name} has no implementation.");

    /// <summary>Takes every operation's default.</summary>
    private sealed class Unavailable
        : IConfigCustomFieldsEndpoint,
            IPoolEndpoint,
            IPrepaidEndpoint,
            ISpendManagementEndpoint,
            ISubserviceEndpoint;
}
