using Smile.Conformance.Running;

namespace Smile.Conformance.Stacks;

/// <summary>The server that the client stacks call, each test class at its own pace.</summary>
public sealed class StackServer : IAsyncLifetime
{
    private static int _usernames;

    /// <summary>The address to which an endpoint's path is added.</summary>
    public string Endpoints { get; private set; } = "";

    /// <summary>What the programs that make calls are told: where, who, and a username that no order has had.</summary>
    public string[] CallArguments =>
        [Endpoints, PreparedDatabases.UserName, PreparedDatabases.Password, $"stack{Interlocked.Increment(ref _usernames)}"];

    /// <summary>A folder for what generators write, gone with the test class.</summary>
    public string WorkFolder { get; } = Directory.CreateTempSubdirectory("smile-conformance-").FullName;

    public async Task InitializeAsync() => Endpoints = (await SmileSystem.Common.AcquireAsync()).Server.Endpoints;

    public async Task DisposeAsync()
    {
        await SmileSystem.Common.ReleaseAsync();
        Directory.Delete(WorkFolder, recursive: true);
    }
}
