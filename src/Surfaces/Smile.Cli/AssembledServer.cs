using Smile.Hosting;

namespace Smile.Cli;

/// <summary>Puts a whole server together that serves nobody: for commands that may do anything that a server does.</summary>
public delegate Task<AssembledServer> AssembleServer(ServerSettings settings, CancellationToken cancellation);

/// <summary>A server that serves nobody.</summary>
/// <param name="lifetime">Ended with it.</param>
public sealed class AssembledServer(IServiceProvider services, IAsyncDisposable lifetime) : IAsyncDisposable
{
    public IServiceProvider Services => services;

    public ValueTask DisposeAsync() => lifetime.DisposeAsync();
}
