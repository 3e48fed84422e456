using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Bills;
using Smile.Rating.Engine;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Exports;
using Smile.Usage.Storage;

namespace Smile.Rating.Exports;

/// <summary>What was used of what invoices charge, for their pages.</summary>
[UseCase]
public sealed class InvoicedUsageRecords(StageSession session, UsageDatabase usage) : IInvoicedUsage
{
    public async Task<InvoicedUsage> OfAsync(string transactionNumber, int most, CancellationToken cancellation)
    {
        var rows = await session
            .Database.ReadBilledUsage.Where(row => row.TransactionNumber == transactionNumber)
            .Select(row => new { row.SubscriptionUsn, row.PeriodFrom })
            .ToListAsync(cancellation);
        if (rows.Count == 0)
        {
            return new InvoicedUsage([], IsWhole: true);
        }

        var isArchived = await ClosingRows.AreArchivedAsync(
            usage,
            rows.ConvertAll(row => new RatedPeriod(row.SubscriptionUsn, new DayRange(row.PeriodFrom, row.PeriodFrom))),
            cancellation
        );
        var spans = await RatedUsageQuery.BilledInAsync(usage, rows.ConvertAll(row => (row.SubscriptionUsn, row.PeriodFrom)), cancellation);
        var subscribers = await session.SubscribersAsync(rows.Select(row => row.SubscriptionUsn), cancellation);
        var names = new RatingNames(session);
        var lines = new List<InvoicedUsageLine>();
        await foreach (var page in RatedUsageQuery.PagesAsync(usage, spans, cancellation))
        {
            await names.LearnAsync(page, cancellation);
            lines.AddRange(
                page.Select(rated => (Rated: rated, Words: names.Of(rated, subscribers[rated.Record.SubscriptionUsn])))
                    .GroupBy(pair => (pair.Rated.Record.Id, Type: TypeOf(pair.Words, pair.Rated)))
                    .Where(ofRecord => IsCharged(ofRecord.Select(pair => pair.Rated.Rating)))
                    .Select(ofRecord => Line(ofRecord.First().Rated.Record, ofRecord.Key.Type, [.. ofRecord]))
            );
            if (lines.Count > most)
            {
                return new InvoicedUsage(lines[..most], IsWhole: false) { IsArchived = isArchived };
            }
        }

        return new InvoicedUsage(lines, IsWhole: true) { IsArchived = isArchived };

        InvoicedUsageLine Line(UsageRecord record, string type, IReadOnlyList<(RatedUsage Rated, RatingWords Words)> ratings) =>
            new(
                record.SubscriptionUsn,
                subscribers[record.SubscriptionUsn].Username,
                type,
                record.Start,
                record.Role == UsageRole.Called ? record.Caller : record.Called,
                ratings.Select(pair => pair.Words.Destination).OfType<string>().FirstOrDefault() ?? "",
                record.Seconds,
                (decimal)record.BytesReceived + record.BytesSent,
                record.Pages,
                record.Events,
                ratings.Sum(pair => pair.Rated.Rating.Amount)
            );
    }

    /// <summary>Whether something of it is left: what was rated otherwise before the bill is booked back.</summary>
    private static bool IsCharged(IEnumerable<UsageRating> ratings) =>
        ratings
            .GroupBy(rating => rating with { Units = 0m, Price = 0m, Amount = 0m })
            .Any(alike => alike.Sum(rating => rating.Units) != 0m || alike.Sum(rating => rating.Amount) != 0m);

    private static string TypeOf(RatingWords words, RatedUsage rated) =>
        words.TariffType ?? words.Description ?? rated.Record.CallType.ToString();
}
