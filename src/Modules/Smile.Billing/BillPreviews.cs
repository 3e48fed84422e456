using Smile.Billing.Usage;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing;

/// <summary>What a billing run would make of some accounts: the same bills, calculated and thrown away.</summary>
[UseCase]
public sealed class BillPreviews(StageSession session, BillingRecords records, RaiseInvoice raise, IUsageCharges usageCharges)
{
    /// <param name="through">Bills for periods that have ended by then.</param>
    /// <param name="ended">The last day that has ended, by the number of the time zone.</param>
    /// <returns>The bills, and the accounts that could not be billed, with the reason.</returns>
    public async Task<(IReadOnlyList<BilledAccount> Bills, IReadOnlyList<(Usn Usn, string Reason)> Failed)> OfAsync(
        IReadOnlyCollection<Usn> usns,
        DateOnly through,
        IReadOnlyDictionary<int, DateOnly> ended,
        CancellationToken cancellation
    )
    {
        var bills = new List<BilledAccount>();
        var failed = new List<(Usn, string)>();
        var accounts = await session.Database.ReadAccountsAsync(usns, cancellation);
        var read = await records.ReadAsync(accounts, forChange: false, cancellation);
        var usage = await usageCharges.ReadAsync(
            [.. read.Select(record => BillComputation.UsageThrough(session.Catalogue, record, through))],
            cancellation
        );
        foreach (var record in read)
        {
            if (usage.Errors.TryGetValue(record.Account.Usn, out var error))
            {
                failed.Add((record.Account.Usn, error));
                continue;
            }

            try
            {
                var last = through < ended[record.Account.TimeZoneId] ? through : ended[record.Account.TimeZoneId];
                Add(record, usage.Of(record.Account), last, bills);
            }
            catch (SmileException refusal)
            {
                failed.Add((record.Account.Usn, refusal.Message));
            }
        }

        return (bills, failed);
    }

    private void Add(AccountRecord record, IEnumerable<UsagePeriod> used, DateOnly through, List<BilledAccount> bills)
    {
        var account = record.Account;
        var forecast = new BillForecast(session.Catalogue, record, used, session.Now);
        for (var next = account.NextBill; next is { } end && end <= through; )
        {
            var invoices = BillComputation
                .Invoices(record, forecast.Bill(end))
                .Select(charges => raise.Shown(account, record.Groupings, charges, end.AddDays(1)))
                .ToList();
            next = BillComputation.NextBill(record, end);
            bills.Add(
                new BilledAccount(
                    account.Usn,
                    end,
                    account.Currency,
                    invoices.Sum(invoice => invoice.Sum(line => line.Amount)),
                    invoices.Count,
                    invoices.Sum(invoice => invoice.Count)
                )
            );
        }
    }
}
