using Smile.Kernel;

namespace Smile.Usage.Exports;

/// <summary>What a file of activity statements has.</summary>
public enum ActivityKind
{
    /// <summary>Usage that began in a time (guide, line 10120).</summary>
    Range,

    /// <summary>Usage that no earlier batch had (guide, line 10210).</summary>
    Batch,

    /// <summary>What the usage of a rating period is charged (guide, line 10500).</summary>
    Period,

    /// <summary>What the usage on an invoice is charged (guide, line 3889).</summary>
    Invoice,
}

/// <summary>A file of activity statements that somebody may download: what is in it is fixed, and read when it is downloaded.</summary>
/// <param name="Usn">The subscription or account that it was asked for.</param>
/// <param name="CallerUsn">The login that asked, and that alone may download it.</param>
/// <param name="Spans">Which usage of which subscriptions, as the use case that made it writes it.</param>
/// <param name="FirstStart">Usage that begins then or later; null for no bound.</param>
/// <param name="LastStart">Usage that begins then or before; null for no bound.</param>
public sealed record ActivityBatch(
    long Id,
    ActivityKind Kind,
    Usn Usn,
    Usn CallerUsn,
    DateTimeOffset Made,
    DateTimeOffset Expires,
    string Spans,
    DateTimeOffset? FirstStart = null,
    DateTimeOffset? LastStart = null
);

/// <summary>What a caller is told of a file.</summary>
public sealed record ActivityFile(long BatchId, string Address);

/// <summary>Writes a file to where it is downloaded to.</summary>
public delegate Task ActivityContent(Stream stream, CancellationToken cancellation);

/// <summary>Where files of activity statements are downloaded.</summary>
public interface IActivityAddresses
{
    /// <summary>The absolute address, as the caller has to ask for it.</summary>
    string AddressOf(string token);
}

/// <summary>Usage of a subscription that arrived behind one count and up to another.</summary>
/// <param name="After">What an earlier batch had; 0 for nothing.</param>
/// <param name="Through">No more than <paramref name="After"/> where the subscription has none in this batch, since it was another
/// account's by then: it goes on from there when it comes back.</param>
internal sealed record ActivitySpan(Usn Usn, long After, long Through);
