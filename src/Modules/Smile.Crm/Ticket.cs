using System.Globalization;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>Something that somebody is to see to (guide, line 16826). The row is the lock of all that is the ticket's.</summary>
public sealed class Ticket : IChangedRow
{
    public const int LongestSubject = 200;
    public const int LongestText = 20_000;

    public required long Number { get; init; }

    public required int TemplateNumber { get; init; }

    public required int TypeId { get; init; }

    public required int StatusId { get; set; }

    /// <summary>Null where it is nobody's.</summary>
    public int? GroupId { get; set; }

    /// <summary>Who of the group has it; null for nobody yet.</summary>
    public Usn? OperatorUsn { get; set; }

    /// <summary>Null where it is about no account: then only who reaches all accounts sees it.</summary>
    public Usn? AccountUsn { get; set; }

    public Usn? SubscriptionUsn { get; set; }

    public required string Subject { get; set; }

    public string? Body { get; set; }

    public required FieldValues Properties { get; set; }

    /// <summary>How many of its type's escalations were done since it was opened.</summary>
    public int Escalations { get; set; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Opened { get; set; }

    public DateTimeOffset? Closed { get; set; }

    public Usn ChangedBy { get; set; }

    /// <summary>The number as calls write it.</summary>
    public string NumberText => NumberTextOf(Number);

    public static string NumberTextOf(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null for a text that is no number, and for the numbers of templates.</summary>
    public static long? NumberOf(string text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= TemplateTicketItem.FirstTicket
            ? number
            : null;
}

/// <summary>What a row of a ticket's history is.</summary>
public enum TicketNoteKind
{
    /// <summary>Somebody's words.</summary>
    Note,

    /// <summary>What was changed.</summary>
    Change,
}

/// <summary>A row of a ticket's history.</summary>
public sealed class TicketNote : IChangedRow
{
    public long Id { get; init; }

    public required long TicketNumber { get; init; }

    public required TicketNoteKind Kind { get; init; }

    /// <summary>Whether the ticket's customer may read it.</summary>
    public required bool CustomerVisible { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who wrote it.</summary>
    public Usn ChangedBy { get; set; }
}

/// <summary>A ticket with what the catalogue calls its type and status, to be shown.</summary>
/// <param name="Zone">That of its account, or of the company where it is about none.</param>
public sealed record ShownTicket(Ticket Ticket, string TypeName, string StatusName, BillingTimeZone Zone);
