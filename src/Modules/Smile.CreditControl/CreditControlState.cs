using Smile.Kernel;
using Smile.Session;

namespace Smile.CreditControl;

/// <summary>How credit control treats an account, and since when.</summary>
internal sealed class CreditControlState : IChangedRow
{
    public required Usn AccountUsn { get; init; }

    /// <summary>Position of the treatment level whose actions were carried out, from 1; 0 for a settled account.</summary>
    public int Level { get; set; }

    /// <summary>What the level was called.</summary>
    public required string LevelName { get; set; }

    /// <summary>The account terms that the level is of.</summary>
    public required int AccountTermsId { get; set; }

    /// <summary>Since when the account has the level.</summary>
    public required DateTimeOffset Since { get; set; }

    /// <summary>The last day whose run has treated the account, in the company's time zone.</summary>
    public DateOnly? LastRun { get; set; }

    /// <summary>How often in a row the account could not be treated.</summary>
    public int Failures { get; set; }

    /// <summary>Why the account could not be treated when that was tried last; null where it was.</summary>
    public string? LastError { get; set; }

    public Usn ChangedBy { get; set; }
}

/// <summary>A day's run through a company's accounts.</summary>
public sealed class CreditControlDay : IChangedRow
{
    public required int CompanyId { get; init; }

    /// <summary>In the company's time zone.</summary>
    public required DateOnly Day { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <summary>Accounts that were treated, whether or not anything was to be done.</summary>
    public required int Treated { get; init; }

    /// <summary>Accounts that could not be treated: their states have why.</summary>
    public required int Failed { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>
/// A level of an invoice whose actions were carried out. Of each name there is one for an invoice: nothing is done twice about it.
/// </summary>
internal sealed class InvoiceTreatment : IChangedRow
{
    /// <summary>The invoice.</summary>
    public required string TransactionNumber { get; init; }

    public required string LevelName { get; init; }

    public required Usn AccountUsn { get; init; }

    /// <summary>The account terms that the level is of.</summary>
    public required int AccountTermsId { get; init; }

    /// <summary>Position of the level in its terms, from 1.</summary>
    public required int Level { get; init; }

    public required DateTimeOffset Treated { get; init; }

    /// <summary>The late fee that was charged; null for none.</summary>
    public string? LateFeeNumber { get; set; }

    public Usn ChangedBy { get; set; }
}
