using Smile.Domain.Foundation;
using Smile.Domain.Receivables;

namespace Smile.Domain.Billing;

/// <summary>What a billing run would make of some accounts: the same bills, calculated and thrown away.</summary>
[UseCase]
public sealed class BillPreviews(StageSession session, BillingRecords records, RaiseInvoice raise)
{
    /// <param name="through">Bills for periods that have ended by then.</param>
    /// <param name="ended">The last day that has ended, by the number of the time zone.</param>
    public async Task<IReadOnlyList<BilledAccount>> OfAsync(IReadOnlyCollection<Usn> usns, DateOnly through, IReadOnlyDictionary<int, DateOnly> ended, CancellationToken cancellation)
    {
        var bills = new List<BilledAccount>();
        var accounts = await session.Database.ReadAccountsAsync(usns, cancellation).ConfigureAwait(false);
        foreach (var record in await records.ReadAsync(accounts, forChange: false, cancellation).ConfigureAwait(false))
        {
            var account = record.Account;
            var forecast = new BillForecast(session.Catalogue, record, session.Now, session.Caller.Usn);
            for (var end = account.NextBill; end <= through && end <= ended[account.TimeZoneId]; end = BillComputation.NextBill(record, end.Value))
            {
                var invoices = BillComputation.Invoices(record, forecast.Bill(end.Value)).Select(charges => raise.Shown(account, record.Groupings, charges, end.Value.AddDays(1))).ToList();
                bills.Add(new BilledAccount(account.Usn, end.Value, account.Currency, invoices.Sum(invoice => invoice.Sum(line => line.Amount)), invoices.Count, invoices.Sum(invoice => invoice.Count)));
            }
        }

        return bills;
    }
}
