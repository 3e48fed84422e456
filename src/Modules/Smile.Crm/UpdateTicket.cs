using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>What to change of a ticket; null for what stays.</summary>
/// <param name="Body">Empty for none.</param>
/// <param name="OwnerUsn">The account or subscription that it is to be about.</param>
/// <param name="ClearsOwner">Takes it from its account and subscription, whatever <paramref name="OwnerUsn"/> says.</param>
/// <param name="Fields">As in <see cref="NewTicket"/>.</param>
public sealed record TicketChange(
    string? Subject,
    string? Body,
    string? OwnerUsn,
    bool ClearsOwner,
    Func<BillingTimeZone, FieldValues>? Fields
)
{
    /// <summary>What the customer has to say, which he and the company's people may read; null for nothing.</summary>
    public string? CustomerNote { get; init; }

    /// <summary>A note and nothing else.</summary>
    public static TicketChange OfNote(string text) => new(null, null, null, ClearsOwner: false, null) { CustomerNote = text };
}

/// <summary>updateTicket() (guide, line 17431), and the one way in which whatever else comes from outside changes a ticket.</summary>
[UseCase]
public sealed class UpdateTicket(StageSession session, TicketFlow flow, RunTicketAction actions)
{
    public async Task ExecuteAsync(string number, TicketChange change, CancellationToken cancellation)
    {
        // Who may not know of the ticket learns nothing of the rest.
        await session.ReadTicketAsync(number, cancellation);
        var (locked, owner) = await BeginAsync(number, change, cancellation);
        await ApplyAsync(locked, owner, change, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Changes a ticket within the transaction that has it locked with its accounts.</summary>
    /// <param name="owner">The account or subscription that the change names; null for none.</param>
    internal async Task ApplyAsync(LockedTicket locked, TicketOwner? owner, TicketChange change, CancellationToken cancellation)
    {
        var ticket = locked.Ticket;
        if (change.ClearsOwner)
        {
            await MoveAsync(locked, null, cancellation);
        }
        else if (owner is not null)
        {
            await MoveAsync(locked, owner, cancellation);
        }

        if (change.Subject is { } subject)
        {
            ticket.Subject = TicketRules.Subject(subject, "Subject");
            session.NoteChange(ticket, $"Subject: {ticket.Subject}");
        }

        if (change.Body is { } body)
        {
            ticket.Body = TicketRules.Body(body);
            session.NoteChange(ticket, ticket.Body is null ? "Text: removed" : "Text: changed");
        }

        if (change.Fields is { } read)
        {
            var account = locked.Accounts.FirstOrDefault(candidate => candidate.Usn == ticket.AccountUsn);
            await ChangeFieldsAsync(locked, read(session.ZoneOfTicket(account)), cancellation);
        }

        if (change.Fields is not null || (owner is not null && !change.ClearsOwner))
        {
            await session.RequireReferencesAsync(ticket, cancellation);
        }

        if (change.CustomerNote is { } note)
        {
            session.Note(ticket, TicketNoteKind.Note, note, isForCustomer: true);
            await actions.OnCustomerNoteAsync(ticket, locked.Account, cancellation);
        }
    }

    /// <summary>Begins the transaction and locks the ticket with the accounts that the change is about.</summary>
    /// <exception cref="SmileException">There is no such ticket for this caller.</exception>
    internal async Task<(LockedTicket Locked, TicketOwner? Owner)> BeginAsync(
        string number,
        TicketChange change,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            var owner = change is { ClearsOwner: false, OwnerUsn: { } usn }
                ? await session.TicketOwnerAsync("USN", usn, cancellation)
                : null;
            var locked = await session.BeginOnTicketAsync(number, cancellation, owner is null ? [] : [owner.AccountUsn]);
            if (
                owner?.SubscriptionUsn is not { } subscription
                || await session.AccountOfSubscriptionAsync(subscription, cancellation) == owner.AccountUsn
            )
            {
                return (locked, owner);
            }

            // It was migrated between the look and the lock.
            await session.Database.AbandonAsync(cancellation);
        }
    }

    private async Task MoveAsync(LockedTicket locked, TicketOwner? owner, CancellationToken cancellation)
    {
        var ticket = locked.Ticket;
        if (ticket.AccountUsn == owner?.AccountUsn && ticket.SubscriptionUsn == owner?.SubscriptionUsn)
        {
            return;
        }

        var account = owner is null ? null : locked.Accounts.First(candidate => candidate.Usn == owner.AccountUsn);
        if (account is not null && session.TypeOf(ticket).Company is { } company && company != account.CompanyId)
        {
            throw Refuse.Invalid("USN", account.Usn, "Tickets of this type are of another company.");
        }

        if (ticket.AccountUsn != account?.Usn)
        {
            await flow.MoveWorkAsync(ticket, account, cancellation);
        }

        (ticket.AccountUsn, ticket.SubscriptionUsn) = (account?.Usn, owner?.SubscriptionUsn);
        session.NoteChange(
            ticket,
            account is null ? "Account: none" : $"Account: {account.Usn}, subscription: {owner!.SubscriptionUsn?.Value ?? "none"}"
        );
    }

    /// <summary>What a request does not name stays (guide, line 17436: it "populates data").</summary>
    private async Task ChangeFieldsAsync(LockedTicket locked, FieldValues fields, CancellationToken cancellation)
    {
        var ticket = locked.Ticket;
        ticket.Properties = await TicketRules.ChangedAsync(session, session.TypeOf(ticket), ticket.Properties, fields, cancellation);
        if (fields.Fields.Count > 0)
        {
            session.NoteChange(ticket, $"Fields: {string.Join(", ", fields.Fields.Select(field => field.Name))}");
        }
    }
}
