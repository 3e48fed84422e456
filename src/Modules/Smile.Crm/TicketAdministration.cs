using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Crm.Attachments;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>A ticket in a list.</summary>
public sealed record ListedTicket(ShownTicket Shown, string? GroupName, string? OperatorName);

/// <summary>A ticket with all that belongs to it.</summary>
public sealed record WholeTicket(ListedTicket Listed, IReadOnlyList<TicketNote> Notes, IReadOnlyList<TicketAttachment> Attachments);

/// <summary>What the company's people see of tickets, and who of them gets one.</summary>
[UseCase]
public sealed class TicketAdministration(StageSession session, TicketSteps steps, Operators operators)
{
    private const int MostNotes = 1_000;

    /// <summary>Open tickets, the oldest first.</summary>
    /// <param name="account">Of the only account; null for all.</param>
    /// <param name="group">Name or id of the only group; null for all.</param>
    /// <param name="withClosed">Closed ones too.</param>
    /// <param name="limit">Most tickets.</param>
    public async Task<IReadOnlyList<ListedTicket>> ListAsync(
        string? account,
        string? group,
        bool withClosed,
        int limit,
        CancellationToken cancellation
    )
    {
        session.Caller.RequireAllAccounts();
        var tickets = session.Database.Tickets.AsNoTracking();
        if (account is not null)
        {
            var usn = (await session.ReadAccountAsync(account, cancellation)).Usn;
            tickets = tickets.Where(ticket => ticket.AccountUsn == usn);
        }

        if (group is not null)
        {
            var id = GroupId(group);
            tickets = tickets.Where(ticket => ticket.GroupId == id);
        }

        var found = await tickets
            .Where(ticket => withClosed || ticket.Closed == null)
            .OrderBy(ticket => ticket.Number)
            .Take(limit)
            .ToListAsync(cancellation);
        return await ListedAsync(found, cancellation);
    }

    /// <summary>One ticket with its history; without what is internal where the caller is no staff.</summary>
    public async Task<WholeTicket> ShowAsync(string number, CancellationToken cancellation)
    {
        var ticket = await session.ReadTicketAsync(number, cancellation);
        var isStaff = session.Caller.IsStaff;
        var notes = await session
            .Database.TicketNotes.AsNoTracking()
            .Where(note => note.TicketNumber == ticket.Number && (isStaff || note.CustomerVisible))
            .OrderBy(note => note.Id)
            .Take(MostNotes)
            .ToListAsync(cancellation);
        var attachments = await session
            .Database.TicketAttachments.AsNoTracking()
            .Where(row => row.TicketNumber == ticket.Number)
            .OrderBy(row => row.Added)
            .ToListAsync(cancellation);
        return new WholeTicket((await ListedAsync([ticket], cancellation))[0], notes, attachments);
    }

    /// <summary>Gives a ticket to a group, or to an operator.</summary>
    /// <param name="group">Name or id; null where an operator gets it.</param>
    /// <param name="username">Of the operator; null where a group gets it.</param>
    public async Task AssignAsync(string number, string? group, string? username, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var (ticket, _, _) = await session.BeginOnTicketAsync(number, cancellation);
        if (ticket.Closed is not null)
        {
            throw Refuse.Invalid("ticketNumber", number, "The ticket is closed.");
        }

        if (group is not null)
        {
            steps.AssignGroup(ticket, GroupId(group));
        }

        if (username is not null)
        {
            steps.Assign(
                ticket,
                (await operators.NamedAsync([username], cancellation)).FirstOrDefault()
                    ?? throw Refuse.NotFound(
                        "operator",
                        username,
                        "There is no such operator in the catalogue, or no active login of that name.",
                        Missing.Operator
                    )
            );
        }

        await session.CommitAsync(cancellation);
    }

    private int GroupId(string group) =>
        session.Catalogue.Content.TicketGroups.FirstOrDefault(item => item.Name == group || Ticket.NumberTextOf(item.Id) == group)?.Id
        ?? throw Refuse.NotFound("group", group, "The catalogue has no such ticket group.", Missing.TicketGroup);

    private async Task<IReadOnlyList<ListedTicket>> ListedAsync(IReadOnlyList<Ticket> tickets, CancellationToken cancellation)
    {
        var usns = tickets.Select(ticket => ticket.AccountUsn).OfType<Usn>().Distinct().ToArray();
        var accounts = (await session.Database.ReadAccountsAsync(usns, cancellation)).ToDictionary(account => account.Usn);
        var names = await operators.UsernamesAsync([.. tickets.Select(ticket => ticket.OperatorUsn).OfType<Usn>()], cancellation);
        return
        [
            .. tickets.Select(ticket => new ListedTicket(
                session.Shown(ticket, session.ZoneOfTicket(ticket.AccountUsn is { } usn ? accounts[usn] : null)),
                ticket.GroupId is { } group ? session.Catalogue.TicketGroup(group)?.Name : null,
                ticket.OperatorUsn is { } person ? names.GetValueOrDefault(person) : null
            )),
        ];
    }
}
