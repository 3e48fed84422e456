using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Smile.Catalogue;

namespace Smile.Usage;

/// <summary>A record of usage as a source gives it, in the one form that all sources are brought to.</summary>
/// <param name="Identifier">Whose it is, as the source says it.</param>
/// <param name="Start">When what is charged began, in UTC.</param>
public sealed record UsageEntry(string Identifier, UsageIdentifierType IdentifierType, DateTimeOffset Start, CallType CallType)
{
    /// <summary>What tells it from others of its source; null where the source has nothing of the kind.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The field, where a field identifies.</summary>
    public string? IdentifierField { get; init; }

    /// <summary>E.164 without <c>+</c> where it can be brought to that form; else as the source gives it. Empty for none.</summary>
    public string Caller { get; init; } = "";

    /// <inheritdoc cref="Caller"/>
    public string Called { get; init; } = "";

    public UsageRole Role { get; init; }

    /// <summary>Seconds that are charged.</summary>
    public decimal Seconds { get; init; }

    public long BytesReceived { get; init; }

    public long BytesSent { get; init; }

    public int Pages { get; init; }

    public int Events { get; init; } = 1;

    public string? Session { get; init; }

    public bool IsStartOfSession { get; init; } = true;

    /// <summary>Without tax.</summary>
    public decimal? WholesaleCharge { get; init; }

    public string? Description { get; init; }

    /// <summary>
    /// What is the same when it comes again, where not all of it is: a switch that sends once more may say another time. Null for all.
    /// </summary>
    public string? Sameness { get; init; }
}

/// <summary>What tells whether a record was taken before, and whether it is still the same.</summary>
/// <param name="Key">
/// Of the source and its own id; without one of the content, so that a file under another name brings nothing new.
/// </param>
public readonly record struct UsageFingerprint(Guid Key, long Content)
{
    private const char Separator = '\u001f';

    public static UsageFingerprint Of(string source, UsageEntry entry)
    {
        var content = entry is { ExternalId.Length: > 0, Sameness: { } sameness }
            ? $"{source}{Separator}{entry.Identifier}{Separator}{sameness}"
            : Text(source, entry);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Digest(content, digest);
        var ofContent = ContentOf(digest);
        if (entry.ExternalId is { Length: > 0 } id)
        {
            Digest($"{source}{Separator}{id}", digest);
        }

        return new UsageFingerprint(KeyOf(digest), ofContent);
    }

    /// <summary>Of a line that could not be read.</summary>
    public static UsageFingerprint Of(string source, string line)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Digest($"{source}{Separator}{Separator}{line}", digest);
        return new UsageFingerprint(KeyOf(digest), ContentOf(digest));
    }

    /// <summary>
    /// The number of the record: of records that begin at the same instant, it says which comes first, whatever came in first.
    /// </summary>
    public static long RecordId(Guid key)
    {
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes) & long.MaxValue;
    }

    private static Guid KeyOf(ReadOnlySpan<byte> digest) => new(digest[..16], bigEndian: true);

    private static long ContentOf(ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadInt64BigEndian(digest[16..]);

    private static void Digest(string text, Span<byte> digest)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), digest);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static string Text(string source, UsageEntry entry)
    {
        const char s = Separator;
        var ends = entry.IsStartOfSession ? "first" : "continued";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{source}{s}{entry.IdentifierType}{s}{entry.Start.UtcTicks}{s}{entry.CallType}{s}{entry.Role}{s}{Plain(entry.Seconds)}{s}"
                + $"{entry.BytesReceived}{s}{entry.BytesSent}{s}{entry.Pages}{s}{entry.Events}{s}{Plain(entry.WholesaleCharge)}{s}"
                + $"{entry.IdentifierField}{s}{entry.Identifier}{s}{entry.Caller}{s}{entry.Called}{s}{entry.Session}{s}"
                + $"{entry.Description}{s}{ends}"
        );
    }

    /// <summary>60 and 60.00 are one number: digits behind the last that counts are left out.</summary>
    private static decimal? Plain(decimal? number) => number / 1.000000000000000000000000000m;
}
