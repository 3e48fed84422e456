using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Correspondence.Dispatch;
using Smile.Crm.Mail;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Ordering.Lifecycle;
using Smile.Session;

namespace Smile.Crm;

/// <summary>Does the steps of a workflow within the transaction that has the ticket locked: all of them or none.</summary>
[UseCase]
public sealed class TicketSteps(
    StageSession session,
    TicketFlow flow,
    TicketWords words,
    Operators operators,
    DispatchQueue dispatch,
    SubscriptionLifecycle lifecycle
)
{
    /// <summary>Of a mail: what is behind it, nobody reads.</summary>
    private const int LongestSubject = 250;

    /// <param name="account">The ticket's, locked; null where it has none.</param>
    internal async Task RunAsync(Ticket ticket, Account? account, IEnumerable<TicketStep> steps, CancellationToken cancellation)
    {
        foreach (var step in steps)
        {
            await RunAsync(ticket, account, step, cancellation);
        }
    }

    private async Task RunAsync(Ticket ticket, Account? account, TicketStep step, CancellationToken cancellation)
    {
        switch (step.Kind)
        {
            case TicketStepKind.MailCustomer:
                await MailAsync(ticket, account, step, null, "the customer", cancellation);
                break;
            case TicketStepKind.MailGroup:
                await MailGroupAsync(ticket, account, step, cancellation);
                break;
            case TicketStepKind.AssignGroup:
                AssignGroup(ticket, step.Group!.Value);
                break;
            case TicketStepKind.AssignOperator:
                await AssignOperatorAsync(ticket, step.Operator!, cancellation);
                break;
            case TicketStepKind.Note or TicketStepKind.CustomerNote:
                session.Note(
                    ticket,
                    TicketNoteKind.Note,
                    (await words.OfAsync(ticket, account, cancellation))(step.Text!),
                    step.Kind == TicketStepKind.CustomerNote
                );
                break;
            case TicketStepKind.Wait:
                await flow.WaitAsync(ticket, account, step, cancellation);
                break;
            case TicketStepKind.SuspendSubscription or TicketStepKind.ResumeSubscription or TicketStepKind.CancelSubscription:
                await ChangeSubscriptionAsync(ticket, account, step.Kind, cancellation);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Kind, null);
        }
    }

    /// <summary>The group has the ticket; nobody of it yet.</summary>
    internal void AssignGroup(Ticket ticket, int groupId)
    {
        var group =
            session.Catalogue.TicketGroup(groupId) ?? throw new InvalidOperationException($"The catalogue has no ticket group {groupId}.");
        (ticket.GroupId, ticket.OperatorUsn) = (group.Id, null);
        session.NoteChange(ticket, $"Group: {group.Name}");
    }

    private async Task AssignOperatorAsync(Ticket ticket, string username, CancellationToken cancellation)
    {
        if (await operators.NamedAsync([username], cancellation) is [var found])
        {
            Assign(ticket, found);
        }
        else
        {
            session.NoteChange(ticket, $"Operator: not {username}, who has no active login");
        }
    }

    /// <summary>An operator has the ticket, in its group where he is of it.</summary>
    internal void Assign(Ticket ticket, FoundOperator person)
    {
        ticket.OperatorUsn = person.Usn;
        var group = ticket.GroupId is { } id ? session.Catalogue.TicketGroup(id) : null;
        if (group is null || !group.Members.Contains(person.Item.Username))
        {
            ticket.GroupId = person.Group?.Id ?? ticket.GroupId;
        }

        session.NoteChange(ticket, $"Operator: {person.Item.Username}");
    }

    private Task MailGroupAsync(Ticket ticket, Account? account, TicketStep step, CancellationToken cancellation)
    {
        var group = ticket.GroupId is { } id ? session.Catalogue.TicketGroup(id) : null;
        if (group?.EmailAddress is not { } address)
        {
            session.NoteChange(ticket, $"Not mailed: the group {group?.Name ?? "(none)"} has no address");
            return Task.CompletedTask;
        }

        return MailAsync(ticket, account, step, address, $"the group {group.Name}", cancellation);
    }

    private async Task MailAsync(
        Ticket ticket,
        Account? account,
        TicketStep step,
        string? address,
        string whom,
        CancellationToken cancellation
    )
    {
        if (account is null)
        {
            session.NoteChange(ticket, $"Not mailed to {whom}: the ticket is about no account");
            return;
        }

        var fill = await words.OfAsync(ticket, account, cancellation);
        var subject = TicketRules.Cut($"{MailSubjects.MarkOf(ticket)} {fill(step.Subject!).ReplaceLineEndings(" ")}", LongestSubject);
        dispatch.AddLetter(
            account,
            subject,
            fill(step.Text!),
            ticket.SubscriptionUsn,
            address,
            await session.ReferencesAsync(ticket, cancellation)
        );
        session.NoteChange(ticket, $"Mailed to {whom}: {subject}");
    }

    private async Task ChangeSubscriptionAsync(Ticket ticket, Account? account, TicketStepKind kind, CancellationToken cancellation)
    {
        var subscription = await session.RequireSubscriptionAsync(ticket, account, cancellation);
        var usn = subscription.Usn;
        await session.RequireMayChangeAsync([subscription], cancellation);
        var comment = $"Ticket {ticket.NumberText}";
        switch (kind)
        {
            case TicketStepKind.SuspendSubscription:
                await lifecycle.SuspendAsync(account!, subscription, comment, cancellation);
                break;
            case TicketStepKind.ResumeSubscription when subscription.SuspendedByCreditControl:
                throw Refuse.Invalid("usn", usn, "Credit control has suspended the subscription: a ticket does not resume it.");
            case TicketStepKind.ResumeSubscription:
                await lifecycle.ResumeAsync(account!, subscription, comment, cancellation);
                break;
            default:
                await lifecycle.CancelAsync(account!, subscription, session.Now, cancellation);
                break;
        }

        session.NoteChange(
            ticket,
            $"Subscription {usn}: "
                + kind switch
                {
                    TicketStepKind.SuspendSubscription => "suspended",
                    TicketStepKind.ResumeSubscription => "resumed",
                    _ => "cancelled",
                }
        );
    }
}
