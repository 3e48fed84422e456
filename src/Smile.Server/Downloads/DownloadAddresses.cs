using Smile.Correspondence.Documents;
using Smile.Hosting.Stages;
using Smile.Server.ForgottenPasswords;
using Smile.Usage.Exports;

namespace Smile.Server.Downloads;

/// <summary>Addresses of downloads, on the host, below the prefix and in the stage that the call came to.</summary>
internal sealed class DownloadAddresses(CurrentCall call) : IDownloadAddresses, IActivityAddresses
{
    /// <summary>The path below the stage (guide, line 3716).</summary>
    public const string Path = "/api-downloads/documents";

    public string AddressOf(Guid id) => $"{Stage()}{Path}/{DocumentDownloads.DownloadId(id)}";

    public string AddressOf(string token) => $"{Stage()}{ActivityEndpoint.Path}?{HiddenTokens.RouteValue}={Uri.EscapeDataString(token)}";

    private string Stage()
    {
        var request = call.Request;
        var stage = request.RouteValues.TryGetValue("stage", out var name) ? $"/{Uri.EscapeDataString((string)name!)}" : "";
        return $"{request.Scheme}://{request.Host}{request.PathBase}{stage}";
    }
}
