using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.Contracts.Messages;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>What all changes of entries share: how fields are kept, what is unique, and what is announced.</summary>
internal sealed class EntryWrites(StageSession session, ICollectionDocuments documents)
{
    public const Fault FieldFault = Fault.CustomObjectException;

    /// <summary>
    /// Fields as they are kept: those that have a value, in the order of the collection's. So what was read from a file is the same as what
    /// was sent.
    /// </summary>
    public static FieldValues Kept(IReadOnlyList<FieldDefinition> fields, FieldValues values) =>
        new([.. Ordered(fields, values.Fields).OfType<FieldValue>()]);

    /// <summary>The values of an entry that no other of its collection may have.</summary>
    /// <exception cref="SmileException">One is too long to be compared.</exception>
    public static IEnumerable<UniqueValue> UniqueOf(CustomCollection collection, CustomCollectionEntry entry)
    {
        foreach (var field in collection.Fields.Where(field => field.Unique))
        {
            if (entry.Properties[field.Name] is { } value)
            {
                yield return value.Length <= EntryCodes.LongestUnique
                    ? new UniqueValue(entry.Key, field.Name, value)
                    : throw Refuse.With(
                        FieldFault,
                        "field",
                        field.Name,
                        $"A value that no two entries may have has at most {EntryCodes.LongestUnique} characters."
                    );
            }
        }
    }

    public static SmileException CodeTaken(string code) =>
        Refuse.With(
            Fault.NonUniqueFieldException,
            "EntryCode",
            code,
            "Another entry of the custom collection has this code. Choose another."
        );

    private static SmileException ValueTaken(UniqueValue taken) =>
        Refuse.With(
            Fault.NonUniqueFieldException,
            taken.Field,
            taken.Value,
            "Another entry of the custom collection has this value, and the field is unique."
        );

    /// <summary>Refuses what fields may not be, and entries that they name and that there are not.</summary>
    public async Task CheckAsync(CustomCollection collection, FieldValues values, CancellationToken cancellation)
    {
        var rules = new FieldRules(collection.Fields);
        await session.CheckFieldsAsync(rules, values, FieldFault, cancellation);
        rules.CheckComplete(values, FieldFault);
    }

    /// <summary>Saves entries of a collection within the transaction, with what must be unique of them.</summary>
    /// <exception cref="SmileException">Another entry has the code of one, or a value of a unique field.</exception>
    public async Task SaveAsync(
        CustomCollection collection,
        IReadOnlyCollection<CustomCollectionEntry> entries,
        CancellationToken cancellation
    )
    {
        try
        {
            await session.Database.SaveAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_custom_collection_entry_code")
        {
            throw CodeTaken(string.Join(", ", entries.Select(entry => entry.EntryCode)));
        }

        if (collection.Fields.All(field => !field.Unique))
        {
            return;
        }

        var keys = entries.Select(entry => entry.Key).ToList();
        var unique = entries.SelectMany(entry => UniqueOf(collection, entry)).ToList();
        if ((await session.Database.TakenValuesAsync(collection.Code, keys, unique, cancellation)).FirstOrDefault() is { } taken)
        {
            throw ValueTaken(taken);
        }

        try
        {
            await session.Database.ReplaceValuesAsync(collection.Code, keys, unique, cancellation);
        }
        catch (DuplicateValueException)
        {
            throw ValueTaken(unique[0]);
        }
    }

    public void AnnounceAdded(EntryOfCollection added) =>
        Announce(
            BusMessages.CustomCollectionEntryAdded(CompanyOf(added), added.Entry.Key, added.Entry.CollectionCode, added.Entry.EntryCode),
            added,
            documents.Write(added)
        );

    public void AnnounceUpdated(EntryOfCollection updated) =>
        Announce(
            BusMessages.CustomCollectionEntryUpdated(
                CompanyOf(updated),
                updated.Entry.Key,
                updated.Entry.CollectionCode,
                updated.Entry.EntryCode
            ),
            updated,
            documents.Write(updated)
        );

    /// <summary>Without a body (guide, line 21760).</summary>
    public void AnnounceDeleted(EntryOfCollection deleted) =>
        Announce(
            BusMessages.CustomCollectionEntryDeleted(
                CompanyOf(deleted),
                deleted.Entry.Key,
                deleted.Entry.CollectionCode,
                deleted.Entry.EntryCode
            ),
            deleted,
            ""
        );

    private int CompanyOf(EntryOfCollection entry) => session.Catalogue.CompanyOf(entry.Collection).Id;

    private void Announce(BusMessage message, EntryOfCollection about, string body) =>
        session.Announce(new OutgoingMessage(message, about.Entry, body));

    private static IEnumerable<FieldValue?> Ordered(IReadOnlyList<FieldDefinition> fields, IReadOnlyList<FieldValue> values) =>
        from field in fields.Select((field, index) => (field.Name, field.Members, index))
        join value in values on field.Name equals value.Name
        orderby field.index
        select Kept(field.Members, value);

    private static FieldValue? Kept(IReadOnlyList<FieldDefinition> members, FieldValue value)
    {
        if (value.Members is null)
        {
            return value.Value is null ? null : value;
        }

        IReadOnlyList<FieldValue> kept = [.. Ordered(members, value.Members).OfType<FieldValue>()];
        return kept.Count == 0 ? null : value with { Members = kept };
    }
}
