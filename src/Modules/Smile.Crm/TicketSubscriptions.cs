using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm;

/// <summary>Which subscription a ticket is about: the one that it was raised for, or that its field names (guide, line 17222).</summary>
internal static class TicketSubscriptions
{
    extension(StageSession session)
    {
        /// <summary>Null for none.</summary>
        public Usn? SubscriptionOf(Ticket ticket) =>
            ticket.SubscriptionUsn ?? session.ReferencesOf(ticket).Select(reference => (Usn?)reference.Usn).FirstOrDefault();

        /// <summary>
        /// Refuses a ticket with a field that refers to anything but a subscription of its account, and the one that it is about.
        /// </summary>
        /// <exception cref="SmileException">Whether there is such a subscription elsewhere makes no difference.</exception>
        public async Task RequireReferencesAsync(Ticket ticket, CancellationToken cancellation)
        {
            var references = session.ReferencesOf(ticket).ToList();
            if (references.Count == 0)
            {
                return;
            }

            var named = references.Select(reference => reference.Usn).ToArray();
            var own = await session
                .Database.ReadSubscriptions.Where(subscription =>
                    subscription.AccountUsn == ticket.AccountUsn && named.Contains(subscription.Usn)
                )
                .Select(subscription => subscription.Usn)
                .ToListAsync(cancellation);
            foreach (var (field, usn) in references)
            {
                if (!own.Contains(usn) || (ticket.SubscriptionUsn is { } about && about != usn))
                {
                    throw Refuse.NotFound(
                        field,
                        usn,
                        "The ticket's account has no such subscription, or the ticket is about another.",
                        Missing.Subscription
                    );
                }
            }
        }

        /// <summary>The subscription that a ticket is about, to be changed.</summary>
        /// <param name="account">The ticket's, locked; null where it has none.</param>
        /// <exception cref="SmileException">It is about none of its account.</exception>
        public async Task<Subscription> RequireSubscriptionAsync(Ticket ticket, Account? account, CancellationToken cancellation) =>
            account is not null
            && session.SubscriptionOf(ticket) is { } usn
            && await session.LoadSubscriptionAsync(usn, cancellation) is { } subscription
            && subscription.AccountUsn == account.Usn
                ? subscription
                : throw Refuse.Invalid(
                    "ticketNumber",
                    ticket.NumberText,
                    "The ticket is about no subscription of its account. Use updateTicket() to say which it is about."
                );

        private IEnumerable<(string Field, Usn Usn)> ReferencesOf(Ticket ticket) =>
            from field in session.TypeOf(ticket).Fields
            where field.Kind == FieldKind.Reference
            let value = ticket.Properties[field.Name]
            where !string.IsNullOrWhiteSpace(value)
            select (field.Name, new Usn(value.Trim()));
    }
}
