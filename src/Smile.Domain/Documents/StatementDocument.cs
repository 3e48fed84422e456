using Smile.Domain.Accounts;
using Smile.Domain.Catalogue;
using Smile.Domain.Foundation;
using Smile.Domain.Receivables;

namespace Smile.Domain.Documents;

/// <summary>Makes the statement of an account's period.</summary>
/// <param name="transactions">The closed ones up to the last day, in their order.</param>
/// <param name="allocations">Those that stood at the end of the last day.</param>
internal sealed class StatementDocument(CatalogueSnapshot catalogue, Account account, DateOnly from, DateOnly to, IReadOnlyList<FinancialTransaction> transactions, IReadOnlyList<Allocation> allocations)
{
    private readonly Currency _currency = catalogue.Currency(account.Currency);

    public CustomerDocument ToDocument()
    {
        var opening = M(transactions.Where(transaction => transaction.TransactionDate < from).Sum(transaction => transaction.Amount));
        var balance = opening;
        var rows = new List<StatementRow>();
        foreach (var transaction in transactions.Where(transaction => transaction.TransactionDate >= from))
        {
            var amount = M(transaction.Amount);
            balance += amount;
            rows.Add(new StatementRow(
                transaction.TransactionDate, TransactionDocument.Words(transaction.Type), transaction.Number, transaction.IsDebit ? amount : null, transaction.IsDebit ? null : -amount, balance));
        }

        return new CustomerDocument
        {
            Kind = DocumentKind.Statement,
            Title = "Statement",
            Number = $"{account.Usn}-{to.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture)}",
            IssueDate = to,
            Issuer = TransactionDocument.Issuer(catalogue.Company(account.CompanyId)),
            Addressee = AddressLines.Of(account),
            AccountUsn = account.Usn,
            Currency = _currency,
            Headline = new DocumentHeadline("Closing balance", balance),
            Statement = new DocumentStatement(from, to, opening, rows, balance, Aged()),
        };
    }

    /// <summary>What was not settled at the end of the last day, by how long it had been due. The parts add up to the closing balance.</summary>
    private IReadOnlyList<AgedBalance> Aged()
    {
        var open = transactions.ToDictionary(transaction => transaction.Number, transaction => transaction.Amount);
        foreach (var allocation in allocations.Where(allocation => open.ContainsKey(allocation.DebitNumber) && open.ContainsKey(allocation.CreditNumber)))
        {
            open[allocation.DebitNumber] -= allocation.Amount;
            open[allocation.CreditNumber] += allocation.Amount;
        }

        return
        [
            Sum("Not yet due", transaction => transaction.IsDebit && DaysOverdue(transaction) <= 0),
            Sum("1 - 30 days", transaction => transaction.IsDebit && DaysOverdue(transaction) is > 0 and <= 30),
            Sum("31 - 60 days", transaction => transaction.IsDebit && DaysOverdue(transaction) is > 30 and <= 60),
            Sum("61 - 90 days", transaction => transaction.IsDebit && DaysOverdue(transaction) is > 60 and <= 90),
            Sum("Over 90 days", transaction => transaction.IsDebit && DaysOverdue(transaction) > 90),
            Sum("Unused credits", transaction => !transaction.IsDebit),
        ];

        AgedBalance Sum(string label, Func<FinancialTransaction, bool> belongs) => new(label, M(transactions.Where(belongs).Sum(transaction => open[transaction.Number])));
    }

    private int DaysOverdue(FinancialTransaction transaction) => to.DayNumber - (transaction.DueDate ?? transaction.TransactionDate).DayNumber;

    private Money M(decimal amount) => new(amount, _currency);
}
