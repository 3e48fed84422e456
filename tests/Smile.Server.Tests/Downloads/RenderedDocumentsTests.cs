using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Server.Downloads;
using Smile.Testing;

namespace Smile.Server.Tests.Downloads;

/// <summary>S6: an address that is read often costs one rendering for a while, and what is kept is bounded.</summary>
public sealed class RenderedDocumentsTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Counting _renderer = new();
    private readonly RenderedDocuments _documents;

    public RenderedDocumentsTests() => _documents = new RenderedDocuments(_renderer, _clock);

    public void Dispose() => _documents.Dispose();

    [Fact]
    public async Task Eight_readers_of_an_address_cost_one_rendering_until_it_is_old()
    {
        var id = Guid.NewGuid();
        var files = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => GetAsync(id)));
        Assert.All(files, file => Assert.Equal(Megabyte, file!.Length));
        Assert.Equal(1, _renderer.Count);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await GetAsync(id);
        Assert.Equal(1, _renderer.Count);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await GetAsync(id);
        Assert.Equal(2, _renderer.Count);
    }

    /// <summary>Another stage, address or format is another document; what is kept of all is at most 64 MB.</summary>
    [Fact]
    public async Task What_is_kept_is_bounded()
    {
        var ids = Enumerable.Range(0, 65).Select(_ => Guid.NewGuid()).ToList();
        foreach (var id in ids)
        {
            await GetAsync(id);
        }

        Assert.Equal(65, _renderer.Count);
        await GetAsync(ids[^1]);
        Assert.Equal(65, _renderer.Count);
        await GetAsync(ids[0]);
        Assert.Equal(66, _renderer.Count);
        await _documents.GetAsync("other", ids[0], null!, null!, DocumentFileFormat.Pdf, CancellationToken.None);
        await _documents.GetAsync("live", ids[0], null!, null!, DocumentFileFormat.Xlsx, CancellationToken.None);
        Assert.Equal(68, _renderer.Count);
    }

    /// <summary>S6. While as many are made as may be, another caller is told to come again, and nothing of his waits.</summary>
    [Fact]
    public async Task Who_does_not_get_a_turn_is_sent_away()
    {
        var renderer = new Blocking();
        using var documents = new RenderedDocuments(renderer, _clock, TimeSpan.Zero);
        var turns = Math.Max(1, Environment.ProcessorCount / 2);
        var busy = Enumerable.Range(0, turns).Select(_ => Task.Run(() => GetAsync(Guid.NewGuid()))).ToList();
        await Until.TrueAsync("all turns are taken", () => Task.FromResult(renderer.Count == turns));
        Assert.Null(await GetAsync(Guid.NewGuid()));
        Assert.Equal(turns, renderer.Count);
        renderer.Release();
        Assert.All(await Task.WhenAll(busy), Assert.NotNull);
        Assert.NotNull(await GetAsync(Guid.NewGuid()));

        Task<byte[]?> GetAsync(Guid id) => documents.GetAsync("live", id, null!, null!, DocumentFileFormat.Pdf, CancellationToken.None);
    }

    private Task<byte[]?> GetAsync(Guid id) =>
        _documents.GetAsync("live", id, null!, null!, DocumentFileFormat.Pdf, CancellationToken.None);

    /// <summary>Writes a megabyte and counts; what documents look like is another test's.</summary>
    private sealed class Counting : IDocumentRenderer
    {
        private int _count;

        public int Count => _count;

        public void Render(CustomerDocument document, Stationery stationery, DocumentFileFormat format, Stream file)
        {
            Interlocked.Increment(ref _count);
            file.Write(new byte[Megabyte]);
        }
    }

    /// <summary>Makes documents only when it is let.</summary>
    private sealed class Blocking : IDocumentRenderer
    {
        private readonly TaskCompletionSource _released = new();
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Release() => _released.SetResult();

        public void Render(CustomerDocument document, Stationery stationery, DocumentFileFormat format, Stream file)
        {
            Interlocked.Increment(ref _count);
            _released.Task.Wait();
        }
    }
}
