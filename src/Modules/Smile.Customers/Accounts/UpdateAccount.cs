using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.CustomCollections;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>
/// update(): contact details and custom fields of an account, and what its subscriptions inherit of them (guide, line 3410).
/// </summary>
[UseCase]
public sealed class UpdateAccount(StageSession session, AccountQueries queries)
{
    private const Fault Fault = Fault.AccountException;

    public async Task<AccountType> ExecuteAsync(string usn, AccountType document, CancellationToken cancellation)
    {
        if (document.USN is { Length: > 0 } stated && stated != usn)
        {
            throw Refuse.With(Fault, "USN", stated, "The USN in the Account does not match the account to update.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var changes = FieldValues.From(document.Properties?.Object, session.ZoneOf(account));
        if (account.Closed is not null)
        {
            throw Refuse.With(Fault, "usn", usn, "The account is closed.");
        }

        if (changes[PredefinedFields.Username] is { } username && username != account.Username)
        {
            throw Refuse.With(Fault, "field", PredefinedFields.Username, "The username cannot be changed by this method.");
        }

        changes = changes.Without(PredefinedFields.Username);
        await session.CheckFieldsAsync(new FieldRules(session.Catalogue.Content.AccountFields), changes, Fault, cancellation);
        if (document.Invoicee is { } invoicee)
        {
            await Invoicees.ChooseAsync(session, account, invoicee.InvoiceeUsn, Fault, cancellation);
        }

        await InheritAsync(account, changes, cancellation);
        account.Change(changes, session.Now);
        var costCentres = await queries.CostCentresAsync([account], cancellation);
        session.Announce(AccountMessages.AccountUpdated(session.Catalogue, account, costCentres));
        await session.CommitAsync(cancellation);
        return await queries.WithSubscriptionsAsync(account, cancellation);
    }

    /// <summary>
    /// Subscriptions inherit contact details from their account (guide, line 2776): one whose value was the account's follows the change;
    /// one that has a value of its own keeps it, and so does a login that may do more than the caller.
    /// </summary>
    private async Task InheritAsync(Account account, FieldValues changes, CancellationToken cancellation)
    {
        var contact = changes.Where(field => PredefinedFields.IsPredefined(field.Name));
        if (contact.Fields.Count == 0)
        {
            return;
        }

        var subscriptions = await session
            .Database.Subscriptions.Where(subscription => subscription.AccountUsn == account.Usn && subscription.Closed == null)
            .ToListAsync(cancellation);
        var stronger = await session.StrongerLoginsAsync(subscriptions, cancellation);
        foreach (var subscription in subscriptions.Where(subscription => !stronger.Contains(subscription.Usn)))
        {
            var inherited = contact.Where(field =>
                subscription.Properties[field.Name] is { } own && own == account.Properties[field.Name] && own != field.Value
            );
            if (inherited.Fields.Count > 0)
            {
                var before = subscription.Properties;
                subscription.Change(inherited, session.Now);
                session.NoteIdentifiers(subscription, subscription.Username, before);
                session.Announce(SubscriptionMessages.SubscriptionUpdated(session.Catalogue, subscription));
            }
        }
    }
}
