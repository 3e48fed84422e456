using Smile.Catalogue.Fields;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>
/// A username, or the value of a field that identifies usage, that a subscription has from an instant on: until the next one of the same
/// field, or until the subscription is closed. Rows are only added.
/// </summary>
public sealed class SubscriptionIdentifier : IChangedRow
{
    public long Id { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    /// <summary>Name of the field; empty for the username.</summary>
    public required string Field { get; init; }

    /// <summary>Empty where the field has none any more.</summary>
    public required string Value { get; init; }

    public required DateTimeOffset Start { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>Keeps by what usage was whose, and when.</summary>
public static class SubscriptionIdentifiers
{
    /// <summary>Notes what a new subscription is identified by.</summary>
    public static void NoteIdentifiers(this StageSession session, Subscription subscription) =>
        session.NoteIdentifiers(subscription, "", FieldValues.None);

    /// <summary>Notes what has changed of what a subscription is identified by.</summary>
    public static void NoteIdentifiers(this StageSession session, Subscription subscription, string usernameBefore, FieldValues before)
    {
        Note("", usernameBefore, subscription.Username);
        foreach (var field in session.Catalogue.Service(subscription.ServiceId)?.UsageIdentifiers ?? [])
        {
            Note(field, before[field] ?? "", subscription.Properties[field] ?? "");
        }

        void Note(string field, string then, string now)
        {
            if (now != then)
            {
                session.Database.SubscriptionIdentifiers.Add(
                    new SubscriptionIdentifier
                    {
                        SubscriptionUsn = subscription.Usn,
                        Field = field,
                        Value = now,
                        Start = session.Now,
                    }
                );
            }
        }
    }
}
