using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Crm.Storage;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>A ticket that is locked with the account that it is about.</summary>
/// <param name="Accounts">All accounts that were locked for it, its own among them.</param>
internal sealed record LockedTicket(Ticket Ticket, Account? Account, IReadOnlyList<Account> Accounts);

/// <summary>Whom a ticket is about: an account, or a subscription with its account.</summary>
internal sealed record TicketOwner(Usn AccountUsn, Usn? SubscriptionUsn);

/// <summary>Finds and locks the tickets that the caller of a session may reach.</summary>
internal static class TicketsOfSession
{
    extension(StageSession session)
    {
        /// <summary>A ticket about no account is seen by who reaches all of them.</summary>
        public bool MayReachTicketOf(Usn? accountUsn) => accountUsn is { } usn ? session.Caller.MayReach(usn) : session.Caller.AllAccounts;

        /// <summary>Reads a ticket, not to be changed.</summary>
        /// <exception cref="SmileException">There is no such ticket for this caller.</exception>
        public async Task<Ticket> ReadTicketAsync(string number, CancellationToken cancellation)
        {
            var key = Ticket.NumberOf(number) ?? throw StageSession.NoSuchTicket(number);
            var ticket = await session.Database.Tickets.AsNoTracking().FirstOrDefaultAsync(row => row.Number == key, cancellation);
            return ticket is not null && session.MayReachTicketOf(ticket.AccountUsn) ? ticket : throw StageSession.NoSuchTicket(number);
        }

        /// <summary>Begins the transaction and locks a ticket with its account, and others besides.</summary>
        /// <exception cref="SmileException">There is no such ticket for this caller.</exception>
        public async Task<LockedTicket> BeginOnTicketAsync(string number, CancellationToken cancellation, params Usn[] besides)
        {
            var key = Ticket.NumberOf(number) ?? throw StageSession.NoSuchTicket(number);
            while (true)
            {
                await session.Database.BeginAsync(cancellation);
                var found = await session
                    .Database.Tickets.AsNoTracking()
                    .Where(row => row.Number == key)
                    .Select(row => new { row.AccountUsn })
                    .FirstOrDefaultAsync(cancellation);
                if (found is null || !session.MayReachTicketOf(found.AccountUsn))
                {
                    throw StageSession.NoSuchTicket(number);
                }

                Usn[] wanted = found.AccountUsn is { } own ? [.. besides.Append(own).Distinct()] : [.. besides.Distinct()];
                var accounts = wanted.Length == 0 ? [] : await session.Database.LockAccountsAsync(wanted, cancellation);
                if (await session.Database.LockTicketAsync(key, cancellation) is { } ticket && ticket.AccountUsn == found.AccountUsn)
                {
                    return new LockedTicket(ticket, accounts.FirstOrDefault(account => account.Usn == ticket.AccountUsn), accounts);
                }

                // It went to another account between the look and the lock. Accounts are locked in one order, so all are let go.
                await session.Database.AbandonAsync(cancellation);
            }
        }

        /// <summary>Whom a USN names.</summary>
        /// <exception cref="SmileException">It is neither an account nor a subscription for this caller.</exception>
        public async Task<TicketOwner> TicketOwnerAsync(string what, string usn, CancellationToken cancellation)
        {
            var key = new Usn(usn);
            var owner = await session.AccountOfSubscriptionAsync(key, cancellation) is { } accountUsn
                ? new TicketOwner(accountUsn, key)
                : new TicketOwner(key, null);
            return await session.FindAccountAsync(owner.AccountUsn.Value, cancellation) is not null
                ? owner
                : throw Refuse.NotFound(what, usn, "There is no such account or subscription, or you may not access it.", Missing.Usn);
        }

        /// <summary>On whose clocks the times of a ticket are shown.</summary>
        public BillingTimeZone ZoneOfTicket(Account? account) => account is null ? session.Catalogue.LocalZone : session.ZoneOf(account);

        /// <summary>What the catalogue says of a ticket's type: it cannot be without it.</summary>
        public TicketTypeItem TypeOf(Ticket ticket) =>
            session.Catalogue.TicketType(ticket.TypeId)
            ?? throw new InvalidOperationException($"The catalogue has no ticket type {ticket.TypeId}.");

        public TicketStatusItem StatusOf(Ticket ticket) => session.TicketStatus(ticket.StatusId);

        public TicketStatusItem TicketStatus(int id) =>
            session.Catalogue.TicketStatus(id) ?? throw new InvalidOperationException($"The catalogue has no ticket status {id}.");

        public ShownTicket Shown(Ticket ticket, BillingTimeZone zone) =>
            new(ticket, session.TypeOf(ticket).Name, session.StatusOf(ticket).Name, zone);

        /// <summary>Adds a row to a ticket's history; none without a text.</summary>
        public void Note(Ticket ticket, TicketNoteKind kind, string text, bool isForCustomer = false)
        {
            if (text.Trim() is { Length: > 0 } trimmed)
            {
                session.Database.TicketNotes.Add(
                    new TicketNote
                    {
                        TicketNumber = ticket.Number,
                        Kind = kind,
                        CustomerVisible = isForCustomer,
                        Text = TicketRules.Cut(trimmed, Ticket.LongestText),
                        At = session.Now,
                    }
                );
            }
        }

        /// <summary>Notes a change for the company's people.</summary>
        public void NoteChange(Ticket ticket, string text) => session.Note(ticket, TicketNoteKind.Change, text);

        public static SmileException NoSuchTicket(string number) =>
            Refuse.NotFound("ticketNumber", number, "There is no such ticket, or you may not access it.", Missing.Ticket);
    }
}
