using Smile.CustomCollections;
using Smile.Hosting.CustomCollections;
using Smile.Hosting.NumberPools;
using Smile.Hosting.Payments;
using Smile.Hosting.Prepaid;
using Smile.Hosting.Spend;
using Smile.NumberPools;
using Smile.NumberPools.IpRanges;
using Smile.Ordering.Services;
using Smile.Payments;
using Smile.Prepaid;
using Smile.Rating.Notices;
using Smile.Session;
using Smile.Storage;

namespace Smile.Hosting.Stages;

/// <summary>The use cases of all modules, for whatever surface or background work runs them.</summary>
public static class UseCaseRegistration
{
    public static IServiceCollection AddUseCases(this IServiceCollection services)
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

        services.AddSingleton<IServiceQualifier, TableServiceQualifier>();
        services.AddSingleton<ICollectionDocuments, EntryDocuments>();
        services.AddSingleton<ILinkDocuments, LinkDocuments>();
        services.AddSingleton<IIpRangeDocuments, IpRangeDocuments>();
        services.AddSingleton<ISpendDocuments, SpendDocuments>();
        services.AddSingleton<IPrepaidDocuments, PrepaidDocuments>();
        services.AddScoped<CurrentCall>();
        services.AddScoped<StageSessionHolder>();
        services.AddScoped(provider => provider.GetRequiredService<StageSessionHolder>().Session);
        services.AddScoped(provider =>
            provider.GetRequiredService<GatewayRegistry>().Of(provider.GetRequiredService<StageSessionHolder>().Stage)
        );
        services.AddScoped(provider => provider.GetRequiredService<StageSessionHolder>().Stage.Usage);
        services.AddScoped(provider => provider.GetRequiredService<StageSessionHolder>().Stage.CatalogueVersions);
        services.AddScoped<ISeparateSessions, SeparateSessions>();
        return services;
    }
}
