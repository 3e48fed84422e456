using Smile.Correspondence.Documents;

namespace Smile.Server.Downloads;

/// <summary>Addresses of downloads, on the host, below the prefix and in the stage that the call came to.</summary>
internal sealed class DownloadAddresses(IHttpContextAccessor accessor) : IDownloadAddresses
{
    /// <summary>The path below the stage (guide, line 3716).</summary>
    public const string Path = "/api-downloads/documents";

    public string AddressOf(Guid id)
    {
        var request = accessor.HttpContext?.Request ?? throw new InvalidOperationException("There is no call to take the address from.");
        var stage = request.RouteValues.TryGetValue("stage", out var name) ? $"/{Uri.EscapeDataString((string)name!)}" : "";
        return $"{request.Scheme}://{request.Host}{request.PathBase}{stage}{Path}/{DocumentDownloads.DownloadId(id)}";
    }
}
