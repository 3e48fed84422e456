using System.Text.Json;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;
using Smile.Usage.Storage;
using static Smile.Usage.Exports.ActivityCsv;

namespace Smile.Usage.Exports;

/// <summary>
/// Usage as it came, without prices: getActivityStatementRange() and getActivityStatementBatch() (guide, lines 10120, 10210).
/// </summary>
[UseCase]
public sealed class ActivityStatements(StageSession session, UsageDatabase database, ActivityBatches batches)
{
    /// <summary>The columns that Smile's format of unrated records begins with, and what else there is.</summary>
    private static readonly string[] Names =
    [
        "UURID",
        "SID",
        "USN",
        "Start Timestamp",
        "Caller",
        "Called",
        "Bytes Received From Subscriber",
        "Bytes Sent To Subscriber",
        "Billable Duration",
        "Pages",
        "Event Count",
        "Flagfall",
        "Role",
        "IP Address",
        "Call Type",
        "Call ID",
        "Session ID",
        "Description",
    ];

    /// <summary>Usage that starts within a time, its ends included.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="SmileException">The USN is neither an account's nor a subscription's for this caller.</exception>
    public async Task<ActivityFile?> RangeAsync(string usn, XmlTimestamp start, XmlTimestamp end, CancellationToken cancellation)
    {
        var key = new Usn(usn);
        var (account, subscriptions) = await session.FindActivityAsync(key, cancellation);
        var zone = session.ZoneOf(account);
        var (first, last) = (zone.Instant(start), zone.Instant(end));
        if (last < first)
        {
            throw Refuse.Invalid("endTimestamp", end, "The end must not be before the start.");
        }

        var through = await UsageArrivals.NoticeAsync(database, cancellation);
        var spans = subscriptions.Select(subscription => new ActivitySpan(subscription, 0, through)).ToList();
        return await AddAsync(ActivityKind.Range, key, spans, (first, last), cancellation);
    }

    /// <summary>
    /// Usage that came since a batch, whenever it began: each record is in exactly one of the batches that follow from each other. Two
    /// calls with the same batch make two, each with all of it.
    /// </summary>
    /// <param name="batchId">The last batch that the caller has; 0 for none.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="SmileException">The USN is neither an account's nor a subscription's, or it has no such batch.</exception>
    public async Task<ActivityFile?> BatchAsync(string usn, long batchId, CancellationToken cancellation)
    {
        var key = new Usn(usn);
        var (_, subscriptions) = await session.FindActivityAsync(key, cancellation);
        var reached = batchId == 0 ? [] : await ReachedByAsync(key, batchId, cancellation);
        var through = await UsageArrivals.NoticeAsync(database, cancellation);
        var spans = subscriptions
            .Select(subscription => new ActivitySpan(subscription, reached.GetValueOrDefault(subscription), through))
            .Concat(reached.ExceptBy(subscriptions, pair => pair.Key).Select(pair => new ActivitySpan(pair.Key, pair.Value, pair.Value)))
            .ToList();

        // What came since began when it began: partitions of other months are not looked at.
        var after = spans.Count == 0 ? 0 : spans.Min(span => span.After);
        var starts = after == 0 ? null : await UsageArrivals.StartsAsync(database, after, through, cancellation);
        return after > 0 && starts is null ? null : await AddAsync(ActivityKind.Batch, key, spans, starts, cancellation);
    }

    /// <summary>The file's content, of what the caller may still reach; null where that is nothing.</summary>
    public async Task<ActivityContent?> OpenAsync(ActivityBatch batch, CancellationToken cancellation)
    {
        var spans = Spans(batch);
        var subscribers = await session.ReachedSubscribersAsync(spans.Select(span => span.Usn), cancellation);
        var reached = spans.Where(span => subscribers.ContainsKey(span.Usn)).ToList();
        return reached.Count == 0 ? null : (stream, stopping) => WriteAsync(batch, reached, subscribers, stream, stopping);
    }

    private async Task WriteAsync(
        ActivityBatch batch,
        IReadOnlyList<ActivitySpan> spans,
        IReadOnlyDictionary<Usn, ActivitySubscriber> subscribers,
        Stream stream,
        CancellationToken cancellation
    )
    {
        var csv = new ActivityCsv(stream, batch.Id);
        csv.AddNames(Names);
        await foreach (
            var page in ActivityPages.ReadAsync(
                spans,
                (together, behind) => ActivityQuery.ReadAsync(database, batch, together, behind, cancellation),
                cancellation
            )
        )
        {
            foreach (var record in page)
            {
                csv.AddEntry(Cells(record, subscribers[record.SubscriptionUsn]));
            }

            await csv.SendAsync(cancellation);
        }

        await csv.EndAsync(cancellation);
    }

    /// <summary>
    /// What a wholesaler charges is left out: it is none of a customer's business. The other side's bytes are the network's: what it
    /// received, the subscriber has sent.
    /// </summary>
    private static IReadOnlyList<string> Cells(UsageRecord record, ActivitySubscriber subscriber) =>
        [
            Number(record.Id),
            Number(subscriber.ServiceId),
            Text(record.SubscriptionUsn.Value),
            Instant(subscriber.Zone, record.Start),
            Text(record.Caller),
            Text(record.Called),
            Number(record.BytesSent),
            Number(record.BytesReceived),
            Number(record.Seconds),
            Number(record.Pages),
            Number(record.Events),
            Flag(record.IsStartOfSession),
            Number((int)record.Role),
            "",
            Name(record.CallType),
            "",
            Text(record.Session),
            Text(record.Description),
        ];

    /// <summary>Up to where the batches that end with this one have given out the usage of each subscription.</summary>
    private async Task<Dictionary<Usn, long>> ReachedByAsync(Usn usn, long batchId, CancellationToken cancellation)
    {
        var batch = await ActivityBatchRows.FindAsync(database, batchId, cancellation);
        return batch is { Kind: ActivityKind.Batch } && batch.Usn == usn
            ? Spans(batch).ToDictionary(span => span.Usn, span => span.Through)
            : throw Refuse.NotFound(
                "batchId",
                batchId,
                "There is no such batch of the USN. Give the id of one that getActivityStatementBatch() has answered with, or 0."
            );
    }

    private async Task<ActivityFile?> AddAsync(
        ActivityKind kind,
        Usn usn,
        IReadOnlyList<ActivitySpan> spans,
        (DateTimeOffset First, DateTimeOffset Last)? starts,
        CancellationToken cancellation
    ) =>
        await ActivityQuery.AnyAsync(database, spans, starts, cancellation)
            ? await batches.AddAsync(kind, usn, JsonSerializer.Serialize(spans, ActivityBatchRows.Json), starts, cancellation)
            : null;

    private static IReadOnlyList<ActivitySpan> Spans(ActivityBatch batch) =>
        JsonSerializer.Deserialize<IReadOnlyList<ActivitySpan>>(batch.Spans, ActivityBatchRows.Json)!;
}
