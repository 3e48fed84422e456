using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Smile.Billing;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Bills;
using Smile.Rating.Storage;
using Smile.Receivables;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Exports;
using static Smile.Usage.Exports.ActivityCsv;

namespace Smile.Rating.Exports;

/// <summary>What usage is charged: getRatingsForPeriod() and getRatings() (guide, lines 10500, 3889).</summary>
[UseCase]
public sealed class ActivityRatings(StageSession session, UsageDatabase usage, ActivityBatches batches)
{
    /// <summary>The columns that Smile's format of rated records begins with, and what else there is.</summary>
    private static readonly string[] Names =
    [
        "CDR Call ID",
        "Subscription USN",
        "Username",
        "Subservice ID",
        "CDR Start Timestamp",
        "CDR Call Duration",
        "CDR Bytes Received",
        "CDR Bytes Transmitted",
        "CDR Event Count",
        "CDR Pages",
        "CDR Caller",
        "CDR Called",
        "Rated Timestamp",
        "Rated Caller SZU Name",
        "Rated Called SZU Name",
        "Call Type",
        "Plan",
        "Destination",
        "Tariff Type",
        "Charge Type",
        "Charging Rule",
        "Description",
        "Units",
        "Price Ex Tax",
        "Amount Ex Tax",
        "Currency",
        "Value Pool",
        "Rating Period Start",
        "Billed Period Start",
        "Rating Version",
        "Rating Component",
    ];

    /// <summary>All ratings of a rating period, of a subscription or, by the number of an account's own period, of all of its.</summary>
    /// <returns>Null where nothing was rated.</returns>
    /// <exception cref="SmileException">There is no such period for this caller.</exception>
    public async Task<ActivityFile?> PeriodAsync(int ratingPeriodId, CancellationToken cancellation)
    {
        var period = await session.Database.ReadRatingPeriods.FirstOrDefaultAsync(each => each.Id == ratingPeriodId, cancellation);
        var subscription = period?.SubscriptionUsn;
        var owner = subscription is { } usn ? await session.AccountOfSubscriptionAsync(usn, cancellation) : period?.AccountUsn;
        if (period is null || owner is not { } account || await session.FindAccountAsync(account.Value, cancellation) is null)
        {
            throw Refuse.NotFound(
                "ratingPeriodId",
                ratingPeriodId,
                "There is no such rating period, or you may not access it. Use getRatingPeriods() to list those of a subscription."
            );
        }

        var subscriptions = subscription is { } one ? [one] : await session.SubscriptionsOfAsync(account, cancellation);
        var spans = await RatedUsageQuery.EndingOnAsync(usage, subscriptions, period.RatingPeriodEnd, cancellation);
        return await AddAsync(ActivityKind.Period, subscription ?? account, spans, cancellation);
    }

    /// <summary>The ratings that are on an invoice.</summary>
    /// <returns>Null where there are none.</returns>
    /// <exception cref="SmileException">There is no such transaction for this caller.</exception>
    public async Task<ActivityFile?> InvoiceAsync(string transactionNumber, CancellationToken cancellation)
    {
        var number = transactionNumber.Trim();
        var transaction = await session
            .Database.ReadTransactions.Where(each => each.Number == number && each.State != TransactionState.Deleted)
            .Select(each => new { each.AccountUsn })
            .FirstOrDefaultAsync(cancellation);
        if (transaction is null || await session.FindAccountAsync(transaction.AccountUsn.Value, cancellation) is null)
        {
            throw Refuse.NotFound(
                "transactionNumber",
                transactionNumber,
                "There is no such transaction, or you may not access it.",
                Missing.Transaction
            );
        }

        var rows = await session
            .Database.ReadBilledUsage.Where(row => row.TransactionNumber == number)
            .Select(row => new { row.SubscriptionUsn, row.PeriodFrom })
            .ToListAsync(cancellation);
        var billed = rows.ConvertAll(row => (row.SubscriptionUsn, row.PeriodFrom));
        var spans = billed.Count == 0 ? [] : await RatedUsageQuery.BilledInAsync(usage, billed, cancellation);
        return await AddAsync(ActivityKind.Invoice, transaction.AccountUsn, spans, cancellation);
    }

    /// <summary>
    /// The file's content, of what the caller may still reach; null where that is nothing. What an invoice charges is its account's to see,
    /// wherever the subscription has gone since.
    /// </summary>
    public async Task<ActivityContent?> OpenAsync(ActivityBatch batch, CancellationToken cancellation)
    {
        var spans = JsonSerializer.Deserialize<IReadOnlyList<RatingSpan>>(batch.Spans, RatingRows.Json)!;
        var usns = spans.Select(span => span.Usn);
        var subscribers =
            batch.Kind == ActivityKind.Invoice && session.Caller.MayReach(batch.Usn)
                ? await session.SubscribersAsync(usns, cancellation)
                : await session.ReachedSubscribersAsync(usns, cancellation);
        var reached = spans.Where(span => subscribers.ContainsKey(span.Usn)).ToList();
        return reached.Count == 0 ? null : (stream, stopping) => WriteAsync(batch, reached, subscribers, stream, stopping);
    }

    private async Task WriteAsync(
        ActivityBatch batch,
        IReadOnlyList<RatingSpan> spans,
        IReadOnlyDictionary<Usn, ActivitySubscriber> subscribers,
        Stream stream,
        CancellationToken cancellation
    )
    {
        var csv = new ActivityCsv(stream, batch.Id);
        var names = new RatingNames(session);
        csv.AddNames(Names);
        await foreach (var page in RatedUsageQuery.PagesAsync(usage, spans, cancellation))
        {
            await names.LearnAsync(page, cancellation);
            foreach (var rated in page)
            {
                var subscriber = subscribers[rated.Record.SubscriptionUsn];
                csv.AddEntry(Cells(rated, subscriber, names.Of(rated, subscriber)));
            }

            await csv.SendAsync(cancellation);
        }

        await csv.EndAsync(cancellation);
    }

    /// <summary>The bytes are the network's, as in files without prices: what it received, the subscriber has sent.</summary>
    private static IReadOnlyList<string> Cells(RatedUsage rated, ActivitySubscriber subscriber, RatingWords words)
    {
        var (record, rating) = (rated.Record, rated.Rating);
        return
        [
            Number(record.Id),
            Text(record.SubscriptionUsn.Value),
            Text(subscriber.Username),
            "",
            Instant(subscriber.Zone, record.Start),
            Number(record.Seconds),
            Number(record.BytesSent),
            Number(record.BytesReceived),
            Number(record.Events),
            Number(record.Pages),
            Text(record.Caller),
            Text(record.Called),
            Instant(subscriber.Zone, rated.At),
            "",
            "",
            Name(record.CallType),
            Text(words.Plan),
            Text(words.Destination),
            Text(words.TariffType),
            Text(words.ChargeType),
            Number(rating.Rule),
            Text(words.Description),
            Number(rating.Units),
            Number(rating.Price),
            Number(rating.Amount),
            subscriber.Currency.Code,
            Text(words.ValuePool),
            Day(rated.Period),
            Day(rated.BilledIn),
            Number(rated.Version),
            Number(rated.Component),
        ];
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private async Task<ActivityFile?> AddAsync(
        ActivityKind kind,
        Usn usn,
        IReadOnlyList<RatingSpan> spans,
        CancellationToken cancellation
    ) => spans.Count == 0 ? null : await batches.AddAsync(kind, usn, JsonSerializer.Serialize(spans, RatingRows.Json), null, cancellation);
}
