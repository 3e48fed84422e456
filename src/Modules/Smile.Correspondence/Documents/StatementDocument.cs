using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Correspondence.Documents;

/// <summary>Makes the statement of an account's period.</summary>
/// <param name="transactions">The closed ones up to the last day, in their order.</param>
/// <param name="addressee">Who gets it: the account, or its invoicee.</param>
/// <param name="allocations">Those that stood at the end of the last day.</param>
internal sealed class StatementDocument(
    CatalogueSnapshot catalogue,
    Account account,
    Account addressee,
    DateOnly from,
    DateOnly to,
    IReadOnlyList<FinancialTransaction> transactions,
    IReadOnlyList<Allocation> allocations
)
{
    private readonly Currency _currency = catalogue.Currency(account.Currency);
    private readonly Language _language = catalogue.Language(account.CompanyId, addressee.Properties);

    public CustomerDocument ToDocument()
    {
        var opening = M(transactions.Where(transaction => transaction.TransactionDate < from).Sum(transaction => transaction.Amount));
        var balance = opening;
        var rows = new List<StatementRow>();
        foreach (var transaction in transactions.Where(transaction => transaction.TransactionDate >= from))
        {
            var amount = M(transaction.Amount);
            balance += amount;
            rows.Add(
                new StatementRow(
                    transaction.TransactionDate,
                    _language.Name(transaction.Type, !transaction.IsDebit),
                    transaction.PrintedNumber,
                    transaction.IsDebit ? amount : null,
                    transaction.IsDebit ? null : -amount,
                    balance
                )
            );
        }

        return new CustomerDocument
        {
            Kind = DocumentKind.Statement,
            Language = _language,
            Title = _language[Word.TitleStatement],
            Number = $"{account.Usn}-{to.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture)}",
            IssueDate = to,
            Issuer = TransactionDocument.Issuer(catalogue.Company(account.CompanyId)),
            Addressee = AddressLines.Of(addressee, _language, catalogue.Company(account.CompanyId).HomeCountries),
            AccountUsn = account.Usn,
            Currency = _currency,
            Stationery = catalogue.DefaultStationery(account.CompanyId, DocumentKind.Statement),
            Headline = new DocumentHeadline(_language[Word.ClosingBalance], balance),
            Statement = new DocumentStatement(from, to, opening, rows, balance, Aged()),
        };
    }

    /// <summary>
    /// What was not settled at the end of the last day, by age, in the groups of getAccountSummary(). The parts add up to the closing
    /// balance.
    /// </summary>
    private IReadOnlyList<AgedBalance> Aged()
    {
        var open = transactions.ToDictionary(transaction => transaction.Number, transaction => transaction.Amount);
        foreach (
            var allocation in allocations.Where(allocation =>
                open.ContainsKey(allocation.DebitNumber) && open.ContainsKey(allocation.CreditNumber)
            )
        )
        {
            open[allocation.DebitNumber] -= allocation.Amount;
            open[allocation.CreditNumber] += allocation.Amount;
        }

        var company = catalogue.Company(account.CompanyId);
        return
        [
            .. company.AgeGroups.Select(
                (group, index) =>
                    new AgedBalance(
                        NameOf(group, company),
                        M(
                            transactions
                                .Where(transaction => GroupOf(transaction, company) == index)
                                .Sum(transaction => open[transaction.Number])
                        )
                    )
            ),
        ];
    }

    /// <summary>
    /// The groups that every company has which has none of its own are in the language of the document; getAccountSummary() has the guide's
    /// names.
    /// </summary>
    private string NameOf(AgeGroup group, Company company) =>
        company.AgeGroups.SequenceEqual(AgeGroup.Usual)
            ? group.FromDays == 0
                ? _language[Word.AgeCurrent]
                : _language.Fill(group == company.AgeGroups[^1] ? Word.AgeDaysAndMore : Word.AgeDays, group.FromDays)
            : group.Name;

    /// <summary>Position of the oldest group that the transaction has reached; what is dated ahead counts as the youngest.</summary>
    private int GroupOf(FinancialTransaction transaction, Company company)
    {
        var since = company.AgedFrom == AgedFrom.DueDate ? transaction.DueDate ?? transaction.TransactionDate : transaction.TransactionDate;
        var age = to.DayNumber - since.DayNumber;
        return Math.Max(company.AgeGroups.Count(group => group.FromDays <= age), 1) - 1;
    }

    private Money M(decimal amount) => new(amount, _currency);
}
