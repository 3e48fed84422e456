using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Payments;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Correspondence.Documents;

/// <summary>Documents of the ledger.</summary>
public sealed class LedgerDocuments(StageSession session, ICatalogueVersions versions, LedgerStatements statements, IInvoicedUsage usage)
    : IDocumentSource
{
    private readonly UsagePages _usage = new(usage);

    public async Task<CustomerDocument?> FindTransactionAsync(string transactionNumber, CancellationToken cancellation) =>
        await TransactionQueries.FindAsync(session, transactionNumber, cancellation) is var (account, transaction)
            ? (await DocumentsAsync(account, [transaction], cancellation))[0]
            : null;

    public async Task<IReadOnlyList<CustomerDocument>> FindTransactionsAsync(
        Usn accountUsn,
        IReadOnlyCollection<string> transactionNumbers,
        CancellationToken cancellation
    )
    {
        if (await session.FindAccountAsync(accountUsn.Value, cancellation) is not { } account)
        {
            return [];
        }

        var transactions = await session
            .Database.ReadTransactions.Include(transaction => transaction.Items)
            .Where(transaction =>
                transaction.AccountUsn == account.Usn
                && transactionNumbers.Contains(transaction.Number)
                && transaction.State != TransactionState.Deleted
            )
            .ToListAsync(cancellation);
        return await DocumentsAsync(account, transactions, cancellation);
    }

    public Task<CustomerDocument?> FindStatementAsync(Usn accountUsn, DateOnly from, DateOnly to, CancellationToken cancellation) =>
        statements.FindAsync(accountUsn, from, to, cancellation);

    /// <summary>The documents of an account's transactions, in their order.</summary>
    private async Task<IReadOnlyList<CustomerDocument>> DocumentsAsync(
        Account account,
        IReadOnlyList<FinancialTransaction> transactions,
        CancellationToken cancellation
    )
    {
        var reversed = await ReversedAsync(transactions, cancellation);
        var services = await ServicesAsync(account, [.. transactions, .. reversed.Values], cancellation);
        var allocated = await AllocatedAsync([.. transactions.Select(transaction => transaction.Number)], cancellation);
        var known = await KnownAsync(transactions, cancellation);
        var corrected = await CorrectedAsync(transactions, cancellation);
        var debits = await DebitsAsync(account, transactions, cancellation);
        var issues = await IssuesAsync(account, [.. transactions, .. reversed.Values], cancellation);
        var documents = new List<CustomerDocument>(transactions.Count);
        foreach (var transaction in transactions)
        {
            var document = new TransactionDocument(
                issues[transaction.Number],
                account,
                transaction,
                new RelatedToTransaction
                {
                    Services = services,
                    Allocated = [.. allocated[transaction.Number]],
                    Known = known,
                    Corrected = [.. corrected[transaction.Number]],
                    Reversed = reversed.GetValueOrDefault(transaction.Number),
                    ReversedCatalogue = reversed.TryGetValue(transaction.Number, out var original)
                        ? issues[original.Number].Catalogue
                        : null,
                    Debit = debits.GetValueOrDefault(transaction.Number),
                }
            ).ToDocument();
            documents.Add(
                await _usage.AddAsync(
                    WithStationery(document),
                    transaction,
                    account,
                    issues[transaction.Number].Catalogue,
                    session.ZoneOf(account),
                    cancellation
                )
            );
        }

        return documents;
    }

    /// <summary>A company that had no stationery for a kind of documents when one was closed may have some now.</summary>
    private CustomerDocument WithStationery(CustomerDocument document) =>
        document.Stationery is null
            ? document with
            {
                Stationery = session.Catalogue.DefaultStationery(document.Issuer.CompanyId, document.Kind),
            }
            : document;

    /// <summary>
    /// What each is issued by and to: what was kept when it was closed; what holds now for what is open, and for what was closed before
    /// that was kept.
    /// </summary>
    private async Task<IReadOnlyDictionary<string, DocumentIssue>> IssuesAsync(
        Account account,
        IReadOnlyList<FinancialTransaction> transactions,
        CancellationToken cancellation
    )
    {
        var kept = new Dictionary<int, CatalogueSnapshot>();
        foreach (
            var version in transactions
                .Where(transaction => transaction.IsClosed)
                .Select(transaction => transaction.IssuedCatalogue)
                .OfType<int>()
                .Distinct()
        )
        {
            kept.Add(version, await versions.GetAsync(version, cancellation));
        }

        var addressee = transactions.Any(transaction => !IsKept(transaction))
            ? await Invoicees.AddresseeAsync(session, account, cancellation)
            : account;
        return transactions
            .DistinctBy(transaction => transaction.Number)
            .ToDictionary(
                transaction => transaction.Number,
                transaction => IsKept(transaction) ? Kept(transaction) : Today(transaction.CompanyId)
            );

        bool IsKept(FinancialTransaction transaction) => transaction is { IsClosed: true, IssuedCatalogue: not null };

        DocumentIssue Kept(FinancialTransaction transaction)
        {
            var catalogue = kept[transaction.IssuedCatalogue!.Value];
            var language = catalogue.Language(transaction.IssuedLanguage!) ?? catalogue.Language(transaction.CompanyId, account.Properties);
            return new DocumentIssue(catalogue, language, transaction.IssuedTo!);
        }

        DocumentIssue Today(int company)
        {
            var language = session.Catalogue.Language(company, addressee.Properties);
            return new DocumentIssue(
                session.Catalogue,
                language,
                AddressLines.Of(addressee, language, session.Catalogue.Company(company).HomeCountries)
            );
        }
    }

    /// <summary>What is taken back whole, with its lines, by the number of the reversal.</summary>
    private async Task<IReadOnlyDictionary<string, FinancialTransaction>> ReversedAsync(
        IReadOnlyList<FinancialTransaction> transactions,
        CancellationToken cancellation
    )
    {
        var reversals = transactions
            .Where(transaction => transaction.Type.Reverses() is not null)
            .Select(transaction => transaction.Number)
            .ToArray();
        return reversals.Length == 0
            ? new Dictionary<string, FinancialTransaction>()
            : await session
                .Database.ReadTransactions.Include(transaction => transaction.Items)
                .Where(transaction =>
                    transaction.ReversedBy != null && reversals.Contains(transaction.ReversedBy) && transaction.Items.Count > 0
                )
                .ToDictionaryAsync(transaction => transaction.ReversedBy!, cancellation);
    }

    /// <summary>
    /// The automatic payments that wait for their day, and will be made: of these invoices, or of the account's balance. Nothing is debited
    /// without details, nor while the account is in dispute, nor of what a payment plan has.
    /// </summary>
    /// <returns>By the number of the invoice.</returns>
    private async Task<IReadOnlyDictionary<string, Payment>> DebitsAsync(
        Account account,
        IReadOnlyList<FinancialTransaction> transactions,
        CancellationToken cancellation
    )
    {
        var unpaid = transactions
            .Where(transaction => transaction is { IsClosed: true, UnallocatedAmount: > 0m, Type: TransactionType.Invoice })
            .Select(transaction => transaction.Number)
            .ToArray();
        if (unpaid.Length == 0)
        {
            return new Dictionary<string, Payment>();
        }

        var (stored, disputes) = (session.Database.ReadStoredPaymentDetails, session.Database.ReadOpenDisputes);
        var payments = await session
            .Database.ReadPayments.Where(payment => payment.AccountUsn == account.Usn && payment.Status == PaymentStatus.Waiting)
            .Where(payment =>
                payment.Origin == PaymentOrigin.Balance
                || (payment.Origin == PaymentOrigin.Invoice && unpaid.Contains(payment.InvoiceNumber!))
            )
            .Where(payment => stored.Any(details => details.Id == payment.StoredDetailsId))
            .Where(payment => !disputes.Any(dispute => dispute.AccountUsn == payment.AccountUsn))
            .ToListAsync(cancellation);
        var planned = payments.Count == 0 ? [] : await PaymentPlans.InvoicesOf(session, account.Usn).ToListAsync(cancellation);
        return (
            from number in unpaid.Except(planned)
            let payment = payments.FirstOrDefault(payment => payment.InvoiceNumber is null || payment.InvoiceNumber == number)
            where payment is not null
            select (number, payment)
        ).ToDictionary(pair => pair.number, pair => pair.payment);
    }

    /// <summary>The transactions that these refer to, as customers know them.</summary>
    private async Task<IReadOnlyDictionary<string, KnownTransaction>> KnownAsync(
        IReadOnlyList<FinancialTransaction> transactions,
        CancellationToken cancellation
    )
    {
        var numbers = transactions
            .SelectMany(transaction => new[] { transaction.ReversedBy, transaction.ReferencedNumber })
            .OfType<string>()
            .Distinct()
            .ToArray();
        return numbers.Length == 0
            ? new Dictionary<string, KnownTransaction>()
            : await session
                .Database.ReadTransactions.Where(transaction => numbers.Contains(transaction.Number))
                .ToDictionaryAsync(
                    transaction => transaction.Number,
                    transaction => new KnownTransaction(transaction.InvoiceNumber ?? transaction.Number, transaction.TransactionDate),
                    cancellation
                );
    }

    /// <summary>The closed transactions whose charges these take back, whole or some days of them, oldest first.</summary>
    private async Task<ILookup<string, KnownTransaction>> CorrectedAsync(
        IReadOnlyList<FinancialTransaction> transactions,
        CancellationToken cancellation
    )
    {
        var charges = transactions
            .SelectMany(transaction =>
                transaction.Items.Select(item => (transaction.Number, ChargeId: item.TakesBack ?? item.RetractsChargeId))
            )
            .Where(line => line.ChargeId is not null)
            .ToLookup(line => line.ChargeId!.Value, line => line.Number);
        var ids = charges.Select(charge => charge.Key).ToArray();
        if (ids.Length == 0)
        {
            return Enumerable.Empty<(string By, KnownTransaction Known)>().ToLookup(pair => pair.By, pair => pair.Known);
        }

        var found = await (
            from line in session.Database.ReadTransactionItems
            where line.ChargeId != null && ids.Contains(line.ChargeId.Value)
            join transaction in session.Database.ReadTransactions on line.TransactionNumber equals transaction.Number
            where transaction.State == TransactionState.Closed
            select new
            {
                ChargeId = line.ChargeId!.Value,
                transaction.Number,
                transaction.InvoiceNumber,
                transaction.TransactionDate,
            }
        ).ToListAsync(cancellation);
        return found
            .SelectMany(charged =>
                charges[charged.ChargeId]
                    .Distinct()
                    .Select(number => (By: number, charged.Number, charged.InvoiceNumber, charged.TransactionDate))
            )
            .Where(pair => pair.By != pair.Number)
            .Select(pair => (pair.By, Known: new KnownTransaction(pair.InvoiceNumber ?? pair.Number, pair.TransactionDate)))
            .Distinct()
            .OrderBy(pair => pair.Known.Date)
            .ThenBy(pair => pair.Known.Number, StringComparer.Ordinal)
            .ToLookup(pair => pair.By, pair => pair.Known);
    }

    private async Task<IReadOnlyDictionary<Usn, int>> ServicesAsync(
        Account account,
        IReadOnlyList<FinancialTransaction> transactions,
        CancellationToken cancellation
    )
    {
        var usns = transactions
            .SelectMany(transaction => transaction.Items)
            .Select(item => item.Usn)
            .Where(usn => usn != account.Usn)
            .Distinct()
            .ToArray();
        return usns.Length == 0
            ? new Dictionary<Usn, int>()
            : await session
                .Database.ReadSubscriptions.Where(subscription => usns.Contains(subscription.Usn))
                .ToDictionaryAsync(subscription => subscription.Usn, subscription => subscription.ServiceId, cancellation);
    }

    /// <summary>What is allocated to each of the transactions, oldest first.</summary>
    private async Task<ILookup<string, AllocatedTransaction>> AllocatedAsync(string[] numbers, CancellationToken cancellation)
    {
        var rows = await (
            from allocation in session.Database.ReadAllocations
            where allocation.Deallocated == null && (numbers.Contains(allocation.DebitNumber) || numbers.Contains(allocation.CreditNumber))
            join debit in session.Database.ReadTransactions on allocation.DebitNumber equals debit.Number
            join credit in session.Database.ReadTransactions on allocation.CreditNumber equals credit.Number
            select new
            {
                allocation.Amount,
                Debit = new
                {
                    debit.TransactionDate,
                    debit.Type,
                    debit.Number,
                    debit.InvoiceNumber,
                },
                Credit = new
                {
                    credit.TransactionDate,
                    credit.Type,
                    credit.Number,
                    credit.InvoiceNumber,
                },
            }
        ).ToListAsync(cancellation);
        return rows.SelectMany(row =>
                new[]
                {
                    (Of: row.Debit, Other: row.Credit, IsCredit: true, row.Amount),
                    (Of: row.Credit, Other: row.Debit, IsCredit: false, row.Amount),
                }
            )
            .OrderBy(pair => pair.Other.TransactionDate)
            .ThenBy(pair => pair.Other.Number, StringComparer.Ordinal)
            .ToLookup(
                pair => pair.Of.Number,
                pair => new AllocatedTransaction(
                    pair.Other.TransactionDate,
                    pair.Other.Type,
                    pair.IsCredit,
                    pair.Other.InvoiceNumber ?? pair.Other.Number,
                    pair.Amount
                )
            );
    }
}
