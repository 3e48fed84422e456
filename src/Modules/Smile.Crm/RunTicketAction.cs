using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>runTicketAction() (guide, line 17291), and the actions that waited for a day.</summary>
[UseCase]
public sealed class RunTicketAction(StageSession session, TicketFlow flow, TicketSteps steps)
{
    public async Task<ShownTicket> ExecuteAsync(string number, int actionId, CancellationToken cancellation)
    {
        var (ticket, account, _) = await session.BeginOnTicketAsync(number, cancellation);
        if (session.Catalogue.TicketAction(actionId) is not { } action || !IsFor(ticket, action) || !MayRun(action))
        {
            throw Refuse.NotFound(
                "ticketAction",
                actionId,
                "There is no such action of this ticket's type, or you may not run it.",
                Missing.TicketAction
            );
        }

        if (!action.FromStatuses.Contains(ticket.StatusId))
        {
            throw Refuse.Invalid(
                "ticketAction",
                actionId,
                $"The ticket has the status '{session.StatusOf(ticket).Name}'. The action '{action.Name}' is for "
                    + $"{string.Join(", ", action.FromStatuses.Select(status => $"'{session.TicketStatus(status).Name}'"))}."
            );
        }

        if (ChangesSubscription(action, []))
        {
            // What could not be done on its day is refused now.
            var subscription = await session.RequireSubscriptionAsync(ticket, account, cancellation);
            if (subscription.IsClosed)
            {
                throw Refuse.Invalid("ticketNumber", number, $"The subscription {subscription.Usn} that the ticket is about is closed.");
            }
        }

        await RunAsync(ticket, account, action, cancellation);
        await session.CommitAsync(cancellation);
        return session.Shown(ticket, session.ZoneOfTicket(account));
    }

    /// <summary>Runs an action for which a ticket has waited, where it is still in a status that the action is for.</summary>
    internal async Task ContinueAsync(Ticket ticket, Account account, int actionId, CancellationToken cancellation)
    {
        if (
            session.Catalogue.TicketAction(actionId) is { } action
            && IsFor(ticket, action)
            && action.FromStatuses.Contains(ticket.StatusId)
        )
        {
            await RunAsync(ticket, account, action, cancellation);
        }
        else
        {
            session.NoteChange(
                ticket,
                $"Action {actionId.ToString(CultureInfo.InvariantCulture)} was waited for and is not run in this status"
            );
        }
    }

    /// <summary>Runs what a note of the customer sets off, where the catalogue has an action for that in the ticket's status.</summary>
    internal async Task OnCustomerNoteAsync(Ticket ticket, Account? account, CancellationToken cancellation)
    {
        var action = session.Catalogue.Content.TicketActions.FirstOrDefault(item =>
            item.OnCustomerNote && IsFor(ticket, item) && item.FromStatuses.Contains(ticket.StatusId)
        );
        if (action is not null)
        {
            await RunAsync(ticket, account, action, cancellation);
        }
    }

    private async Task RunAsync(Ticket ticket, Account? account, TicketActionItem action, CancellationToken cancellation)
    {
        session.NoteChange(ticket, $"Action: {action.Name}");
        if (action.ToStatus is { } status)
        {
            await flow.EnterAsync(ticket, account, session.TicketStatus(status), cancellation);
        }

        await steps.RunAsync(ticket, account, action.Steps, cancellation);
    }

    /// <summary>Whether an action, or one that it waits for, changes the ticket's subscription.</summary>
    /// <param name="seen">The actions that were looked at.</param>
    private bool ChangesSubscription(TicketActionItem action, HashSet<int> seen) =>
        seen.Add(action.Id)
        && action.Steps.Any(step =>
            step.Kind is TicketStepKind.SuspendSubscription or TicketStepKind.ResumeSubscription or TicketStepKind.CancelSubscription
            || (step.Then is { } next && session.Catalogue.TicketAction(next) is { } then && ChangesSubscription(then, seen))
        );

    private static bool IsFor(Ticket ticket, TicketActionItem action) => action.Types.Contains(ticket.TypeId);

    private bool MayRun(TicketActionItem action) =>
        action.By == TicketActor.Customer || (action.By == TicketActor.Staff && session.Caller.IsStaff);
}
