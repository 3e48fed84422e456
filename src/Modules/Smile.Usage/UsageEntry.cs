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
        if (entry.ExternalId is not { Length: > 0 } id)
        {
            var all = Digest(Text(source, entry));
            return new UsageFingerprint(KeyOf(all), ContentOf(all));
        }

        var content = entry.Sameness is { } sameness ? string.Join(Separator, source, entry.Identifier, sameness) : Text(source, entry);
        return new UsageFingerprint(KeyOf(Digest($"{source}{Separator}{id}")), ContentOf(Digest(content)));
    }

    /// <summary>Of a line that could not be read.</summary>
    public static UsageFingerprint Of(string source, string line)
    {
        var content = Digest($"{source}{Separator}{Separator}{line}");
        return new UsageFingerprint(KeyOf(content), ContentOf(content));
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

    private static Guid KeyOf(byte[] digest) => new(digest.AsSpan(0, 16), bigEndian: true);

    private static long ContentOf(byte[] digest) => BinaryPrimitives.ReadInt64BigEndian(digest.AsSpan(16));

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static string Text(string source, UsageEntry entry) =>
        string.Join(
            Separator,
            new IFormattable?[]
            {
                entry.IdentifierType,
                entry.Start.UtcTicks,
                entry.CallType,
                entry.Role,
                Plain(entry.Seconds),
                entry.BytesReceived,
                entry.BytesSent,
                entry.Pages,
                entry.Events,
                Plain(entry.WholesaleCharge),
            }
                .Select(value => value?.ToString(null, CultureInfo.InvariantCulture))
                .Prepend(source)
                .Concat([entry.IdentifierField, entry.Identifier, entry.Caller, entry.Called, entry.Session, entry.Description])
                .Append(entry.IsStartOfSession ? "first" : "continued")
        );

    /// <summary>60 and 60.00 are one number: digits behind the last that counts are left out.</summary>
    private static decimal? Plain(decimal? number) => number / 1.000000000000000000000000000m;
}
