using Smile.Catalogue;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.Dispatch;

/// <summary>What a customer is sent.</summary>
public enum DispatchKind
{
    Invoice,
    Receipt,

    /// <summary>A credit or debit note, or another transaction that has lines of its own and is no invoice.</summary>
    Note,
    Statement,

    /// <summary>A letter of credit control, with or without documents.</summary>
    Notice,

    /// <summary>A mail with a text of its own, about no document.</summary>
    Letter,

    /// <summary>A mail about a threshold of usage.</summary>
    UsageNotice,
}

/// <summary>Where an item of the dispatch queue stands.</summary>
public enum DispatchStatus
{
    Queued,
    Sent,

    /// <summary>No longer needed when its turn came.</summary>
    Cancelled,

    /// <summary>Given up; waits for an operator.</summary>
    Failed,
}

/// <summary>
/// An item of the dispatch queue: queued in the transaction that makes the document, sent by whichever server comes first.
/// </summary>
public sealed class DispatchItem : IChangedRow
{
    /// <summary>So often is an item tried that the mail server does not take, over about a day.</summary>
    public const int MostAttempts = 10;

    public const int MaxErrorLength = 1000;

    public long Id { get; init; }

    public required Usn AccountUsn { get; init; }

    public required DispatchKind Kind { get; init; }

    /// <summary>
    /// The transaction whose document is sent, or the invoice that a notice is about; null for statements and notices about the account.
    /// </summary>
    public string? TransactionNumber { get; internal set; }

    /// <summary>First day of a statement, in the account's time zone.</summary>
    public DateOnly? StatementFrom { get; internal set; }

    /// <summary>Last day of a statement.</summary>
    public DateOnly? StatementTo { get; internal set; }

    /// <summary>The mail template.</summary>
    public required string Template { get; init; }

    /// <summary>
    /// Position of the level, of the account or of the invoice, that a notice is about; it is not sent where that was left.
    /// </summary>
    public int? TreatmentLevel { get; internal set; }

    /// <summary>The account terms that the level is of; null for what is no notice.</summary>
    public int? AccountTermsId { get; internal set; }

    /// <summary>What goes with a notice.</summary>
    public NoticeAttachment Attach { get; internal set; }

    /// <summary>The subscription that a letter or a notice of usage is about; null for the account.</summary>
    public Usn? SubscriptionUsn { get; internal set; }

    /// <summary>Who of the company gets a letter; null for the customer.</summary>
    public string? Address { get; internal set; }

    /// <summary>Of a letter.</summary>
    public string? Subject { get; internal set; }

    /// <summary>Text of a letter.</summary>
    public string? Body { get; internal set; }

    /// <summary>What the places of a usage notice's template stand for, as a JSON object; null for other kinds.</summary>
    public string? TemplateValues { get; internal set; }

    /// <summary>Message-IDs, in their brackets and with spaces between, of the mails that a letter belongs with; null for none.</summary>
    public string? MailReferences { get; internal set; }

    /// <summary>Email or File.</summary>
    public required DispatchChannel Channel { get; init; }

    /// <summary>The mail address that was used last; null where the account has none, and for files.</summary>
    public string? Recipient { get; set; }

    public required DispatchStatus Status { get; set; }

    public int Attempts { get; set; }

    public string? LastError { get; set; }

    public required DateTimeOffset NextAttempt { get; set; }

    public required DateTimeOffset Queued { get; init; }

    public DateTimeOffset? Sent { get; set; }

    public Usn ChangedBy { get; set; }

    /// <summary>Notes a failure, and when it is tried again: after a pause that doubles, unless that would fail again.</summary>
    public void Fail(string why, bool isFinal, DateTimeOffset now)
    {
        var longest = TimeSpan.FromHours(6);
        Attempts++;
        LastError = why[..Math.Min(why.Length, MaxErrorLength)];
        Status = isFinal || Attempts >= MostAttempts ? DispatchStatus.Failed : DispatchStatus.Queued;
        var pause = TimeSpan.FromMinutes(Math.Pow(2, Attempts));
        NextAttempt = now + (pause < longest ? pause : longest);
    }
}
