using Smile.Billing.Usage;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing;

/// <summary>getFutureBilling(): the bills of invoicing periods to come, by what is known today (guide, line 6251).</summary>
[UseCase]
public sealed class FutureBilling(
    StageSession session,
    BillingRecords records,
    RaiseInvoice raise,
    Ledger ledger,
    IUsageCharges usageCharges
)
{
    private const int MostPeriods = 36;

    /// <summary>The guide shows <c>UpToDate</c> alone (line 6300).</summary>
    private const string UpToDate = "UpToDate";

    /// <summary>Usage has come that is not rated yet.</summary>
    private const string OutOfDate = "OutOfDate";

    public async Task<FutureInvoiceListType> GetAsync(string usn, FutureInvoiceRequestType request, CancellationToken cancellation)
    {
        var account = await session.FindAccountAsync(usn.Trim(), cancellation);
        if (account is null)
        {
            var owner = await session.AccountOfSubscriptionAsync(new Usn(usn.Trim()), cancellation);
            throw owner is { } known && session.Caller.MayReach(known)
                ? Refuse.Invalid("usn", usn, "The USN is a subscription's: bills are for accounts.")
                : StageSession.NoSuchAccount(usn);
        }

        var wanted = request.InvoicingEnd.Select(end => end.Date).Distinct().Order().ToList();
        if (wanted.Count is 0 or > MostPeriods)
        {
            throw Refuse.Invalid("InvoicingEnd", wanted.Count, $"Ask for 1 to {MostPeriods} invoicing periods by their last days.");
        }

        var record = (await records.ReadAsync([account], forChange: false, cancellation))[0];
        var usage = await usageCharges.ReadAsync([BillComputation.UsageThrough(session.Catalogue, record, wanted[^1])], cancellation);
        var bills = Forecast(record, usage, wanted);
        var documents = await ledger.DocumentsAsync(account, [.. bills.SelectMany(bill => bill.Lines)], cancellation);

        // A period's bill is as many invoices as the run makes of it; one without charges shows that there are none.
        var invoices = bills.SelectMany(bill =>
            BillComputation.Invoices(record, bill.Lines).DefaultIfEmpty([]).Select(lines => (bill.End, Lines: lines))
        );
        var zone = session.ZoneOf(account);
        return new FutureInvoiceListType
        {
            AccountUSN = account.Usn.Value,
            FutureInvoice =
            [
                .. invoices.Select(invoice => new FutureInvoiceType
                {
                    InvoicingEnd = zone.ToXml(invoice.End),
                    RatingStatus = usage.IsUpToDate ? UpToDate : OutOfDate,
                    Invoice = documents.Estimate(Estimate(record, invoice.Lines)),
                }),
            ],
        };
    }

    /// <summary>
    /// Bills one period after the other in the mind, up to the last that is wanted: what one bill has, the next does not.
    /// </summary>
    private IReadOnlyList<(DateOnly End, IReadOnlyList<TransactionItem> Lines)> Forecast(
        AccountRecord record,
        UsageToBill usage,
        List<DateOnly> wanted
    )
    {
        var zone = session.ZoneOf(record.Account);
        var next = record.Account.NextBill ?? BillingPeriods.At(record.Cycles.Invoicing, zone.DateOf(session.Now)).To;
        var bills = new List<(DateOnly, IReadOnlyList<TransactionItem>)>();
        var forecast = new BillForecast(session.Catalogue, record, usage.Of(record.Account), session.Now);
        for (var count = 0; bills.Count < wanted.Count; count++)
        {
            if (count == MostPeriods || next > wanted[^1])
            {
                var known =
                    forecast.Billed.Count == 0
                        ? $"The next one ends on {next:yyyy-MM-dd}."
                        : $"The next ones end on {string.Join(", ", forecast.Billed.Take(3).Select(DayText.Iso))}.";
                throw Refuse.Invalid(
                    "InvoicingEnd",
                    wanted[bills.Count],
                    $"No invoicing period that is not billed yet ends on that day, or it is more than {MostPeriods} periods ahead. {known}"
                );
            }

            var lines = forecast.Bill(next);
            if (wanted.Contains(next))
            {
                bills.Add((next, lines));
            }

            next = BillComputation.NextBill(record, next);
        }

        return bills;
    }

    private FinancialTransaction Estimate(AccountRecord record, IReadOnlyList<TransactionItem> charges)
    {
        var account = record.Account;
        var day = session.DayOf(account);
        return ledger.Unstored(account, "", raise.Shown(account, record.Groupings, charges, day), TransactionSources.Bulk);
    }
}

/// <summary>Bills an account's periods in the mind, each on top of those before. Changes nothing.</summary>
/// <param name="used">Rating periods that are not billed, with what is known of them so far.</param>
internal sealed class BillForecast(CatalogueSnapshot catalogue, AccountRecord record, IEnumerable<UsagePeriod> used, DateTimeOffset now)
{
    private readonly Dictionary<Usn, BilledUnit> _units = [];
    private readonly List<TransactionItem> _deferred = [.. record.Deferred];
    private readonly List<UsagePeriod> _used = [.. used];

    /// <summary>The ends of the periods that were billed.</summary>
    public IReadOnlyList<DateOnly> Billed => _billed;

    private readonly List<DateOnly> _billed = [];

    /// <summary>The charges of the periods that end on a day.</summary>
    public IReadOnlyList<TransactionItem> Bill(DateOnly end)
    {
        // Dated as the bill will be: discounts and tax rates are those of its day.
        var units = BillComputation.Units(catalogue, record, end).Select(unit => _units.GetValueOrDefault(unit.Usn, unit)).ToList();
        var periods = _used.Where(period => period.Days.To <= end && IsOnBill(period.SubscriptionUsn, end)).ToList();
        var lines = new List<TransactionItem>();
        foreach (var (unit, due) in BillComputation.Due(catalogue, record, units, end, end.AddDays(1), now, new CountedUsage(periods)))
        {
            lines.AddRange(due);
            _units[unit.Usn] = unit.With(due, end);
        }

        lines.AddRange(BillComputation.Usage(catalogue, record, periods, end.AddDays(1), now).Select(pair => pair.Line));
        var deferred = BillComputation.Deferred(catalogue, record.Account, _deferred, end, end.AddDays(1));
        lines.AddRange(deferred);
        _deferred.RemoveAll(deferred.Contains);
        _used.RemoveAll(periods.Contains);
        _billed.Add(end);
        return lines;
    }

    /// <summary>A subscription that is closed and billed has its usage on the account's own bills.</summary>
    private bool IsOnBill(Usn subscription, DateOnly end) =>
        BillingPeriods.EndsOn(
            record.Subscriptions.FirstOrDefault(each => each.Subscription.Usn == subscription)?.Cycles.Invoicing ?? record.Cycles.Invoicing,
            end
        );
}
