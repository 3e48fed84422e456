using System.Runtime.CompilerServices;

namespace Smile.Usage.Exports;

/// <summary>Where the reading of many spans of records is.</summary>
/// <param name="Span">The place of the span among those that were asked for.</param>
public readonly record struct ActivityPosition(int Span, DateTimeOffset Start, long Id);

/// <summary>Rows that were read at once.</summary>
/// <param name="Last">The last record, where there may be more behind it; null where all spans were read.</param>
public sealed record ActivityPage<TRow>(IReadOnlyList<TRow> Rows, ActivityPosition? Last);

/// <summary>
/// Reads the records of many spans in pages of about one size: those with few of them together, those with many by themselves. Between
/// pages no connection is held, however slowly somebody reads.
/// </summary>
public static class ActivityPages
{
    /// <summary>Most records of a page.</summary>
    public const int Size = 1_000;

    /// <summary>All that is left of spans that are read together is looked at.</summary>
    private const int MostTogether = 64;

    /// <param name="read">Reads a page of some spans, of the first of them behind a record; null for its beginning.</param>
    public static async IAsyncEnumerable<IReadOnlyList<TRow>> ReadAsync<TSpan, TRow>(
        IReadOnlyList<TSpan> spans,
        Func<IReadOnlyList<TSpan>, ActivityPosition?, Task<ActivityPage<TRow>>> read,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var (at, together) = (0, 1);
        ActivityPosition? behind = null;
        while (at < spans.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            var asked = spans.Skip(at).Take(together).ToList();
            var page = await read(asked, behind);
            if (page.Rows.Count > 0)
            {
                yield return page.Rows;
            }

            if (page.Last is { } last)
            {
                (at, together, behind) = (at + last.Span, 1, last with { Span = 0 });
            }
            else
            {
                (at, together, behind) = (at + asked.Count, Math.Min(together * 2, MostTogether), null);
            }
        }
    }
}
