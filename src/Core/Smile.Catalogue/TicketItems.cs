using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>What a ticket of a status waits for.</summary>
public enum TicketStatusKind
{
    /// <summary>For who has it: the time until its escalation runs.</summary>
    Open,

    /// <summary>For somebody else, or for a day: nothing escalates.</summary>
    Waiting,

    /// <summary>For nothing more.</summary>
    Closed,
}

/// <summary>Where a ticket stands (guide, line 16926).</summary>
/// <param name="Id">The <c>key</c> of <c>TicketStatus</c>.</param>
public sealed record TicketStatusItem(int Id, string Name, TicketStatusKind Kind);

/// <summary>Hours of a weekday, in minutes from its midnight on the clock.</summary>
/// <param name="To">The first minute that is none of them; 1440 for the day's end.</param>
public sealed record WorkingSpan(DayOfWeek Day, int From, int To);

/// <summary>Days on which somebody does not work, both included.</summary>
public sealed record LeaveDays(DateOnly From, DateOnly To);

/// <summary>Somebody of the company who works on tickets and keeps appointments: a login of the stage, known by its username.</summary>
/// <param name="Username">That of a CAT subscription. Logins are in the database alone, so whose it is shows when it is asked for.</param>
/// <param name="Hours">Empty for those of the group.</param>
/// <param name="Skills">What types of tickets may ask for.</param>
public sealed record OperatorItem(
    string Username,
    IReadOnlyList<WorkingSpan> Hours,
    IReadOnlyList<LeaveDays> Leave,
    IReadOnlyList<string> Skills
);

/// <summary>Operators who share the work on tickets (guide, line 17102).</summary>
/// <param name="Id">The <c>TicketGroupId</c>.</param>
/// <param name="Members">Usernames of operators.</param>
/// <param name="TimeZone">On whose clocks the hours and days are.</param>
public sealed record TicketGroupItem(
    int Id,
    string Name,
    string TimeZone,
    IReadOnlyList<string> Members,
    IReadOnlyList<WorkingSpan> Hours,
    IReadOnlyList<DateOnly> ClosedDays
)
{
    /// <summary>Where mail to the group goes; null for nowhere.</summary>
    public string? EmailAddress { get; init; }
}

/// <summary>Where an open ticket goes that is not dealt with.</summary>
/// <param name="AfterMinutes">Working minutes of the group that has it, since it was opened or escalated.</param>
/// <param name="Steps">What is done besides.</param>
public sealed record EscalationItem(int AfterMinutes, int ToGroup, IReadOnlyList<TicketStep> Steps);

/// <summary>A kind of tickets: its fields, and the statuses that it goes through.</summary>
/// <param name="Id">The <c>key</c> of <c>TicketType</c>.</param>
/// <param name="Company">Whose accounts' tickets are of it; null for all.</param>
/// <param name="FirstStatus">What new ones have, unless their template says otherwise.</param>
/// <param name="Skills">What an operator needs who is to have one.</param>
/// <param name="Escalations">The first is the first to be done.</param>
/// <param name="Steps">What is done when one is raised.</param>
public sealed record TicketTypeItem(
    int Id,
    string Name,
    int? Company,
    int FirstStatus,
    IReadOnlyList<FieldDefinition> Fields,
    IReadOnlyList<string> Skills,
    IReadOnlyList<EscalationItem> Escalations,
    IReadOnlyList<TicketStep> Steps
);

/// <summary>What tickets are made from (guide, line 16964).</summary>
/// <param name="Number">Shares its numbers with tickets: those of templates are below <see cref="FirstTicket"/>.</param>
/// <param name="Subject">May have placeholders, as <paramref name="Body"/> may.</param>
/// <param name="Status">Null for the type's first.</param>
/// <param name="Values">What its fields hold where a request says nothing.</param>
/// <param name="Group">Who gets its tickets; null for nobody.</param>
public sealed record TemplateTicketItem(
    int Number,
    int Type,
    string Subject,
    string? Body,
    int? Status,
    IReadOnlyList<FieldValue> Values,
    int? Group
)
{
    /// <summary>The least number of a ticket.</summary>
    public const int FirstTicket = 100_000;

    /// <summary>Whether mail of known customers that names no ticket becomes one of it.</summary>
    public bool ForMail { get; init; }
}

/// <summary>What a step of a workflow does.</summary>
public enum TicketStepKind
{
    MailCustomer,
    MailGroup,
    AssignGroup,
    AssignOperator,
    Note,
    CustomerNote,
    SuspendSubscription,
    ResumeSubscription,
    CancelSubscription,

    /// <summary>Runs another action on a day.</summary>
    Wait,
}

/// <summary>A step of a workflow.</summary>
public sealed record TicketStep(TicketStepKind Kind)
{
    /// <summary>Of a mail.</summary>
    public string? Subject { get; init; }

    /// <summary>Of a mail or a note.</summary>
    public string? Text { get; init; }

    /// <summary>Who gets the ticket.</summary>
    public int? Group { get; init; }

    /// <summary>Username of who gets it.</summary>
    public string? Operator { get; init; }

    /// <summary>Name of the field with the day that is waited for.</summary>
    public string? Field { get; init; }

    /// <summary>Id of the action that runs on it.</summary>
    public int? Then { get; init; }

    /// <summary>Whether it changes the ticket's subscription.</summary>
    internal bool IsOfSubscription =>
        Kind is TicketStepKind.SuspendSubscription or TicketStepKind.ResumeSubscription or TicketStepKind.CancelSubscription;
}

/// <summary>Who may run an action.</summary>
public enum TicketActor
{
    Staff,

    /// <summary>The ticket's customer, and staff.</summary>
    Customer,

    /// <summary>Only the server, for what was waited for.</summary>
    Server,
}

/// <summary>A way from one status to another, with what is done on it (guide, line 17291).</summary>
/// <param name="Id">The number that runTicketAction() names it by.</param>
/// <param name="ToStatus">Null where the status stays.</param>
public sealed record TicketActionItem(
    int Id,
    string Name,
    IReadOnlyList<int> Types,
    IReadOnlyList<int> FromStatuses,
    int? ToStatus,
    TicketActor By,
    IReadOnlyList<TicketStep> Steps
)
{
    /// <summary>Whether it runs by itself when the customer has added a note.</summary>
    public bool OnCustomerNote { get; init; }
}
