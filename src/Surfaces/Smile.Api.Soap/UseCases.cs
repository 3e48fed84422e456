namespace Smile.Api.Soap;

/// <summary>The use cases of a call. Each is made when it is called for: a call builds its own, and not its whole endpoint's.</summary>
internal sealed class UseCases(IServiceProvider services)
{
    public TUseCase Of<TUseCase>()
        where TUseCase : class => services.GetRequiredService<TUseCase>();
}
