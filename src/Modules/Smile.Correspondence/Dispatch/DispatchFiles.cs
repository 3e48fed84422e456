using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Correspondence.Documents;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Correspondence.Dispatch;

/// <summary>The documents that go with an item of the dispatch queue, as they are when it is sent.</summary>
[UseCase]
public sealed class DispatchFiles(StageSession session, IDocumentSource documents, IDocumentRenderer renderer)
{
    /// <summary>Most invoices that go with one notice, and most bytes of them: mail servers refuse what is larger.</summary>
    internal const int MostInvoices = 10;

    internal const int MostBytes = 5 * 1024 * 1024;

    /// <summary>How far back a statement goes that goes with a notice; its opening balance has what was before.</summary>
    private const int StatementMonths = 12;

    /// <summary>The document that the item is about; null for a notice about the account.</summary>
    /// <exception cref="MailFailedException">It is not there any more.</exception>
    public async Task<CustomerDocument?> DocumentAsync(DispatchItem item, CancellationToken cancellation) =>
        item switch
        {
            { StatementFrom: { } from, StatementTo: { } to } => await StatementAsync(item.AccountUsn, from, to, cancellation),
            { TransactionNumber: { } number } => await TransactionAsync(number, cancellation),
            _ => null,
        };

    /// <summary>The files to send: the document that the item is about, and what else a notice has attached.</summary>
    /// <exception cref="MailFailedException">There is no stationery for one of them.</exception>
    /// <param name="overdue">The account's invoices that are overdue, the oldest first.</param>
    public async Task<IReadOnlyList<MailAttachment>> OfAsync(
        DispatchItem item,
        Account account,
        CustomerDocument? document,
        IReadOnlyList<OverdueInvoice> overdue,
        CancellationToken cancellation
    )
    {
        var files = new List<MailAttachment>();
        if (document is not null)
        {
            files.Add(Render(document));
        }

        switch (item.Attach)
        {
            case NoticeAttachment.Invoices:
                await AddInvoicesAsync(files, account, overdue, cancellation);
                break;
            case NoticeAttachment.Statement:
                files.Add(Render(await CurrentStatementAsync(account, cancellation)));
                break;
            default:
                break;
        }

        return files;
    }

    /// <summary>The invoices that are overdue, the oldest first, as many as there is room for.</summary>
    private async Task AddInvoicesAsync(
        List<MailAttachment> files,
        Account account,
        IReadOnlyList<OverdueInvoice> overdue,
        CancellationToken cancellation
    )
    {
        var numbers = overdue.Take(MostInvoices).Select(invoice => invoice.Number).ToArray();
        var found = (await documents.FindTransactionsAsync(account.Usn, numbers, cancellation)).ToDictionary(document =>
            document.TransactionNumber!
        );
        files.AddRange(Fitting(numbers.Select(number => Render(found.GetValueOrDefault(number) ?? throw NotThere()))));
    }

    /// <summary>The first files, as many as go with one mail; those behind them are not made.</summary>
    internal static IEnumerable<MailAttachment> Fitting(IEnumerable<MailAttachment> files)
    {
        var room = MostBytes;
        return files.TakeWhile(file => (room -= file.Content.Length) >= 0);
    }

    /// <summary>From the oldest debit that is not settled until today.</summary>
    private async Task<CustomerDocument> CurrentStatementAsync(Account account, CancellationToken cancellation)
    {
        var today = session.DayOf(account);
        var earliest = today.AddMonths(-StatementMonths);
        var oldest =
            await session
                .Database.ReadTransactions.Where(transaction =>
                    transaction.AccountUsn == account.Usn
                    && transaction.State == TransactionState.Closed
                    && transaction.UnallocatedAmount > 0m
                )
                .MinAsync(transaction => (DateOnly?)transaction.TransactionDate, cancellation)
            ?? today;
        return await StatementAsync(
            account.Usn,
            oldest < earliest ? earliest
                : oldest > today ? today
                : oldest,
            today,
            cancellation
        );
    }

    private async Task<CustomerDocument> TransactionAsync(string number, CancellationToken cancellation) =>
        await documents.FindTransactionAsync(number, cancellation) ?? throw NotThere();

    private async Task<CustomerDocument> StatementAsync(Usn account, DateOnly from, DateOnly to, CancellationToken cancellation) =>
        await documents.FindStatementAsync(account, from, to, cancellation) ?? throw NotThere();

    private MailAttachment Render(CustomerDocument document)
    {
        var stationery =
            document.Stationery
            ?? throw new MailFailedException(
                $"Company {document.Issuer.CompanyId} has no default stationery for documents of kind {document.Kind}.",
                isFinal: true
            );
        using var file = new MemoryStream();
        renderer.Render(document, stationery, DocumentFileFormat.Pdf, file);
        return new MailAttachment($"{document.Title} {document.Number}.pdf".Replace(' ', '-'), "application/pdf", file.ToArray());
    }

    private static MailFailedException NotThere() => new("The document is not there any more.", isFinal: true);
}
