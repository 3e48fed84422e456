using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.Documents;

/// <summary>Where downloads are.</summary>
public interface IDownloadAddresses
{
    /// <summary>The absolute address of a document, as the caller has to ask for it.</summary>
    string AddressOf(Guid id);
}

/// <summary>A download that somebody asks for: gone, or with the document as it now is.</summary>
/// <param name="HasExpired">It was there and its time is over; then there is no document.</param>
public sealed record OpenedDownload(bool HasExpired, CustomerDocument? Document, Stationery? Stationery);

/// <summary>getTransactionDocument() (guide, line 3683), and what its addresses lead to.</summary>
[UseCase]
public sealed class DocumentDownloads(StageSession session, IDocumentSource source, IDownloadAddresses addresses)
{
    /// <summary>How long an address works (guide, line 3701).</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromHours(24);

    /// <exception cref="SmileException">There is no such transaction for this caller, or no stationery for it.</exception>
    public async Task<DocumentReferenceType> CreateAsync(string transactionNumber, CancellationToken cancellation)
    {
        var document =
            await source.FindTransactionAsync(transactionNumber, cancellation)
            ?? throw Refuse.NotFound(
                "transactionNumber",
                transactionNumber,
                "There is no such transaction, or you may not access it.",
                Missing.Transaction
            );
        RequireStationery(document);
        var account = await session.ReadAccountAsync(document.AccountUsn.Value, cancellation);
        var download = new DocumentDownload
        {
            Id = Guid.NewGuid(),
            CallerUsn = session.Caller.Usn,
            TransactionNumber = document.TransactionNumber,
            Created = session.Now,
            Expires = session.Now + Validity,
        };
        await session.Database.BeginAsync(cancellation);
        session.Database.DocumentDownloads.Add(download);
        await session.CommitAsync(cancellation);
        return new DocumentReferenceType
        {
            DocumentURL = addresses.AddressOf(download.Id),
            Expiry = session.ZoneOf(account).At(download.Expires),
            ReferenceID = DownloadId(download.Id),
        };
    }

    /// <summary>Looks a download up.</summary>
    /// <returns>Null where there is none for this caller, or what it is of is out of the caller's reach by now.</returns>
    public async Task<OpenedDownload?> OpenAsync(Guid id, CancellationToken cancellation)
    {
        var caller = session.Caller.Usn;
        var download = await session
            .Database.DocumentDownloads.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.Id == id && candidate.CallerUsn == caller, cancellation);
        if (download is null)
        {
            return null;
        }

        if (download.Expires <= session.Now)
        {
            return new OpenedDownload(HasExpired: true, null, null);
        }

        var document = download is { StatementUsn: { } usn, StatementFrom: { } from, StatementTo: { } to }
            ? await source.FindStatementAsync(usn, from, to, cancellation)
            : await source.FindTransactionAsync(download.TransactionNumber!, cancellation);
        return document is null ? null : new OpenedDownload(HasExpired: false, document, RequireStationery(document));
    }

    /// <summary>The identifier as the guide prints it (line 3717): in capitals.</summary>
    public static string DownloadId(Guid id) => id.ToString("D").ToUpperInvariant();

    private static Stationery RequireStationery(CustomerDocument document) =>
        document.Stationery
        ?? throw Refuse.With(
            Fault.NoDefaultStationeryException,
            "transactionNumber",
            document.Number,
            $"Company {document.Issuer.CompanyId} has no default stationery for documents of kind {document.Kind}."
        );
}
