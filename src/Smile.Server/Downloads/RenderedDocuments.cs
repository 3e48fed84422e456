using Smile.Catalogue;
using Smile.Correspondence.Documents;

namespace Smile.Server.Downloads;

/// <summary>
/// Renders documents, few at a time, and keeps them for a while: reading an address is cheap for the caller, and must not be dear for the
/// server however often and by however many it is done.
/// </summary>
/// <param name="patience">How long a call waits for its turn; null for five seconds.</param>
internal sealed class RenderedDocuments(IDocumentRenderer renderer, TimeProvider clock, TimeSpan? patience = null) : IDisposable
{
    private const long MostBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Stage, Guid Id, DocumentFileFormat Format), (byte[] File, DateTimeOffset Until)> _files = [];
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private long _bytes;

    /// <summary>The document as a file.</summary>
    /// <returns>Null where too many are being rendered.</returns>
    public async Task<byte[]?> GetAsync(
        string stage,
        Guid id,
        CustomerDocument document,
        Stationery stationery,
        DocumentFileFormat format,
        CancellationToken cancellation
    )
    {
        var key = (stage, id, format);
        if (Find(key) is { } kept)
        {
            return kept;
        }

        if (!await _turns.WaitAsync(_patience, cancellation))
        {
            return null;
        }

        try
        {
            // Another call may have waited for the same one.
            return Find(key) ?? Keep(key, Render(document, stationery, format));
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private byte[] Render(CustomerDocument document, Stationery stationery, DocumentFileFormat format)
    {
        using var file = new MemoryStream();
        renderer.Render(document, stationery, format, file);
        return file.ToArray();
    }

    private byte[]? Find((string, Guid, DocumentFileFormat) key)
    {
        lock (_gate)
        {
            return _files.TryGetValue(key, out var kept) && kept.Until > clock.GetUtcNow() ? kept.File : null;
        }
    }

    private byte[] Keep((string, Guid, DocumentFileFormat) key, byte[] file)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            foreach (
                var (old, kept) in _files
                    .Where(entry => entry.Value.Until <= now || entry.Key == key || _bytes + file.Length > MostBytes)
                    .ToList()
            )
            {
                _files.Remove(old);
                _bytes -= kept.File.Length;
            }

            if (file.Length <= MostBytes)
            {
                _files[key] = (file, now + Kept);
                _bytes += file.Length;
            }

            return file;
        }
    }
}
