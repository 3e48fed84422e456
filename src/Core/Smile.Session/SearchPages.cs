using Microsoft.Extensions.Caching.Memory;
using Smile.Kernel;

namespace Smile.Session;

/// <summary>
/// What is searched for in pages: the table, a custom field with its value, where one is asked for, and whose rows alone are looked at.
/// </summary>
public sealed record PagedSearch(string Table, string? Field, string? Value, string? Of);

/// <summary>
/// Remembers where the pages of searches end. PostgreSQL counts an offset's rows one by one, so a page far behind costs as much as all
/// before it; who pages on from the page before begins behind its last row instead, and each page costs the same. Others get the offset.
/// </summary>
public sealed class SearchPages : IDisposable
{
    private const int MaxPages = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _ends = new(new MemoryCacheOptions { SizeLimit = MaxPages });

    /// <summary>Where to begin: behind this key (null for the first), passing over so many.</summary>
    public (object? After, int Offset) Begin(PagedSearch search, SearchPage page) =>
        page.Offset > 0 && _ends.TryGetValue((search, page.Offset), out object? after) && after is not null
            ? (after, 0)
            : (null, page.Offset);

    /// <param name="last">The key that the page ends with, where more follow.</param>
    public void Remember(PagedSearch search, SearchPage page, object last) =>
        _ends.Set(
            (search, page.Offset + page.Limit),
            last,
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Lifetime }
        );

    public void Dispose() => _ends.Dispose();
}
