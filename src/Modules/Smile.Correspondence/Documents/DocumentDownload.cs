using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.Documents;

/// <summary>
/// Leave to download a document: of a transaction, or the statement of an account's period. The document itself is rendered when it is
/// read.
/// </summary>
internal sealed class DocumentDownload : IChangedRow
{
    public Guid Id { get; init; }

    /// <summary>Who asked, and who alone may read it (guide, line 3706).</summary>
    public required Usn CallerUsn { get; init; }

    /// <summary>Null for a statement.</summary>
    public string? TransactionNumber { get; init; }

    public Usn? StatementUsn { get; init; }

    public DateOnly? StatementFrom { get; init; }

    public DateOnly? StatementTo { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public Usn ChangedBy { get; set; }
}
