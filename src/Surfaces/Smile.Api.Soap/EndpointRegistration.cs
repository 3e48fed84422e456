using System.Reflection;
using Smile.Api.Soap;
using Smile.Contracts;
using Smile.Hosting.Stages;
using Smile.Soap;

namespace Smile.Api.Soap;

/// <summary>Connects the contract's endpoints with their implementations.</summary>
public static class EndpointRegistration
{
    public static IServiceCollection AddSmileEndpoints(this IServiceCollection services)
    {
        services.AddUseCases();
        foreach (var endpoint in SmileEndpoints.All)
        {
            services.AddScoped(
                endpoint.Contract,
                Implementation(endpoint) ?? throw new InvalidOperationException($"{endpoint.Contract.Name} has no implementation.")
            );
        }

        services.AddScoped<UseCases>();
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
