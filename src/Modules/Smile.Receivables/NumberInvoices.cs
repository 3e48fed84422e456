using Smile.Receivables.Storage;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>
/// Gives closed invoices the numbers of their companies, where those are counted, as the last thing before the commit: others who close
/// invoices of the company wait from then on.
/// </summary>
internal sealed class NumberInvoices(StageSession session) : ICommitWork
{
    private readonly List<FinancialTransaction> _closed = [];

    public static void Add(StageSession session, FinancialTransaction closed)
    {
        if (closed.InvoiceNumber is null && session.Catalogue.Company(closed.CompanyId).InvoiceNumbers is not null)
        {
            session.AtCommit(unit => new NumberInvoices(unit)).Add(closed);
        }
    }

    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        // In the order of companies, so that two operations cannot wait for each other.
        foreach (var invoices in _closed.GroupBy(invoice => invoice.CompanyId).OrderBy(group => group.Key))
        {
            var numbering = session.Catalogue.Company(invoices.Key).InvoiceNumbers!;
            var number = await session.Database.TakeInvoiceNumbersAsync(invoices.Key, numbering.First, invoices.Count(), cancellation);
            foreach (var invoice in invoices)
            {
                invoice.InvoiceNumber = numbering.Format(number++);
            }
        }
    }

    private void Add(FinancialTransaction closed)
    {
        if (!_closed.Contains(closed))
        {
            _closed.Add(closed);
        }
    }
}
