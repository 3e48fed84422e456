using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.CustomCollections;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>update(), changeUsername() and setCostCentre() (guide, lines 7575, 7748, 8252).</summary>
[UseCase]
public sealed class UpdateSubscription(StageSession session, IPooledNames pooled)
{
    private const Fault Fault = Fault.UpdateException;

    /// <summary>Changes fields within the Object; nothing else of a subscription can be changed so.</summary>
    public async Task<SubscriptionType> ExecuteAsync(string usn, SubscriptionType document, CancellationToken cancellation)
    {
        if (document.USN is { Length: > 0 } stated && stated != usn)
        {
            throw Refuse.With(Fault, "USN", stated, "The USN in the Subscription does not match the subscription to update.");
        }

        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        RequireOpen(subscription, Fault);
        var changes = FieldValues.From(document.Properties?.Object, session.ZoneOf(account));
        if (changes[PredefinedFields.Username] is { } username && username != subscription.Username)
        {
            throw Refuse.With(
                Fault,
                "field",
                PredefinedFields.Username,
                "The username cannot be changed by this method. Use changeUsername()."
            );
        }

        changes = changes.Without(PredefinedFields.Username);
        var rules = new FieldRules(session.Catalogue.Service(subscription.ServiceId)!.Fields);
        await session.CheckFieldsAsync(rules, changes, Fault, cancellation);
        var before = subscription.Properties;
        subscription.Change(changes, session.Now);
        session.NoteIdentifiers(subscription, subscription.Username, before);
        session.Announce(SubscriptionMessages.SubscriptionUpdated(session.Catalogue, subscription));
        await session.CommitAsync(cancellation);
        var costCentre = await session.Database.CostCentres.FirstOrDefaultAsync(
            centre => centre.Id == subscription.CostCentreId,
            cancellation
        );
        return SubscriptionDocuments.Full(session.Catalogue, account, subscription, costCentre);
    }

    public async Task ChangeUsernameAsync(string usn, string username, CancellationToken cancellation)
    {
        username = Usernames.Checked(username, "username", Fault.InvalidRequestException);
        var (_, subscription) = await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        RequireOpen(subscription, Fault.InvalidRequestException);
        await Usernames.RequireFreeAsync(session, [(subscription.ServiceId, username, subscription.Usn)], UsernameTaken, cancellation);
        var before = subscription.Username;
        subscription.Username = username;
        session.NoteIdentifiers(subscription, before, subscription.Properties);
        if (!Usernames.AreSame(before, username))
        {
            await pooled.TakeAsync([TakenName.By(subscription, "username", username)], Fault.InvalidRequestException, cancellation);
            await pooled.GiveUpAsync([(subscription, before)], cancellation);
        }

        session.Announce(SubscriptionMessages.SubscriptionUpdated(session.Catalogue, subscription));
        try
        {
            await session.CommitAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_subscription_username")
        {
            throw UsernameTaken(username);
        }
    }

    private static SmileException UsernameTaken(string username) =>
        Refuse.Invalid("username", username, "The username is not available. Choose another.");

    /// <param name="costCentreId">Null clears the cost centre.</param>
    public async Task SetCostCentreAsync(string usn, int? costCentreId, CancellationToken cancellation)
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        RequireOpen(subscription, Fault.InvalidRequestException);
        if (costCentreId is { } id)
        {
            var centre = await session.Database.CostCentres.FirstOrDefaultAsync(candidate => candidate.Id == id, cancellation);
            if (centre is null || !session.Caller.MayReach(centre.AccountUsn))
            {
                throw Refuse.NotFound("costCentreId", id, "There is no such cost centre, or you may not access it.", Missing.CostCentre);
            }

            if (centre.AccountUsn != account.Usn)
            {
                throw Refuse.Invalid("costCentreId", id, "The cost centre does not belong to the account of the subscription.");
            }
        }

        subscription.CostCentreId = costCentreId;
        session.ChangeRating(subscription, session.Now);
        await session.CommitAsync(cancellation);
    }

    private static void RequireOpen(Subscription subscription, Fault fault)
    {
        if (subscription.IsClosed)
        {
            throw Refuse.With(fault, "usn", subscription.Usn, "The subscription is closed.");
        }
    }
}
