using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Smile.Kernel;
using Smile.Session;
using Smile.Usage.Storage;

namespace Smile.Usage.Exports;

/// <summary>Files of activity statements, and the tokens of their addresses.</summary>
[UseCase]
public sealed class ActivityBatches(StageSession session, UsageDatabase database, IActivityAddresses addresses)
{
    private const int TokenBytes = 24;
    private const int LongestToken = 64;

    /// <summary>How long an address works (guide, line 10158).</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromHours(24);

    /// <param name="usn">The subscription or account that it was asked for.</param>
    /// <param name="spans">A JSON document.</param>
    public async Task<ActivityFile> AddAsync(
        ActivityKind kind,
        Usn usn,
        string spans,
        (DateTimeOffset First, DateTimeOffset Last)? starts,
        CancellationToken cancellation
    )
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var batch = new ActivityBatch(
            await database.NextNumberAsync(cancellation),
            kind,
            usn,
            session.Caller.Usn,
            session.Now,
            session.Now + Validity,
            spans,
            starts?.First,
            starts?.Last
        );
        await ActivityBatchRows.AddAsync(database, batch, Hash(token), cancellation);
        return new ActivityFile(batch.Id, addresses.AddressOf(token));
    }

    /// <summary>The file of a token; null where there is none for this login, or its time is over.</summary>
    public async Task<ActivityBatch?> OpenAsync(string token, CancellationToken cancellation) =>
        token.Length is > 0 and <= LongestToken
        && await ActivityBatchRows.FindAsync(database, Hash(token), cancellation) is { } batch
        && batch.CallerUsn == session.Caller.Usn
        && batch.Expires > session.Now
            ? batch
            : null;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
